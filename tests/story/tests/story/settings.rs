//! What an officer sets at a device on its page holds at once, lasts, and goes back to what the station says.

use crate::counter::{Counter, one};
use crate::devices::{line, test_of, with_devices};
use crate::station::Station;
use serde_json::{Value, json};
use terminal::rpc::WindowRole;
use uuid::Uuid;
use virtual_devices::camera::{CameraOptions, CameraScene, Laid, VirtualCamera};
use virtual_devices::receipt::VirtualReceiptPrinter;

fn setting(counter: &Counter, device: &Value, key: &str) -> Value {
    let settings = counter.ask("device_settings", json!({ "device": device }));
    one(&settings["settings"], "key", key).clone()
}

fn set(counter: &Counter, device: &Value, values: &Value) -> Result<Value, String> {
    let request = json!({ "device": device, "values": values });
    counter.terminal.call(WindowRole::Officer, "set_device", request).map_err(|error| error.code)
}

fn ready(counter: &Counter, class: &str) -> Value {
    let line = counter.wait(class, || line(counter, class).filter(|line| line["state"] == "ready"));
    line["device"]["id"].clone()
}

/// The paper that the printer says it has.
fn width(counter: &Counter) -> String {
    let line = line(counter, "printer").unwrap();
    line["device"]["capabilities"]["media"][0].as_str().unwrap().to_owned()
}

#[test]
fn a_slip_printer_is_set_to_narrow_paper_and_back() {
    let station = Station::start();
    let slips = VirtualReceiptPrinter::on_tcp(384).unwrap();
    let path = slips.address();
    with_devices(&station, "柜台一", |classes| {
        classes["printer"] = json!([{ "driver": "escpos-tcp", "path": path, "name": "小票打印机",
            "attestation": "virtual", "settings": { "cut": "full" } }]);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let device = ready(&counter, "printer");
    let of = |key: &str| {
        let one = setting(&counter, &device, key);
        (one["value"].clone(), one["station"].clone(), one["set"].clone())
    };
    assert_eq!(of("dots"), (json!(576), json!(576), json!(false)));
    assert_eq!(of("cut"), (json!("full"), json!("full"), json!(false)), "as the device file says");

    assert_eq!(width(&counter), "roll_max_72x2000mm");
    // What no printer can be is refused, and changes nothing.
    for nonsense in [
        json!({ "dots": 577 }),
        json!({ "dots": "wide" }),
        json!({ "speed": 1 }),
        json!({ "lost_after_ms": 1 }),
    ] {
        assert_eq!(set(&counter, &device, &nonsense).unwrap_err(), "SETTING_UNUSABLE");
    }
    let set_now = set(&counter, &device, &json!({ "dots": 384, "cut": "none" })).unwrap();
    assert_eq!(one(&set_now["settings"], "key", "dots")["value"], 384);
    ready(&counter, "printer");
    assert_eq!(of("dots"), (json!(384), json!(576), json!(true)));
    let test = test_of(&counter, "printer");
    assert_eq!(test["kind"], "done", "{test}");
    assert_eq!(slips.slips().len(), 0, "nothing was cut off");
    assert!(slips.hanging().height() > 100, "and it was printed all the same");
    assert_eq!(width(&counter), "roll_max_48x2000mm");

    // It lasts, and goes back.
    drop(counter);
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let device = ready(&counter, "printer");
    assert_eq!(setting(&counter, &device, "dots")["value"], 384);
    set(&counter, &device, &json!({ "dots": null, "cut": null })).unwrap();
    let again = setting(&counter, &device, "cut");
    assert_eq!((&again["value"], &again["set"]), (&json!("full"), &json!(false)));
}

#[test]
fn pages_are_grey_where_the_scanner_is_set_so_and_nothing_is_set_while_it_works() {
    let station = Station::start();
    with_devices(&station, "柜台一", |classes| {
        let options = json!({ "test-picture": "Color pattern" });
        classes["scanner"][0]["settings"]["options"] = options;
    });
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let device = ready(&counter, "scanner");
    let case = crate::matters::open(&station, &counter, "T042", "he_old_head");
    let coloured = |material: &str| {
        counter.scan(&case, material);
        let view = counter.case(&case);
        let page = one(&view["materials"], "id", material)["pages"][0]["blob"].as_str().unwrap().to_owned();
        let picture = counter.terminal.picture(WindowRole::Officer, &page, 0).unwrap();
        let picture = image::load_from_memory(&picture.bytes).unwrap().into_rgb8();
        picture.pixels().any(|pixel| {
            let [red, green, blue] = pixel.0;
            red.abs_diff(green).max(green.abs_diff(blue)) > 40
        })
    };
    assert!(coloured("booklet"), "a scanner's test picture has colours");
    set(&counter, &device, &json!({ "scan_mode": "gray" })).unwrap();
    ready(&counter, "scanner");
    assert!(!coloured("former_head_card"), "and none when it is set to grey");

    let test = counter
        .ask("try_device", json!({ "command": Uuid::now_v7(), "device": ready(&counter, "id_card_reader") }));
    assert_eq!(set(&counter, &device, &json!({ "scan_mode": "colour" })).unwrap_err(), "DEVICES_AT_WORK");
    counter.ask("cancel_operation", json!({ "operation": test["id"] }));
}

#[test]
fn what_a_camera_sees_goes_on_when_other_settings_are_tried() {
    let station = Station::start();
    let path = station.folder.path().join("camera");
    let scene = CameraScene::Desk(Laid::Page);
    let options = CameraOptions { width: 1280, height: 720, scene, ..CameraOptions::default() };
    let _camera = VirtualCamera::start(&path, options).unwrap();
    with_devices(&station, "柜台一", |classes| {
        classes["document_camera"] = json!([{ "driver": "document-stream", "path": path, "name": "高拍仪" }]);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let device = ready(&counter, "document_camera");
    let look =
        counter.ask("look_through", json!({ "command": Uuid::now_v7(), "device": device }))["id"].clone();
    let picture = || {
        let picture = counter.terminal.frame(WindowRole::Officer, look.as_str().unwrap()).unwrap();
        (!picture.bytes.is_empty()).then_some(picture.bytes)
    };
    counter.wait("a picture", picture);
    let adjust = |values: Value| {
        let request = json!({ "operation": look, "values": values });
        counter.terminal.call(WindowRole::Officer, "adjust_look", request).map_err(|error| error.code)
    };
    // A stream has nothing to be set; what is tried is refused and the picture stays.
    assert_eq!(adjust(json!({ "control.zoom": 3 })).unwrap_err(), "SETTING_UNUSABLE");
    adjust(json!({})).unwrap();
    for _ in 0..3 {
        counter.wait("a picture after it", picture);
    }
    counter.ask("cancel_operation", json!({ "operation": look }));
    counter.wait("its end", || {
        let now = counter.ask("operation", json!({ "operation": look }));
        (!now["end"].is_null()).then_some(())
    });
    assert_eq!(adjust(json!({})).unwrap_err(), "OPERATION_UNKNOWN");
}

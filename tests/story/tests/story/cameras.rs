//! Document cameras: what they see is shown, pages and both sides of a card are taken with them.

use crate::counter::{Counter, one};
use crate::devices::{line, operation, test_of, with_devices};
use crate::station::Station;
use serde_json::{Value, json};
use terminal::rpc::WindowRole;
use uuid::Uuid;
use virtual_devices::camera::{CameraOptions, CameraScene, Laid, VirtualCamera};

/// A station whose first counter has a document camera and no scanner.
fn with_document_camera() -> (Station, VirtualCamera, Counter) {
    let station = Station::start();
    let path = station.folder.path().join("camera");
    let scene = CameraScene::Desk(Laid::Nothing);
    let options = CameraOptions { width: 1280, height: 720, scene, ..CameraOptions::default() };
    let camera = VirtualCamera::start(&path, options).unwrap();
    with_devices(&station, "柜台一", |classes| {
        classes.as_object_mut().unwrap().remove("scanner");
        classes["document_camera"] = json!([{ "driver": "document-stream", "path": path, "name": "高拍仪" }]);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    counter.wait("the camera", || line(&counter, "document_camera").filter(|line| line["state"] == "ready"));
    (station, camera, counter)
}

/// Begins a scan and waits until it shows what the camera sees.
fn begin_scan(counter: &Counter, case: &str, card: bool) -> Value {
    let request = json!({
        "command": Uuid::now_v7(), "case": case, "material": "booklet", "replace": null, "feeder": false, "card": card,
    });
    let id = counter.ask("scan_pages", request)["id"].clone();
    counter.wait("a picture", || (operation(counter, &id)["shows"] == true).then_some(()));
    id
}

fn ended(counter: &Counter, id: &Value) -> Value {
    counter.wait("its end", || Some(operation(counter, id)["end"].clone()).filter(|end| !end.is_null()))
}

/// The one page of the material, as it is kept.
fn kept_page(counter: &Counter, case: &str) -> image::DynamicImage {
    let pages = one(&counter.case(case)["materials"], "id", "booklet")["pages"].as_array().unwrap().clone();
    let [page] = pages.as_slice() else { panic!("one page: {pages:?}") };
    let picture = counter.terminal.picture(WindowRole::Officer, page["blob"].as_str().unwrap(), 0).unwrap();
    image::load_from_memory(&picture.bytes).unwrap()
}

#[test]
fn a_document_camera_scans_where_there_is_no_scanner() {
    let (station, camera, counter) = with_document_camera();
    let case = crate::matters::open(&station, &counter, "T042", "he_old_head");
    let scan = begin_scan(&counter, &case, false);
    camera.show(&CameraScene::Desk(Laid::Page)).unwrap();
    assert_eq!(ended(&counter, &scan)["kind"], "done");
    let picture = kept_page(&counter, &case);
    let ratio = f64::from(picture.height()) / f64::from(picture.width());
    assert!((ratio - std::f64::consts::SQRT_2).abs() < 0.03, "A4, cut out: {ratio}");
}

#[test]
fn who_does_not_want_to_wait_takes_the_page_as_it_lies() {
    let (station, _camera, counter) = with_document_camera();
    let case = crate::matters::open(&station, &counter, "T042", "he_old_head");
    let scan = begin_scan(&counter, &case, false);
    assert_eq!(operation(&counter, &scan)["choices"], json!([{ "choice": "proceed", "words": "直接拍下" }]));
    counter.ask("proceed_operation", json!({ "operation": scan, "choice": "proceed" }));
    assert_eq!(ended(&counter, &scan)["kind"], "done");
    let picture = kept_page(&counter, &case);
    assert_eq!((picture.width(), picture.height()), (1280, 720), "nothing was found to be cut out");
}

#[test]
fn both_sides_of_a_card_come_onto_one_page() {
    let (station, camera, counter) = with_document_camera();
    let case = crate::matters::open(&station, &counter, "T042", "he_old_head");
    let scan = begin_scan(&counter, &case, true);
    camera.show(&CameraScene::Desk(Laid::CardFront)).unwrap();
    let turn = "正面已取到，请翻到背面放好";
    counter.wait("the front", || (operation(&counter, &scan)["progress"] == turn).then_some(()));
    camera.show(&CameraScene::Desk(Laid::CardBack)).unwrap();
    assert_eq!(ended(&counter, &scan), json!({ "kind": "done", "words": "证件正反面已合成一页" }));
    let page = kept_page(&counter, &case).into_rgb8();
    // A4 at 300 dpi, the front's portrait in the upper half, the back's red emblem in the lower one, both life-size.
    assert_eq!((page.width(), page.height()), (2480, 3508));
    let red = |x: u32, y: u32| page.get_pixel(x, y).0[0] > page.get_pixel(x, y).0[1].saturating_add(60);
    let card = |share: f64, length: f64| (share * length * 300.0 / 25.4) as u32;
    let left = (2480 - card(1.0, 85.6)) / 2;
    let top = |at: f64| (at * 300.0 / 25.4) as u32;
    assert!(red(left + card(0.17, 85.6), top(60.0 + 53.98 + 20.0) + card(0.26, 53.98)), "the back's emblem");
    assert!(!red(left + card(0.17, 85.6), top(60.0) + card(0.26, 53.98)), "not on the front");
    let [r, g, b] = page.get_pixel(left + card(0.78, 85.6), top(60.0) + card(0.34, 53.98)).0;
    assert!(r.abs_diff(120) < 30 && g.abs_diff(100) < 30 && b.abs_diff(90) < 30, "the portrait: {r} {g} {b}");
}

#[test]
fn what_a_camera_sees_is_shown_to_the_officer_until_he_looks_away() {
    let (_station, camera, counter) = with_document_camera();
    // No two pictures of it are alike.
    camera.show(&CameraScene::Pattern).unwrap();
    let device = line(&counter, "document_camera").unwrap()["device"]["id"].clone();
    let look = |counter: &Counter| {
        let request = json!({ "command": Uuid::now_v7(), "device": device });
        let id = counter.ask("look_through", request)["id"].clone();
        counter.wait("a picture", || (operation(counter, &id)["shows"] == true).then_some(()));
        id
    };
    let id = look(&counter);
    let name = id.as_str().unwrap();
    let asked = || counter.terminal.frame(WindowRole::Officer, name).unwrap().bytes;
    // A request is answered without a picture when none came in a moment.
    let shown = || counter.wait("a picture", || Some(asked()).filter(|bytes| !bytes.is_empty()));
    let sides = |bytes: &[u8]| image::load_from_memory(bytes).map(|one| (one.width(), one.height())).unwrap();
    let mut last = Vec::new();
    for _ in 0..10 {
        let bytes = shown();
        assert_eq!(sides(&bytes), (1280, 720));
        assert!(bytes != last, "each picture is given once");
        last = bytes;
    }
    let refused = counter.terminal.frame(WindowRole::Applicant, name).unwrap_err();
    assert_eq!(refused.code, "BLOB_NOT_RELEASED", "the citizen's screen shows no camera");
    // A page that is taken meanwhile, or another test, interrupts nothing: the pictures go on.
    assert_eq!(test_of(&counter, "document_camera")["kind"], "done");
    sides(&shown());
    counter.ask("cancel_operation", json!({ "operation": id }));
    assert_eq!(ended(&counter, &id)["kind"], "done");
    assert!(asked().is_empty(), "what has ended shows nothing");
    // Nobody asks for the pictures of this one: it lets the camera go.
    let unseen = look(&counter);
    assert_eq!(ended(&counter, &unseen)["kind"], "done");
    // Whoever locks the screen has looked away, too.
    let locked = look(&counter);
    counter.ask("lock", json!({}));
    assert!(counter.terminal.frame(WindowRole::Officer, locked.as_str().unwrap()).is_err());
    assert!(camera.wait_until_unwatched(std::time::Duration::from_secs(30)));
}

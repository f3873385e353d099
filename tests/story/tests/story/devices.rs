//! The device page: every device does something real, the one that was chosen is used, and a maker's library that
//! crashes takes nothing with it.

use crate::counter::Counter;
use crate::station::Station;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use uuid::Uuid;

/// The library of `drivers/abi` that does everything wrong, as an evaluation pad.
fn bad_library(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../drivers/abi/bad/bad.c");
    let library = folder.join("libbad.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-std=gnu11", "-shared", "-fPIC", "-pthread"]).arg("-o").arg(&library).arg(source);
    assert!(compiler.status().unwrap().success(), "{compiler:?}");
    library
}

/// Adds devices to the file of a window before it opens.
fn with_devices(station: &Station, window: &str, change: impl FnOnce(&mut Value)) {
    let path = station.folder.path().join(format!("{window}.json"));
    let mut file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut file["classes"]);
    std::fs::write(&path, file.to_string()).unwrap();
}

fn lines(counter: &Counter) -> Vec<Value> {
    counter.ask("devices", json!({}))["devices"].as_array().unwrap().clone()
}

fn line(counter: &Counter, class: &str) -> Option<Value> {
    lines(counter).into_iter().find(|line| line["device"]["class"] == class)
}

/// The test button of a class, pressed as soon as its device is ready.
fn test_of(counter: &Counter, class: &str) -> Value {
    let ready = counter.wait(class, || line(counter, class).filter(|line| line["state"] == "ready"));
    let request = json!({ "command": Uuid::now_v7(), "device": ready["device"]["id"] });
    let begun = counter.ask("try_device", request);
    let id = begun["id"].clone();
    let ended = counter.wait("the test's end", || {
        let now = counter.ask("operation", json!({ "operation": id }));
        (!now["end"].is_null()).then_some(now)
    });
    ended["end"].clone()
}

#[test]
fn each_device_does_something_real_and_nothing_of_it_is_kept() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    station.lay("han_proof");
    let card = test_of(&counter, "id_card_reader");
    assert_eq!(card["kind"], "done", "{card}");
    let words = card["words"].as_str().unwrap();
    assert!(words.contains("居民身份证") && !words.contains('韩'), "nothing of the person: {words}");
    let page = test_of(&counter, "scanner");
    assert!(page["words"].as_str().unwrap().contains("1240 × 175"), "A4 at 150 dpi: {page}");
    let paper = test_of(&counter, "printer");
    assert_eq!(paper, json!({ "kind": "done", "words": "打印测试页已打印" }));
    let documents = station.printer.documents().unwrap();
    let [document] = documents.as_slice() else { panic!("one paper: {documents:?}") };
    assert!(document.printed && document.title == "打印测试页");
    assert!(std::fs::read(&document.file).unwrap().starts_with(b"%PDF"));
}

#[test]
fn the_device_that_was_chosen_is_used_and_remembered() {
    let station = Station::start();
    with_devices(&station, "柜台一", |classes| {
        let mut second = classes["scanner"][0].clone();
        second["path"] = json!("test:1");
        second["name"] = json!("第二台");
        classes["scanner"].as_array_mut().unwrap().push(second);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let both = || {
        let scanners: Vec<Value> =
            lines(&counter).into_iter().filter(|line| line["device"]["class"] == "scanner").collect();
        (scanners.len() == 2 && scanners.iter().all(|line| line["state"] == "ready")).then_some(())
    };
    counter.wait("two scanners", both);
    let used = |view: &Value| view["used"].as_array().unwrap().clone();
    assert!(used(&counter.ask("devices", json!({}))).contains(&json!("sane:test:0")));
    let chosen = counter.ask("choose_device", json!({ "device": "sane:test:1" }));
    assert!(used(&chosen).contains(&json!("sane:test:1")) && !used(&chosen).contains(&json!("sane:test:0")));
    counter.ask("logout", json!({}));
    drop(counter);
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    counter.wait("the choice of before", || {
        used(&counter.ask("devices", json!({}))).contains(&json!("sane:test:1")).then_some(())
    });
}

#[test]
fn a_maker_s_library_serves_and_one_that_cannot_be_loaded_says_so() {
    let station = Station::start();
    let library = bad_library(station.folder.path());
    with_devices(&station, "柜台一", |classes| {
        classes["evaluation_pad"] = json!([
            { "driver": "bad", "path": "0", "name": "评价器", "attestation": "virtual", "library": library },
        ]);
        classes["fingerprint"] = json!([
            { "driver": "gone", "path": "0", "library": station.folder.path().join("not-there.so") },
        ]);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    // Its test asks for something that this library does not know: the fault is its own, named, and the pad is there
    // still.
    let end = test_of(&counter, "evaluation_pad");
    assert_eq!(
        (&end["kind"], &end["error"]["code"]),
        (&json!("failed"), &json!("device.unsupported")),
        "{end}"
    );
    let pad = line(&counter, "evaluation_pad").unwrap();
    assert_eq!((&pad["state"], &pad["device"]["model"]["model"]), (&json!("ready"), &json!("B-1")), "{pad}");
    let missing = counter.wait("the missing library", || {
        line(&counter, "fingerprint").filter(|line| line["state"] == "faulty")
    });
    assert_eq!(missing["fault"]["fault"]["code"], "device.library_unusable", "{missing}");
    assert_eq!(missing["fault"]["who"], "administrator");
    station.lay("han_proof");
    assert_eq!(test_of(&counter, "id_card_reader")["kind"], "done");
}

#[test]
fn a_reader_that_is_pulled_is_absent_and_comes_back() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let state = |wanted: &str| {
        let is = || line(&counter, "id_card_reader").filter(|line| line["state"] == wanted);
        counter.wait(wanted, is)
    };
    state("ready");
    station.reader.unplug();
    let absent = state("absent");
    assert_eq!(absent["fault"]["fault"]["code"], "device.unplugged");
    assert!(!absent["ready"].as_bool().unwrap());
    station.reader.plug().unwrap();
    state("ready");
}

//! Codes that are held in front of the scanner.

use crate::counter::Counter;
use crate::devices::{line, operation, with_devices};
use crate::station::Station;
use serde_json::json;
use uuid::Uuid;
use virtual_devices::code::VirtualSerialScanner;

#[test]
fn a_scanned_receipt_tells_its_case() {
    let station = Station::start();
    let path = station.folder.path().join("scanner");
    let scanner = VirtualSerialScanner::start(&path).unwrap();
    with_devices(&station, "柜台一", |classes| {
        classes["code_scanner"] = json!([{ "driver": "code-serial", "path": path, "name": "扫码枪" }]);
    });
    let counter = Counter::new(station.terminal("柜台一"));
    let scanned = || counter.ask("shell", json!({}))["scanned"].clone();
    counter.login("F0001");
    counter.wait("the scanner", || line(&counter, "code_scanner").filter(|line| line["state"] == "ready"));
    let case = crate::birth::take_in(&station, &counter);
    counter.act("submit_case", json!({ "case": case }));
    let number = counter.case(&case)["line"]["number"].as_str().unwrap().to_owned();
    // A hand scans again until something happens; a scanner that reads the same sheet twice tells it once.
    let sheets = std::cell::Cell::new(0);
    let until = |text: &str, happened: &dyn Fn() -> bool| {
        counter.wait("the code", || {
            sheets.set(sheets.get() + 1);
            scanner.scan(format!("{text}&p={}", sheets.get()).as_bytes());
            std::thread::sleep(std::time::Duration::from_millis(300));
            happened().then_some(())
        });
    };
    until(&format!("https://query.example.invalid/q?n={number}"), &|| scanned()["number"] == number);
    assert_eq!(scanned()["case"], case);
    // Its test goes first, and the watch goes on after it.
    let request = json!({ "command": Uuid::now_v7(), "device": line(&counter, "code_scanner").unwrap()["device"]["id"] });
    let test = counter.ask("try_device", request)["id"].clone();
    until("6901234567892", &|| operation(&counter, &test)["end"]["kind"] == "done");
    until("6901234567892", &|| scanned()["number"].is_null() && scanned()["case"].is_null());
    // Whoever comes back to the window, or comes after, is not led to what was scanned before.
    counter.ask("lock", json!({}));
    counter.ask("unlock", json!({ "password": "jiangcheng-F0001" }));
    assert!(scanned().is_null());
    counter.ask("logout", json!({}));
    counter.login("J0001");
    assert!(scanned().is_null());
}

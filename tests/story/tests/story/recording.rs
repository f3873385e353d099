//! A device that does not work is recorded from its page, for whoever has to find out why.

use crate::counter::Counter;
use crate::devices::{line, test_of};
use crate::station::Station;
use serde_json::{Value, json};
use std::path::PathBuf;
use terminal::rpc::WindowRole;

fn record(counter: &Counter, device: &Value, on: bool) -> Value {
    counter.ask("record_device", json!({ "device": device, "on": on }))["recordings"].clone()
}

#[test]
fn a_recording_of_the_reader_holds_nothing_of_whoever_laid_a_card() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let ready = || {
        counter
            .wait("the reader", || line(&counter, "id_card_reader").filter(|line| line["state"] == "ready"))
    };
    let device = ready()["device"]["id"].clone();
    let recorded = record(&counter, &device, true);
    let file = PathBuf::from(recorded[0]["file"].as_str().unwrap());
    assert_eq!(recorded, json!([{ "device": device, "file": file }]));
    assert_eq!(record(&counter, &device, true), recorded, "pressed twice, it is one recording");
    ready();
    station.lay("han_proof");
    let read = test_of(&counter, "id_card_reader");
    assert_eq!(read["kind"], "done", "{read}");
    assert_eq!(record(&counter, &device, false), json!([]));

    let tapes: Vec<String> = std::fs::read_dir(file.parent().unwrap())
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let all = tapes.concat();
    assert!(all.contains("read_card") || all.contains("watch_cards"), "the tasks stand in it: {all}");
    let card = &station.cards["han_proof"].card;
    for personal in [&card.name, &card.number, &card.address] {
        assert!(!all.contains(personal.as_str()), "in clear");
        assert!(!all.contains(&hex::encode(personal.as_bytes())), "in UTF-8");
        let wide: Vec<u8> = personal.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(!all.contains(&hex::encode(wide)), "in UTF-16");
    }
    // It reads on, and nothing more is written.
    ready();
    station.reader.lift();
    station.lay("han_proof");
    let again = test_of(&counter, "id_card_reader");
    assert_eq!(again["kind"], "done", "{again}");
    assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), tapes.len());
}

#[test]
fn nothing_is_recorded_anew_while_a_device_works() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let ready = counter
        .wait("the reader", || line(&counter, "id_card_reader").filter(|line| line["state"] == "ready"));
    let device = &ready["device"]["id"];
    let test = counter.ask("try_device", json!({ "command": uuid::Uuid::now_v7(), "device": device }));
    let refused =
        counter.terminal.call(WindowRole::Officer, "record_device", json!({ "device": device, "on": true }));
    assert_eq!(refused.unwrap_err().code, "DEVICES_AT_WORK");
    counter.ask("cancel_operation", json!({ "operation": test["id"] }));
}

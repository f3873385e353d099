//! A training counter: what its virtual devices do, and do wrong, at the clerk's word.

use crate::counter::Counter;
use crate::devices::{line, test_of};
use crate::station::{Station, programs};
use serde_json::{Value, json};
use std::sync::Arc;
use terminal::rpc::WindowRole;
use virtual_devices::control::ControlSocket;
use virtual_devices::rehearsal::{KEY_FOLDER, Rehearsal, TrainingCard};
use virtual_devices::samv::{ReaderOptions, VirtualCard, VirtualReader};

#[test]
fn at_a_training_counter_faults_are_rehearsed_and_nowhere_else() {
    let station = Station::start();
    let folder = station.folder.path().join("training");
    std::fs::create_dir_all(&folder).unwrap();
    let options = ReaderOptions { link: Some(folder.join("reader")), ..ReaderOptions::default() };
    let reader = Arc::new(VirtualReader::start(options).unwrap());
    let card: VirtualCard = serde_json::from_value(json!({
        "name": "演示", "sex_code": "1", "ethnic_group_code": "01", "birth_date": "1990-01-01",
        "address": "演示省江城市", "number": "999901199001010010", "issuing_office": "江城市公安局",
        "valid_from": "2015-01-01", "valid_until": "2035-01-01"
    }))
    .unwrap();
    let cards = vec![TrainingCard { key: "one".into(), card }];
    let rehearsal = Rehearsal::start(&folder, Arc::clone(&reader), cards).unwrap();
    let control = folder.join("control");
    let _socket = ControlSocket::serve_all(&control, reader, Some(Arc::new(rehearsal))).unwrap();
    let path = station.folder.path().join("柜台一.json");
    let mut file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    file["rehearsal"] = json!(control);
    file["watch_cards"] = json!(false);
    file["classes"]["id_card_reader"][0]["path"] = json!(folder.join("reader"));
    file["classes"]["evaluation_pad"] = json!([{ "driver": "evaluation-frames", "path": folder.join("evaluation-pad"),
        "name": "评价器", "attestation": "virtual", "settings": { "model": "evaluation-serial" } }]);
    let library = programs().join("libskf_virtual.so");
    file["virtual_ukey"] = json!(folder.join(KEY_FOLDER));
    file["classes"]["ukey"] =
        json!([{ "driver": "skf", "path": library, "name": "密码钥匙", "attestation": "virtual" }]);
    std::fs::write(&path, file.to_string()).unwrap();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let offered = counter.ask("rehearsal", json!({}))["devices"].as_array().unwrap().clone();
    assert!(offered.iter().any(|one| one["class"] == "signature_pad"), "{offered:?}");
    let does = |class: &str, act: &str| {
        counter.ask("rehearse", json!({ "class": class, "act": act }));
    };
    does("id_card_reader", "lay:one");
    assert_eq!(test_of(&counter, "id_card_reader")["kind"], "done");
    // A fault is a real one: the driver meets it on its line.
    does("id_card_reader", "unauthorised");
    let end = test_of(&counter, "id_card_reader");
    assert_eq!(
        (&end["kind"], &end["error"]["code"]),
        (&json!("failed"), &json!("idcard.sam_not_authorised")),
        "{end}"
    );
    does("id_card_reader", "well");
    does("id_card_reader", "lift");
    does("id_card_reader", "lay:one");
    assert_eq!(test_of(&counter, "id_card_reader")["kind"], "done");
    does("evaluation_pad", "unplug");
    counter
        .wait("the pulled pad", || line(&counter, "evaluation_pad").filter(|line| line["state"] == "absent"));
    does("evaluation_pad", "plug");
    counter
        .wait("the pad again", || line(&counter, "evaluation_pad").filter(|line| line["state"] == "ready"));
    // A key is pulled as others are; its maker's library may crash without anybody else noticing.
    let key = |state: &str| {
        counter.wait(state, || line(&counter, "ukey").filter(|line| line["state"] == state));
    };
    key("ready");
    assert_eq!(test_of(&counter, "ukey")["kind"], "done");
    does("ukey", "unplug");
    key("absent");
    does("ukey", "plug");
    key("ready");
    does("ukey", "crash");
    let end = test_of(&counter, "ukey");
    assert_eq!(
        (&end["kind"], &end["error"]["code"]),
        (&json!("failed"), &json!("device.host_crashed")),
        "{end}"
    );
    does("ukey", "well");
    key("ready");
    let again = test_of(&counter, "ukey");
    assert_eq!(again["kind"], "done", "{again}");
    let unknown = json!({ "class": "evaluation_pad", "act": "dance" });
    let refused = counter.terminal.call(WindowRole::Officer, "rehearse", unknown).unwrap_err();
    assert_eq!(refused.code, "NO_DEVICE");

    // The other window's device file names no panel.
    let other = Counter::new(station.terminal("所长室"));
    other.login("S0001");
    assert_eq!(other.ask("rehearsal", json!({})), json!({ "devices": [] }));
}

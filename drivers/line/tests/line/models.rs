//! Model files.

use driver_contract::{DeviceClass, DeviceConfig};
use driver_line::{Model, Transport};
use serde_json::json;

const GOOD: &str = r#"
name = "demo"
class = "evaluation_pad"
source = "a test"
[line]
kind = "serial"
baud = 9600
[[receive]]
means = "key"
pattern = "AA {key} {sum}"
numbers = { 1 = "5" }
[[send]]
when = "ask"
pattern = "AA 01"
"#;

fn config(settings: &serde_json::Value) -> DeviceConfig {
    serde_json::from_value(json!({ "driver": "d", "path": "/p", "settings": settings })).unwrap()
}

#[test]
fn every_model_of_the_tree_can_be_used() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/devices");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let class: toml::Table = toml::from_str(&text).unwrap();
        let class: DeviceClass = class["class"].as_str().unwrap().parse().unwrap();
        let model = Model::parse(&text, class).unwrap();
        assert_eq!(Some(model.name.as_str()), path.file_stem().unwrap().to_str());
        seen += 1;
    }
    assert!(seen >= 4);
}

#[test]
fn a_model_of_ones_own_is_taken_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    std::fs::write(&path, GOOD).unwrap();
    let class = DeviceClass::EvaluationPad;
    let own = Model::of_config(&config(&json!({ "model_file": path })), class, &[]).unwrap();
    assert_eq!((own.name.as_str(), own.transport), ("demo", Transport::Serial { baud: 9600 }));
    assert_eq!(own.receive[0].numbers[&1], "5");
    assert!(own.can_say("key") && !own.can_say("sample") && own.sent("ask").is_some());
    let shipped = Model::of_config(&config(&json!({ "model": "demo" })), class, &[GOOD]).unwrap();
    assert_eq!(shipped, own);
    for wrong in
        [json!({}), json!({ "model": "other" }), json!({ "model": 7 }), json!({ "model_file": "/nowhere" })]
    {
        assert!(Model::of_config(&config(&wrong), class, &[GOOD]).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_wrong_with_a_model_is_said() {
    let class = DeviceClass::EvaluationPad;
    for (from, to, word) in [
        ("evaluation_pad", "signature_pad", "is for signature_pad"),
        ("AA {key} {sum}", "{key} AA", "no fixed byte"),
        ("AA {key} {sum}", "AA {KEY}", "`{KEY}`"),
        ("1 = \"5\"", "one = \"5\"", "`one`"),
        ("baud = 9600", "baud = 0", "rate of 0"),
        ("kind = \"serial\"", "kind = \"telepathy\"", "telepathy"),
        ("when = \"ask\"", "whne = \"ask\"", "whne"),
    ] {
        let error = Model::parse(&GOOD.replace(from, to), class).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}

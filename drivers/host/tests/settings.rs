//! What the device page offers to set (`assets/settings/devices.toml`) is what the drivers take.

use device_host::all_factories;
use driver_contract::{Attestation, DeviceConfig, DeviceId, FaultCode};
use serde_json::{Map, Value, json};

fn catalogue() -> Vec<Value> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/settings/devices.toml");
    let text = std::fs::read_to_string(file).expect("the catalogue");
    let read: Value = toml::from_str(&text).expect("the catalogue is TOML");
    read["setting"].as_array().cloned().expect("settings")
}

/// An address of each driver's kind where nothing is.
fn nowhere(driver: &str) -> &'static str {
    match driver {
        "ipp" => "ipp://127.0.0.1:9/ipp/print",
        "escl" => "http://127.0.0.1:9/eSCL",
        "caller-http" => "http://127.0.0.1:9/call",
        "escpos-tcp" => "127.0.0.1:9",
        "espeak" => "no-such-program",
        "samv-usb" => "0400:c35a@1-2.3",
        _ => "/nonexistent/device",
    }
}

/// How the driver meets the setting: what it says of the value before it finds that there is no device, or nothing where it
/// looks for the device only with the first task.
fn opened(driver: &str, key: &str, value: &Value) -> Option<FaultCode> {
    let factories = all_factories();
    let factory = factories.iter().find(|factory| factory.name() == driver).expect("a driver of this name");
    let mut settings = Map::new();
    // These drivers need a make, whatever else is set.
    if driver == "caller-frames" {
        settings.insert("model".to_owned(), json!("caller-sign"));
    }
    settings.insert(key.to_owned(), value.clone());
    let entry = DeviceConfig {
        driver: driver.to_owned(),
        path: nowhere(driver).to_owned(),
        name: None,
        maker: None,
        attestation: Attestation::Virtual,
        record: None,
        settings,
    };
    let device = DeviceId::new(driver, &entry.path);
    factory.open(&device, &[entry]).err().map(|fault| fault.code)
}

#[test]
fn every_value_that_is_offered_is_taken_and_no_other() {
    let mut tried = 0;
    for setting in catalogue().iter().filter(|setting| setting["at"] != "terminal") {
        let key = setting["key"].as_str().unwrap();
        let mut values = vec![setting["station"].clone()];
        match setting["kind"].as_str().unwrap() {
            "flag" => values.extend([json!(true), json!(false)]),
            "number" => values.extend([setting["least"].clone(), setting["most"].clone()]),
            _ => values
                .extend(setting["choices"].as_array().unwrap().iter().map(|choice| choice["value"].clone())),
        }
        for driver in setting["drivers"].as_array().unwrap() {
            let driver = driver.as_str().unwrap();
            for value in &values {
                let code = opened(driver, key, value);
                assert_ne!(code, Some(FaultCode::BadConfiguration), "{driver}: {key} = {value}");
                tried += 1;
            }
            // A driver that does not look at the key would take this too.
            let code = opened(driver, key, &json!({ "no": "value" }));
            assert_eq!(code, Some(FaultCode::BadConfiguration), "{driver} does not look at {key}");
        }
    }
    assert!(tried > 60, "{tried} values");
}

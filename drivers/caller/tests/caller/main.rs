//! What answers mean; the driver against a virtual sign; a recording that plays again.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use driver_caller::frames::{FrameCaller, SignTalk};
use driver_caller::http::{HttpCaller, Shape};
use driver_contract::{
    Attestation, CallParameters, CollectingContext, DeviceClass, DeviceConfig, DeviceId, DriverFactory,
    FaultCode, Outcome, Replay, Task,
};
use driver_line::{Model, Settings};
use proptest::prelude::*;
use serde_json::json;
use virtual_devices::caller::{ShownCall, VirtualSign};

const LONG: Duration = Duration::from_secs(30);
const MODEL: &str = include_str!("../../../../assets/devices/caller-sign.toml");

fn call(ticket: &str, again: bool) -> CallParameters {
    CallParameters { ticket: ticket.into(), window: "三号窗口".into(), again }
}

fn config(driver: &str, path: &str, settings: &serde_json::Value) -> DeviceConfig {
    let mut config: DeviceConfig =
        serde_json::from_value(json!({ "driver": driver, "path": path, "attestation": "virtual" })).unwrap();
    config.settings = serde_json::from_value(settings.clone()).unwrap();
    config
}

#[test]
fn a_recorded_call_plays_again_and_only_virtual_signs_are_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sign");
    let sign = VirtualSign::start(&path).unwrap();
    let tape = folder.path().join("call.tape");
    let mut config = config("caller-frames", path.to_str().unwrap(), &json!({ "model": "caller-sign" }));
    config.record = Some(tape.clone().into());
    let id = DeviceId::new("caller-frames", &config.path);
    let mut device = FrameCaller.open(&id, std::slice::from_ref(&config)).unwrap();
    for again in [false, true] {
        let mut context = CollectingContext::new(LONG);
        assert_eq!(device.run(&Task::Call(call("A023", again)), &mut context), Ok(Outcome::Announced));
    }
    // 三号窗口 in GB 18030.
    let window = [0xc8, 0xfd, 0xba, 0xc5, 0xb4, 0xb0, 0xbf, 0xda, b' ', b' ', b' ', b' '];
    let shown = |again| ShownCall { ticket: b"A023    ".to_vec(), window: window.to_vec(), again };
    assert_eq!(sign.shown(), [shown(false), shown(true)]);
    drop(device);

    for tape in [kept(&tape), tape] {
        let model = Model::parse(MODEL, DeviceClass::QueueCaller).unwrap();
        let mut talk = SignTalk::new(Replay::load(&tape).unwrap(), model, LONG).unwrap();
        talk.call(&call("A023", false), &|| false).unwrap();
        talk.call(&call("A023", true), &|| false).unwrap();
        assert!(talk.call(&call("A024", false), &|| false).is_err(), "another call is not on the tape");
    }

    config.attestation = Attestation::Physical;
    let refused = FrameCaller.open(&id, std::slice::from_ref(&config)).err().unwrap();
    assert_eq!(refused.code, FaultCode::BadConfiguration);
}

#[test]
fn what_a_servers_answers_mean() {
    let config = config(
        "caller-http",
        "http://127.0.0.1:1/call",
        &json!({ "accepted": { "pointer": "/data/code", "equals": "OK" }, "busy": { "pointer": "/data/code", "equals": "WAIT" } }),
    );
    let shape = Shape::of_settings(Settings::new(&config)).unwrap();
    let judge = |status, body: &str| shape.judge(status, body.as_bytes()).map_err(|error| error.fault_code());
    assert_eq!(judge(200, r#"{"data":{"code":"OK"}}"#), Ok(()));
    use FaultCode::{Busy, CallNotConfirmed, CallRefused, PermissionDenied, ProtocolGarbage};
    for (status, body, code) in [
        (200, r#"{"data":{"code":"WAIT"}}"#, Busy),
        (200, r#"{"data":{"code":"NO"}}"#, CallRefused),
        (200, r#"{"data":{"code":7}}"#, CallRefused),
        (200, r#"{"code":"OK"}"#, ProtocolGarbage),
        (200, "", ProtocolGarbage),
        (301, r#"{"data":{"code":"OK"}}"#, ProtocolGarbage),
        (401, "", PermissionDenied),
        (404, "", CallRefused),
        (429, "", Busy),
        (500, r#"{"data":{"code":"OK"}}"#, CallNotConfirmed),
        (999, "", CallNotConfirmed),
    ] {
        assert_eq!(judge(status, body), Err(code), "{status} {body}");
    }
}

#[test]
fn addresses_and_shapes_that_cannot_be_used() {
    for (path, settings) in [
        ("https://queue.example/", json!({})),
        ("http://", json!({})),
        ("http://user:s3cret@queue.example/", json!({})),
        ("http://queue.example/", json!({ "fields": { "ticket": 7 } })),
        ("http://queue.example/", json!({ "accepted": { "pointer": "code", "equals": 0 } })),
        ("http://queue.example/", json!({ "also": "hall" })),
    ] {
        let config = config("caller-http", path, &settings);
        let id = DeviceId::new("caller-http", &config.path);
        let fault = HttpCaller.open(&id, std::slice::from_ref(&config)).err().unwrap();
        assert_eq!(fault.code, FaultCode::BadConfiguration, "{path}");
        assert!(!fault.detail.contains("s3cret"));
        let listed = HttpCaller.list(std::slice::from_ref(&config)).unwrap();
        assert!(
            !serde_json::to_string(&listed[0].connection).unwrap().contains("s3cret"),
            "a password in a list"
        );
    }
}

proptest! {
    #[test]
    fn any_answer_is_judged(status in any::<u16>(), body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let config = config("caller-http", "http://q/", &json!({ "accepted": { "pointer": "/code", "equals": 0 } }));
        let shape = Shape::of_settings(Settings::new(&config)).unwrap();
        if shape.judge(status, &body).is_ok() {
            prop_assert!((200..300).contains(&status));
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&body).unwrap()["code"] == 0);
        }
    }
}

/// The recording of the tree, which must play for ever; `UPDATE_TAPES=1` makes it anew.
fn kept(fresh: &Path) -> PathBuf {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tapes").join(fresh.file_name().unwrap());
    if std::env::var_os("UPDATE_TAPES").is_some() {
        std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
        std::fs::copy(fresh, &kept).unwrap();
    }
    kept
}

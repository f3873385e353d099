//! The driver against virtual pads; a recording that plays again.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use driver_contract::{
    Attestation, CollectingContext, DeviceClass, DeviceConfig, DeviceId, DriverFactory, EvaluationParameters,
    FaultCode, OpenDevice, Outcome, Replay, Task, sm3_hex,
};
use driver_evaluation::{FrameEvaluation, Talk};
use driver_line::Model;
use serde_json::json;
use virtual_devices::evaluation::VirtualEvaluationPad;

const LONG: Duration = Duration::from_secs(30);
const MODEL: &str = include_str!("../../../../assets/devices/evaluation-serial.toml");

fn config(model: &str, path: &Path) -> DeviceConfig {
    serde_json::from_value(json!({ "driver": "evaluation-frames", "path": path, "attestation": "virtual",
        "settings": { "model": model } }))
    .unwrap()
}

fn open(config: &DeviceConfig) -> Result<Box<dyn OpenDevice>, FaultCode> {
    let id = DeviceId::new("evaluation-frames", &config.path);
    FrameEvaluation.open(&id, std::slice::from_ref(config)).map_err(|fault| fault.code)
}

fn asked(device: &mut dyn OpenDevice, pad: &VirtualEvaluationPad, key: u8) -> (u8, Vec<u8>) {
    let before = pad.times_asked();
    let mut context = CollectingContext::new(LONG);
    let task = Task::Evaluate(EvaluationParameters {
        prompt: "请对本次服务评价，谢谢您的配合与支持".into()
    });
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            assert!(pad.wait_until_asked(before + 1, LONG));
            pad.press(key);
        });
        device.run(&task, &mut context).unwrap()
    });
    let Outcome::Evaluated(reading) = outcome else { panic!("{outcome:?}") };
    assert_eq!(reading.provenance.raw_sm3, sm3_hex(&reading.raw));
    (reading.score, reading.raw)
}

#[test]
fn every_key_has_its_level_on_both_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("serial");
    let serial = VirtualEvaluationPad::serial(&path).unwrap();
    let mut device = open(&config("evaluation-serial", &path)).unwrap();
    let node = folder.path().join("hid");
    let hid = VirtualEvaluationPad::hid(&node).unwrap();
    let mut other = open(&config("evaluation-hid", &node)).unwrap();
    for key in 1..=5 {
        assert_eq!(asked(device.as_mut(), &serial, key), (6 - key, serial.frame(key)));
        assert_eq!(asked(other.as_mut(), &hid, key), (6 - key, hid.frame(key)));
    }
    // The prompt is cut between two characters: 20 of them have 40 bytes.
    let shown = serial.prompt();
    assert_eq!(shown.len(), 40);
    assert_eq!(shown[..4], [0xc7, 0xeb, 0xb6, 0xd4], "请对 in GB 18030");
}

#[test]
fn a_recorded_evaluation_plays_again_and_only_virtual_pads_are_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pad");
    let pad = VirtualEvaluationPad::serial(&path).unwrap();
    let tape = folder.path().join("evaluation.tape");
    let mut config = config("evaluation-serial", &path);
    config.record = Some(tape.clone().into());
    let recorded = asked(open(&config).unwrap().as_mut(), &pad, 3);

    for tape in [kept(&tape), tape] {
        let model = Model::parse(MODEL, DeviceClass::EvaluationPad).unwrap();
        let mut talk = Talk::new(Replay::load(&tape).unwrap(), model).unwrap();
        talk.ask("请对本次服务评价，谢谢您的配合与支持").unwrap();
        let key = loop {
            if let Some(key) = talk.key(&mut |error| panic!("{error}")).unwrap() {
                break key;
            }
        };
        assert_eq!(key, recorded);
        talk.rest().unwrap();
        assert!(talk.ask("another prompt").is_err(), "a tape that was played is over");
    }

    config.attestation = Attestation::Physical;
    assert_eq!(open(&config).err(), Some(FaultCode::BadConfiguration));
}

#[test]
fn a_model_without_levels_is_refused() {
    for (from, to) in [("\"5\"", "\"6\""), ("means = \"key\"", "means = \"button\""), ("{key}", "??")] {
        let model = Model::parse(&MODEL.replace(from, to), DeviceClass::EvaluationPad).unwrap();
        let refused = Talk::new(Replay::new(Vec::new()), model).err().unwrap();
        assert_eq!(refused.fault_code(), FaultCode::BadConfiguration);
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

//! The drivers against virtual scanners.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use driver_code::serial::{SerialCodes, SerialSource, Terminator};
use driver_code::wedge::WedgeCodes;
use driver_code::{Encoding, Rules};
use driver_contract::{
    Attestation, CodeReading, CollectingContext, DeviceConfig, DeviceEvent, DeviceId, DriverFactory,
    FaultCode, OpenDevice, Outcome, Replay, Task, sm3_hex,
};
use serde_json::json;
use virtual_devices::code::{VirtualSerialScanner, VirtualWedge};

const LONG: Duration = Duration::from_secs(30);

fn config(driver: &str, path: &Path, settings: &serde_json::Value) -> DeviceConfig {
    let mut config: DeviceConfig =
        serde_json::from_value(json!({ "driver": driver, "path": path, "attestation": "virtual" })).unwrap();
    config.settings = serde_json::from_value(settings.clone()).unwrap();
    config
}

fn open(factory: &dyn DriverFactory, config: &DeviceConfig) -> Result<Box<dyn OpenDevice>, FaultCode> {
    let id = DeviceId::new(factory.name(), &config.path);
    factory.open(&id, std::slice::from_ref(config)).map_err(|fault| fault.code)
}

/// Watches until so many codes have come.
fn codes(device: &mut dyn OpenDevice, count: usize, scan: impl FnOnce() + Send) -> Vec<CodeReading> {
    let context = CollectingContext::new(LONG);
    let enough = context.cancel_switch();
    let mut seen = 0;
    let mut context = context.listening(move |event| {
        if let DeviceEvent::CodeRead(_) = event {
            seen += 1;
            enough.store(seen == count, Ordering::SeqCst);
        }
    });
    let outcome = std::thread::scope(|scope| {
        scope.spawn(scan);
        device.run(&Task::WatchCodes, &mut context)
    });
    assert_eq!(outcome, Ok(Outcome::Stopped));
    let readings: Vec<CodeReading> = context
        .events
        .into_iter()
        .filter_map(|event| if let DeviceEvent::CodeRead(reading) = event { Some(*reading) } else { None })
        .collect();
    assert_eq!(readings.len(), count);
    for reading in &readings {
        assert_eq!(reading.provenance.raw_sm3, sm3_hex(&reading.raw));
        assert!(!format!("{reading:?}").contains("DEMO"), "a code in a log");
    }
    readings
}

fn texts(readings: &[CodeReading]) -> Vec<&str> {
    readings.iter().map(|reading| reading.text.as_str()).collect()
}

#[test]
fn a_typing_scanner_types_every_letter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wedge");
    let scanner = VirtualWedge::start(&path).unwrap();
    let mut device = open(&WedgeCodes, &config("code-wedge", &path, &json!({}))).unwrap();
    let all = "DEMO abcxyzABCXYZ 0123456789 `-=[]\\;',./~!@#$%^&*()_+{}|:\"<>?";
    let readings = codes(device.as_mut(), 2, || {
        assert!(scanner.wait_until_grabbed(LONG));
        scanner.type_text(all, 2);
        scanner.type_text("https://hall.example/c?n=DEMO-1", 20);
    });
    assert_eq!(texts(&readings), [all, "https://hall.example/c?n=DEMO-1"]);
    assert!(!scanner.is_grabbed());
}

#[test]
fn a_recorded_scan_plays_again_and_only_virtual_scanners_are_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scanner");
    let scanner = VirtualSerialScanner::start(&path).unwrap();
    let tape = folder.path().join("codes.tape");
    let mut config = config("code-serial", &path, &json!({ "repeat_ms": 0 }));
    config.record = Some(tape.clone().into());
    let mut device = open(&SerialCodes, &config).unwrap();
    let readings = codes(device.as_mut(), 3, || {
        // What comes before the watch's first look is thrown away.
        std::thread::sleep(Duration::from_millis(700));
        scanner.scan("DEMO-演示".as_bytes());
        scanner.scan(&[0xd1, 0xdd, 0xca, 0xbe]);
        scanner.scan(b"DEMO-3");
    });
    assert_eq!(texts(&readings), ["DEMO-演示", "演示", "DEMO-3"]);
    drop(device);

    let recorded: Vec<_> = readings.into_iter().map(|reading| (reading.text, reading.raw)).collect();
    for tape in [kept(&tape), tape] {
        let rules = Rules {
            encoding: Encoding::Either,
            longest: 100,
            no_read: String::new(),
            repeat: Duration::ZERO,
        };
        let replay = Replay::load(&tape).unwrap();
        let mut again = SerialSource::new(replay, rules, Terminator::AnyEndOfLine, LONG);
        let mut played = Vec::new();
        while played.len() < 3 {
            played.extend(again.scans().unwrap().into_iter().map(Result::unwrap));
        }
        assert_eq!(played, recorded);
    }

    config.attestation = Attestation::Unattested;
    assert_eq!(open(&SerialCodes, &config).err(), Some(FaultCode::BadConfiguration));
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scanner");
    let _scanner = VirtualSerialScanner::start(&path).unwrap();
    for wrong in [
        json!({ "baud": 7 }),
        json!({ "terminator": "bell" }),
        json!({ "encoding": "ebcdic" }),
        json!({ "longest": 0 }),
        json!({ "repeat_ms": "often" }),
    ] {
        let config = config("code-serial", &path, &wrong);
        assert_eq!(open(&SerialCodes, &config).err(), Some(FaultCode::BadConfiguration), "{wrong}");
    }
}

#[test]
fn a_watch_steps_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scanner");
    let _scanner = VirtualSerialScanner::start(&path).unwrap();
    let mut device = open(&SerialCodes, &config("code-serial", &path, &json!({}))).unwrap();
    let mut context = CollectingContext::new(LONG);
    context.yield_switch().store(true, Ordering::SeqCst);
    assert_eq!(device.run(&Task::WatchCodes, &mut context), Ok(Outcome::Yielded));
    let state = device.run(&Task::CheckState, &mut CollectingContext::new(LONG));
    assert_eq!(state, Ok(Outcome::State(Vec::new())));
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

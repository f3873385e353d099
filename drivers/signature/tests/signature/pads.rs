//! The drivers against virtual pads.

use std::path::{Path, PathBuf};
use std::time::Duration;

use driver_contract::{
    Attestation, Capabilities, CollectingContext, DeviceConfig, DeviceEvent, DeviceId, DriverFactory, Fault,
    FaultCode, OpenDevice, Outcome, PictureSize, Replay, SignatureParameters, SignatureReading, Task, Word,
    sm3_hex,
};
use driver_line::Model;
use driver_signature::evdev::PenInput;
use driver_signature::serial::{FramePad, SerialPad};
use driver_signature::stu::Stu;
use driver_signature::{Pad, PadKey, PadNews};
use serde_json::json;
use virtual_devices::signature::{PenMove, VirtualFramePad, VirtualStu, VirtualTablet, handwriting};

pub(crate) const LONG: Duration = Duration::from_secs(30);
const MODEL: &str = include_str!("../../../../assets/devices/signature-frames.toml");

pub(crate) fn config(driver: &str, path: &Path) -> DeviceConfig {
    serde_json::from_value(json!({
        "driver": driver, "path": path, "attestation": "virtual",
        "settings": { "model": "signature-frames", "keys": { "256": "finish", "257": "clear" } }
    }))
    .unwrap()
}

pub(crate) fn open(factory: &dyn DriverFactory, config: &DeviceConfig) -> Result<Box<dyn OpenDevice>, Fault> {
    let id = DeviceId::new(factory.name(), &config.path);
    factory.open(&id, std::slice::from_ref(config))
}

fn sign(
    device: &mut dyn OpenDevice,
    hand: impl FnOnce() + Send,
    finish: Option<usize>,
) -> (Result<SignatureReading, Fault>, Vec<DeviceEvent>) {
    let mut context = CollectingContext::new(LONG);
    let words = context.words();
    let mut seen = 0;
    context = context.listening(move |event| {
        if let DeviceEvent::Strokes(strokes) = event {
            seen += strokes.len();
            if finish == Some(seen) {
                words.say(Word::Finish);
            }
        }
    });
    let task = Task::Sign(SignatureParameters {
        title: String::new(),
        text: String::new(),
        screen: Vec::new(),
        idle_ms: 20_000,
    });
    let result = std::thread::scope(|scope| {
        scope.spawn(hand);
        device.run(&task, &mut context)
    });
    let result = result.map(|outcome| match outcome {
        Outcome::Signature(reading) => *reading,
        other => panic!("{other:?}"),
    });
    (result, context.events)
}

fn same(reading: &SignatureReading, moves: &[PenMove]) {
    assert_eq!(reading.points.len(), moves.len());
    for (point, pen) in reading.points.iter().zip(moves) {
        assert_eq!((point.x, point.y, point.down), (pen.x, pen.y, pen.down));
        assert_eq!(point.at_ms, pen.at_ms - moves[0].at_ms);
        assert_eq!(point.pressure, if pen.down { pen.pressure } else { 0 });
    }
    assert_eq!(reading.provenance.raw_sm3, sm3_hex(&reading.raw));
}

#[test]
fn a_stu_pad_gives_every_point_and_is_left_blank() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pad");
    let pad = VirtualStu::start(&path).unwrap();
    let mut device = open(&Stu, &config("wacom-stu", &path)).unwrap();
    assert_eq!(device.info().model.model, "STU-430");
    let expected = Capabilities::SignaturePad {
        width: 9600,
        height: 6000,
        pressure: 1023,
        display: Some(PictureSize { width: 320, height: 200 }),
    };
    assert_eq!(device.info().capabilities, expected);
    let moves = handwriting(VirtualStu::FIELD.0, VirtualStu::FIELD.1, 200);
    let hand = || {
        assert!(pad.wait_until_ready(LONG));
        pad.write(&moves);
    };
    let (reading, _) = sign(device.as_mut(), hand, Some(moves.len()));
    let reading = reading.unwrap();
    same(&reading, &moves);
    assert_eq!(reading.raw.len(), moves.len() * 11);
    assert!(!pad.is_inking());
    assert_eq!(pad.times_cleared(), 2, "before and after");
    assert!(
        matches!(device.run(&Task::CheckState, &mut CollectingContext::new(LONG)), Ok(Outcome::State(s)) if s.is_empty())
    );
}

#[test]
fn a_tablet_gives_every_point_from_its_own_edges_and_its_keys_work() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pad");
    let pad = VirtualTablet::start(&path).unwrap();
    let mut device = open(&PenInput, &config("pen-evdev", &path)).unwrap();
    let moves = handwriting(VirtualTablet::FIELD.0, VirtualTablet::FIELD.1, 133);
    let hand = || {
        assert!(pad.wait_until_ready(LONG));
        pad.write(&moves[..50]);
        pad.press(257);
        pad.write(&moves);
        pad.press(256);
    };
    let (reading, events) = sign(device.as_mut(), hand, None);
    same(&reading.unwrap(), &moves);
    assert!(events.contains(&DeviceEvent::Cleared));
    assert!(!pad.is_grabbed());
    drop(device);
    pad.lose_axes(true);
    assert_eq!(open(&PenInput, &config("pen-evdev", &path)).err().unwrap().code, FaultCode::ProtocolGarbage);
}

#[test]
fn a_socket_in_a_nodes_place_is_taken_from_virtual_devices_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pad");
    let _pad = VirtualStu::start(&path).unwrap();
    let mut config = config("wacom-stu", &path);
    config.attestation = Attestation::Physical;
    assert_eq!(open(&Stu, &config).err().unwrap().code, FaultCode::BadConfiguration);
}

#[test]
fn a_recorded_signature_plays_again_and_only_virtual_pads_are_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pad");
    let pad = VirtualFramePad::start(&path).unwrap();
    let tape = folder.path().join("signature.tape");
    let mut config = config("signature-frames", &path);
    config.record = Some(tape.clone().into());
    let mut device = open(&SerialPad, &config).unwrap();
    let moves = handwriting(VirtualFramePad::FIELD.0, VirtualFramePad::FIELD.1, 150);
    let hand = || {
        assert!(pad.wait_until_ready(LONG));
        // A line that is not clean: a few bytes of noise cost nothing.
        pad.send_raw(&[0x00, 0xff, 0xa5]);
        pad.write(&moves);
        pad.press(1);
    };
    let (reading, _) = sign(device.as_mut(), hand, None);
    let reading = reading.unwrap();
    same(&reading, &moves);
    drop(device);

    for tape in [kept(&tape), tape] {
        let model = Model::parse(MODEL, driver_contract::DeviceClass::SignaturePad).unwrap();
        let mut again = FramePad::new(Replay::load(&tape).unwrap(), model).unwrap();
        again
            .begin(
                &SignatureParameters {
                    title: String::new(),
                    text: String::new(),
                    screen: Vec::new(),
                    idle_ms: 0,
                },
                &|| false,
            )
            .unwrap();
        let (mut raw, mut done) = (Vec::new(), false);
        while !done {
            for news in again.next().unwrap() {
                match news {
                    PadNews::Pen { raw: report, .. } => raw.extend(report),
                    PadNews::Key(PadKey::Finish) => done = true,
                    PadNews::Key(key) => panic!("{key:?}"),
                    PadNews::Spoilt(_) => {}
                }
            }
        }
        assert!(raw == reading.raw);
    }

    config.attestation = Attestation::Unattested;
    assert_eq!(open(&SerialPad, &config).err().unwrap().code, FaultCode::BadConfiguration);
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

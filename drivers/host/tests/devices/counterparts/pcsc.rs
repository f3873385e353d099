//! pcscd with vpcd's reader, and the vsmartcard project's own card emulator in it: a card that none of us wrote. It is
//! no social security card, and must be told as one that is not known.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use driver_contract::{Accessibility, DeviceClass, DeviceEvent, FaultCode, Outcome, Task, TaskNews};
use serde_json::json;
use virtual_devices::chip::{ChipFault, ChipSlot, VirtualChipCard};

use crate::pcscd::{READER, Service};
use crate::post::{LONG, Post};

fn post(service: &Service, folder: tempfile::TempDir) -> Post {
    let entry = json!({ "driver": "pcsc", "path": READER, "attestation": "virtual" });
    let post = Post::new(DeviceClass::ChipCardReader, folder, &entry);
    post.with_environment(&[("PCSCLITE_CSOCK_NAME", service.socket().to_str().unwrap())])
}

#[test]
fn service_with_its_virtual_reader() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Service::new(folder.path());
    service.start(true);
    let mut slot = ChipSlot::new(service.port);
    let mut post = post(&service, folder);
    let readers = post.client().list(LONG).unwrap();
    let names: Vec<&str> = readers.iter().map(|info| info.model.model.as_str()).collect();
    assert_eq!(names, [READER, "Virtual PCD 00 01"], "both slots, as pcscd names them");
    assert!(readers.iter().all(|info| info.accessibility == Accessibility::Accessible));
    slot.insert(VirtualChipCard::new("B12345670"), LONG).unwrap();
    let outcome = post.run(Task::ReadChip, LONG);
    let Ok(Outcome::Chip(reading)) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(reading.card_number.as_deref(), Some("B12345670"));
    // Answer to reset, two selections, the record: all that the SM3 was taken of.
    assert!(
        reading.raw.starts_with(&[0x3b, 0x85, 0x80, 0x01]) && reading.raw.ends_with(b"B12345670\x90\x00")
    );
    assert_eq!(reading.provenance.raw_sm3, driver_contract::sm3_hex(&reading.raw));
}

#[test]
fn card_that_comes_later_and_wants_its_record_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = Service::new(folder.path());
    service.start(true);
    let mut slot = ChipSlot::new(service.port);
    let mut post = post(&service, folder);
    let device = post.device.clone();
    let running = post.client().begin(&device, Task::ReadChip, LONG).unwrap();
    std::thread::sleep(Duration::from_millis(700));
    slot.insert(VirtualChipCard::new("C12345670").with_fault(ChipFault::Fetched), LONG).unwrap();
    let mut present = 0;
    let outcome = running.finish(|news| {
        if let TaskNews::Event(DeviceEvent::Present) = news {
            present += 1;
        }
    });
    let Ok(Outcome::Chip(reading)) = &outcome else { panic!("{outcome:?}") };
    assert_eq!((reading.card_number.as_deref(), present), (Some("C12345670"), 1));
}

#[test]
fn foreign_card() {
    let folder = tempfile::tempdir().unwrap();
    // Debian's package installs the emulator beside Python's path, and it asks for a library by its older name.
    let modules = folder.path().join("modules");
    std::fs::create_dir(&modules).unwrap();
    std::os::unix::fs::symlink("/usr/lib/python3/dist-packages/Cryptodome", modules.join("Crypto")).unwrap();
    let path = format!("{}:/usr/lib/python3/site-packages/virtualsmartcard", modules.display());
    let mut service = Service::new(folder.path());
    service.start(true);
    let log = std::fs::File::create(folder.path().join("vicc.log")).unwrap();
    let mut card = Command::new("/usr/bin/python3")
        .args([
            "/usr/bin/vicc",
            "--type",
            "iso7816",
            "--hostname",
            "127.0.0.1",
            "--port",
            &service.port.to_string(),
        ])
        .env("PYTHONPATH", path)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .expect("vicc of vsmartcard-vpicc");
    let log = folder.path().join("vicc.log");
    let mut post = post(&service, folder);
    let until = Instant::now() + LONG;
    // Python needs its time; the reader is empty until then.
    let fault = loop {
        let fault = post.run(Task::ReadChip, Duration::from_secs(4)).unwrap_err();
        let said = || std::fs::read_to_string(&log).unwrap_or_default();
        assert!(
            card.try_wait().unwrap().is_none() || fault.code == FaultCode::ChipUnknown,
            "vicc: {}",
            said()
        );
        if fault.code != FaultCode::NoChipCard || Instant::now() > until {
            break fault;
        }
    };
    card.kill().unwrap();
    card.wait().unwrap();
    assert_eq!(fault.code, FaultCode::ChipUnknown, "{fault:?}");
    // The card has gone with its program.
    std::thread::sleep(Duration::from_millis(1200));
    post.fails(Task::ReadChip, Duration::from_secs(3), FaultCode::NoChipCard);
}

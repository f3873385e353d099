//! What a host says to its terminal and a terminal to its server; recordings.

use domain::device::{DeviceRecord, warnings};
use driver_contract::wire::{FromHost, ToHost, read_frame, write_frame};
use driver_contract::{Clarity, ContractHead, ContractTape, Moment, TapeLine};

/// Recordings of a device's traffic.
pub(crate) fn tapes(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = TapeLine::parse_all(text);
    }
}

/// Recordings at the contract: what was read is written and read again as the same; masked twice is masked once.
pub(crate) fn contract_tapes(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(tape) = ContractTape::parse(text) else { return };
    let written = tape.to_string();
    assert_eq!(ContractTape::parse(&written).ok().as_ref(), Some(&tape));
    assert_eq!(ContractHead { clarity: tape.head.clarity, device: tape.head.device.clone() }, tape.head);
    for section in tape.sections {
        let task = section.task.on_tape(Clarity::Masked);
        assert_eq!(task.as_ref().and_then(|task| task.on_tape(Clarity::Masked)), task);
        for (_, moment) in section.moments {
            let Moment::Event(event) = moment else { continue };
            let masked = event.on_tape(Clarity::Masked);
            assert_eq!(masked.clone().and_then(|event| event.on_tape(Clarity::Masked)), masked);
        }
        if let Ok(outcome) = section.end {
            let masked = outcome.on_tape(Clarity::Masked);
            assert_eq!(masked.clone().and_then(|outcome| outcome.on_tape(Clarity::Masked)), masked);
        }
    }
}

/// Messages between terminal and host: what was read is written and read again as the same.
pub(crate) fn host_messages(bytes: &[u8]) {
    let mut stream = bytes;
    while let Ok(Some(message)) = read_frame::<FromHost>(&mut stream) {
        let mut again = Vec::new();
        if write_frame(&mut again, &message).is_ok() {
            let read: Option<FromHost> = read_frame(&mut again.as_slice()).ok().flatten();
            assert_eq!(read, Some(message));
        }
    }
    let mut stream = bytes;
    while let Ok(Some(_)) = read_frame::<ToHost>(&mut stream) {}
}

/// A terminal's word about its devices, as the server takes it.
pub(crate) fn device_records(bytes: &[u8]) {
    let Ok(records) = domain::cbor::from_slice::<Vec<DeviceRecord>>(bytes) else { return };
    for record in records.iter().filter(|record| record.is_sound()) {
        let now = record.seen;
        let told = warnings(record, now);
        assert!(told.iter().all(|warning| !warning.chinese().is_empty()));
        let mut joined = record.clone();
        joined.join(record.clone());
        assert!(joined.is_sound(), "two sound records make a sound one");
    }
}

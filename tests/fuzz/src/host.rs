//! What a host says to its terminal and a terminal to its server; recordings.

use domain::device::{DeviceRecord, warnings};
use driver_contract::TapeLine;
use driver_contract::wire::{FromHost, ToHost, read_frame, write_frame};

/// Recordings of a device's traffic.
pub(crate) fn tapes(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = TapeLine::parse_all(text);
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

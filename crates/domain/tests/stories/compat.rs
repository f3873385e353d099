//! Bytes are for ever: what the first version wrote, every version reads.
//!
//! `tests/compat/VERSION/*.hex` hold one line a type: its word and its bytes. A new type gets a new line, printed by
//! the failing test; a line that is there never changes.

use super::desk::AUXILIARY;
use super::samples::{commands, events, record, word};
use domain::cbor;
use domain::command::Command;
use domain::event::{Event, EventRecord};
use std::collections::BTreeMap;
use std::path::Path;

const FIRST: &str = "0.1";
/// 2026-11-23 04:00 UTC.
const TIME: i64 = 1_795_406_400_000;

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    assert_eq!(text.len() % 2, 0);
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn golden(file: &str) -> BTreeMap<String, Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/compat").join(FIRST).join(file);
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let (word, hex) = line.split_once(' ').unwrap();
            (word.to_owned(), from_hex(hex))
        })
        .collect()
}

/// Compares what is written now with the golden lines; gives the lines that are not there yet.
fn compare(golden: &BTreeMap<String, Vec<u8>>, now: &[(String, Vec<u8>)]) -> Vec<String> {
    let mut new = Vec::new();
    for (word, bytes) in now {
        match golden.get(word) {
            Some(known) => assert_eq!(to_hex(known), to_hex(bytes), "the bytes of {word} changed"),
            None => new.push(format!("{word} {}", to_hex(bytes))),
        }
    }
    new
}

#[test]
fn every_event_is_written_and_read_as_ever() {
    let records: Vec<EventRecord> =
        events().into_iter().map(|event| record(event, 7, AUXILIARY, TIME)).collect();
    let golden = golden("events.hex");
    let now: Vec<(String, Vec<u8>)> = records.iter().map(|one| (word(&one.event), one.to_bytes())).collect();
    let new = compare(&golden, &now);
    assert!(new.is_empty(), "add to tests/compat/{FIRST}/events.hex:\n{}", new.join("\n"));
    assert_eq!(golden.len(), 43, "one line for each type of event");
    for record in &records {
        assert!(!matches!(record.event, Event::Unknown { .. }));
        assert_eq!(EventRecord::from_bytes(&golden[&word(&record.event)]).unwrap(), *record);
    }
}

#[test]
fn every_command_is_written_and_read_as_ever() {
    let commands = commands();
    let golden = golden("commands.hex");
    let now: Vec<(String, Vec<u8>)> = commands.iter().map(|one| (word(one), cbor::to_vec(one))).collect();
    let new = compare(&golden, &now);
    assert!(new.is_empty(), "add to tests/compat/{FIRST}/commands.hex:\n{}", new.join("\n"));
    assert_eq!(golden.len(), 39, "one line for each type of command");
    for command in &commands {
        assert_eq!(cbor::from_slice::<Command>(&golden[&word(command)]).unwrap(), *command);
    }
}

#[test]
fn damaged_bytes_are_refused_and_never_panic() {
    for event in events() {
        let bytes = record(event, 7, AUXILIARY, TIME).to_bytes();
        for at in 0..bytes.len() {
            let _ = EventRecord::from_bytes(&bytes[..at]);
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x41;
            let _ = EventRecord::from_bytes(&flipped);
        }
        assert!(EventRecord::from_bytes(&bytes[..bytes.len() - 1]).is_err());
    }
}

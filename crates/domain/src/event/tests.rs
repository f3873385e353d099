use super::*;
use crate::person::{Post, Role};
use uuid::Uuid;

fn record(event: Event) -> EventRecord {
    EventRecord {
        schema: SCHEMA,
        id: EventId(Uuid::from_u128(1)),
        case: CaseId(Uuid::from_u128(2)),
        terminal: TerminalId(Uuid::from_u128(3)),
        epoch: 1,
        seq: 1,
        previous: ContentHash::ZERO,
        command: CommandId(Uuid::from_u128(4)),
        index: 0,
        count: 1,
        actor: Actor {
            officer: "F0001".into(),
            name: "演示".into(),
            post: Post { unit: UnitCode::try_from("999901001000").unwrap(), role: Role::Auxiliary },
        },
        time: EventTime { wall: 1, trusted: 2, confirmed: true },
        event,
    }
}

#[test]
fn bytes_are_stable_and_read_back() {
    let record = record(Event::SituationAnswered { question: "married".into(), answer: "yes".into() });
    let bytes = record.to_bytes();
    assert_eq!(bytes, record.to_bytes());
    assert_eq!(EventRecord::from_bytes(&bytes).unwrap(), record);
}

#[test]
fn an_event_of_tomorrow_keeps_its_envelope() {
    let known = record(Event::Closed { outcome: Outcome::Done });
    let mut value: Value = cbor::from_slice(&known.to_bytes()).unwrap();
    let event = entry(&mut value, "event").unwrap();
    *entry(event, "type").unwrap() = Value::Text("teleported".into());
    *entry(event, "data").unwrap() = Value::Integer(7.into());
    let read = EventRecord::from_bytes(&cbor::to_vec(&value)).unwrap();
    assert_eq!(read.event, Event::Unknown { kind: "teleported".into() });
    assert_eq!(read.seq, 1);
}

#[test]
fn every_known_type_is_listed() {
    let names = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/event.rs")).unwrap();
    let body = names.split("pub enum Event {").nth(1).unwrap().split("\n}\n").next().unwrap();
    let variants = body
        .lines()
        .filter(|line| line.starts_with("    ") && !line.starts_with("     "))
        .filter(|line| line.trim_start().starts_with(|sign: char| sign.is_ascii_uppercase()))
        .count();
    assert_eq!(variants - 1, KNOWN.len(), "all but Unknown");
}

#[test]
fn midnight_is_chinas() {
    assert_eq!(civil_day(1_767_196_800_000 - 1), Date::constant(2025, 12, 31));
    assert_eq!(civil_day(1_767_196_800_000), Date::constant(2026, 1, 1));
}

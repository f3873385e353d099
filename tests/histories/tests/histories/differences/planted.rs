//! The facts, each with the refusal that must be told.

use super::{Difference, Under, Where};
use domain::act::Base;
use domain::command::Command;
use domain::event::{CheckState, Decision, Event, Outcome};
use domain::ids::{CaseId, CommandId, ContentHash, EventId, TerminalId};
use domain::limit::Calendar;
use domain::matter::MatterDefinition;
use domain::person::Role;
use gm::SigningKey;
use rusqlite::Connection;
use std::sync::Arc;
use uuid::Uuid;

fn replace(db: &Connection, name: &ContentHash, body: &[u8]) {
    let changed = db.execute("UPDATE content SET body = ?1 WHERE hash = ?2", (body, name.to_hex())).unwrap();
    assert_eq!(changed, 1);
}

fn submitted(
    events: &mut [Event],
    change: impl Fn(&mut Option<String>, &mut String, &mut Option<jiff::civil::Date>),
) {
    let Some(Event::Submitted { number, query_password, due, .. }) = events.first_mut() else {
        panic!("{events:?}")
    };
    change(number, query_password, due);
}

#[allow(clippy::too_many_lines)] // a table
pub(super) fn differences() -> Vec<Difference> {
    use Under::{Lookup, Review, Submit};
    use Where::{Roster, Rows, Session, Wire};
    let one = |name, under, at, code, refusal| Difference { name, under, at, code, refusal };
    vec![
        // The server's side.
        one(
            "a row of a code table is missing",
            Submit,
            Rows(|db, truth| {
                let mut codes = truth.codes.clone();
                codes.tables.get_mut("sex").unwrap().rows.retain(|row| row.code != "2");
                replace(db, &truth.codes_name, &domain::cbor::to_vec(&codes));
            }),
            "FORGED",
            Some("INCOMPLETE"),
        ),
        one(
            "an exception of the calendar is removed",
            Submit,
            Rows(|db, truth| {
                let calendar =
                    Calendar { exceptions: std::collections::BTreeMap::new(), ..truth.calendar.clone() };
                assert_ne!(calendar, truth.calendar);
                replace(db, &truth.calendar_name, &domain::cbor::to_vec(&calendar));
            }),
            "FORGED",
            None,
        ),
        one(
            "a year of the calendar is missing",
            Submit,
            Rows(|db, truth| {
                let calendar = Calendar { years: Vec::new(), ..truth.calendar.clone() };
                replace(db, &truth.calendar_name, &domain::cbor::to_vec(&calendar));
            }),
            "FORGED",
            Some("CALENDAR_MISSING"),
        ),
        one(
            "the definition has the bytes of another version",
            Submit,
            Rows(|db, truth| {
                let mut other = truth.definition.clone();
                other.version = 2;
                other.sections[0].fields[3].required = true;
                replace(db, &truth.name, &other.to_bytes());
            }),
            "FORGED",
            Some("INCOMPLETE"),
        ),
        one(
            "the definition has another flow",
            Submit,
            Rows(|db, truth| {
                let mut other = truth.definition.clone();
                other.flow.steps.remove(0);
                replace(db, &truth.name, &other.to_bytes());
            }),
            "FORGED",
            None,
        ),
        one(
            "the definition lets other roles take in",
            Submit,
            Rows(|db, truth| {
                let other =
                    MatterDefinition { intake_roles: vec![Role::Officer], ..truth.definition.clone() };
                replace(db, &truth.name, &other.to_bytes());
            }),
            "FORGED",
            Some("ROLE_NOT_ALLOWED"),
        ),
        one(
            "the definition is gone",
            Submit,
            Rows(|db, truth| {
                db.execute("DELETE FROM content WHERE hash = ?1", [truth.name.to_hex()]).unwrap();
            }),
            "UNKNOWN_DEFINITION",
            None,
        ),
        one(
            "the last event that was placed is gone",
            Submit,
            Rows(|db, _| {
                let last = "DELETE FROM event WHERE rowid = (SELECT max(rowid) FROM event)";
                assert_eq!(db.execute(last, []).unwrap(), 1);
            }),
            "FORGED",
            Some("INCOMPLETE"),
        ),
        one(
            "the numbers were leased to nobody",
            Submit,
            Rows(|db, _| {
                db.execute("DELETE FROM number_block", []).unwrap();
            }),
            "NUMBER_NOT_LEASED",
            None,
        ),
        one(
            "the register's answer is not known",
            Lookup,
            Rows(|db, _| {
                assert_eq!(db.execute("DELETE FROM register_answer", []).unwrap(), 1);
            }),
            "UNKNOWN_ANSWER",
            None,
        ),
        one(
            "the post is not held any more",
            Submit,
            Roster(|text| text.replace("login = \"F0000\"", "login = \"F0009\""), i64::MAX / 4),
            "NO_LONGER_HOLDS",
            Some("POST_NOT_HELD"),
        ),
        one(
            "the roster is older than allowed",
            Submit,
            Roster(|text| text.replace("login = \"F0001\"", "login = \"F0008\""), -3_600_000),
            "ROSTER_TOO_OLD",
            None,
        ),
        one(
            "the unit has another level",
            Review,
            Roster(|text| text.replace("level = \"county\"", "level = \"city\""), i64::MAX / 4),
            "NO_LONGER_HOLDS",
            Some("UNIT_NOT_ALLOWED"),
        ),
        // The wire: facts that the context names.
        one(
            "the definition's hash is that of another matter",
            Submit,
            Wire(|lie| {
                // Known to the server, and not the one that the case keeps.
                lie.context.definition = lie.other;
            }),
            "FORGED",
            None,
        ),
        one(
            "the code tables are some that the server never gave",
            Submit,
            Wire(|lie| {
                lie.context.codes = ContentHash([9; 32]);
            }),
            "UNKNOWN_DEFINITION",
            None,
        ),
        one(
            "the calendar is one that the server never gave",
            Submit,
            Wire(|lie| {
                lie.context.calendar = ContentHash([9; 32]);
            }),
            "UNKNOWN_DEFINITION",
            None,
        ),
        one(
            "the roster is one of tomorrow",
            Submit,
            Wire(|lie| lie.context.roster += 1),
            "NO_AUTHORITY",
            None,
        ),
        one(
            "the trusted time is an hour ahead",
            Submit,
            Wire(|lie| {
                lie.context.time.trusted += 3_600_000;
            }),
            "CLOCK_AHEAD",
            None,
        ),
        one(
            "the trusted time lies before the log-in",
            Submit,
            Wire(|lie| {
                lie.context.time.trusted -= 3_600_000;
            }),
            "DELEGATION_ENDED",
            None,
        ),
        one(
            "the events say another time than the context",
            Submit,
            Wire(|lie| {
                lie.envelope = |record| record.time.trusted += 1;
            }),
            "FORGED",
            None,
        ),
        one("the line was down", Submit, Wire(|lie| lie.context.online = false), "FORGED", None),
        one(
            "another number was allotted",
            Submit,
            Wire(|lie| {
                lie.context.allotted.case_number = Some("1".into());
            }),
            "FORGED",
            None,
        ),
        one(
            "the event has another number than was allotted",
            Submit,
            Wire(|lie| {
                submitted(&mut lie.events, |number, _, _| *number = Some("1".into()));
            }),
            "FORGED",
            None,
        ),
        one(
            "another password was allotted",
            Submit,
            Wire(|lie| {
                lie.context.allotted.query_password = Some("000000".into());
            }),
            "FORGED",
            None,
        ),
        one(
            "the actor has another name",
            Submit,
            Wire(|lie| lie.context.actor.name = "别人".into()),
            "FORGED",
            None,
        ),
        one(
            "the actor is somebody else",
            Submit,
            Wire(|lie| {
                lie.context.actor.officer = "F0001".into();
            }),
            "FORGED",
            None,
        ),
        one(
            "the actor is in another post",
            Submit,
            Wire(|lie| {
                lie.context.actor.post.role = Role::Officer;
            }),
            "FORGED",
            None,
        ),
        one(
            "another terminal",
            Submit,
            Wire(|lie| {
                lie.context.terminal = TerminalId(Uuid::from_u128(3));
            }),
            "FORGED",
            None,
        ),
        // The wire: command, base and events.
        one(
            "the command has another content",
            Lookup,
            Wire(|lie| {
                let Command::RecordLookup { lookup, .. } = &mut lie.command else { panic!() };
                "nothing".clone_into(lookup);
            }),
            "FORGED",
            Some("UNKNOWN_NAME"),
        ),
        one(
            "the command is another",
            Submit,
            Wire(|lie| {
                lie.command = Command::Withdraw { reason: "改".into() };
            }),
            "FORGED",
            None,
        ),
        one(
            "the register's answer is altered",
            Lookup,
            Wire(|lie| {
                let Command::RecordLookup { answer, .. } = &mut lie.command else { panic!() };
                answer.values.insert("person.address".into(), "别处".into());
                for event in &mut lie.events {
                    match event {
                        Event::LookupRecorded { answer, register, .. } => {
                            answer.values.insert("person.address".into(), "别处".into());
                            register.values_mut().for_each(|value| *value = "别处".into());
                        }
                        Event::FieldsChanged { changes, .. } => changes[0].value = "别处".into(),
                        _ => {}
                    }
                }
            }),
            "UNKNOWN_ANSWER",
            None,
        ),
        one(
            "the register's state is altered",
            Lookup,
            Wire(|lie| {
                let Command::RecordLookup { answer, .. } = &mut lie.command else { panic!() };
                answer.state = CheckState::Differs;
            }),
            "FORGED",
            None,
        ),
        one(
            "the base is a version of tomorrow",
            Submit,
            Wire(|lie| lie.base.version += 9),
            "BROKEN_CHAIN",
            None,
        ),
        one(
            "the base knows nothing of the case",
            Submit,
            Wire(|lie| {
                lie.base = Base { version: 0, own: None };
            }),
            "FORGED",
            Some("CASE_NOT_OPEN"),
        ),
        one(
            "the base names an event that nobody made",
            Submit,
            Wire(|lie| {
                lie.base.own = Some(EventId(Uuid::from_u128(5)));
            }),
            "BROKEN_CHAIN",
            None,
        ),
        one(
            "an event has another value",
            Submit,
            Wire(|lie| {
                submitted(&mut lie.events, |_, _, due| *due = due.map(|day| day.tomorrow().unwrap()));
            }),
            "FORGED",
            None,
        ),
        one(
            "the events are in another order",
            Lookup,
            Wire(|lie| {
                assert!(lie.events.len() > 1);
                lie.events.reverse();
            }),
            "FORGED",
            None,
        ),
        one(
            "an event is dropped",
            Lookup,
            Wire(|lie| {
                assert!(lie.events.len() > 1);
                lie.events.pop();
            }),
            "FORGED",
            None,
        ),
        one(
            "an event is added",
            Submit,
            Wire(|lie| lie.events.push(Event::Closed { outcome: Outcome::Done })),
            "FORGED",
            None,
        ),
        one(
            "an event is of another case",
            Submit,
            Wire(|lie| {
                lie.envelope = |record| record.case = CaseId(Uuid::from_u128(8));
            }),
            "FORGED",
            None,
        ),
        one(
            "an event is of another command",
            Submit,
            Wire(|lie| {
                lie.envelope = |record| record.command = CommandId(Uuid::from_u128(8));
            }),
            "FORGED",
            None,
        ),
        one(
            "an event is of another epoch",
            Submit,
            Wire(|lie| lie.envelope = |record| record.epoch += 1),
            "FORGED",
            None,
        ),
        one(
            "the author's chain begins elsewhere",
            Submit,
            Wire(|lie| {
                lie.chain = Some(ContentHash([7; 32]));
            }),
            "BROKEN_CHAIN",
            None,
        ),
        one(
            "a reviewer's decision is turned",
            Review,
            Wire(|lie| {
                let Command::Review { decision, .. } = &mut lie.command else { panic!() };
                *decision = Decision::Refuse;
            }),
            "FORGED",
            Some("REASON_MISSING"),
        ),
        // Signatures.
        one(
            "signed with another key",
            Submit,
            Wire(|lie| {
                let old = &lie.session;
                lie.session = Arc::new(crate::window::Session {
                    key: SigningKey::generate().unwrap(),
                    officer_key: SigningKey::generate().unwrap(),
                    delegation: old.delegation.clone(),
                    actor: old.actor.clone(),
                });
            }),
            "BAD_SIGNATURE",
            None,
        ),
        one(
            "a bit of an event after it was signed",
            Submit,
            Wire(|lie| {
                lie.signed = |act| {
                    // The last byte of the time, whatever it is: the event still reads.
                    let bytes = &mut act.events[0].bytes;
                    let at = bytes.windows(7).position(|part| part == b"trusted").unwrap() + 15;
                    bytes[at] ^= 1;
                };
            }),
            "BAD_SIGNATURE",
            None,
        ),
        one(
            "the delegation has expired",
            Submit,
            Session(|delegation| {
                delegation.not_before -= 120_000;
                delegation.not_after = delegation.not_before + 1;
            }),
            "DELEGATION_ENDED",
            None,
        ),
        one(
            "the delegation is longer than a shift",
            Submit,
            Session(|delegation| {
                delegation.not_after += 24 * 3_600_000;
            }),
            "BAD_SIGNATURE",
            None,
        ),
        one(
            "the delegation is for another terminal",
            Submit,
            Session(|delegation| {
                delegation.terminal = TerminalId(Uuid::from_u128(4));
            }),
            "BAD_SIGNATURE",
            None,
        ),
    ]
}

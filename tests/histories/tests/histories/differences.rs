//! One fact changed at a time, on the way or in the server's own database, under an act that is placed otherwise. Each
//! must be found, and be answered with the refusal written here by hand.

use crate::dice::Dice;
use crate::report::{Report, Row};
use crate::site::{Site, Template};
use crate::window::{Session, Window, hash, now};
use domain::act::{Act, Base};
use domain::case::Case;
use domain::code::CodeTables;
use domain::command::Command;
use domain::context::{Allotted, Context, Facts};
use domain::decide::decide;
use domain::event::{
    CheckState, Decision, Event, EventRecord, EventTime, Identity, Outcome, RegisterAnswer, ValueSource,
};
use domain::identity::DocumentKind;
use domain::ids::{CaseId, CommandId, ContentHash, EventId, FieldPath, TerminalId};
use domain::limit::Calendar;
use domain::matter::MatterDefinition;
use domain::number::NumberKind;
use domain::person::{Actor, PersonRole, Role};
use gm::SigningKey;
use protocol::push::PushOutcome;
use protocol::register::QueryRequest;
use rusqlite::Connection;
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;

/// The matter of these acts: a code, a look-up, a signature, days of the calendar, a review.
pub const MATTER: &str = r#"
id = "H001"
version = 1
name = "演示差异"
short = "演示差异"
initials = "YSCY"
category = ["演示"]
family = "household"
intake_roles = ["auxiliary", "officer"]
limit = { unit = "working_days", count = 3 }
flow = "r-difference"
guide = { conditions = "演示", procedure = "演示" }
source = { document = "演示" }

[[section]]
id = "applicant"
title = "申请人"
person = "applicant"
field = [
    { id = "name", label = "姓名", kind = "name", required = true, card = "name" },
    { id = "number", label = "号码", kind = "id_number", required = true, card = "number" },
    { id = "sex", label = "性别", kind = "code", codes = "sex", required = true },
    { id = "address", label = "住址", kind = "address" },
]

[[signer]]
slot = "applicant"
label = "申请人"
person = "applicant"
name_field = "applicant.name"

[[lookup]]
id = "applicant"
title = "申请人户籍"
query = "person"
ask = { number = "applicant.number" }
fill = { "applicant.address" = "person.address" }
"#;

pub const FLOW: &str = r#"
id = "r-difference"
name = "演示差异"

[[step]]
id = "review"
kind = "review"
title = "审核"
state = "待审核"
level = "county"
roles = ["county_reviewer"]

[[step]]
id = "collect"
kind = "collect"
title = "领取"
state = "待领取"
level = "station"
roles = ["auxiliary", "officer"]
"#;

/// The act under which a fact is changed.
#[derive(Clone, Copy, PartialEq)]
enum Under {
    Submit,
    Lookup,
    Review,
}

/// An act before it is signed, with all that a liar may change.
struct Lie {
    context: Context,
    command: Command,
    events: Vec<Event>,
    base: Base,
    session: Arc<Session>,
    envelope: fn(&mut EventRecord),
    /// Changes the act after it was signed.
    signed: fn(&mut Act),
    /// What the author's chain is said to have been.
    chain: Option<ContentHash>,
    /// The definition of another matter.
    other: ContentHash,
}

/// Where a fact is changed.
enum Where {
    /// In the act.
    Wire(fn(&mut Lie)),
    /// In the act, by somebody who logs in anew.
    Session(fn(&mut protocol::credential::Delegation)),
    /// In the server's database.
    Rows(fn(&Connection, &Truth)),
    /// In the server's roster, put in force after the act was decided; and the longest age of a roster.
    Roster(fn(&str) -> String, i64),
}

/// Facts as they are.
struct Truth {
    definition: MatterDefinition,
    name: ContentHash,
    codes: CodeTables,
    calendar: Calendar,
    codes_name: ContentHash,
    calendar_name: ContentHash,
}

struct Difference {
    name: &'static str,
    under: Under,
    at: Where,
    /// The server's code, and the rules' own where they refuse.
    code: &'static str,
    refusal: Option<&'static str>,
}

fn keep_envelope(_: &mut EventRecord) {}
fn keep_act(_: &mut Act) {}

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
fn differences() -> Vec<Difference> {
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
            "FORGED",
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

/// A case at one window, ready for the act under which a fact is changed.
struct Ready {
    window: Window,
    session: Arc<Session>,
    case: Case,
    base: Base,
    answer: RegisterAnswer,
}

fn actor(window: &Window, id: &str) -> Actor {
    let officer = window.roster.officer(&id.into()).unwrap();
    Actor { officer: officer.id.clone(), name: officer.name.clone(), post: officer.posts[0].clone() }
}

impl Truth {
    fn facts<'a>(&'a self, roster: &'a domain::person::Roster) -> Facts<'a> {
        Facts { definition: &self.definition, codes: &self.codes, calendar: &self.calendar, roster }
    }

    async fn context(&self, window: &mut Window, session: &Session) -> Context {
        let time = now();
        Context {
            actor: session.actor.clone(),
            terminal: window.id,
            definition: self.name,
            codes: self.codes_name,
            calendar: self.calendar_name,
            roster: window.roster.version,
            time: EventTime { wall: time, trusted: time, confirmed: true },
            online: true,
            allotted: Allotted {
                case_number: window.number(NumberKind::Acceptance).await,
                intake_number: window.number(NumberKind::Intake).await,
                query_password: Some("246810".into()),
            },
        }
    }

    /// Brings a case as far as the act needs it.
    async fn ready(&self, site: &Site, template: &Template, under: Under, dice: &mut Dice) -> Ready {
        let mut window = Window::enrol(&site.url(), template.code("counter1"), "counter1").await;
        let session = window.session(&actor(&window, "F0000")).await;
        let born = jiff::civil::Date::constant(1990, 1, 1);
        let identity = Identity {
            document: DocumentKind::ResidentCard,
            number: check_assets::people::number(born, "2", 1),
            name: check_assets::people::name(7),
            sex: "2".into(),
            ethnic_group: "01".into(),
            birth_date: "1990-01-01".into(),
            address: String::new(),
            issuing_office: String::new(),
            valid_from: String::new(),
            valid_until: "长期".into(),
            portrait: None,
        };
        site.register.answers(
            "found",
            &RegisterAnswer {
                query_id: String::new(),
                state: CheckState::Agrees,
                answered_at: 1,
                values: [("person.address".to_owned(), "江城市城关区槐荫路18号".to_owned())].into(),
            },
            dice,
        );
        let request = QueryRequest {
            case: None,
            query: "person".into(),
            ask: [("number".to_owned(), identity.number.clone())].into(),
        };
        let answer: RegisterAnswer = window.post("/v1/register/query", &request).await.unwrap();
        let changes = vec![(FieldPath::from("applicant.sex"), "2".to_owned())];
        let mut commands = vec![
            Command::Open,
            Command::ReadIdentity { person: PersonRole::Applicant, identity, reading: None },
            Command::ChangeFields { changes, source: ValueSource::Typed, reason: String::new() },
        ];
        if under != Under::Lookup {
            let strokes = crate::clerk::blob(dice);
            commands.push(Command::Sign { slot: "applicant".into(), strokes, shown: ContentHash([5; 32]) });
        }
        if under == Under::Review {
            commands.push(Command::Submit);
        }
        let mut ready = Ready {
            case: Case::new(CaseId(dice.uuid())),
            base: Base { version: 0, own: None },
            window,
            session,
            answer,
        };
        for command in commands {
            let outcome = self.act(&mut ready, command, dice, |_| {}).await;
            assert!(matches!(outcome, PushOutcome::Placed { .. }), "{outcome:?}");
        }
        if under == Under::Review {
            let reviewer = actor(&ready.window, "C0000");
            ready.session = ready.window.session(&reviewer).await;
        }
        ready
    }

    async fn act(
        &self,
        ready: &mut Ready,
        command: Command,
        dice: &mut Dice,
        change: impl FnOnce(&mut Lie),
    ) -> PushOutcome {
        let context = self.context(&mut ready.window, &ready.session).await;
        let events = decide(&command, &ready.case, &context, &self.facts(&ready.window.roster)).unwrap();
        let mut lie = Lie {
            context,
            command,
            events,
            base: ready.base.clone(),
            session: Arc::clone(&ready.session),
            envelope: keep_envelope,
            signed: keep_act,
            chain: None,
            other: ready.window.edition.definitions[&"K07".into()],
        };
        change(&mut lie);
        if let Some(chain) = lie.chain {
            ready.window.chain_head = chain;
        }
        ready.window.take_numbers(&lie.events);
        let (mut act, records) = ready.window.sign(
            &lie.session,
            ready.case.id,
            lie.command,
            lie.context,
            lie.events,
            lie.base,
            dice,
            |_, record| (lie.envelope)(record),
        );
        (lie.signed)(&mut act);
        let outcome = ready.window.push(&[(act.to_bytes(), lie.session)]).await.remove(0);
        if let PushOutcome::Placed { version } = &outcome {
            for record in &records {
                ready.case.apply(record);
                ready.base.own = Some(record.id);
            }
            ready.base.version = *version;
        }
        outcome
    }
}

fn command(under: Under, ready: &Ready) -> Command {
    match under {
        Under::Submit => Command::Submit,
        Under::Lookup => Command::RecordLookup { lookup: "applicant".into(), answer: ready.answer.clone() },
        Under::Review => crate::clerk::review(Decision::Pass),
    }
}

fn told(outcome: &PushOutcome) -> (String, Option<&'static str>) {
    match outcome {
        PushOutcome::Rejected { code, refusal, .. } => {
            (code.code().to_owned(), refusal.as_ref().map(domain::refusal::Refusal::code))
        }
        other => (format!("{other:?}"), None),
    }
}

async fn play(
    template: &Template,
    truth: &Truth,
    one: &Difference,
    dice: &mut Dice,
) -> (String, Option<&'static str>) {
    let mut site = Site::start(template).await;
    let mut ready = truth.ready(&site, template, one.under, dice).await;
    let command = command(one.under, &ready);
    let outcome = match &one.at {
        Where::Wire(change) => truth.act(&mut ready, command, dice, change).await,
        Where::Session(change) => {
            let actor = ready.session.actor.clone();
            let session = ready.window.log_in(&actor, change).await;
            ready.session = Arc::new(session);
            truth.act(&mut ready, command, dice, |_| {}).await
        }
        Where::Rows(change) => {
            // The number is leased before, as a terminal does.
            truth.context(&mut ready.window, &ready.session.clone()).await;
            site.stop().await;
            change(&Connection::open(site.data().join("server.db")).unwrap(), truth);
            site.restart().await;
            ready.window.url = site.url();
            truth.act(&mut ready, command, dice, |_| {}).await
        }
        Where::Roster(change, age) => {
            truth.context(&mut ready.window, &ready.session.clone()).await;
            site.new_people(template, *change, *age).await;
            ready.window.url = site.url();
            truth.act(&mut ready, command, dice, |_| {}).await
        }
    };
    told(&outcome)
}

#[test]
fn every_planted_difference_of_context_is_found() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let template = Template::prepare(1, 0).await;
        let definition = template.catalogue.definition("H001").unwrap().clone();
        let truth = Truth {
            name: hash(&definition.to_bytes()),
            definition,
            codes_name: hash(&domain::cbor::to_vec(&template.catalogue.codes)),
            calendar_name: hash(&domain::cbor::to_vec(&template.catalogue.calendar)),
            codes: template.catalogue.codes.clone(),
            calendar: template.catalogue.calendar.clone(),
        };
        let mut dice = Dice::new(20_261_123);
        let mut rows = Vec::new();
        let row = |id: String, begun: Instant, good: bool, evidence: String| Row {
            input: hash(id.as_bytes()).to_hex()[..16].to_owned(),
            id,
            result: if good { "passed" } else { "failed" }.to_owned(),
            seconds: begun.elapsed().as_secs_f64(),
            agreed: usize::from(good),
            failed: usize::from(!good),
            evidence,
        };
        // Without a difference each of the acts is placed: what is found below is the difference.
        for under in [Under::Submit, Under::Lookup, Under::Review] {
            let site = Site::start(&template).await;
            let mut ready = truth.ready(&site, &template, under, &mut dice).await;
            let command = command(under, &ready);
            let outcome = truth.act(&mut ready, command, &mut dice, |_| {}).await;
            assert!(matches!(outcome, PushOutcome::Placed { .. }), "{outcome:?}");
        }
        let all = differences();
        assert!(all.len() >= 20);
        let mut wrong = Vec::new();
        for one in &all {
            let begun = Instant::now();
            let found = play(&template, &truth, one, &mut dice).await;
            let good = found == (one.code.to_owned(), one.refusal);
            let said = format!("{} {:?}", found.0, found.1);
            if !good {
                wrong.push(format!("{}: {said}, and not {} {:?}", one.name, one.code, one.refusal));
            }
            rows.push(row(format!("difference › {}", one.name), begun, good, said));
        }
        let report = Report::take("differences", rows);
        println!("differences: {} found, {} not", report.agreed(), report.failed());
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

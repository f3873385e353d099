//! One fact changed at a time, on the way or in the server's own database, under an act that is placed otherwise. Each
//! must be found, and be answered with the refusal written here by hand.

mod planted;

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
    CheckState, Decision, Event, EventRecord, EventTime, Identity, RegisterAnswer, ValueSource,
};
use domain::identity::DocumentKind;
use domain::ids::{CaseId, ContentHash, FieldPath};
use domain::limit::Calendar;
use domain::matter::MatterDefinition;
use domain::number::NumberKind;
use domain::person::{Actor, PersonRole};
use protocol::push::PushOutcome;
use protocol::register::QueryRequest;
use rusqlite::Connection;
use std::sync::Arc;
use std::time::Instant;

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
            duplicates: Vec::new(),
            elsewhere: None,
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
        let all = planted::differences();
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

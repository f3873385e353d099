//! A counter for tests: people, a clock, and a case on a shipped definition.

use domain::case::Case;
use domain::catalogue::{Catalogue, FOLDERS, NamedText};
use domain::cbor;
use domain::command::Command;
use domain::context::{Allotted, Context, Facts};
use domain::decide::decide;
use domain::event::{
    Attestation, BlobRef, CheckState, Decision, Event, EventRecord, EventTime, Identity, PrintedDocument,
    Reading, Reason, RegisterAnswer, SCHEMA, ValueSource,
};
use domain::flow::Level;
use domain::identity::{DocumentKind, check_character};
use domain::ids::{CaseId, CommandId, ContentHash, EventId, FieldPath, PageId, TerminalId, UnitCode};
use domain::matter::{MaterialRule, MatterDefinition};
use domain::person::{Actor, Officer, PersonRole, Post, Role, Roster, Unit};
use domain::refusal::Refusal;
use domain::register::flatten;
use domain::requirement::{Missing, material_applies, missing, signer_applies};
use jiff::civil::Date;
use serde_json::Value;
use std::path::Path;
use std::sync::LazyLock;
use uuid::Uuid;

pub const STATION: &str = "999901510000";
pub const OTHER_STATION: &str = "999901520000";
pub const COUNTY: &str = "999901000000";
pub const OTHER_COUNTY: &str = "999902000000";

/// The shipped files that make the catalogue.
pub fn files() -> Vec<NamedText> {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets");
    let mut files: Vec<NamedText> = FOLDERS
        .iter()
        .flat_map(|folder| std::fs::read_dir(assets.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .map(|path| {
            let name = path.strip_prefix(&assets).unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

pub static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::from_files(&files()).unwrap_or_else(|faults| panic!("{faults}")));

pub fn unit(code: &str) -> UnitCode {
    UnitCode::try_from(code).unwrap()
}

/// Somebody of the roster in one of his posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who(pub &'static str, pub Role, pub &'static str);

pub const AUXILIARY: Who = Who("F0001", Role::Auxiliary, STATION);
pub const OFFICER: Who = Who("J0001", Role::Officer, STATION);
pub const SECOND_OFFICER: Who = Who("J0002", Role::Officer, STATION);
pub const COMMUNITY: Who = Who("S0001", Role::CommunityOfficer, STATION);
pub const HEAD: Who = Who("L0001", Role::Head, STATION);
pub const REVIEWER: Who = Who("C0001", Role::CountyReviewer, COUNTY);
pub const FAR_REVIEWER: Who = Who("C0002", Role::CountyReviewer, OTHER_COUNTY);
pub const FAR_OFFICER: Who = Who("J0003", Role::Officer, OTHER_STATION);
/// One person with two posts.
pub const DOUBLE_AUXILIARY: Who = Who("D0001", Role::Auxiliary, STATION);
pub const DOUBLE_OFFICER: Who = Who("D0001", Role::Officer, STATION);
const EVERYBODY: [Who; 10] = [
    AUXILIARY,
    OFFICER,
    SECOND_OFFICER,
    COMMUNITY,
    HEAD,
    REVIEWER,
    FAR_REVIEWER,
    FAR_OFFICER,
    DOUBLE_AUXILIARY,
    DOUBLE_OFFICER,
];

pub fn roster() -> Roster {
    let units = [
        ("999900000000", Level::City, None),
        (COUNTY, Level::County, Some("999900000000")),
        (OTHER_COUNTY, Level::County, Some("999900000000")),
        (STATION, Level::Station, Some(COUNTY)),
        (OTHER_STATION, Level::Station, Some(COUNTY)),
    ]
    .map(|(code, level, parent)| Unit {
        code: unit(code),
        name: format!("演示单位{code}"),
        short: code.to_owned(),
        level,
        parent: parent.map(unit),
    });
    let mut officers: Vec<Officer> = Vec::new();
    for who in EVERYBODY {
        let post = Post { unit: unit(who.2), role: who.1 };
        match officers.iter_mut().find(|one| one.id.as_str() == who.0) {
            Some(officer) => officer.posts.push(post),
            None => officers.push(Officer {
                id: who.0.into(),
                name: format!("演示{}", who.0),
                posts: vec![post],
                active: true,
            }),
        }
    }
    Roster { version: 1, officers, units: units.to_vec() }
}

/// A demonstration number with a true check digit.
pub fn number(birth: &str, sequence: u16) -> String {
    let body = format!("999901{}{sequence:03}", birth.replace('-', ""));
    let check = check_character(&body).unwrap();
    format!("{body}{check}")
}

pub fn blob(mark: u8) -> BlobRef {
    BlobRef {
        id: ContentHash([mark; 32]),
        content: ContentHash([mark ^ 0xff; 32]),
        length: 1000,
        media: "image/jpeg".into(),
    }
}

pub fn reading() -> Reading {
    Reading { device: "samv".into(), attestation: Attestation::Virtual, at: 1, raw: ContentHash([7; 32]) }
}

pub fn card(name: &str, birth: &str, sequence: u16) -> Identity {
    Identity {
        document: DocumentKind::ResidentCard,
        number: number(birth, sequence),
        name: name.into(),
        sex: if sequence % 2 == 1 { "1" } else { "2" }.into(),
        ethnic_group: "01".into(),
        birth_date: birth.into(),
        address: "江城市城关区槐荫路18号".into(),
        issuing_office: "江城市公安局城关分局".into(),
        valid_from: "2020-05-11".into(),
        valid_until: "2040-05-11".into(),
        portrait: None,
    }
}

pub fn answer(state: CheckState, values: &Value) -> RegisterAnswer {
    RegisterAnswer { query_id: "CK1".into(), state, answered_at: 1, values: flatten(values) }
}

pub fn reason(text: &str) -> Reason {
    Reason { code: String::new(), text: text.into(), basis: "演示依据".into() }
}

/// A case on a shipped definition, with a clock.
#[derive(Clone)]
pub struct Desk {
    pub case: Case,
    pub definition: MatterDefinition,
    pub roster: Roster,
    pub online: bool,
    pub now: i64,
    pub records: Vec<EventRecord>,
    pub allotted: Allotted,
    pub duplicates: Vec<CaseId>,
    pub elsewhere: Option<domain::duplicate::Elsewhere>,
    seq: u64,
}

/// Milliseconds of noon in China on a day.
pub fn noon(day: &str) -> i64 {
    let day: Date = day.parse().unwrap();
    let offset = jiff::tz::Offset::from_hours(8).unwrap();
    offset.to_timestamp(day.at(12, 0, 0, 0)).unwrap().as_millisecond()
}

impl Desk {
    pub fn new(matter: &str) -> Self {
        Self {
            case: Case::new(CaseId(Uuid::from_u128(1))),
            definition: CATALOGUE.definition(matter).unwrap().clone(),
            roster: roster(),
            online: true,
            now: noon("2026-11-23"),
            records: Vec::new(),
            duplicates: Vec::new(),
            elsewhere: None,
            allotted: Allotted {
                case_number: Some("1-FIRST".into()),
                intake_number: Some("2-FIRST".into()),
                query_password: Some("482913".into()),
            },
            seq: 0,
        }
    }

    pub fn context(&self, who: Who) -> Context {
        Context {
            actor: Actor {
                officer: who.0.into(),
                name: format!("演示{}", who.0),
                post: Post { unit: unit(who.2), role: who.1 },
            },
            terminal: TerminalId(Uuid::from_u128(9)),
            definition: ContentHash([1; 32]),
            codes: ContentHash([2; 32]),
            calendar: ContentHash([3; 32]),
            roster: 1,
            time: EventTime { wall: self.now, trusted: self.now, confirmed: true },
            online: self.online,
            allotted: self.allotted.clone(),
            duplicates: self.duplicates.clone(),
            elsewhere: self.elsewhere.clone(),
        }
    }

    pub fn facts(&self) -> Facts<'_> {
        Facts {
            definition: &self.definition,
            codes: &CATALOGUE.codes,
            calendar: &CATALOGUE.calendar,
            roster: &self.roster,
        }
    }

    /// Decides without doing; every decision is made twice, and every command survives its bytes.
    pub fn ask(&self, who: Who, command: &Command) -> Result<Vec<Event>, Refusal> {
        let bytes = cbor::to_vec(command);
        let read: Command = cbor::from_slice(&bytes).unwrap();
        assert_eq!(&read, command);
        assert_eq!(cbor::to_vec(&read), bytes, "the bytes of a command are stable");
        let context = self.context(who);
        let context_read: Context = cbor::from_slice(&cbor::to_vec(&context)).unwrap();
        assert_eq!(context_read, context);
        let first = decide(command, &self.case, &context, &self.facts());
        assert_eq!(decide(&read, &self.case, &context_read, &self.facts()), first, "decide is a function");
        first
    }

    pub fn refused(&self, who: Who, command: &Command) -> &'static str {
        self.ask(who, command).expect_err("should be refused").code()
    }

    /// Decides and applies.
    #[allow(clippy::needless_pass_by_value)] // the tests read better without a reference at every act
    pub fn act(&mut self, who: Who, command: Command) -> Vec<Event> {
        let events =
            self.ask(who, &command).unwrap_or_else(|refusal| panic!("{command:?} was refused: {refusal:?}"));
        for (index, event) in events.iter().enumerate() {
            self.seq += 1;
            let record = EventRecord {
                schema: SCHEMA,
                id: EventId(Uuid::from_u128(u128::from(self.seq) + 100)),
                case: self.case.id,
                terminal: TerminalId(Uuid::from_u128(9)),
                epoch: 1,
                seq: self.seq,
                previous: ContentHash::ZERO,
                command: CommandId(Uuid::from_u128(5)),
                index: u16::try_from(index).unwrap(),
                count: u16::try_from(events.len()).unwrap(),
                actor: self.context(who).actor,
                time: self.context(who).time,
                event: event.clone(),
            };
            let bytes = record.to_bytes();
            let read = EventRecord::from_bytes(&bytes).unwrap();
            assert_eq!(read, record);
            assert_eq!(read.to_bytes(), bytes, "the bytes of an event are stable");
            self.case.apply(&read);
            self.records.push(record);
        }
        self.now += 60_000;
        assert_eq!(
            Case::replay(self.case.id, &self.records),
            self.case,
            "a case is what its events add up to"
        );
        events
    }

    pub fn set(&mut self, who: Who, values: &[(&str, &str)]) -> Vec<Event> {
        self.act(who, typed(values))
    }

    pub fn answer(&mut self, who: Who, question: &str, answer: &str) {
        self.act(who, Command::Answer { question: question.into(), answer: answer.into() });
    }

    pub fn read_card(&mut self, who: Who, person: PersonRole, identity: Identity) {
        self.act(who, Command::ReadIdentity { person, identity, reading: Some(reading()) });
    }

    pub fn look_up(&mut self, who: Who, lookup: &str, state: CheckState, values: &Value) {
        self.act(who, Command::RecordLookup { lookup: lookup.into(), answer: answer(state, values) });
    }

    /// Scans a page for every required material that applies and for the first of each group.
    pub fn scan_all(&mut self, who: Who) {
        let mut groups = Vec::new();
        for material in self.definition.materials.clone() {
            let wanted = match material.rule {
                MaterialRule::Required => true,
                MaterialRule::Optional | MaterialRule::Internal | MaterialRule::Late => false,
                MaterialRule::OneOf => !groups.contains(&material.group),
            };
            if wanted && material_applies(&material, &self.case) {
                groups.push(material.group.clone());
                let page = PageId(Uuid::from_u128(u128::from(self.seq) + 1_000));
                let picture = blob(u8::try_from(self.seq).unwrap());
                self.act(
                    who,
                    Command::AddPage { material: material.id, page, picture, reading: Some(reading()) },
                );
            }
        }
    }

    /// Signs every slot that is asked for.
    pub fn sign_all(&mut self, who: Who) {
        for signer in self.definition.signers.clone() {
            if signer_applies(&signer, &self.case) {
                self.act(who, sign(signer.slot.as_str()));
            }
        }
    }

    pub fn missing(&self) -> Vec<Missing> {
        let day = self.context(AUXILIARY).time.day();
        missing(&self.definition, &self.case, &CATALOGUE.codes, day, false)
    }

    pub fn pass(&mut self, who: Who) {
        self.act(who, review(Decision::Pass, None));
    }

    pub fn step(&self) -> &str {
        self.case.stage.as_ref().map_or("", |stage| stage.step.as_str())
    }

    pub fn value(&self, field: &str) -> Option<&str> {
        self.case.fields.get(&FieldPath::from(field)).map(|one| one.value.as_str())
    }

    pub fn print(&mut self, who: Who, document: &str) {
        let print = self.paper(document);
        self.act(who, Command::RecordPrint(print));
    }

    pub fn paper(&self, document: &str) -> PrintedDocument {
        let known = self.definition.prints.iter().find(|one| one.document == document).unwrap();
        PrintedDocument {
            document: document.into(),
            template: known.template.clone(),
            print_set: ContentHash([4; 32]),
            pdf: blob(99),
            printer: "演示打印机".into(),
            job: "1".into(),
            reprint_reason: String::new(),
            blank: if known.blank { format!("演示{:06}", self.records.len()) } else { String::new() },
        }
    }

    pub fn collect(&mut self, who: Who, name: &str) {
        self.act(who, collect(name));
    }
}

pub fn typed(values: &[(&str, &str)]) -> Command {
    Command::ChangeFields {
        changes: values.iter().map(|(field, value)| (FieldPath::from(*field), (*value).to_owned())).collect(),
        source: ValueSource::Typed,
        reason: String::new(),
    }
}

pub fn sign(slot: &str) -> Command {
    Command::Sign { slot: slot.into(), strokes: blob(50), shown: ContentHash([5; 32]) }
}

pub fn review(decision: Decision, reason: Option<Reason>) -> Command {
    Command::Review { decision, reason, opinion: "已核对".into() }
}

pub fn collect(name: &str) -> Command {
    Command::Collect {
        name: name.into(),
        document: DocumentKind::ResidentCard,
        number: number("1995-09-03", 902),
        strokes: blob(60),
    }
}

pub fn effected(values: &Value) -> Command {
    Command::RecordEffect { answer: answer(CheckState::Agrees, values), refused: String::new() }
}

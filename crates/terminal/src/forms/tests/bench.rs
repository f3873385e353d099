//! A counter with the shipped data: commands in, papers out.

use crate::error::{Result, TerminalError};
use crate::forms::{PaperSource, PaperWords, paper_data};
use domain::case::Case;
use domain::catalogue::{Catalogue, FOLDERS, NamedText};
use domain::command::Command;
use domain::context::{Allotted, Context, Facts};
use domain::decide::{decide, printable};
use domain::event::{
    Attestation, BlobRef, CheckState, Decision, EventRecord, EventTime, Identity, Reading, Reason,
    RegisterAnswer, SCHEMA, ValueSource,
};
use domain::flow::Level;
use domain::identity::{DocumentKind, check_character};
use domain::ids::{CaseId, CommandId, ContentHash, EventId, FieldPath, PageId, TerminalId, UnitCode};
use domain::matter::{MaterialRule, MatterDefinition};
use domain::person::{Actor, Officer, PersonRole, Post, Role, Roster, Unit};
use domain::register::flatten;
use domain::requirement::{material_applies, signer_applies};
use paper::{TemplateId, TemplateSheet};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use uuid::Uuid;

pub(super) const STATION: &str = "999901510000";
const COUNTY: &str = "999901000000";
pub(super) const CASE_NUMBER: &str = "199990151000020260000015";

pub(super) fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets")
}

pub(super) static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let files: Vec<NamedText> = FOLDERS
        .iter()
        .flat_map(|folder| std::fs::read_dir(assets().join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .map(|path| {
            let name = path.strip_prefix(assets()).unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    Catalogue::from_files(&files).unwrap_or_else(|faults| panic!("{faults}"))
});

fn unit(code: &str) -> UnitCode {
    UnitCode::try_from(code).unwrap()
}

fn roster() -> Roster {
    let units = vec![
        Unit {
            code: unit(COUNTY),
            name: "江城市公安局城关分局".into(),
            short: "城关分局".into(),
            level: Level::County,
            parent: None,
        },
        Unit {
            code: unit(STATION),
            name: "江城市公安局城关分局城关派出所".into(),
            short: "城关派出所".into(),
            level: Level::Station,
            parent: Some(unit(COUNTY)),
        },
    ];
    let roles = [Role::Auxiliary, Role::Officer, Role::CommunityOfficer, Role::Head, Role::CountyReviewer];
    let officers = roles
        .map(|role| Officer {
            id: actor(role).officer,
            name: actor(role).name,
            posts: vec![actor(role).post],
            active: true,
        })
        .to_vec();
    Roster { version: 1, officers, units }
}

pub(super) fn actor(role: Role) -> Actor {
    let at = if role == Role::CountyReviewer { COUNTY } else { STATION };
    Actor {
        officer: format!("{role:?}").as_str().into(),
        name: format!("演示{}", role.title()),
        post: Post { unit: unit(at), role },
    }
}

/// A demonstration number with a true check digit.
pub(super) fn number(birth: &str, sequence: u16) -> String {
    let body = format!("999901{}{sequence:03}", birth.replace('-', ""));
    let check = check_character(&body).unwrap();
    format!("{body}{check}")
}

pub(super) fn card(name: &str, birth: &str, sequence: u16) -> Identity {
    Identity {
        document: DocumentKind::ResidentCard,
        number: number(birth, sequence),
        name: name.into(),
        sex: if sequence % 2 == 1 { "1" } else { "2" }.into(),
        ethnic_group: "01".into(),
        birth_date: birth.into(),
        address: "江城市城关区槐荫路18号2幢301室".into(),
        issuing_office: "江城市公安局城关分局".into(),
        valid_from: "2006-12-31".into(),
        valid_until: "2026-12-31".into(),
        portrait: None,
    }
}

fn blob(mark: u8) -> BlobRef {
    BlobRef {
        id: ContentHash([mark; 32]),
        content: ContentHash([mark ^ 0xff; 32]),
        length: 1000,
        media: "image/jpeg".into(),
    }
}

fn reading() -> Reading {
    Reading { device: "samv".into(), attestation: Attestation::Virtual, at: 1, raw: ContentHash([7; 32]) }
}

pub(super) fn answer(values: &Value) -> RegisterAnswer {
    // 2026-11-23 12:00 in China.
    let answered_at = 1_795_406_400_000;
    RegisterAnswer {
        query_id: "CK202611230001".into(),
        state: CheckState::Agrees,
        answered_at,
        values: flatten(values),
    }
}

pub(super) struct Bench {
    pub(super) case: Case,
    pub(super) definition: MatterDefinition,
    pub(super) online: bool,
    pub(super) demo: bool,
    pub(super) words: PaperWords,
    roster: Roster,
    records: Vec<EventRecord>,
    now: i64,
}

impl Bench {
    pub(super) fn new(matter: &str) -> Self {
        Self {
            case: Case::new(CaseId(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_1234_abcd))),
            definition: CATALOGUE.definition(matter).unwrap().clone(),
            online: true,
            demo: true,
            words: PaperWords::read(&assets()).unwrap(),
            roster: roster(),
            records: Vec::new(),
            now: 1_795_406_400_000,
        }
    }

    /// Does a command. By value: every caller makes one for this.
    #[allow(clippy::needless_pass_by_value)]
    pub(super) fn act(&mut self, role: Role, command: Command) {
        let context = Context {
            actor: actor(role),
            terminal: TerminalId(Uuid::from_u128(9)),
            definition: ContentHash([1; 32]),
            codes: ContentHash([2; 32]),
            calendar: ContentHash([3; 32]),
            roster: 1,
            time: EventTime { wall: self.now, trusted: self.now, confirmed: true },
            online: self.online,
            duplicates: Vec::new(),
            elsewhere: None,
            allotted: Allotted {
                case_number: Some(CASE_NUMBER.into()),
                intake_number: Some("299990151000020260000013".into()),
                query_password: Some("482913".into()),
            },
        };
        let facts = Facts {
            definition: &self.definition,
            codes: &CATALOGUE.codes,
            calendar: &CATALOGUE.calendar,
            roster: &self.roster,
        };
        let events = decide(&command, &self.case, &context, &facts)
            .unwrap_or_else(|refusal| panic!("{command:?} was refused: {refusal:?}"));
        for event in events {
            let seq = self.records.len() as u64 + 1;
            let record = EventRecord {
                schema: SCHEMA,
                id: EventId(Uuid::from_u128(u128::from(seq))),
                case: self.case.id,
                terminal: TerminalId(Uuid::from_u128(9)),
                epoch: 1,
                seq,
                previous: ContentHash::ZERO,
                command: CommandId(Uuid::from_u128(5)),
                index: 0,
                count: 1,
                actor: actor(role),
                time: context.time,
                event,
            };
            self.case.apply(&record);
            self.records.push(record);
        }
        self.now += 60_000;
    }

    pub(super) fn wait(&mut self, minutes: i64) {
        self.now += minutes * 60_000;
    }

    pub(super) fn set(&mut self, values: &[(&str, &str)]) {
        let changes =
            values.iter().map(|(field, value)| (FieldPath::from(*field), (*value).to_owned())).collect();
        let source = ValueSource::Typed;
        self.act(Role::Auxiliary, Command::ChangeFields { changes, source, reason: String::new() });
    }

    pub(super) fn answer(&mut self, question: &str, answer: &str) {
        self.act(Role::Auxiliary, Command::Answer { question: question.into(), answer: answer.into() });
    }

    pub(super) fn read(&mut self, person: PersonRole, identity: Identity) {
        let command = Command::ReadIdentity { person, identity, reading: Some(reading()) };
        self.act(Role::Auxiliary, command);
    }

    pub(super) fn look_up(&mut self, lookup: &str, values: &Value) {
        let command = Command::RecordLookup { lookup: lookup.into(), answer: answer(values) };
        self.act(Role::Auxiliary, command);
    }

    pub(super) fn scan_all(&mut self) {
        let mut groups = Vec::new();
        for material in self.definition.materials.clone() {
            let wanted = match material.rule {
                MaterialRule::Required => true,
                MaterialRule::Optional | MaterialRule::Internal | MaterialRule::Late => false,
                MaterialRule::OneOf => !groups.contains(&material.group),
            };
            if wanted && material_applies(&material, &self.case) {
                groups.push(material.group.clone());
                self.scan(material.id.as_str());
            }
        }
    }

    pub(super) fn scan(&mut self, material: &str) {
        let page = PageId(Uuid::from_u128(self.records.len() as u128 + 1_000));
        let picture = blob(u8::try_from(self.records.len()).unwrap());
        let material = material.into();
        self.act(Role::Auxiliary, Command::AddPage { material, page, picture, reading: Some(reading()) });
    }

    pub(super) fn sign_all(&mut self) {
        for signer in self.definition.signers.clone() {
            if signer_applies(&signer, &self.case) {
                let slot = signer.slot;
                self.act(
                    Role::Auxiliary,
                    Command::Sign { slot, strokes: blob(50), shown: ContentHash([5; 32]) },
                );
            }
        }
    }

    pub(super) fn submit(&mut self) {
        self.act(Role::Auxiliary, Command::Submit);
    }

    pub(super) fn review(&mut self, role: Role, decision: Decision, words: &str) {
        let reason = (decision != Decision::Pass).then(|| Reason {
            code: String::new(),
            text: words.into(),
            basis: String::new(),
        });
        let opinion = if decision == Decision::Pass { words.to_owned() } else { String::new() };
        self.act(role, Command::Review { decision, reason, opinion });
    }

    pub(super) fn effect(&mut self, role: Role, values: &Value) {
        self.act(role, Command::RecordEffect { answer: answer(values), refused: String::new() });
    }

    pub(super) fn collect(&mut self, name: &str) {
        let document = DocumentKind::ResidentCard;
        let command = Command::Collect {
            name: name.into(),
            document,
            number: number("1995-09-03", 902),
            strokes: blob(60),
        };
        self.act(Role::Auxiliary, command);
    }

    /// The data of a paper, checked against its template's own sheet.
    pub(super) fn paper(&self, document: &str) -> Value {
        let print = self.definition.prints.iter().find(|one| one.document == document).unwrap();
        assert!(printable(print.at, &self.case), "{document} does not belong here");
        let data = self.try_paper(document, 0).unwrap_or_else(|error| panic!("{document}: {error}"));
        let template = TemplateId::new(print.template.clone()).unwrap();
        let sheet = TemplateSheet::load(&assets().join("templates"), &template).unwrap();
        sheet
            .check(&data)
            .unwrap_or_else(|error| panic!("{} {document}: {error}\n{data:#}", self.definition.id));
        data
    }

    pub(super) fn try_paper(&self, document: &str, reprint: u32) -> Result<Value> {
        let print = self.definition.prints.iter().find(|one| one.document == document).unwrap();
        let strokes = |id: ContentHash| -> Result<Value> {
            assert!([[50; 32], [60; 32]].contains(&id.0), "a stored signature is asked for by its blob");
            let point = |x: u32| json!({ "x": x, "y": 5, "pressure": 512, "t": x * 8 });
            Ok(json!({ "width": 400, "height": 160, "strokes": [[point(1), point(2)]] }))
        };
        let now = EventTime { wall: self.now, trusted: self.now, confirmed: true };
        let source = PaperSource {
            case: &self.case,
            definition: &self.definition,
            codes: &CATALOGUE.codes,
            roster: &self.roster,
            words: &self.words,
            actor: &actor(Role::Auxiliary),
            now,
            demo: self.demo,
            reprint,
            day: now.day(),
            window: "柜台一",
            strokes: &strokes,
        };
        paper_data(&source, print)
    }

    /// The place that a paper misses.
    pub(super) fn lacks(&self, document: &str) -> String {
        match self.try_paper(document, 0) {
            Err(TerminalError::Paper(paper::PaperError::DataInvalid { path, .. })) => path,
            other => panic!("{other:?}"),
        }
    }
}

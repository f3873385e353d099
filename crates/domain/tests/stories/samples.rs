//! One event and one command of every type, fixed for ever: what the compatibility files hold.

use super::desk::*;
use domain::command::Command;
use domain::course::SuspensionKind;
use domain::effect::UnfinishedState;
use domain::event::{
    CheckState, Decision, EvaluationOccasion, Event, EventRecord, EventTime, FieldChange, Fingerprint,
    Identity, Outcome, PrintedDocument, SCHEMA, SetAsideFinger, SubmissionMode, ValueSource,
};
use domain::fingerprint::{Finger, FingerReason, WeakReason};
use domain::flow::{Level, Stage, StepKind};
use domain::identity::DocumentKind;
use domain::ids::{CaseId, CommandId, ContentHash, EventId, FieldPath, PageId, TerminalId};
use domain::matter::Family;
use domain::person::{Actor, PersonRole, Post, Role};
use serde_json::json;
use uuid::Uuid;

pub fn stage() -> Stage {
    Stage {
        step: "officer-review".into(),
        kind: StepKind::Review,
        title: "民警审核".into(),
        state: "待民警审核".into(),
        level: Level::Station,
        roles: vec![Role::Officer],
    }
}

fn page(at: u128) -> PageId {
    PageId(Uuid::from_u128(at))
}

pub fn printed() -> PrintedDocument {
    PrintedDocument {
        document: "receipt".into(),
        template: "receipt".into(),
        print_set: ContentHash([11; 32]),
        pdf: blob(12),
        printer: "演示打印机".into(),
        job: "42".into(),
        reprint_reason: "卡纸".into(),
        blank: String::new(),
    }
}

fn identity() -> Identity {
    Identity { portrait: Some(blob(13)), ..card("沈㛃", "1995-09-03", 902) }
}

fn later() -> jiff::civil::Date {
    jiff::civil::date(2026, 12, 10)
}

fn prints() -> Vec<Fingerprint> {
    let print = |quality, weak| Fingerprint {
        finger: Finger::LeftThumb,
        image: 1,
        picture: blob(18),
        quality,
        weak,
        reading: reading(),
    };
    vec![print(Some(71), None), print(Some(40), Some(WeakReason::Worn)), print(None, None)]
}

fn set_aside() -> Vec<SetAsideFinger> {
    vec![SetAsideFinger { finger: Finger::RightThumb, reason: FingerReason::Injured }]
}

pub fn events() -> Vec<Event> {
    let found = answer(CheckState::Agrees, &json!({ "person": { "name": "𠮷", "version": 3 } }));
    let field = FieldPath::from("mother.name");
    vec![
        Event::CaseOpened {
            matter: "T001".into(),
            matter_name: "出生登记随母入户".into(),
            family: Family::Household,
            definition: ContentHash([200; 32]),
            unit: unit(STATION),
        },
        Event::IdentityRead { person: PersonRole::Mother, identity: identity(), reading: Some(reading()) },
        Event::SituationAnswered { question: "in_wedlock".into(), answer: "yes".into() },
        Event::FieldsChanged {
            changes: vec![FieldChange {
                field: field.clone(),
                value: "沈㛃".into(),
                source: ValueSource::Card,
            }],
            reason: "更正".into(),
        },
        Event::LookupRecorded {
            lookup: "mother".into(),
            answer: found.clone(),
            register: [(field.clone(), "𠮷".to_owned())].into(),
        },
        Event::PageAdded {
            material: "mother_booklet".into(),
            page: page(1),
            picture: blob(14),
            reading: Some(reading()),
        },
        Event::PageReplaced {
            material: "mother_booklet".into(),
            page: page(1),
            picture: blob(15),
            reading: None,
        },
        Event::PageRemoved { material: "mother_booklet".into(), page: page(1) },
        Event::PagesReordered { material: "mother_booklet".into(), order: vec![page(2), page(1)] },
        Event::Signed {
            slot: "applicant".into(),
            name: "沈㛃".into(),
            strokes: blob(16),
            shown: ContentHash([17; 32]),
        },
        Event::SignatureCleared { slot: "applicant".into() },
        Event::WarningOverridden { rule: "no_duplicate".into(), reason: "已核实".into() },
        Event::Submitted {
            mode: SubmissionMode::Accepted,
            number: Some("199990151000020260000015".into()),
            query_password: "482913".into(),
            due: Some("2026-12-23".parse().unwrap()),
            stage: Some(stage()),
        },
        Event::AcceptanceConfirmed {
            number: "199990151000020260000015".into(),
            due: "2026-12-23".parse().unwrap(),
            stage: Some(stage()),
        },
        Event::Reviewed {
            stage: stage(),
            decision: Decision::Refuse,
            reason: Some(reason("理由不充分")),
            opinion: "不同意".into(),
            next: None,
        },
        Event::ProvisionalOpinionGiven {
            stage: stage(),
            decision: Decision::Pass,
            reason: None,
            opinion: "同意".into(),
        },
        Event::Effected {
            answer: found.clone(),
            values: [(field, "x".to_owned())].into(),
            next: Some(stage()),
        },
        Event::EffectRefused { answer: found, reason: "户口业务已冻结".into() },
        Event::HomeUnitNamed { unit: unit(OTHER_STATION) },
        Event::EffectUnfinished {
            answer: answer(CheckState::NotChecked, &json!({ "done": [{ "name": "人员登记" }] })),
            state: UnfinishedState::Partial,
            reason: "户口簿号库占用".into(),
        },
        Event::Continued { stage: Stage { kind: StepKind::LateScan, ..stage() }, next: Some(stage()) },
        Event::Printed(printed()),
        Event::Collected {
            name: "沈㛃".into(),
            document: DocumentKind::ResidentCard,
            number: number("1995-09-03", 902),
            strokes: blob(18),
        },
        Event::Closed { outcome: Outcome::Done },
        Event::Withdrawn { reason: "不办了".into() },
        Event::MaterialsPromised { materials: vec!["mother_booklet".into()], until: later() },
        Event::ToleranceCancelled { reason: reason("补不齐") },
        Event::SupplementRequested {
            stage: stage(),
            materials: vec!["mother_booklet".into()],
            until: later(),
            reason: reason("看不清"),
        },
        Event::Suspended {
            kind: SuspensionKind::SpecialProcedure,
            reason: reason("需要鉴定"),
            until: Some(later()),
        },
        Event::Resumed { due: Some(later()) },
        Event::Terminated { reason: reason("逾期未补") },
        Event::Abandoned { reason: "点错事项".into() },
        Event::RectificationOpened { reason: "扫描件放错".into() },
        Event::HandedOver { to: "J0002".into(), name: "演示J0002".into(), reason: "轮休".into() },
        Event::ReviewDelegated {
            step: "officer-review".into(),
            to: "J0002".into(),
            name: "演示J0002".into(),
            until: later(),
            reason: "外出学习".into(),
        },
        Event::MovedToDefinition { definition: ContentHash([9; 32]), version: 2 },
        Event::RowIdentityRead {
            section: "members".into(),
            row: 3,
            identity: identity(),
            reading: reading(),
        },
        Event::CaseLinked(link()),
        Event::PageKept {
            material: "mother_booklet".into(),
            page: page(1),
            findings: vec!["page.blurred".into()],
            reason: "原件褪色".into(),
        },
        Event::Evaluated { occasion: EvaluationOccasion::Result, score: 4, reading: Some(reading()) },
        Event::FingerprintsTaken { person: PersonRole::Applicant, prints: prints(), set_aside: set_aside() },
        Event::FingerprintsOmitted { person: PersonRole::Applicant, reason: "未满采集年龄".into() },
        Event::ActSettled(settlement()),
    ]
}

fn link() -> domain::event::CaseLink {
    domain::event::CaseLink {
        other: CaseId(Uuid::from_u128(2)),
        relation: domain::event::Relation::Package,
        package: "birth".into(),
    }
}

fn settlement() -> domain::event::Settlement {
    domain::event::Settlement {
        act: domain::ids::CommandId(uuid::Uuid::from_u128(77)),
        given_up: vec!["fields/mother.name".into()],
        reason: "按对方填写的为准".into(),
    }
}

pub fn commands() -> Vec<Command> {
    let material = || domain::ids::MaterialId::from("mother_booklet");
    vec![
        Command::Open,
        Command::ReadIdentity { person: PersonRole::Mother, identity: identity(), reading: Some(reading()) },
        Command::ReadRowCard { section: "members".into(), identity: identity(), reading: reading() },
        Command::Answer { question: "in_wedlock".into(), answer: "yes".into() },
        typed(&[("newborn.name", "周念安")]),
        Command::RecordLookup {
            lookup: "mother".into(),
            answer: answer(CheckState::Agrees, &json!({ "person": { "name": "𠮷" } })),
        },
        Command::AddPage { material: material(), page: page(1), picture: blob(14), reading: Some(reading()) },
        Command::ReplacePage { material: material(), page: page(1), picture: blob(15), reading: None },
        Command::RemovePage { material: material(), page: page(1) },
        Command::ReorderPages { material: material(), order: vec![page(2), page(1)] },
        sign("applicant"),
        Command::ClearSignature { slot: "applicant".into() },
        Command::Override { rule: "no_duplicate".into(), reason: "已核实".into() },
        Command::Submit,
        Command::ConfirmAcceptance,
        review(Decision::Return, Some(reason("缺日期"))),
        effected(&json!({ "assigned": { "citizen_number": "x" } })),
        Command::RecordUnfinished {
            answer: answer(CheckState::NotChecked, &json!({ "expected_in": 600 })),
            state: UnfinishedState::Delayed,
            reason: String::new(),
        },
        Command::Continue,
        Command::RecordPrint(printed()),
        collect("沈㛃"),
        Command::Withdraw { reason: "不办了".into() },
        Command::PromiseMaterials { materials: vec![material()], until: later() },
        Command::CancelTolerance { reason: reason("补不齐") },
        Command::RequestSupplement {
            materials: vec![material()], until: later(), reason: reason("看不清")
        },
        Command::Suspend { kind: SuspensionKind::Suspended, reason: reason("等法院判决"), until: None },
        Command::Resume,
        Command::Terminate { reason: reason("逾期未补") },
        Command::Abandon { reason: "点错事项".into() },
        Command::Rectify { reason: "扫描件放错".into() },
        Command::HandOver { to: "J0002".into(), reason: "轮休".into() },
        Command::DelegateReview { to: "J0002".into(), until: later(), reason: "外出学习".into() },
        Command::MoveToDefinition { definition: ContentHash([9; 32]) },
        Command::LinkCase(link()),
        Command::KeepPage {
            material: material(),
            page: page(1),
            findings: vec!["page.blurred".into()],
            reason: "原件褪色".into(),
        },
        Command::Evaluate { score: 4, reading: None },
        Command::TakeFingerprints { person: PersonRole::Applicant, prints: prints(), set_aside: set_aside() },
        Command::OmitFingerprints { person: PersonRole::Applicant, reason: "未满采集年龄".into() },
        Command::SettleAct(settlement()),
    ]
}

pub fn record(event: Event, seq: u64, who: Who, time: i64) -> EventRecord {
    EventRecord {
        schema: SCHEMA,
        id: EventId(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001)),
        case: CaseId(Uuid::from_u128(1)),
        terminal: TerminalId(Uuid::from_u128(3)),
        epoch: 1,
        seq,
        previous: ContentHash([255; 32]),
        command: CommandId(Uuid::from_u128(4)),
        index: 0,
        count: 1,
        actor: Actor {
            officer: who.0.into(),
            name: "演示辅警".into(),
            post: Post { unit: unit(who.2), role: who.1 },
        },
        time: EventTime { wall: time - 5, trusted: time, confirmed: false },
        event,
    }
}

/// The word by which a type stands in the bytes.
pub fn word(thing: &impl serde::Serialize) -> String {
    serde_json::to_value(thing).unwrap()["type"].as_str().unwrap().to_owned()
}

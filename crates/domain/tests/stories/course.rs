//! Beside the flow: tolerance, supplement, suspension, termination, hand-over, delegated review, rectification.

use super::desk::*;
use super::name_change::{filled, submitted};
use domain::command::Command;
use domain::course::SuspensionKind;
use domain::event::{Decision, Event, Outcome};
use domain::ids::{MaterialId, PageId};
use domain::requirement::Missing;
use jiff::civil::{Date, date};
use serde_json::json;
use uuid::Uuid;

/// The material of the name change that may come later in these stories.
const LATER: &str = "written_application";

fn page(desk: &mut Desk, who: Who, material: &str) {
    let page = PageId(Uuid::from_u128(u128::try_from(desk.now).unwrap()));
    let command =
        Command::AddPage { material: material.into(), page, picture: blob(77), reading: Some(reading()) };
    desk.act(who, command);
}

/// A name change whose reason is not proved yet; the definition lets the proof come later.
fn without_proof() -> Desk {
    let mut desk = filled("together");
    let material = desk.definition.materials.iter_mut().find(|one| one.id.as_str() == LATER).unwrap();
    material.tolerance = true;
    let pages = desk.case.materials[&MaterialId::from(LATER)].clone();
    for one in pages {
        desk.act(AUXILIARY, Command::RemovePage { material: LATER.into(), page: one.id });
    }
    desk
}

fn promise(until: Date) -> Command {
    Command::PromiseMaterials { materials: vec![LATER.into()], until }
}

fn promised() -> Desk {
    let mut desk = without_proof();
    desk.act(AUXILIARY, promise(date(2026, 12, 4)));
    desk.sign_all(AUXILIARY);
    desk.act(AUXILIARY, Command::Submit);
    desk
}

fn decided(mut desk: Desk) -> Desk {
    for who in [OFFICER, COMMUNITY, HEAD, REVIEWER] {
        desk.pass(who);
    }
    desk
}

fn lacks(desk: &Desk, who: Who, command: &Command) -> bool {
    match desk.ask(who, command) {
        Err(domain::refusal::Refusal::Incomplete { missing }) => missing.iter().any(|one| match one {
            Missing::Material { material, .. } => material.as_str() == LATER,
            Missing::OneOf { materials, .. } => materials.contains(&LATER.into()),
            _ => false,
        }),
        _ => false,
    }
}

#[test]
fn what_is_promised_may_come_later_and_nothing_ends_without_it() {
    let mut desk = without_proof();
    desk.sign_all(AUXILIARY);
    assert!(lacks(&desk, AUXILIARY, &Command::Submit));
    // Only what the definition lets come later, and only within its limit.
    let id_card =
        Command::PromiseMaterials { materials: vec!["booklet_and_card".into()], until: date(2026, 12, 4) };
    assert_eq!(desk.refused(AUXILIARY, &id_card), "NOT_TOLERABLE");
    assert_eq!(
        desk.refused(AUXILIARY, &promise(date(2026, 11, 23))),
        "DAY_NOT_ALLOWED",
        "today is too early"
    );
    assert_eq!(
        desk.refused(AUXILIARY, &promise(date(2026, 12, 15))),
        "DAY_NOT_ALLOWED",
        "after 15 working days"
    );
    let events = desk.act(AUXILIARY, promise(date(2026, 12, 14)));
    assert!(
        events.iter().any(|one| matches!(one, Event::SignatureCleared { .. })),
        "the promise stands on the form: it is signed again"
    );
    desk.sign_all(AUXILIARY);
    desk.act(AUXILIARY, Command::Submit);
    let mut desk = decided(desk);
    assert_eq!(desk.step(), "effect");
    let effect = effected(&json!({ "assigned": { "former_name": "孙小宝" } }));
    assert!(lacks(&desk, OFFICER, &effect), "not put into force without the promised paper");
    // It is taken at the counter wherever the case waits; nothing else is.
    let other = Command::AddPage {
        material: "booklet_and_card".into(),
        page: PageId(Uuid::from_u128(7)),
        picture: blob(1),
        reading: None,
    };
    assert_eq!(desk.refused(AUXILIARY, &other), "CASE_NOT_AT_COUNTER");
    page(&mut desk, AUXILIARY, LATER);
    desk.act(OFFICER, effect);
    desk.collect(AUXILIARY, "孙建安");
    assert_eq!(desk.case.outcome, Some(Outcome::Done));
}

#[test]
fn an_overdue_promise_is_ended_by_an_officer_and_never_by_itself() {
    let mut desk = decided(promised());
    let terminate = Command::Terminate { reason: reason("逾期未补交") };
    desk.now = noon("2026-12-04");
    assert_eq!(desk.case.overdue(date(2026, 12, 4)), None, "the last day counts");
    assert_eq!(desk.refused(OFFICER, &terminate), "NOT_OVERDUE");
    desk.now = noon("2026-12-05");
    assert_eq!(desk.case.overdue(date(2026, 12, 5)), Some(date(2026, 12, 4)));
    assert_eq!(desk.refused(AUXILIARY, &terminate), "ROLE_NOT_ALLOWED");
    assert_eq!(desk.refused(FAR_OFFICER, &terminate), "UNIT_NOT_ALLOWED");
    let empty = Command::Terminate { reason: reason(" ") };
    assert_eq!(desk.refused(OFFICER, &empty), "REASON_MISSING");
    desk.act(OFFICER, terminate);
    assert_eq!(desk.case.outcome, Some(Outcome::Terminated));
    assert_eq!(desk.case.state_words(), "已终止");
    assert_eq!(desk.refused(AUXILIARY, &promise(date(2026, 12, 20))), "CASE_ENDED");
}

#[test]
fn a_head_takes_the_tolerance_back() {
    let mut desk = promised();
    desk.pass(OFFICER);
    let cancel = Command::CancelTolerance { reason: reason("承诺材料必须先交") };
    assert_eq!(desk.refused(OFFICER, &cancel), "ROLE_NOT_ALLOWED");
    desk.act(HEAD, cancel);
    assert!(desk.case.at_counter());
    assert!(lacks(&desk, AUXILIARY, &Command::Submit), "now it has to be there");
    page(&mut desk, AUXILIARY, LATER);
    desk.act(AUXILIARY, Command::Submit);
    // Whoever cancelled has not made the case: the head may still review it.
    let desk = decided(desk);
    assert_eq!(desk.step(), "effect");
}

#[test]
fn a_promise_is_taken_back_at_the_counter() {
    let mut desk = without_proof();
    desk.act(AUXILIARY, promise(date(2026, 12, 4)));
    desk.act(AUXILIARY, Command::PromiseMaterials { materials: vec![], until: date(2026, 12, 4) });
    assert_eq!(desk.case.course.tolerance, None);
    assert!(lacks(&desk, AUXILIARY, &Command::Submit));
}

#[test]
fn a_supplement_names_its_materials_and_wants_them_new() {
    let mut desk = submitted();
    let ask = |until| Command::RequestSupplement {
        materials: vec!["booklet_and_card".into()],
        until,
        reason: reason("户口簿索引页看不清"),
    };
    let nothing =
        Command::RequestSupplement {
            materials: vec![], until: date(2026, 12, 1), reason: reason("看不清")
        };
    assert_eq!(desk.refused(OFFICER, &nothing), "UNKNOWN_NAME");
    assert_eq!(desk.refused(AUXILIARY, &ask(date(2026, 12, 1))), "ROLE_NOT_ALLOWED");
    assert_eq!(desk.refused(OFFICER, &ask(date(2027, 2, 1))), "DAY_NOT_ALLOWED");
    desk.act(OFFICER, ask(date(2026, 12, 1)));
    assert_eq!(desk.case.state_words(), "待补件");
    let waits = |desk: &Desk| {
        desk.missing()
            .iter()
            .any(|one| matches!(one, Missing::Material { material, .. } if material.as_str() == "booklet_and_card"))
    };
    assert!(waits(&desk), "the pages that are there were not good enough");
    page(&mut desk, AUXILIARY, "booklet_and_card");
    assert!(!waits(&desk));
    desk.act(AUXILIARY, Command::Submit);
    assert!(desk.case.open_supplement().is_none());
    // A new round: whoever asked may review again.
    desk.pass(OFFICER);
    assert_eq!(desk.step(), "investigation");
}

#[test]
fn a_supplement_that_never_came_ends_the_case() {
    let mut desk = submitted();
    let ask = Command::RequestSupplement {
        materials: vec!["booklet_and_card".into()],
        until: date(2026, 12, 1),
        reason: reason("看不清"),
    };
    desk.act(OFFICER, ask);
    desk.now = noon("2026-12-02");
    desk.act(HEAD, Command::Terminate { reason: reason("逾期未补正") });
    assert_eq!(desk.case.outcome, Some(Outcome::Terminated));
}

#[test]
fn a_suspended_case_waits_and_its_clock_too() {
    let mut desk = submitted();
    assert_eq!(desk.case.submission.as_ref().unwrap().due, Some(date(2026, 12, 23)), "30 days from the 23rd");
    desk.now = noon("2026-11-26");
    let stop = Command::Suspend {
        kind: SuspensionKind::SpecialProcedure,
        reason: reason("亲子关系需要鉴定"),
        until: Some(date(2026, 12, 20)),
    };
    let endless = Command::Suspend {
        kind: SuspensionKind::SpecialProcedure,
        reason: reason("亲子关系需要鉴定"),
        until: None,
    };
    assert_eq!(desk.refused(AUXILIARY, &stop), "ROLE_NOT_ALLOWED");
    assert_eq!(desk.refused(OFFICER, &endless), "REASON_MISSING", "a special procedure tells its days");
    desk.act(OFFICER, stop);
    assert_eq!(desk.case.state_words(), "特别程序中");
    assert_eq!(desk.refused(OFFICER, &review(Decision::Pass, None)), "CASE_SUSPENDED");
    assert_eq!(desk.case.overdue(date(2027, 3, 1)), None, "nothing is overdue while the clock stands still");
    desk.now = noon("2026-12-16");
    desk.act(OFFICER, Command::Resume);
    assert_eq!(desk.case.submission.as_ref().unwrap().due, Some(date(2027, 1, 12)), "20 days later");
    assert_eq!(desk.refused(OFFICER, &Command::Resume), "WRONG_STAGE");
    // Who stopped the clock has not made the case.
    desk.pass(OFFICER);
}

#[test]
fn an_abandoned_case_was_never_handed_in() {
    let mut desk = filled("together");
    let abandon = Command::Abandon { reason: "点错事项".into() };
    assert_eq!(desk.refused(FAR_OFFICER, &abandon), "UNIT_NOT_ALLOWED");
    desk.act(AUXILIARY, abandon.clone());
    assert_eq!(desk.case.outcome, Some(Outcome::Abandoned));
    assert_eq!(desk.refused(OFFICER, &Command::Rectify { reason: "x".into() }), "CASE_NOT_CLOSED");
    let mut desk = submitted();
    assert_eq!(desk.refused(AUXILIARY, &abandon), "CASE_NOT_AT_COUNTER");
    desk.act(OFFICER, review(Decision::Return, Some(reason("缺日期"))));
    assert_eq!(desk.refused(AUXILIARY, &abandon), "ALREADY_SUBMITTED", "it has a number: it is withdrawn");
}

fn closed() -> Desk {
    let mut desk = decided(submitted());
    desk.act(OFFICER, effected(&json!({ "assigned": { "former_name": "孙小宝" } })));
    desk.collect(AUXILIARY, "孙建安");
    desk
}

#[test]
fn a_closed_case_reopens_only_as_rectification() {
    let mut desk = closed();
    assert_eq!(desk.refused(AUXILIARY, &typed(&[("applicant.phone", "19900000005")])), "CASE_ENDED");
    let rectify = Command::Rectify { reason: "联系电话录错".into() };
    assert_eq!(desk.refused(AUXILIARY, &rectify), "ROLE_NOT_ALLOWED");
    desk.act(OFFICER, rectify);
    assert_eq!(desk.case.state_words(), "更正中");
    // What the register holds is not changed here.
    let name = Command::ChangeFields {
        changes: vec![("change.new_name".into(), "孙知近".to_owned())],
        source: domain::event::ValueSource::Typed,
        reason: "录错".into(),
    };
    assert_eq!(desk.refused(OFFICER, &name), "REGISTERED_ITEM");
    assert_eq!(desk.refused(OFFICER, &sign("applicant")), "WRONG_STAGE");
    assert_eq!(desk.refused(OFFICER, &Command::Withdraw { reason: "x".into() }), "WRONG_STAGE");
    desk.set(OFFICER, &[("applicant.phone", "19900000005")]);
    assert_eq!(desk.case.signatures.len(), 2, "the signatures of the application stay");
    desk.act(OFFICER, Command::Submit);
    assert_eq!(desk.case.state_words(), "待更正审核");
    assert_eq!(desk.refused(OFFICER, &review(Decision::Pass, None)), "ROLE_NOT_ALLOWED");
    desk.pass(HEAD);
    assert_eq!(desk.case.outcome, Some(Outcome::Done));
    assert_eq!(desk.value("applicant.phone"), Some("19900000005"));
    assert!(desk.case.course.rectifications[0].done);
    assert_eq!(
        desk.case.submission.as_ref().unwrap().number.as_deref(),
        Some("1-FIRST"),
        "one number for ever"
    );
}

#[test]
fn a_rectification_that_is_refused_or_given_up_leaves_the_record_as_it_was() {
    for give_up in [true, false] {
        let mut desk = closed();
        let before = desk.case.clone();
        desk.act(OFFICER, Command::Rectify { reason: "联系电话录错".into() });
        desk.set(OFFICER, &[("applicant.phone", "19900000005")]);
        page(&mut desk, OFFICER, "booklet_and_card");
        if give_up {
            desk.act(OFFICER, Command::Abandon { reason: "原来没错".into() });
        } else {
            desk.act(OFFICER, Command::Submit);
            desk.act(HEAD, review(Decision::Refuse, Some(reason("原来没错"))));
        }
        assert_eq!(desk.case.outcome, Some(Outcome::Done));
        assert_eq!(desk.case.fields, before.fields);
        assert_eq!(desk.case.materials, before.materials);
        assert_eq!(desk.case.refused, None);
        assert!(!desk.case.course.rectifications[0].done);
    }
}

#[test]
fn open_work_is_handed_to_a_colleague_of_the_unit() {
    let mut desk = submitted();
    let to = |who: Who| Command::HandOver { to: who.0.into(), reason: "轮休".into() };
    assert_eq!(desk.refused(HEAD, &to(FAR_OFFICER)), "OFFICER_NOT_SUITABLE");
    assert_eq!(desk.refused(FAR_OFFICER, &to(OFFICER)), "UNIT_NOT_ALLOWED");
    desk.act(HEAD, to(SECOND_OFFICER));
    assert_eq!(desk.case.course.holder.as_ref().unwrap().to.as_str(), "J0002");
    desk.pass(OFFICER);
    desk.pass(COMMUNITY);
    // Leading the work is not making the case.
    desk.pass(HEAD);
}

#[test]
fn a_review_is_delegated_for_a_time_and_says_on_whose_behalf() {
    let mut desk = submitted();
    desk.pass(OFFICER);
    desk.pass(COMMUNITY);
    let delegate = |who: Who| Command::DelegateReview {
        to: who.0.into(),
        until: date(2026, 12, 1),
        reason: "外出学习".into(),
    };
    assert_eq!(desk.refused(SECOND_OFFICER, &review(Decision::Pass, None)), "ROLE_NOT_ALLOWED");
    assert_eq!(desk.refused(OFFICER, &delegate(SECOND_OFFICER)), "ROLE_NOT_ALLOWED");
    assert_eq!(desk.refused(HEAD, &delegate(AUXILIARY)), "OFFICER_NOT_SUITABLE");
    assert_eq!(desk.refused(HEAD, &delegate(FAR_OFFICER)), "OFFICER_NOT_SUITABLE");
    desk.act(HEAD, delegate(SECOND_OFFICER));
    let also = Command::DelegateReview { to: "S0001".into(), until: date(2026, 12, 1), reason: "x".into() };
    assert_eq!(desk.refused(SECOND_OFFICER, &also), "ROLE_NOT_ALLOWED", "it is not handed on");
    let mut late = desk.clone();
    late.now = noon("2026-12-02");
    assert_eq!(late.refused(SECOND_OFFICER, &review(Decision::Pass, None)), "ROLE_NOT_ALLOWED");
    // An earlier reviewer gains nothing by it.
    let mut twice = desk.clone();
    twice.act(HEAD, delegate(OFFICER));
    assert_eq!(twice.refused(OFFICER, &review(Decision::Pass, None)), "REVIEWER_TWICE");
    desk.pass(SECOND_OFFICER);
    let last = desk.case.reviews.last().unwrap();
    assert_eq!(last.actor.officer.as_str(), "J0002");
    assert_eq!(last.on_behalf_of.as_ref().unwrap().officer.as_str(), "L0001");
    assert_eq!(desk.step(), "county-approval");
    assert_eq!(
        desk.refused(SECOND_OFFICER, &review(Decision::Pass, None)),
        "ROLE_NOT_ALLOWED",
        "this step only"
    );
}

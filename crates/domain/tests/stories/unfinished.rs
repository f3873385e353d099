//! A hand-over that the register has and has not finished: delayed, half done, gone on with.

use super::birth;
use super::desk::*;
use domain::case::Case;
use domain::command::Command;
use domain::effect::{EffectKey, UnfinishedState};
use domain::event::{CheckState, Decision, RegisterAnswer};
use domain::ids::CaseId;
use serde_json::json;
use uuid::Uuid;

fn unfinished(state: UnfinishedState, reason: &str) -> Command {
    let content = json!({ "done": [{ "part": "records", "name": "人员登记" }] });
    Command::RecordUnfinished {
        answer: answer(CheckState::NotChecked, &content),
        state,
        reason: reason.into(),
    }
}

fn refused() -> Command {
    let content = json!({ "refusal": { "code": "HOUSEHOLD_FROZEN" } });
    Command::RecordEffect { answer: answer(CheckState::Differs, &content), refused: "该户已冻结".into() }
}

fn done() -> Command {
    effected(&json!({ "assigned": { "citizen_number": number("2026-11-03", 2) } }))
}

fn handed_over() -> Desk {
    let mut desk = birth::submitted();
    desk.pass(OFFICER);
    assert_eq!(desk.step(), "effect");
    desk
}

fn key(case: &Case) -> EffectKey {
    EffectKey::of(case).unwrap()
}

#[test]
fn a_delayed_act_can_only_be_gone_on_with() {
    let mut desk = handed_over();
    let before = key(&desk.case);
    desk.act(OFFICER, unfinished(UnfinishedState::Delayed, ""));
    assert_eq!(desk.case.state_words(), "落实中，等常口回复");
    assert_eq!(desk.step(), "effect");
    let withdraw = Command::Withdraw { reason: "不办了".into() };
    for command in
        [review(Decision::Return, Some(reason("x"))), review(Decision::Refuse, Some(reason("x"))), withdraw]
    {
        assert_eq!(desk.refused(OFFICER, &command), "EFFECT_UNFINISHED");
    }
    // Asked again it is still the same hand-over, and the first answer's time stays.
    let first = desk.case.unfinished.clone().unwrap();
    desk.act(OFFICER, unfinished(UnfinishedState::Delayed, ""));
    let second = desk.case.unfinished.clone().unwrap();
    assert_eq!((second.since, key(&desk.case)), (first.since, before.clone()));
    assert_ne!(second.asked, first.asked);
    // Refused in the end, it may go back like any other, and what is decided anew is another act.
    let mut refused_later = desk.clone();
    refused_later.act(OFFICER, refused());
    assert_eq!(refused_later.case.unfinished, None);
    assert_ne!(key(&refused_later.case), before);
    refused_later.act(OFFICER, review(Decision::Return, Some(reason("x"))));
    assert!(refused_later.case.at_counter());
    desk.act(OFFICER, done());
    assert_eq!((desk.case.unfinished.clone(), desk.step()), (None, "collect"));
}

#[test]
fn a_half_done_act_is_finished_and_never_refused() {
    let mut desk = handed_over();
    desk.act(OFFICER, unfinished(UnfinishedState::Delayed, ""));
    let makers = desk.case.makers.clone();
    desk.act(OFFICER, unfinished(UnfinishedState::Partial, "户口簿号库占用"));
    assert_eq!(desk.case.makers, makers, "keeping what the register says makes nothing of the case");
    assert_eq!(desk.case.state_words(), "常口只办了一部分，待续办");
    assert_eq!(desk.refused(OFFICER, &refused()), "EFFECT_UNFINISHED");
    assert_eq!(desk.refused(OFFICER, &unfinished(UnfinishedState::Delayed, "")), "FOREIGN_ANSWER");
    let withdraw = Command::Withdraw { reason: "不办了".into() };
    assert_eq!(desk.refused(OFFICER, &withdraw), "EFFECT_UNFINISHED");
    // Going on may fail again, with another reason.
    desk.act(OFFICER, unfinished(UnfinishedState::Partial, "号库仍占用"));
    assert_eq!(desk.case.unfinished.as_ref().unwrap().reason, "号库仍占用");
    desk.act(OFFICER, done());
    assert_eq!(desk.step(), "collect");
}

#[test]
fn what_ended_the_hand_over_is_not_recorded_as_unfinished() {
    let desk = handed_over();
    for state in [CheckState::Agrees, CheckState::Differs, CheckState::Unavailable] {
        let answer = RegisterAnswer { state, ..answer(CheckState::NotChecked, &json!({})) };
        let command =
            Command::RecordUnfinished { answer, state: UnfinishedState::Delayed, reason: String::new() };
        assert_eq!(desk.refused(OFFICER, &command), "FOREIGN_ANSWER");
    }
    // Nor may the auxiliary record it where only an officer hands over, nor anybody elsewhere.
    let at_counter = Desk::new("T001");
    assert_eq!(at_counter.refused(OFFICER, &unfinished(UnfinishedState::Delayed, "")), "CASE_NOT_OPEN");
    let waits = birth::submitted();
    assert_eq!(waits.refused(OFFICER, &unfinished(UnfinishedState::Delayed, "")), "WRONG_STAGE");
}

#[test]
fn the_key_is_the_same_for_everybody_and_another_for_another_decision() {
    let desk = handed_over();
    let case = CaseId(Uuid::from_u128(7));
    assert_eq!(
        EffectKey::new(case, &"effect".into(), 2).to_string(),
        "00000000-0000-0000-0000-000000000007:effect:2"
    );
    assert_eq!(key(&desk.case), key(&desk.clone().case));
    assert!(key(&desk.case).0.ends_with(":effect:0"));
    assert_eq!(EffectKey::of(&birth::submitted().case), None);
    // The register keeps keys of at most 128 bytes.
    assert!(key(&desk.case).0.len() <= 128);
}

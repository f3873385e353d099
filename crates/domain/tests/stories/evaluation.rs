//! 好差评: once for each visit, and without any effect on the case.

use super::desk::*;
use domain::command::Command;
use domain::event::{EvaluationOccasion, Event};
use domain::person::PersonRole;
use serde_json::json;

fn rate(score: u8) -> Command {
    Command::Evaluate { score, reading: Some(reading()) }
}

#[test]
fn each_visit_is_rated_once_and_nothing_else_changes() {
    let mut desk = Desk::new("K07");
    desk.act(AUXILIARY, Command::Open);
    assert_eq!(desk.refused(AUXILIARY, &rate(5)), "NOT_EVALUABLE");
    desk.read_card(AUXILIARY, PersonRole::Applicant, card("韩冬", "1990-12-01", 903));
    desk.answer(AUXILIARY, "already_proved", "no");
    desk.look_up(
        AUXILIARY,
        "applicant",
        domain::event::CheckState::Agrees,
        &json!({ "person": { "name": "韩冬", "status": "registered" } }),
    );
    let fields =
        [("use.purpose", "办理公证"), ("use.receiving_unit", "公证处"), ("applicant.phone", "19900000008")];
    desk.set(AUXILIARY, &fields);
    desk.sign_all(AUXILIARY);
    desk.act(AUXILIARY, Command::Submit);
    for wrong in [0, 6, 255] {
        assert_eq!(desk.refused(AUXILIARY, &rate(wrong)), "WRONG_VALUE");
    }
    assert_eq!(desk.refused(FAR_OFFICER, &rate(1)), "UNIT_NOT_ALLOWED");

    let before = desk.case.clone();
    // Whoever stands at the window asks; that makes him neither maker nor reviewer.
    desk.act(HEAD, rate(1));
    assert_eq!(desk.case.evaluations, [(EvaluationOccasion::Intake, 1)].into());
    let now = &desk.case;
    assert_eq!(
        (&now.makers, &now.reviewers, &now.stage, &now.outcome, &now.auxiliary_made),
        (&before.makers, &before.reviewers, &before.stage, &before.outcome, &before.auxiliary_made)
    );
    assert_eq!(desk.refused(OFFICER, &rate(5)), "ALREADY_EVALUATED");

    desk.act(AUXILIARY, Command::Withdraw { reason: "不办了".into() });
    let events = desk.act(AUXILIARY, rate(4));
    assert!(matches!(events[..], [Event::Evaluated { occasion: EvaluationOccasion::Result, score: 4, .. }]));
    assert_eq!(desk.case.outcome, Some(domain::event::Outcome::Withdrawn), "rating reopens nothing");
    assert_eq!(desk.refused(OFFICER, &rate(5)), "ALREADY_EVALUATED");
}

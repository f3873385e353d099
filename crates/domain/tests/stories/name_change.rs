//! 18 周岁以下姓名变更: four reviews on two levels.

use super::desk::*;
use domain::command::Command;
use domain::event::{CheckState, Decision, Outcome};
use domain::person::PersonRole;
use domain::register::nest;
use domain::requirement::Missing;
use serde_json::json;

pub fn filled(consent: &str) -> Desk {
    let mut desk = Desk::new("T026");
    desk.act(AUXILIARY, Command::Open);
    desk.read_card(AUXILIARY, PersonRole::Applicant, card("孙建安", "1985-03-04", 901));
    desk.read_card(AUXILIARY, PersonRole::Father, card("孙建安", "1985-03-04", 901));
    desk.read_card(AUXILIARY, PersonRole::Mother, card("田雨", "1987-07-08", 902));
    desk.answer(AUXILIARY, "parents", "both");
    desk.answer(AUXILIARY, "consent", consent);
    let child = number("2014-01-20", 903);
    desk.set(
        AUXILIARY,
        &[
            ("applicant.phone", "19900000004"),
            ("subject.number", child.as_str()),
            ("change.new_name", "孙知远"),
            ("change.reason", "原名与亲属重名"),
        ],
    );
    desk.look_up(
        AUXILIARY,
        "subject",
        CheckState::Agrees,
        &json!({ "person": { "name": "孙小宝", "sex": "1", "ethnic_group": "01", "birth_date": "2014-01-20",
            "household_number": "900000004", "status": "registered", "version": 2,
            "father": number("1985-03-04", 901), "mother": number("1987-07-08", 902) } }),
    );
    desk.scan_all(AUXILIARY);
    desk
}

pub fn submitted() -> Desk {
    let mut desk = filled("together");
    desk.sign_all(AUXILIARY);
    desk.act(AUXILIARY, Command::Submit);
    desk
}

#[test]
fn a_name_changes_through_station_and_county() {
    let mut desk = submitted();
    assert_eq!(desk.case.signatures.len(), 2, "both parents");
    assert_eq!(desk.case.submission.as_ref().unwrap().due.unwrap().to_string(), "2026-12-23");
    for (who, step) in [
        (OFFICER, "officer-review"),
        (COMMUNITY, "investigation"),
        (HEAD, "head-review"),
        (REVIEWER, "county-approval"),
    ] {
        assert_eq!(desk.step(), step);
        desk.pass(who);
    }
    assert_eq!(desk.step(), "effect");
    let effect = desk.definition.effects[0].clone();
    assert_eq!(
        nest(&effect.request(&desk.definition, &desk.case), &effect.numbers),
        json!({ "citizen_number": number("2014-01-20", 903), "person_version": 2, "new_name": "孙知远",
            "approval_number": "1-FIRST",
            "consents": [number("1985-03-04", 901), number("1987-07-08", 902)] })
    );
    desk.act(OFFICER, effected(&json!({ "assigned": { "former_name": "孙小宝" } })));
    assert_eq!(desk.value("subject.former_name"), Some("孙小宝"));
    desk.print(AUXILIARY, "result");
    desk.collect(AUXILIARY, "孙建安");
    assert_eq!(desk.case.outcome, Some(Outcome::Done));
}

#[test]
fn the_county_refuses_and_the_citizen_is_told() {
    let mut desk = submitted();
    desk.pass(OFFICER);
    desk.pass(COMMUNITY);
    desk.pass(HEAD);
    assert_eq!(desk.refused(REVIEWER, &review(Decision::Refuse, None)), "REASON_MISSING");
    assert_eq!(desk.refused(REVIEWER, &review(Decision::Refuse, Some(reason("  ")))), "REASON_MISSING");
    desk.act(REVIEWER, review(Decision::Refuse, Some(reason("理由不充分"))));
    assert_eq!(desk.case.state_words(), "不予办理，待告知");
    assert_eq!(desk.step(), "collect");
    assert_eq!(desk.refused(OFFICER, &effected(&json!({}))), "WRONG_STAGE");
    assert_eq!(
        desk.refused(AUXILIARY, &Command::Withdraw { reason: "不办了".into() }),
        "WRONG_STAGE",
        "who was refused is told so"
    );
    assert_eq!(desk.refused(AUXILIARY, &Command::RecordPrint(desk.paper("result"))), "NOT_PRINTABLE");
    desk.print(AUXILIARY, "refusal-notice");
    desk.collect(AUXILIARY, "孙建安");
    assert_eq!(desk.case.outcome, Some(Outcome::Refused));
}

#[test]
fn majority_begins_on_the_birthday() {
    let rule = |desk: &Desk| {
        desk.missing()
            .iter()
            .any(|one| matches!(one, Missing::Rule { rule, .. } if rule == "subject_is_minor"))
    };
    let mut desk = filled("together");
    desk.now = noon("2032-01-19");
    assert!(!rule(&desk), "the day before");
    desk.now = noon("2032-01-20");
    assert!(rule(&desk), "on the day");
}

#[test]
fn the_kind_of_consent_decides_who_signs_and_what_is_said() {
    let mut desk = filled("judgment");
    let slots: Vec<String> = desk
        .missing()
        .into_iter()
        .filter_map(|one| match one {
            Missing::Signature { slot, .. } => Some(slot.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(slots, ["applicant"]);
    let effect = desk.definition.effects[0].clone();
    assert_eq!(effect.request(&desk.definition, &desk.case)["consent_exception"], "依生效判决书");
    desk.answer(AUXILIARY, "parents", "guardian");
    let request = effect.request(&desk.definition, &desk.case);
    assert!(!request.keys().any(|place| place.starts_with("consents")), "{request:?}");
}

//! 户籍证明: no material, content from the register.

use super::desk::*;
use domain::command::Command;
use domain::event::{CheckState, Outcome, ValueSource};
use domain::person::PersonRole;
use domain::requirement::Missing;
use serde_json::json;

fn filled(proved: &str) -> Desk {
    let mut desk = Desk::new("K07");
    desk.act(AUXILIARY, Command::Open);
    desk.read_card(AUXILIARY, PersonRole::Applicant, card("韩冬", "1990-12-01", 903));
    desk.answer(AUXILIARY, "already_proved", proved);
    desk.look_up(
        AUXILIARY,
        "applicant",
        CheckState::Agrees,
        &json!({ "person": { "name": "韩冬", "status": "registered" } }),
    );
    desk.set(
        AUXILIARY,
        &[
            ("use.purpose", "办理公证"),
            ("use.receiving_unit", "江城市城关区公证处"),
            ("applicant.phone", "19900000008"),
        ],
    );
    desk.sign_all(AUXILIARY);
    desk
}

#[test]
fn the_auxiliary_prints_what_the_register_gives() {
    let mut desk = filled("no");
    desk.act(AUXILIARY, Command::Submit);
    assert_eq!(desk.step(), "effect");
    let effect = desk.definition.effects[0].clone();
    assert_eq!(effect.request(&desk.definition, &desk.case).len(), 3);
    assert_eq!(desk.refused(AUXILIARY, &Command::RecordPrint(desk.paper("proof"))), "NOT_PRINTABLE");
    let content = json!({ "proof": { "name": "韩冬", "sex": "1", "ethnic_group": "01", "birth_date": "1990-12-01",
        "citizen_number": number("1990-12-01", 903), "address": "江城市城关区望江路5号",
        "household_number": "900000008", "household_kind": "1", "relation": "02", "since": "2015-01-05",
        "since_reason": "分户登记", "owner_unit": STATION } });
    desk.act(AUXILIARY, effected(&content));
    assert_eq!(desk.value("proof.address"), Some("江城市城关区望江路5号"));
    assert_eq!(desk.value("proof.former_name"), None, "there is none");
    desk.print(AUXILIARY, "proof");
    let again = Command::RecordPrint(desk.paper("proof"));
    assert_eq!(desk.refused(AUXILIARY, &again), "REASON_MISSING", "a reprint says why");
    desk.collect(AUXILIARY, "韩冬");
    assert_eq!(desk.case.outcome, Some(Outcome::Done));
}

#[test]
fn an_answer_without_content_proves_nothing() {
    let mut desk = filled("no");
    desk.act(AUXILIARY, Command::Submit);
    assert_eq!(desk.refused(AUXILIARY, &effected(&json!({ "proof": { "name": "韩冬" } }))), "FOREIGN_ANSWER");
}

#[test]
fn what_the_booklet_proves_needs_a_reason_or_a_notice() {
    let mut desk = filled("booklet");
    let missing = desk.missing();
    let [Missing::Rule { rule, text, .. }] = missing.as_slice() else { panic!("{missing:?}") };
    assert_eq!(rule, "papers_prove_it");
    assert!(text.contains("不予出具证明告知书"));
    desk.print(AUXILIARY, "no-proof-notice");
    let without_reason = Command::Override { rule: "papers_prove_it".into(), reason: " ".into() };
    assert_eq!(desk.refused(AUXILIARY, &without_reason), "REASON_MISSING");
    desk.act(
        AUXILIARY,
        Command::Override { rule: "papers_prove_it".into(), reason: "公证处来函要求".into() },
    );
    assert!(desk.missing().is_empty());
}

#[test]
fn nobody_types_the_content() {
    let desk = filled("no");
    for source in [ValueSource::Typed, ValueSource::EarlierCase] {
        let command = Command::ChangeFields {
            changes: vec![("proof.name".into(), "别人".into())],
            source,
            reason: "更正".into(),
        };
        assert_eq!(desk.refused(AUXILIARY, &command), "WRONG_VALUE");
    }
}

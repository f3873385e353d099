//! 户主变更.

use super::desk::*;
use domain::command::Command;
use domain::event::{CheckState, Outcome};
use domain::person::PersonRole;
use domain::register::nest;
use domain::requirement::Missing;
use serde_json::{Value, json};

pub fn household() -> Value {
    let member = |name: &str, birth: &str, sequence: u16, sex: &str, relation: &str| {
        json!({ "name": name,
        "citizen_number": number(birth, sequence), "sex": sex, "birth_date": birth, "relation": relation })
    };
    json!({ "household": { "household_number": "900000003", "kind": "1", "address": "江城市城关区石桥路9号",
        "version": 12, "status": "open", "members": [
            member("何守田", "1955-02-01", 901, "1", "02"),
            member("秦桂兰", "1957-05-06", 902, "2", "12"),
            member("何立新", "1982-09-10", 903, "1", "21"),
            member("何小满", "2015-06-01", 904, "2", "42"),
        ] } })
}

pub fn filled() -> Desk {
    let mut desk = Desk::new("T042");
    desk.act(AUXILIARY, Command::Open);
    desk.read_card(AUXILIARY, PersonRole::Applicant, card("何守田", "1955-02-01", 901));
    desk.answer(AUXILIARY, "capacity", "yes");
    desk.look_up(
        AUXILIARY,
        "applicant",
        CheckState::Agrees,
        &json!({ "person": { "name": "何守田", "relation": "02", "status": "registered" } }),
    );
    desk.look_up(AUXILIARY, "household", CheckState::Agrees, &household());
    desk.read_card(AUXILIARY, PersonRole::HouseholdHead, card("何立新", "1982-09-10", 903));
    desk.set(AUXILIARY, &[("applicant.phone", "19900000003")]);
    desk.scan_all(AUXILIARY);
    desk
}

fn relations(desk: &mut Desk, codes: [&str; 4]) {
    for (row, code) in codes.iter().enumerate() {
        desk.set(AUXILIARY, &[(format!("members.{row}.relation").as_str(), *code)]);
    }
}

#[test]
fn a_head_changes_from_the_card_to_the_closed_case() {
    let mut desk = filled();
    assert_eq!(desk.case.rows("members"), [0, 1, 2, 3]);
    let relations_missing = desk
        .missing()
        .iter()
        .filter(|one| matches!(one, Missing::Field { field, .. } if field.as_str().ends_with(".relation")))
        .count();
    assert_eq!(
        relations_missing, 4,
        "every relation is asked again, although the register knows the old ones"
    );
    relations(&mut desk, ["51", "52", "02", "31"]);
    desk.sign_all(AUXILIARY);
    desk.act(AUXILIARY, Command::Submit);
    desk.pass(OFFICER);
    let effect = desk.definition.effects[0].clone();
    assert_eq!(
        nest(&effect.request(&desk.definition, &desk.case), &effect.numbers),
        json!({ "household_number": "900000003", "household_version": 12, "new_head": number("1982-09-10", 903),
            "relations": { number("1955-02-01", 901): "51", number("1957-05-06", 902): "52",
                number("2015-06-01", 904): "31" } })
    );
    desk.act(OFFICER, effected(&json!({ "receipt_number": "LS1" })));
    desk.print(AUXILIARY, "result");
    desk.collect(AUXILIARY, "何立新");
    assert_eq!(desk.case.outcome, Some(Outcome::Done));
}

fn broken(desk: &Desk) -> Vec<String> {
    desk.missing()
        .into_iter()
        .filter_map(|one| match one {
            Missing::Rule { rule, .. } => Some(rule),
            _ => None,
        })
        .collect()
}

#[test]
fn exactly_one_adult_head_stays() {
    for (codes, wrong) in [
        (["51", "52", "02", "31"], vec![]),
        (["02", "52", "02", "31"], vec!["one_adult_head"]),
        (["51", "52", "21", "31"], vec!["new_head_is_member", "one_adult_head"]),
        (["51", "52", "21", "02"], vec!["new_head_is_member", "one_adult_head"]),
        (["51", "02", "21", "31"], vec!["new_head_is_member"]),
    ] {
        let mut desk = filled();
        relations(&mut desk, codes);
        assert_eq!(broken(&desk), wrong, "{codes:?}");
    }
}

#[test]
fn only_the_head_hands_over_and_not_to_himself() {
    let mut desk = filled();
    relations(&mut desk, ["51", "52", "02", "31"]);
    desk.act(
        AUXILIARY,
        Command::ChangeFields {
            changes: vec![("applicant.relation".into(), "12".into())],
            source: domain::event::ValueSource::Typed,
            reason: "与户口簿不符".into(),
        },
    );
    assert_eq!(broken(&desk), ["applicant_is_head"]);
    desk.set(AUXILIARY, &[("applicant.relation", "02")]);
    desk.read_card(AUXILIARY, PersonRole::HouseholdHead, card("何守田", "1955-02-01", 901));
    assert_eq!(broken(&desk), ["new_head_is_other", "new_head_is_member"]);
}

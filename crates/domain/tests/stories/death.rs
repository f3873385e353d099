//! 死亡登记.

use super::desk::*;
use super::head_change::household;
use domain::command::Command;
use domain::event::{CheckState, Outcome};
use domain::ids::{MaterialId, PageId};
use domain::person::PersonRole;
use domain::register::nest;
use domain::requirement::Missing;
use serde_json::json;
use uuid::Uuid;

/// The person in row `sequence` of the household died; the daughter-in-law's papers are all there.
fn filled(name: &str, birth: &str, sequence: u16, relation: &str) -> Desk {
    let mut desk = Desk::new("T083");
    desk.act(AUXILIARY, Command::Open);
    desk.read_card(AUXILIARY, PersonRole::Applicant, card("何立新", "1982-09-10", 903));
    let deceased = number(birth, sequence);
    desk.set(
        AUXILIARY,
        &[
            ("applicant.phone", "19900000005"),
            ("applicant.relation_to_deceased", "子"),
            ("deceased.number", deceased.as_str()),
            ("deceased.proof", "medical_certificate"),
            ("deceased.proof_number", "D990000001"),
        ],
    );
    desk.look_up(
        AUXILIARY,
        "deceased",
        CheckState::Agrees,
        &json!({ "person": { "name": name, "sex": "1", "birth_date": birth, "relation": relation,
            "status": "registered", "version": 3 } }),
    );
    desk.look_up(AUXILIARY, "household", CheckState::Agrees, &household());
    desk.look_up(
        AUXILIARY,
        "death_certificate",
        CheckState::Agrees,
        &json!({ "used": false, "certificate": { "died_on": "2026-11-15", "cause": "1" } }),
    );
    desk
}

#[test]
fn a_head_dies_and_another_follows() {
    let mut desk = filled("何守田", "1955-02-01", 901, "02");
    assert_eq!(desk.case.rows("members"), [1, 2, 3], "the dead man makes no row");
    assert!(
        matches!(&desk.missing()[0], Missing::Answer { question, .. } if question.as_str() == "remaining")
    );
    desk.answer(AUXILIARY, "remaining", "adults");
    let new_head = number("1982-09-10", 903);
    desk.set(
        AUXILIARY,
        &[
            ("new_head.number", new_head.as_str()),
            ("new_head.name", "何立新"),
            ("members.1.relation", "52"),
            ("members.2.relation", "02"),
            ("members.3.relation", "31"),
        ],
    );
    desk.scan_all(AUXILIARY);
    desk.sign_all(AUXILIARY);
    assert_eq!(desk.case.signatures.len(), 1, "the new head is the declarant");
    desk.act(AUXILIARY, Command::Submit);
    desk.pass(OFFICER);
    let effect = desk.definition.effects[0].clone();
    assert_eq!(
        nest(&effect.request(&desk.definition, &desk.case), &effect.numbers),
        json!({ "citizen_number": number("1955-02-01", 901), "person_version": 3, "household_version": 12,
            "died_on": "2026-11-15", "cause": "1", "proof": "medical_certificate", "proof_number": "D990000001",
            "new_head": new_head,
            "relations": { number("1957-05-06", 902): "52", number("2015-06-01", 904): "31" } })
    );
    desk.act(OFFICER, effected(&json!({})));
    desk.collect(AUXILIARY, "何立新");
    assert_eq!(desk.case.outcome, Some(Outcome::Done));
}

#[test]
fn who_was_not_head_leaves_the_relations_alone() {
    let mut desk = filled("秦桂兰", "1957-05-06", 902, "12");
    desk.scan_all(AUXILIARY);
    desk.sign_all(AUXILIARY);
    assert!(desk.missing().is_empty(), "{:?}", desk.missing());
    let effect = desk.definition.effects[0].clone();
    let request = effect.request(&desk.definition, &desk.case);
    assert!(
        !request.keys().any(|place| place.starts_with("relations") || place == "new_head"),
        "{request:?}"
    );
}

#[test]
fn one_of_seven_proofs_is_enough_and_needed() {
    let mut desk = filled("秦桂兰", "1957-05-06", 902, "12");
    let missing = desk.missing();
    let group = missing
        .iter()
        .find_map(|one| match one {
            Missing::OneOf { materials, .. } => Some(materials.clone()),
            _ => None,
        })
        .unwrap();
    assert_eq!(group.len(), 7);
    for (at, material) in group.into_iter().enumerate() {
        let mut desk = desk.clone();
        let page = PageId(Uuid::from_u128(u128::try_from(at).unwrap()));
        desk.act(AUXILIARY, Command::AddPage { material, page, picture: blob(1), reading: None });
        assert!(!desk.missing().iter().any(|one| matches!(one, Missing::OneOf { .. })));
    }
    // A page taken out again leaves the group unmet.
    let material = MaterialId::from("judicial_proof");
    let page = PageId(Uuid::from_u128(77));
    desk.act(
        AUXILIARY,
        Command::AddPage { material: material.clone(), page, picture: blob(1), reading: None },
    );
    desk.act(AUXILIARY, Command::RemovePage { material, page });
    assert!(desk.missing().iter().any(|one| matches!(one, Missing::OneOf { .. })));
}

#[test]
fn a_certificate_number_is_asked_for_where_there_is_one() {
    let mut desk = filled("秦桂兰", "1957-05-06", 902, "12");
    desk.set(AUXILIARY, &[("deceased.proof", "cremation_certificate"), ("deceased.proof_number", "")]);
    let about_certificate = |one: &Missing| match one {
        Missing::Field { field, .. } => field.as_str() == "deceased.proof_number",
        Missing::Check { lookup, .. } => lookup == "death_certificate",
        _ => false,
    };
    assert!(!desk.missing().iter().any(about_certificate));
    desk.set(AUXILIARY, &[("deceased.proof", "medical_certificate")]);
    assert_eq!(desk.missing().iter().filter(|one| about_certificate(one)).count(), 2);
}

#[test]
fn only_minors_remain_by_a_named_exception() {
    let mut desk = filled("何守田", "1955-02-01", 901, "02");
    desk.answer(AUXILIARY, "remaining", "minors");
    let effect = desk.definition.effects[0].clone();
    assert_eq!(effect.request(&desk.definition, &desk.case)["head_exception"], "minors_only");
    desk.answer(AUXILIARY, "remaining", "none");
    assert!(
        desk.missing()
            .iter()
            .any(|one| matches!(one, Missing::Rule { rule, .. } if rule == "one_adult_head")),
        "there are members"
    );
}

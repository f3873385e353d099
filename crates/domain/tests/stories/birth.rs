//! 出生登记随母入户, from the card to the closed case.

use super::desk::*;
use domain::event::{CheckState, Event, Identity, Outcome};
use domain::ids::SlotId;
use domain::matter::MatterDefinition;
use domain::person::PersonRole;
use domain::register::nest;
use domain::requirement::Missing;
use serde_json::{Value, json};

pub fn mother_answer(ethnic_group: &str) -> Value {
    json!({ "person": { "name": "沈㛃", "sex": "2", "ethnic_group": ethnic_group, "birth_date": "1995-09-03",
        "status": "registered", "version": 4 } })
}

pub fn household_answer() -> Value {
    json!({ "household": { "household_number": "900000001", "address": "江城市城关区槐荫路18号2幢301室", "version": 7,
        "status": "open", "members": [{ "name": "周𬭚" }] } })
}

pub fn certificate_answer(used: bool) -> Value {
    json!({ "used": used, "certificate": { "newborn_name": "周念安", "sex": "2", "birth_date": "2026-11-03",
        "birth_place": "江城市妇幼保健院" } })
}

/// Everything up to the signatures; both parents known to the register.
pub fn fill(desk: &mut Desk, father_ethnic_group: &str) {
    let mother = card("沈㛃", "1995-09-03", 902);
    desk.act(AUXILIARY, domain::command::Command::Open);
    desk.read_card(AUXILIARY, PersonRole::Applicant, mother.clone());
    desk.read_card(AUXILIARY, PersonRole::Mother, mother);
    desk.answer(AUXILIARY, "applicant_is", "mother");
    desk.answer(AUXILIARY, "in_wedlock", "yes");
    desk.look_up(AUXILIARY, "mother", CheckState::Agrees, &mother_answer("01"));
    desk.look_up(AUXILIARY, "mother_household", CheckState::Agrees, &household_answer());
    let father = number("1993-04-12", 901);
    desk.set(
        AUXILIARY,
        &[
            ("father.number", father.as_str()),
            ("newborn.certificate", "Z990000001"),
            ("newborn.ethnic_group", "01"),
            ("household.relation", "31"),
            ("applicant.phone", "19900000001"),
        ],
    );
    desk.look_up(
        AUXILIARY,
        "father",
        CheckState::Agrees,
        &json!({ "person": { "name": "周𬭚", "ethnic_group": father_ethnic_group, "birth_date": "1993-04-12" } }),
    );
    desk.look_up(AUXILIARY, "birth_certificate", CheckState::Agrees, &certificate_answer(false));
    desk.look_up(AUXILIARY, "duplicate", CheckState::Agrees, &json!({ "duplicates": [] }));
    desk.scan_all(AUXILIARY);
}

pub fn submitted() -> Desk {
    let mut desk = Desk::new("T001");
    fill(&mut desk, "01");
    desk.sign_all(AUXILIARY);
    desk.act(AUXILIARY, domain::command::Command::Submit);
    desk
}

fn effect_request(desk: &Desk) -> Value {
    let definition: &MatterDefinition = &desk.definition;
    let effect = definition.effects.first().unwrap();
    nest(&effect.request(definition, &desk.case), &effect.numbers)
}

#[test]
fn a_birth_goes_from_the_card_to_the_closed_case() {
    let mut desk = Desk::new("T001");
    fill(&mut desk, "01");
    assert_eq!(desk.value("newborn.name"), Some("周念安"), "the certificate fills what is empty");
    assert_eq!(desk.value("household.head_name"), Some("周𬭚"));
    let only_the_signature = desk.missing();
    assert!(
        matches!(only_the_signature.as_slice(), [Missing::Signature { slot, .. }] if *slot == SlotId::from("applicant")),
        "{only_the_signature:?}"
    );
    desk.sign_all(AUXILIARY);
    let events = desk.act(AUXILIARY, domain::command::Command::Submit);
    assert!(matches!(&events[0], Event::Submitted { number: Some(_), due: Some(_), stage: Some(_), .. }));
    assert_eq!(desk.step(), "officer-review");
    desk.print(AUXILIARY, "receipt");
    desk.pass(OFFICER);
    assert_eq!(desk.step(), "effect");
    assert_eq!(
        effect_request(&desk),
        json!({
            "household_number": "900000001", "household_version": 7, "mother": number("1995-09-03", 902),
            "mother_version": 4, "father": number("1993-04-12", 901), "certificate": "Z990000001",
            "newborn": { "name": "周念安", "sex": "2", "birth_date": "2026-11-03", "ethnic_group": "01",
                "relation": "31" },
        })
    );
    let child = number("2026-11-03", 2);
    desk.act(OFFICER, effected(&json!({ "assigned": { "citizen_number": child } })));
    assert_eq!(desk.value("newborn.citizen_number"), Some(child.as_str()));
    desk.print(AUXILIARY, "result");
    desk.collect(AUXILIARY, "沈㛃");
    assert_eq!(desk.case.outcome, Some(Outcome::Done));
    assert_eq!(desk.case.state_words(), "已办结");
}

#[test]
fn both_parents_sign_where_their_ethnic_groups_differ() {
    let mut desk = Desk::new("T001");
    fill(&mut desk, "03");
    let wanted: Vec<String> = desk
        .missing()
        .into_iter()
        .map(|one| match one {
            Missing::Identity { slot, .. } => format!("identity {slot}"),
            Missing::Signature { slot, .. } => format!("signature {slot}"),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(wanted, ["signature applicant", "identity father", "signature father"]);
    desk.set(AUXILIARY, &[("newborn.ethnic_group", "04")]);
    assert!(
        desk.missing()
            .iter()
            .any(|one| matches!(one, Missing::Rule { rule, .. } if rule == "ethnic_group_of_a_parent")),
        "neither parent's"
    );
    desk.set(AUXILIARY, &[("newborn.ethnic_group", "03")]);
    let father = Identity { ethnic_group: "03".into(), ..card("周𬭚", "1993-04-12", 901) };
    desk.read_card(AUXILIARY, PersonRole::Father, father);
    desk.sign_all(AUXILIARY);
    assert!(desk.missing().is_empty(), "{:?}", desk.missing());
}

#[test]
fn an_unmarried_mother_may_leave_the_father_out() {
    let mut desk = Desk::new("T001");
    fill(&mut desk, "03");
    desk.answer(AUXILIARY, "in_wedlock", "no");
    assert!(
        matches!(&desk.missing()[0], Missing::Answer { question, .. } if question.as_str() == "father_known")
    );
    desk.answer(AUXILIARY, "father_known", "no");
    assert!(effect_request(&desk).get("father").is_none(), "what the form does not show is not handed over");
    desk.set(AUXILIARY, &[("newborn.ethnic_group", "03")]);
    let rules: Vec<_> =
        desk.missing().into_iter().filter(|one| matches!(one, Missing::Rule { .. })).collect();
    assert_eq!(rules.len(), 1, "the child follows the mother: {rules:?}");
}

#[test]
fn a_used_certificate_does_not_agree() {
    let mut desk = Desk::new("T001");
    fill(&mut desk, "01");
    desk.look_up(AUXILIARY, "birth_certificate", CheckState::Agrees, &certificate_answer(true));
    desk.sign_all(AUXILIARY);
    assert_eq!(desk.refused(AUXILIARY, &domain::command::Command::Submit), "INCOMPLETE");
    assert!(
        desk.missing().iter().any(
            |one| matches!(one, Missing::Check { state: CheckState::Differs, lookup, .. } if lookup == "birth_certificate")
        )
    );
}

#[test]
fn a_check_belongs_to_what_was_asked() {
    let mut desk = Desk::new("T001");
    fill(&mut desk, "01");
    let events = desk.set(AUXILIARY, &[("newborn.certificate", "Z990000009")]);
    assert_eq!(events.len(), 2, "{events:?}");
    assert_eq!(desk.case.check_state("birth_certificate"), CheckState::NotChecked);
    assert_eq!(desk.case.check_state("mother"), CheckState::Agrees, "others stay");
}

/// The clerk types the number of the certificate and nothing else of the child; the rest is on the certificate.
#[test]
fn the_number_of_a_certificate_is_enough_to_ask() {
    let mut desk = Desk::new("T001");
    let definition = desk.definition.clone();
    let (certificate, duplicate) =
        (definition.lookup("birth_certificate").unwrap(), definition.lookup("duplicate").unwrap());
    desk.act(AUXILIARY, domain::command::Command::Open);
    desk.set(AUXILIARY, &[("mother.number", number("1995-09-03", 902).as_str())]);
    assert!(!certificate.askable(&desk.case), "the mother alone names no certificate");
    desk.set(AUXILIARY, &[("newborn.certificate", "Z990000001")]);
    assert!(certificate.askable(&desk.case));
    assert!(!duplicate.askable(&desk.case), "nobody is looked for by nothing");
    desk.look_up(AUXILIARY, "birth_certificate", CheckState::Agrees, &certificate_answer(false));
    assert_eq!(desk.value("newborn.name"), Some("周念安"));
    assert_eq!(desk.case.check_state("birth_certificate"), CheckState::Agrees, "what it filled in keeps it");
    assert!(duplicate.askable(&desk.case));
}

#[test]
fn what_the_register_did_must_name_the_child() {
    let mut desk = submitted();
    desk.pass(OFFICER);
    assert_eq!(desk.refused(OFFICER, &effected(&json!({ "assigned": {} }))), "FOREIGN_ANSWER");
    assert_eq!(
        desk.refused(
            OFFICER,
            &domain::command::Command::RecordEffect {
                answer: answer(CheckState::Unavailable, &json!({})),
                refused: String::new()
            }
        ),
        "NOT_EFFECTED"
    );
}

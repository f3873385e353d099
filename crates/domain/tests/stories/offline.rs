//! Without the network.

use super::birth;
use super::desk::*;
use domain::command::Command;
use domain::event::{CheckState, Decision, Event, Outcome, SubmissionMode};
use domain::requirement::Missing;
use serde_json::json;

/// Taken in without the network: what the register would have said is typed.
fn taken_in() -> Desk {
    let mut desk = Desk::new("T042");
    let household = super::head_change::household();
    desk.online = false;
    desk.act(AUXILIARY, Command::Open);
    desk.read_card(AUXILIARY, domain::person::PersonRole::Applicant, card("何守田", "1955-02-01", 901));
    desk.read_card(AUXILIARY, domain::person::PersonRole::HouseholdHead, card("何立新", "1982-09-10", 903));
    desk.answer(AUXILIARY, "capacity", "yes");
    let found =
        Command::RecordLookup { lookup: "household".into(), answer: answer(CheckState::Agrees, &household) };
    assert_eq!(desk.refused(AUXILIARY, &found), "NOT_OFFLINE");
    desk.look_up(AUXILIARY, "household", CheckState::Unavailable, &json!({}));
    desk.set(
        AUXILIARY,
        &[
            ("applicant.phone", "19900000003"),
            ("applicant.relation", "02"),
            ("household.number", "900000003"),
            ("household.kind", "1"),
            ("household.address", "江城市城关区石桥路9号"),
        ],
    );
    let members = household["household"]["members"].as_array().unwrap().clone();
    for (row, (member, relation)) in members.iter().zip(["51", "52", "02", "31"]).enumerate() {
        for (column, value) in [
            ("name", member["name"].as_str().unwrap()),
            ("number", member["citizen_number"].as_str().unwrap()),
            ("sex", member["sex"].as_str().unwrap()),
            ("birth_date", member["birth_date"].as_str().unwrap()),
            ("relation", relation),
        ] {
            desk.set(AUXILIARY, &[(format!("members.{row}.{column}").as_str(), value)]);
        }
    }
    desk.scan_all(AUXILIARY);
    desk.sign_all(AUXILIARY);
    desk.act(AUXILIARY, Command::Submit);
    desk
}

#[test]
fn an_intake_waits_for_its_confirmation() {
    let mut desk = taken_in();
    let submission = desk.case.submission.clone().unwrap();
    assert_eq!((submission.mode, submission.due), (SubmissionMode::TakenIn, None));
    assert_eq!(submission.number.as_deref(), Some("2-FIRST"));
    assert_eq!(desk.case.state_words(), "已收件，待确认受理");
    desk.print(AUXILIARY, "intake-slip");
    assert_eq!(desk.refused(AUXILIARY, &Command::RecordPrint(desk.paper("receipt"))), "NOT_PRINTABLE");
    assert_eq!(desk.refused(AUXILIARY, &Command::Submit), "CASE_NOT_AT_COUNTER");
    assert_eq!(desk.refused(AUXILIARY, &Command::ConfirmAcceptance), "NOT_OFFLINE");
    assert_eq!(desk.refused(OFFICER, &review(Decision::Pass, None)), "WRONG_STAGE");
    desk.online = true;
    assert_eq!(
        desk.refused(AUXILIARY, &Command::ConfirmAcceptance),
        "INCOMPLETE",
        "the checks are still to be made"
    );
    let household = super::head_change::household();
    let look =
        Command::RecordLookup { lookup: "household".into(), answer: answer(CheckState::Agrees, &household) };
    assert_eq!(desk.refused(FAR_OFFICER, &look), "UNIT_NOT_ALLOWED");
    let person = json!({ "person": { "name": "何守田", "relation": "02", "status": "registered" } });
    desk.look_up(AUXILIARY, "applicant", CheckState::Agrees, &person);
    let events = desk.act(AUXILIARY, look);
    assert!(
        matches!(events.as_slice(), [Event::LookupRecorded { .. }]),
        "nothing is added to what was signed: {events:?}"
    );
    assert_eq!(desk.case.signatures.len(), 2, "the citizens are at home; what they signed stands");
    assert_eq!(desk.refused(FAR_OFFICER, &Command::ConfirmAcceptance), "UNIT_NOT_ALLOWED");
    desk.act(AUXILIARY, Command::ConfirmAcceptance);
    let submission = desk.case.submission.clone().unwrap();
    assert_eq!(submission.number.as_deref(), Some("1-FIRST"));
    assert_eq!(submission.intake_number.as_deref(), Some("2-FIRST"));
    assert_eq!(desk.step(), "officer-review");
    desk.print(AUXILIARY, "receipt");
}

#[test]
fn what_the_check_finds_after_an_intake_can_be_mended() {
    let mut desk = taken_in();
    desk.online = true;
    let person = json!({ "person": { "name": "何守田", "relation": "02", "status": "registered" } });
    desk.look_up(AUXILIARY, "applicant", CheckState::Agrees, &person);
    desk.look_up(AUXILIARY, "household", CheckState::Agrees, &super::head_change::household());
    desk.set(AUXILIARY, &[("members.3.relation", "32")]);
    assert!(desk.case.signatures.is_empty(), "who signed something else signs again");
    assert_eq!(desk.refused(AUXILIARY, &Command::ConfirmAcceptance), "INCOMPLETE");
    desk.sign_all(AUXILIARY);
    desk.act(AUXILIARY, Command::ConfirmAcceptance);
}

#[test]
fn a_block_that_ran_out_stops_the_number_and_not_the_intake() {
    let mut desk = Desk::new("T001");
    birth::fill(&mut desk, "01");
    desk.sign_all(AUXILIARY);
    desk.allotted.case_number = None;
    desk.allotted.intake_number = None;
    assert_eq!(desk.refused(AUXILIARY, &Command::Submit), "NO_NUMBER_LEFT");
    desk.online = false;
    desk.act(AUXILIARY, Command::Submit);
    assert_eq!(desk.case.submission.as_ref().unwrap().number, None);
}

#[test]
fn a_returned_case_handed_in_offline_keeps_the_number_of_its_acceptance() {
    let mut desk = birth::submitted();
    let due = desk.case.submission.as_ref().unwrap().due;
    desk.act(OFFICER, review(Decision::Return, Some(reason("缺签名日期"))));
    desk.now += 2 * 24 * 3600 * 1000;
    desk.online = false;
    desk.allotted.case_number = Some("1-SECOND".into());
    desk.act(AUXILIARY, Command::Submit);
    assert!(desk.case.awaits_confirmation());
    desk.online = true;
    desk.act(AUXILIARY, Command::ConfirmAcceptance);
    assert_eq!(desk.case.submission.as_ref().unwrap().number.as_deref(), Some("1-FIRST"));
    assert_eq!(desk.case.submission.as_ref().unwrap().due, due);
}

#[test]
fn nothing_is_decided_done_or_given_out_offline() {
    let mut desk = birth::submitted();
    desk.online = false;
    let given = desk.act(OFFICER, review(Decision::Pass, None));
    assert!(matches!(given.as_slice(), [Event::ProvisionalOpinionGiven { .. }]));
    assert_eq!(desk.step(), "officer-review", "an opinion is not a decision");
    assert_eq!(desk.refused(AUXILIARY, &Command::RecordPrint(desk.paper("receipt"))), "NOT_OFFLINE");
    desk.online = true;
    desk.pass(OFFICER);
    assert_eq!(desk.case.provisional_opinion, None);
    let done = effected(&json!({ "assigned": { "citizen_number": number("2026-11-03", 2) } }));
    desk.online = false;
    assert_eq!(desk.refused(OFFICER, &done), "NOT_OFFLINE");
    desk.online = true;
    desk.act(OFFICER, done);
    desk.online = false;
    assert_eq!(desk.refused(AUXILIARY, &collect("沈㛃")), "NOT_OFFLINE");
    assert_eq!(desk.refused(AUXILIARY, &Command::RecordPrint(desk.paper("result"))), "NOT_OFFLINE");
    desk.online = true;
    desk.collect(AUXILIARY, "沈㛃");
    assert_eq!(desk.case.outcome, Some(Outcome::Done));
}

#[test]
fn no_shipped_matter_is_accepted_offline_and_every_one_may_be_taken_in() {
    for matter in CATALOGUE.matters.values() {
        let definition = &matter.definition;
        assert!(!definition.accept_offline, "{}", definition.id);
        let slip = definition.prints.iter().find(|one| one.document == "intake-slip").unwrap();
        assert!(slip.offline);
        for print in &definition.prints {
            let allowed = ["one-time-notice", "application", "intake-slip", "promise"]
                .contains(&print.document.as_str());
            assert!(!print.offline || allowed, "{}: {}", definition.id, print.document);
        }
    }
    let desk = taken_in();
    assert!(desk.missing().iter().all(|one| matches!(one, Missing::Check { .. })), "{:?}", desk.missing());
}

#[test]
fn what_an_auxiliary_hands_in_or_confirms_is_reviewed() {
    let handed = |desk: &Desk, who: Who, command: &Command| match desk.ask(who, command).unwrap().remove(0) {
        Event::Submitted { stage, .. } | Event::AcceptanceConfirmed { stage, .. } => {
            stage.map(|stage| stage.step.to_string()).unwrap()
        }
        other => panic!("{other:?}"),
    };
    // Taken in by officers alone, with steps of its own for that.
    let by_officers = |mut desk: Desk| {
        desk.case.auxiliary_made = false;
        desk.definition.officer_flow = Some(CATALOGUE.flows["a"].clone());
        desk.online = true;
        desk
    };
    let mut filled = Desk::new("T001");
    super::birth::fill(&mut filled, "01");
    filled.sign_all(AUXILIARY);
    let desk = by_officers(filled);
    assert_eq!(handed(&desk, OFFICER, &Command::Submit), "effect");
    assert_eq!(handed(&desk, AUXILIARY, &Command::Submit), "officer-review");
    let mut desk = by_officers(taken_in());
    let person = json!({ "person": { "name": "何守田", "relation": "02", "status": "registered" } });
    desk.case.lookups = {
        let mut seen = taken_in();
        seen.online = true;
        seen.look_up(AUXILIARY, "applicant", CheckState::Agrees, &person);
        seen.look_up(AUXILIARY, "household", CheckState::Agrees, &super::head_change::household());
        seen.case.lookups
    };
    assert_eq!(handed(&desk, OFFICER, &Command::ConfirmAcceptance), "effect");
    assert_eq!(handed(&desk, AUXILIARY, &Command::ConfirmAcceptance), "officer-review");
}

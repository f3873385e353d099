//! Taking in for another station: the case learns whose household it is, or is refused with the station's name.

use super::birth;
use super::desk::*;
use domain::command::Command;
use domain::event::{CheckState, Event};
use domain::matter::MatterDefinition;
use serde_json::json;

const HOME: &str = "999901520000";

/// A birth whose mother's household another unit keeps, before its submission.
fn filled(owner: &str, cross_station: bool) -> Desk {
    let mut desk = Desk::new("T001");
    let definition = MatterDefinition { cross_station, ..desk.definition.clone() };
    desk.definition = definition;
    birth::fill(&mut desk, "01");
    let mut household = birth::household_answer();
    household["household"]["owner_unit"] = json!(owner);
    desk.look_up(AUXILIARY, "mother_household", CheckState::Agrees, &household);
    desk.sign_all(AUXILIARY);
    desk
}

#[test]
fn a_case_of_another_stations_household_names_it() {
    let mut desk = filled(HOME, true);
    let events = desk.act(AUXILIARY, Command::Submit);
    assert!(
        matches!(&events[..], [Event::Submitted { .. }, Event::HomeUnitNamed { unit }] if unit.as_str() == HOME)
    );
    assert!(desk.case.home_units.contains(&unit(HOME)));
    assert_eq!(desk.step(), "officer-review", "it goes its way here");
}

#[test]
fn an_own_household_names_nobody() {
    for owner in [STATION, ""] {
        let mut desk = filled(owner, false);
        assert_eq!(desk.act(AUXILIARY, Command::Submit).len(), 1, "{owner}");
        assert!(desk.case.home_units.is_empty());
    }
    // Nor does a unit that nobody here knows.
    let mut desk = filled("888801510000", false);
    assert_eq!(desk.act(AUXILIARY, Command::Submit).len(), 1);
}

#[test]
fn a_matter_that_may_not_be_taken_in_elsewhere_is_refused_with_the_station() {
    let desk = filled(HOME, false);
    let refusal = desk.ask(AUXILIARY, &Command::Submit).unwrap_err();
    assert_eq!(refusal.code(), "NOT_CROSS_STATION");
    let words = serde_json::to_value(&refusal).unwrap()["unit"].as_str().unwrap().to_owned();
    assert!(words.contains(HOME), "{words}: the demo units of these tests are named by their code");
}

#[test]
fn handed_in_again_it_is_named_once() {
    let mut desk = filled(HOME, true);
    desk.act(AUXILIARY, Command::Submit);
    desk.act(OFFICER, review(domain::event::Decision::Return, Some(reason("x"))));
    assert_eq!(desk.act(AUXILIARY, Command::Submit).len(), 1);
    assert_eq!(desk.case.home_units.len(), 1);
}

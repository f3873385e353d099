//! Places: divisions of GB/T 2260 in the fields that ask for one, and standard addresses with their code.

use super::desk::*;
use domain::command::Command;
use domain::matter::Field;
use domain::register::nest;
use domain::requirement::{FieldFault, Missing, check_value};
use jiff::civil::{Date, date};
use serde_json::{Value, json};

const TODAY: Date = date(2026, 11, 22);
/// 铜陵县, which became 义安区 (340706) in 2015.
const ENDED: &str = "340721";

fn native_place(matter: &str) -> Field {
    let definition = CATALOGUE.definition(matter).unwrap();
    definition.field(&"change.native_place".into()).unwrap().clone()
}

#[test]
fn a_code_out_of_use_stands_where_the_form_allows_it_and_nowhere_else() {
    let codes = &CATALOGUE.codes;
    for matter in ["T043", "N07"] {
        let historic = native_place(matter);
        let check = |field: &Field, code: &str, day| check_value(field, code, codes, day);
        assert_eq!(check(&historic, ENDED, TODAY), Ok(()));
        assert_eq!(check(&historic, "340706", TODAY), Ok(()));
        assert_eq!(check(&historic, "340799", TODAY), Err(FieldFault::NotACode));
        let current = Field { historic: false, ..historic };
        assert_eq!(check(&current, ENDED, TODAY), Err(FieldFault::CodeEnded));
        assert_eq!(check(&current, "340706", TODAY), Ok(()));
        assert_eq!(check(&current, ENDED, date(2014, 12, 31)), Ok(()), "then it was in use");
        assert_eq!(
            check(&current, "340706", date(2014, 12, 31)),
            Err(FieldFault::CodeEnded),
            "and this was not yet"
        );
    }
    assert_eq!(codes.words_on("division", ENDED, TODAY).unwrap(), "安徽省铜陵市铜陵县（已于2015年停用）");
    assert_eq!(
        codes.words_on("division", "110228", TODAY).unwrap(),
        "北京市密云县（已于2015年停用，现为北京市密云区）"
    );
    assert_eq!(
        codes.words_on("division", "340706", date(2014, 1, 1)).unwrap(),
        "安徽省铜陵市义安区（2015年起启用）"
    );
}

#[test]
fn a_division_is_found_by_name_initials_and_code() {
    let table = &CATALOGUE.codes.tables["division"];
    let found = |typed: &str, historic| -> Vec<&str> {
        table.find(typed, TODAY, historic, 20).into_iter().map(|row| row.code.as_str()).collect()
    };
    assert_eq!(found("安徽 yaq", false), ["340706", "341503"], "义安区 and 裕安区");
    assert_eq!(found("tlx 铜陵", false), [""; 0]);
    assert_eq!(found("tlx 铜陵", true), [ENDED]);
    assert_eq!(found(ENDED, true), [ENDED]);
    assert_eq!(found("3407", false)[0], "340700");
    assert_eq!(found("密云", true).first(), Some(&"110118"), "what is in use comes first");
    assert!(found("密云", true).contains(&"110228") && !found("密云", false).contains(&"110228"));
    assert_eq!(found("区", true).len(), 20);
}

#[test]
fn a_changed_place_is_handed_over_as_its_code() {
    let mut desk = Desk::new("T043");
    desk.act(AUXILIARY, Command::Open);
    desk.set(AUXILIARY, &[("change.native_place", ENDED), ("change.birth_division", "110118")]);
    let wrong = |desk: &Desk| {
        desk.missing().into_iter().find_map(|one| match one {
            Missing::FieldWrong { field, fault, .. } => Some((field.to_string(), fault)),
            _ => None,
        })
    };
    assert_eq!(wrong(&desk), None);
    let effect = &desk.definition.effects[0];
    let request = nest(&effect.request(&desk.definition, &desk.case), &effect.numbers);
    assert_eq!(request["changes"], json!({ "native_place": ENDED, "birth_division": "110118" }));
    desk.set(AUXILIARY, &[("change.birth_division", "北京市密云区")]);
    assert_eq!(wrong(&desk), Some(("change.birth_division".to_owned(), FieldFault::NotACode)));
}

#[test]
fn the_code_of_a_standard_address_is_handed_over_with_its_text() {
    let mut desk = Desk::new("JS-H03");
    desk.act(AUXILIARY, Command::Open);
    desk.answer(AUXILIARY, "own_home", "no");
    let body = |desk: &Desk| -> Value {
        let effect = &desk.definition.effects[0];
        nest(&effect.request(&desk.definition, &desk.case), &effect.numbers)
    };
    let (text, code) = ("江城市城关区槐荫路18号2幢301室", "9999015100018X2301");
    desk.set(AUXILIARY, &[("new_household.address", text), ("new_household.address@code", code)]);
    assert_eq!((&body(&desk)["address"], &body(&desk)["address_code"]), (&json!(text), &json!(code)));
    // Written on by hand it is no standard address, and an empty one has no code.
    desk.set(AUXILIARY, &[("new_household.address", "江城市城关区槐荫路18号阁楼")]);
    assert_eq!(body(&desk)["address_code"], Value::Null);
    desk.set(AUXILIARY, &[("new_household.address", text), ("new_household.address@code", code)]);
    desk.set(AUXILIARY, &[("new_household.address", "")]);
    assert_eq!((&body(&desk)["address"], &body(&desk)["address_code"]), (&Value::Null, &Value::Null));
}

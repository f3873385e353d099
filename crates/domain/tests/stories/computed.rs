//! Fields that follow from others, and numbers that follow from the kind of their document.

use super::broken::told;
use super::desk::*;
use super::name_change;
use domain::compute::shown;
use domain::ids::FieldPath;
use domain::refusal::Refusal;
use domain::requirement::{FieldFault, Missing, missing};
use jiff::civil::date;

const FORM: &str = "forms/name-change-minor.toml";
const T026: &str = "matters/T026.toml";

fn age(desk: &Desk, today: jiff::civil::Date) -> Option<String> {
    let path = FieldPath::from("subject.age");
    shown(desk.definition.field(&path).unwrap(), &path, &desk.case, today)
}

#[test]
fn the_age_is_the_one_at_the_application_and_nobody_types_it() {
    let mut desk = name_change::filled("together");
    let born = desk.case.fields[&FieldPath::from("subject.birth_date")].value.clone();
    let born: jiff::civil::Date = born.parse().unwrap();
    let birthday = born.with().year(2026).build().unwrap();
    let years = i32::from(2026 - born.year());
    assert_eq!(age(&desk, birthday), Some(years.to_string()));
    assert_eq!(age(&desk, birthday.yesterday().unwrap()), Some((years - 1).to_string()));
    assert_eq!(
        desk.ask(AUXILIARY, &typed(&[("subject.age", "3")])).unwrap_err(),
        Refusal::WrongValue { field: "subject.age".into(), fault: FieldFault::Computed }
    );
    desk.sign_all(AUXILIARY);
    desk.act(AUXILIARY, domain::command::Command::Submit);
    let then = age(&desk, date(2026, 12, 1));
    assert!(then.is_some());
    assert_eq!(age(&desk, date(2066, 12, 1)), then, "he was as old as that when he applied");
}

#[test]
fn what_is_computed_says_how_and_nothing_leans_on_it() {
    let field = "kind = \"computed\", compute = { kind = \"age\", birth = \"birth_date\" }";
    told(FORM, field, "kind = \"computed\"", &[T026, "section.subject.field.age.compute", "怎样算出来"]);
    told(
        FORM,
        field,
        "kind = \"text\", compute = { kind = \"age\", birth = \"birth_date\" }",
        &[T026, "section.subject.field.age.compute", "种类要写 computed"],
    );
    told(
        FORM,
        "birth = \"birth_date\"",
        "birth = \"name\"",
        &[T026, "section.subject.field.age.compute", "没有叫“name”的栏目", "birth_date"],
    );
    told(
        FORM,
        field,
        &format!("{field}, required = true"),
        &[T026, "section.subject.field.age.compute", "不能必填"],
    );
    told(
        FORM,
        "id = \"household_number\", ",
        "id = \"household_number\", when = { filled = \"subject.age\" }, ",
        &[T026, "section.subject.field.household_number.when", "不能用算出来的栏"],
    );
}

#[test]
fn a_column_that_follows_from_others_is_filled_by_nothing() {
    told(
        "forms/head-change.toml",
        "{ id = \"sex\", label = \"性别\", kind = \"code\", codes = \"sex\", required = true, width = 1 }",
        "{ id = \"sex\", label = \"性别\", kind = \"computed\", compute = { kind = \"age\", birth = \"birth_date\" } }",
        &["matters/T042.toml", "lookup.", ".rows", "不能用算出来的栏"],
    );
    let mut table = Desk::new("T042").definition.sections.iter().find(|one| one.table).unwrap().clone();
    let number = number("1990-01-01", 7);
    let identity = domain::event::Identity { number, ..card("某人", "1990-01-01", 7) };
    let case = Desk::new("T042").case;
    let filled = |table: &domain::matter::Section| {
        let values = domain::row_card::values(table, 0, &identity, &case);
        values.iter().any(|(path, _)| path.as_str().ends_with(".birth_date"))
    };
    assert!(filled(&table));
    let column = table.fields.iter_mut().find(|one| one.id == "birth_date").unwrap();
    column.kind = domain::matter::FieldKind::Computed;
    assert!(!filled(&table), "a card fills what is typed, and nothing that follows");
}

fn told_by_rules(desk: &Desk) -> Vec<String> {
    let lacking = missing(&desk.definition, &desk.case, &CATALOGUE.codes, date(2026, 11, 23), true);
    let rule = |one: &Missing| match one {
        Missing::Rule { rule, .. } => Some(rule.clone()),
        _ => None,
    };
    lacking.iter().filter_map(rule).filter(|rule| rule.starts_with("abroad_document")).collect()
}

#[test]
fn a_number_fits_the_kind_of_its_document() {
    let (fits, check) = ("abroad_document_number_fits", "abroad_document_check_digit");
    for (kind, number, told) in [
        ("414", "E12345678", None),
        ("414", "EA 1", None),
        ("x81", "810000199001010014", Some(check)),
        ("x81", "E12345678", Some(fits)),
        ("x83", "810000199001010014", Some(fits)),
        ("553", "ABC990190010101", None),
        ("553", "ABC", Some(fits)),
        ("x15", "990101900101001", None),
        ("x15", "9901019001010", Some(fits)),
        ("x00", "1", Some(fits)),
    ] {
        let mut desk = Desk::new("T018");
        desk.act(AUXILIARY, domain::command::Command::Open);
        desk.set(AUXILIARY, &[("abroad.document_type", kind), ("abroad.document_number", number)]);
        let expected: Vec<String> = told.iter().map(ToString::to_string).collect();
        assert_eq!(told_by_rules(&desk), expected, "{kind} {number}");
    }
}

//! Cards read one after the other into a table of persons.

use super::desk::*;
use domain::command::Command;
use domain::condition::Situation;
use domain::event::{Event, Identity, ValueSource};
use domain::ids::FieldPath;
use domain::row_card::takes_cards;

fn read(identity: &Identity) -> Command {
    Command::ReadRowCard { section: "movers".into(), identity: identity.clone(), reading: reading() }
}

fn cell(desk: &Desk, row: u16, column: &str) -> String {
    desk.case.cell("movers", row, column).unwrap_or_default().to_owned()
}

fn begun() -> Desk {
    let mut desk = Desk::new("T055");
    desk.act(AUXILIARY, Command::Open);
    desk
}

#[test]
fn each_card_adds_one_row_and_its_evidence() {
    let mut desk = begun();
    let (first, second) = (card("沈㛃", "1995-09-03", 902), card("周𬭚", "1993-04-12", 901));
    let events = desk.act(AUXILIARY, read(&first));
    assert!(
        matches!(&events[0], Event::RowIdentityRead { section, row: 0, identity, .. } if section == "movers" && *identity == first)
    );
    desk.act(AUXILIARY, read(&second));
    assert_eq!(desk.case.rows("movers"), [0, 1]);
    for (row, identity) in [(0, &first), (1, &second)] {
        for (column, part) in
            [("name", &identity.name), ("number", &identity.number), ("birth_date", &identity.birth_date)]
        {
            assert_eq!(cell(&desk, row, column), *part, "{row} {column}");
        }
        let kept = &desk.case.row_identities[&("movers".to_owned(), row)];
        assert_eq!((&kept.identity, kept.reading.is_some()), (identity, true));
    }
    let field = &desk.case.fields[&FieldPath::from("movers.1.name")];
    assert_eq!((field.source, field.locked()), (ValueSource::Card, true));
    // The relation is not on any card.
    assert_eq!(cell(&desk, 0, "relation"), "");
    // The same card again adds nothing, and says so.
    let before = desk.case.clone();
    assert_eq!(desk.refused(AUXILIARY, &read(&first)), "CARD_ALREADY_READ");
    assert_eq!(desk.case, before);
    // Persons of the form are others: no identity of a person was read.
    assert!(desk.case.identities.is_empty());
}

#[test]
fn a_card_completes_the_row_of_its_number_and_takes_no_row_that_was_emptied() {
    let mut desk = begun();
    let one = card("沈㛃", "1995-09-03", 902);
    desk.set(AUXILIARY, &[("movers.0.name", "别人"), ("movers.2.number", &one.number.to_lowercase())]);
    desk.act(AUXILIARY, read(&one));
    assert_eq!(desk.case.rows("movers"), [0, 2]);
    assert_eq!((cell(&desk, 2, "name"), cell(&desk, 0, "name")), ("沈㛃".to_owned(), "别人".to_owned()));
    desk.set(AUXILIARY, &[("movers.0.name", "")]);
    desk.act(AUXILIARY, read(&card("周𬭚", "1993-04-12", 901)));
    assert_eq!(desk.case.rows("movers"), [2, 3], "a number of a row is given once");
    assert_eq!(desk.case.value(&"movers.0.name".into()), None);
}

#[test]
fn what_proves_nobody_is_refused_with_its_reason() {
    let mut desk = begun();
    let expired = Identity { valid_until: "2026-11-22".into(), ..card("沈㛃", "1995-09-03", 902) };
    assert_eq!(desk.refused(AUXILIARY, &read(&expired)), "CARD_EXPIRED");
    let last_day = Identity { valid_until: "2026-11-23".into(), ..expired };
    desk.act(AUXILIARY, read(&last_day));
    let wrong = Identity { number: "999901199304129018".into(), ..card("周𬭚", "1993-04-12", 901) };
    assert_eq!(desk.refused(AUXILIARY, &read(&wrong)), "WRONG_VALUE");
    let elsewhere = Command::ReadRowCard {
        section: "applicant".into(),
        identity: card("周𬭚", "1993-04-12", 901),
        reading: reading(),
    };
    assert_eq!(desk.refused(AUXILIARY, &elsewhere), "UNKNOWN_NAME", "no table");
    assert_eq!(desk.refused(FAR_OFFICER, &read(&last_day)), "UNIT_NOT_ALLOWED");
    assert_eq!(desk.case.rows("movers"), [0]);
}

#[test]
fn a_card_takes_signatures_back_and_makes_look_ups_old() {
    let mut desk = begun();
    desk.read_card(AUXILIARY, domain::person::PersonRole::Applicant, card("沈㛃", "1995-09-03", 902));
    desk.act(AUXILIARY, sign("applicant"));
    let events = desk.act(AUXILIARY, read(&card("周𬭚", "1993-04-12", 901)));
    assert!(events.iter().any(|one| matches!(one, Event::SignatureCleared { .. })), "{events:?}");
}

#[test]
fn every_shipped_table_with_numbers_takes_cards() {
    let tables: Vec<_> = CATALOGUE
        .matters
        .values()
        .flat_map(|one| one.definition.sections.iter().filter(|section| section.table))
        .collect();
    assert!(tables.len() > 20, "{}", tables.len());
    for table in tables {
        let numbered = table.fields.iter().any(|field| field.id == "number");
        assert_eq!(takes_cards(table), numbered, "{}", table.id);
    }
}

//! Cards laid one after the other for the persons of a table.

use crate::counter::{Counter, one};
use crate::matters::open;
use crate::shelf;
use crate::station::Station;
use domain::event::Event;
use serde_json::{Value, json};
use virtual_devices::samv::ReaderFault;

/// The text of one cell of the table of persons.
fn cell(row: &Value, column: &str) -> String {
    let found = row.as_array().unwrap().iter().find(|one| one["path"].as_str().unwrap().ends_with(column));
    found.unwrap()["value"].as_str().unwrap().to_owned()
}

fn rows(counter: &Counter, case: &str) -> Vec<Value> {
    one(&counter.case(case)["sections"], "id", "movers")["rows"].as_array().unwrap().clone()
}

fn progress(counter: &Counter, operation: &str) -> String {
    let now = counter.ask("operation", json!({ "operation": operation }));
    assert!(now["end"].is_null(), "it goes on: {now}");
    now["progress"].as_str().unwrap().to_owned()
}

/// Lays a card until the reading told of it; a hand that is faster than the reader looks does so again.
fn lay_until(station: &Station, counter: &Counter, operation: &str, card: &str, told: &[&str]) -> String {
    for _ in 0..20 {
        station.reader.lift();
        std::thread::sleep(std::time::Duration::from_millis(900));
        station.lay(card);
        for _ in 0..40 {
            let words = progress(counter, operation);
            if told.iter().all(|one| words.contains(one)) {
                return words;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
    panic!("never told of {card}: {}", progress(counter, operation));
}

#[test]
fn cards_of_a_household_are_laid_one_after_the_other() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let case = open(&station, &counter, "T055", "xu_father");
    let table = counter.case(&case);
    assert_eq!(one(&table["sections"], "id", "movers")["takes_cards"], true);
    assert_eq!(one(&table["sections"], "id", "applicant")["takes_cards"], false);
    // A name is there already, with its number: the card completes the row.
    let mother = &station.cards["tian_mother"].card;
    counter.fill(&case, &[("movers.0.number", &mother.number)]);

    let request = json!({ "case": case, "section": "movers", "command": uuid::Uuid::now_v7() });
    let begun = counter.ask("read_row_cards", request.clone());
    let id = begun["id"].as_str().unwrap().to_owned();
    assert_eq!(counter.ask("read_row_cards", request)["id"], begun["id"], "asked again, begun once");
    let father = &station.cards["sun_father"].card;
    lay_until(&station, &counter, &id, "sun_father", &["已添加", &father.name]);
    lay_until(&station, &counter, &id, "tian_mother", &["补全", &mother.name]);
    // The same card again is told and adds nothing.
    lay_until(&station, &counter, &id, "sun_father", &["已经读过", "请换下一个人"]);
    // A card that has expired, and one that is pulled away, are told with what to do.
    lay_until(&station, &counter, &id, "feng_expired", &["到期，没有录入", "手工填这一行"]);
    station.reader.set_fault(ReaderFault::PullAfterBytes { after: 700 });
    lay_until(&station, &counter, &id, "han_proof", &["✕", "拿开"]);
    station.reader.set_fault(ReaderFault::None);
    let words = lay_until(&station, &counter, &id, "han_proof", &["已添加", "韩一诺"]);
    assert!(words.contains("添加 2 人，补全 1 人") && words.contains("没有录入"), "{words}");
    station.reader.lift();
    counter.ask("cancel_operation", json!({ "operation": id }));
    let end = counter.end_of(&begun);
    assert_eq!(end["kind"], "done", "{end}");
    assert!(end["words"].as_str().unwrap().contains("添加 2 人，补全 1 人"), "{end}");

    let found = rows(&counter, &case);
    assert_eq!(found.len(), 3);
    for (row, key) in found.iter().zip(["tian_mother", "sun_father", "han_proof"]) {
        let card = &station.cards[key].card;
        assert_eq!(cell(row, ".number"), card.number);
        assert_eq!(cell(row, ".name"), card.name);
        assert_eq!(cell(row, ".birth_date"), card.birth_date);
        assert_eq!(cell(row, ".sex"), card.sex_code);
        assert_eq!(cell(row, ".relation"), "");
    }
    // With the reading ended a card belongs to the desk again.
    counter.ask("desk", json!({}));
    station.lay("shen_mother");
    counter.wait("the arrival page", || {
        let arrival = counter.ask("arrival", json!({}));
        (arrival["identity"]["name"] == station.cards["shen_mother"].card.name.as_str()).then_some(())
    });
    station.reader.lift();
    assert_eq!(rows(&counter, &case).len(), 3);
    counter.drained();

    // Each card is evidence of its own: what it showed, the device, its raw bytes, the portrait as a file.
    counter.ask("logout", json!({}));
    let store = shelf::of_window(&station, "柜台一", "F0001");
    let mut seen = Vec::new();
    for (record, _) in shelf::events(&store, &case) {
        if let Event::RowIdentityRead { row, identity, reading, .. } = record.event {
            let card = station.cards.values().find(|one| one.card.number == identity.number).unwrap();
            let portrait = identity.portrait.unwrap();
            let (_, kept) = shelf::file(&store, &portrait.id.to_hex());
            assert!(kept == card.card.pseudo_portrait(), "what the reader sent");
            assert_eq!(reading.attestation, domain::event::Attestation::Virtual);
            seen.push((row, card.key.clone()));
        }
    }
    assert_eq!(
        seen,
        [(1, "sun_father".to_owned()), (0, "tian_mother".to_owned()), (2, "han_proof".to_owned())]
    );
}

#[test]
fn leaving_the_case_ends_the_reading() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let case = open(&station, &counter, "T055", "xu_father");
    let request = json!({ "case": case, "section": "movers" });
    assert_eq!(
        counter.refused("read_row_cards", json!({ "case": case, "section": "applicant" })),
        "UNKNOWN_NAME"
    );
    let begun = counter.act("read_row_cards", request);
    counter.ask("desk", json!({}));
    assert_eq!(counter.end_of(&begun)["kind"], "done");
    assert!(rows(&counter, &case).is_empty());
}

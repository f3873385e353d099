//! 出生登记随母入户: from the card on the reader to the collected result.

use crate::counter::Counter;
use crate::shelf;
use crate::station::Station;
use serde_json::json;

/// Takes the birth in, up to everything but the submission.
pub fn take_in(station: &Station, counter: &Counter) -> String {
    station.lay("shen_mother");
    let arrival = counter.wait("the arrival page", || {
        let arrival = counter.ask("arrival", json!({}));
        (!arrival.is_null()).then_some(arrival)
    });
    assert_eq!(arrival["identity"]["name"], "沈㛃");
    let view = counter.act("open_case", json!({ "matter": "T001", "arrival": true }));
    let case = view["line"]["id"].as_str().unwrap().to_owned();
    station.reader.lift();
    counter.answer(&case, "applicant_is", "mother");
    counter.answer(&case, "in_wedlock", "yes");
    let mother = &station.cards["shen_mother"].card;
    let father = &station.cards["zhou_father"].card;
    counter.fill(
        &case,
        &[
            ("applicant.phone", "19900000001"),
            ("mother.number", &mother.number),
            ("father.number", &father.number),
            ("newborn.certificate", "Z990000001"),
            ("newborn.name", "周念安"),
            ("newborn.sex", "2"),
            ("newborn.birth_date", "2026-11-03"),
            ("newborn.ethnic_group", "01"),
            ("household.relation", "31"),
        ],
    );
    for lookup in ["mother", "mother_household", "father", "birth_certificate", "duplicate"] {
        assert_eq!(counter.look_up(&case, lookup), "agrees", "{lookup}");
    }
    counter.scan(&case, "mother_booklet");
    counter.scan(&case, "birth_certificate");
    let view = counter.case(&case);
    let missing = view["missing"].as_array().unwrap();
    assert!(
        missing.iter().all(|one| one["kind"] == "signature" || one["kind"] == "identity"),
        "only the signature is missing: {missing:?}"
    );
    counter.sign(&case, "applicant");
    case
}

#[test]
fn a_birth_goes_from_the_card_to_the_collected_result() {
    let mut station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let office = Counter::new(station.terminal("所长室"));
    office.login("J0001");
    let born = whole_story(&station, &counter, &office, "同意");
    assert_eq!(counter.case(&born.case)["line"]["number"], born.number.as_str());
    for window in [&counter, &office] {
        window.ask("logout", json!({}));
    }
    shelf::whole_at_the_server(&mut station, "柜台一", "J0001", &[&born.case]);
}

/// A birth that was registered.
pub struct Born {
    pub case: String,
    /// As on the receipt.
    pub number: String,
    /// The child's, given by the register.
    pub citizen_number: String,
}

/// From the card on the reader to the collected result: F0001 at the counter, J0001 in the office with this opinion.
pub fn whole_story(station: &Station, counter: &Counter, office: &Counter, opinion: &str) -> Born {
    let case = take_in(station, counter);
    let view = counter.act("submit_case", json!({ "case": case }));
    let number = view["submission"]["number"].as_str().unwrap().to_owned();
    assert_eq!(number.len(), 24);
    assert_eq!(view["line"]["state"], "待民警审核");
    counter.print(&case, "receipt");
    let papers = station.printer.documents().unwrap();
    assert_eq!(papers.len(), 1);
    counter.drained();

    // Who took it in cannot review it, not even by calling the command.
    let review = json!({ "case": case, "decision": "pass", "reason": null, "opinion": opinion });
    assert_eq!(counter.refused("decide_review", review.clone()), "ROLE_NOT_ALLOWED");

    office.wait("the case at the second terminal", || {
        let found = office.ask("find_cases", json!({ "text": number, "to_review": true, "ended": false }));
        (found.as_array().unwrap().len() == 1).then_some(())
    });
    let seen = office.ask("review_case", json!({ "case": case }));
    assert_eq!(seen["case"]["line"]["person"], "周念安");
    let page = seen["case"]["materials"][0]["pages"][0]["blob"].as_str().unwrap().to_owned();
    let picture =
        office.terminal.picture(terminal::rpc::WindowRole::Officer, &page, 400).expect("the page is fetched");
    assert!(picture.bytes.starts_with(&[0xff, 0xd8]), "a JPEG");
    office.act("decide_review", review);
    office.drained();

    counter.wait("the result at the first terminal", || {
        let view = counter.case(&case);
        (view["line"]["state"] == "待业务落实" || view["step"] == "effect").then_some(())
    });
    // 辅警 never hands over: the officer does, at this window.
    assert_eq!(counter.refused("effect_case", json!({ "case": case })), "ROLE_NOT_ALLOWED");
    counter.ask("logout", json!({}));
    counter.login("J0001");
    let view = counter.act("effect_case", json!({ "case": case }));
    let assigned = view["sections"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|section| section["rows"].as_array().unwrap())
        .flat_map(|row| row.as_array().unwrap())
        .find(|field| field["path"] == "newborn.citizen_number")
        .unwrap();
    let citizen_number = assigned["value"].as_str().unwrap().to_owned();
    assert_eq!(citizen_number.len(), 18, "the register gave the number");
    counter.print(&case, "result");
    counter.sign(&case, "collector");
    let view = counter.act(
        "collect_result",
        json!({ "case": case, "name": "沈㛃", "document": "resident_card",
                "number": station.cards["shen_mother"].card.number }),
    );
    assert_eq!(view["line"]["state"], "已办结");
    counter.drained();
    let papers = station.printer.documents().unwrap();
    assert_eq!(papers.len(), 2, "receipt and result came out of the printer");
    Born { case, number, citizen_number }
}

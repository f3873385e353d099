//! 死亡登记: a head dies, the son declares it, another becomes head.

use crate::counter::{Counter, field};
use crate::matters::{decide, open, relogin};
use crate::station::Station;
use serde_json::{Value, json};

/// The seven ways to prove a death; one is enough.
const PROOFS: usize = 7;

/// Everything of the declaration up to the signature; the applicant's card was read.
pub fn declare(station: &Station, counter: &Counter, case: &str) {
    let people = station.people();
    counter.fill(
        case,
        &[
            ("applicant.phone", "19900000005"),
            ("applicant.relation_to_deceased", "子"),
            ("deceased.number", &people["wu_dead"]),
            ("deceased.proof", "medical_certificate"),
            ("deceased.proof_number", "D990000001"),
        ],
    );
    for lookup in ["deceased", "household"] {
        assert_eq!(counter.look_up(case, lookup), "agrees", "{lookup}");
    }
    // The certificate is asked about with its day, which stands on the paper.
    counter.fill(case, &[("deceased.died_on", "2026-11-15")]);
    assert_eq!(counter.look_up(case, "death_certificate"), "agrees");
    let view = counter.case(case);
    assert_eq!(field(&view, "deceased.relation")["value"], "02", "the register knows the head");

    // The register says that he was head: who follows has to be said.
    assert!(lacks(&view, "answer"), "{}", view["missing"]);
    counter.answer(case, "remaining", "adults");
    let relations = [("wu_son", "02"), ("zheng_widow", "52")];
    let view = counter.case(case);
    let members = crate::counter::one(&view["sections"], "id", "members");
    let mut values = vec![
        ("new_head.number".to_owned(), people["wu_son"].clone()),
        ("new_head.name".to_owned(), station.cards["wu_son"].card.name.clone()),
    ];
    let rows = members["rows"].as_array().unwrap();
    assert_eq!(rows.len(), relations.len(), "the dead man is no member any more");
    for row in rows {
        let cell = |end: &str| {
            row.as_array().unwrap().iter().find(|one| one["path"].as_str().unwrap().ends_with(end)).unwrap()
        };
        let number = cell(".number")["value"].as_str().unwrap();
        let (_, code) = relations.iter().find(|(person, _)| people[*person] == number).unwrap();
        values.push((cell(".relation")["path"].as_str().unwrap().to_owned(), (*code).to_owned()));
    }
    let values: Vec<(&str, &str)> =
        values.iter().map(|(path, value)| (path.as_str(), value.as_str())).collect();
    counter.fill(case, &values);

    counter.scan(case, "deceased_papers");
    let view = counter.case(case);
    let choice = view["missing"].as_array().unwrap().iter().find(|one| one["kind"] == "one_of").unwrap();
    assert_eq!(choice["names"].as_array().unwrap().len(), PROOFS, "{choice}");
    counter.scan(case, "medical_certificate");
    assert!(!lacks(&counter.case(case), "one_of"));
}

#[test]
fn a_head_dies_and_the_household_goes_on_under_another() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let people = station.people();
    let case = open(&station, &counter, "T083", "wu_son");
    declare(&station, &counter, &case);
    counter.sign(&case, "applicant");
    let view = counter.act("submit_case", json!({ "case": case }));
    assert_eq!(view["line"]["state"], "待民警审核", "{}", view["missing"]);
    counter.print(&case, "receipt");

    relogin(&counter, "J0001");
    decide(&counter, &case, "pass", None);
    let view = counter.act("effect_case", json!({ "case": case }));
    assert_eq!(view["step"], "collect", "{}", view["register_refused"]);
    counter.print(&case, "result");
    counter.sign(&case, "collector");
    let view = counter.act(
        "collect_result",
        json!({ "case": case, "name": station.cards["wu_son"].card.name, "document": "resident_card",
                "number": people["wu_son"] }),
    );
    assert_eq!((view["line"]["state"].as_str(), view["outcome"].as_str()), (Some("已办结"), Some("done")));
    counter.drained();
    assert_eq!(station.printer.documents().unwrap().len(), 2, "receipt and result");

    // The register did it: nobody can die twice, and the household has its new head.
    relogin(&counter, "F0001");
    let again = open(&station, &counter, "T042", "zheng_widow");
    counter.look_up(&again, "applicant");
    counter.look_up(&again, "household");
    let view = counter.case(&again);
    let numbers: Vec<&str> = crate::counter::one(&view["sections"], "id", "members")["rows"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .filter(|one| one["path"].as_str().unwrap().ends_with(".number"))
        .map(|one| one["value"].as_str().unwrap())
        .collect();
    assert!(!numbers.contains(&people["wu_dead"].as_str()), "the dead man left the household");
    assert!(numbers.contains(&people["wu_son"].as_str()));
    assert_eq!(field(&view, "applicant.relation")["value"], "52", "the widow is the new head's mother");
}

fn lacks(view: &Value, kind: &str) -> bool {
    view["missing"].as_array().unwrap().iter().any(|one| one["kind"] == kind)
}

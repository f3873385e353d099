//! The other matters, each as far as it goes.

use crate::counter::Counter;
use crate::shelf;
use crate::station::Station;
use serde_json::{Value, json};

/// The household of the change of head, with everybody's relation to the new one.
const HOUSEHOLD: [(&str, &str); 4] =
    [("he_old_head", "51"), ("he_new_head", "02"), ("qin_wife", "52"), ("he_granddaughter", "31")];

/// Opens a matter with the card of somebody; `persons` are further persons whose identity is typed.
pub fn open(station: &Station, counter: &Counter, matter: &str, card: &str) -> String {
    station.lay(card);
    counter.wait("the arrival page", || {
        let arrival = counter.ask("arrival", json!({}));
        let number = &station.cards[card].card.number;
        (arrival["identity"]["number"] == number.as_str()).then_some(())
    });
    let view = counter.act("open_case", json!({ "matter": matter, "arrival": true }));
    station.reader.lift();
    view["line"]["id"].as_str().unwrap().to_owned()
}

/// Without the register the household is written down from the booklet.
fn write_down(station: &Station, counter: &Counter, case: &str) {
    let new_head = &station.cards["he_new_head"].card;
    let mut values = vec![
        ("applicant.relation".to_owned(), "02".to_owned()),
        ("household.number".to_owned(), "900000003".to_owned()),
        ("household.kind".to_owned(), "1".to_owned()),
        ("household.address".to_owned(), new_head.address.clone()),
        ("new_head.name".to_owned(), new_head.name.clone()),
        ("new_head.birth_date".to_owned(), new_head.birth_date.clone()),
    ];
    for (row, (person, relation)) in HOUSEHOLD.iter().enumerate() {
        let card = &station.cards[*person].card;
        for (column, value) in [
            ("name", card.name.as_str()),
            ("number", &card.number),
            ("sex", &card.sex_code),
            ("birth_date", &card.birth_date),
            ("relation", relation),
        ] {
            values.push((format!("members.{row}.{column}"), value.to_owned()));
        }
    }
    let values: Vec<(&str, &str)> =
        values.iter().map(|(path, value)| (path.as_str(), value.as_str())).collect();
    counter.fill(case, &values);
}

/// Types an identity that no card was read for.
pub fn identify(station: &Station, counter: &Counter, case: &str, person: &str, card: &str) {
    let card = &station.cards[card].card;
    let identity = json!({
        "document": "resident_card", "number": card.number, "name": card.name, "sex": card.sex_code,
        "ethnic_group": card.ethnic_group_code, "birth_date": card.birth_date, "address": card.address,
        "issuing_office": card.issuing_office, "valid_from": card.valid_from, "valid_until": "长期",
        "portrait": null,
    });
    counter.act("type_identity", json!({ "case": case, "person": person, "identity": identity }));
}

pub fn decide(counter: &Counter, case: &str, decision: &str, reason: Option<&str>) -> Value {
    counter.wait("the case at this window", || {
        counter.try_ask("review_case", json!({ "case": case })).ok().filter(|view| {
            view["case"]["actions"]
                .as_array()
                .unwrap()
                .iter()
                .any(|one| one["action"] == "review" && one["enabled"] == true)
        })
    });
    let reason = reason.map(|text| json!({ "code": "", "text": text, "basis": "户口登记规定" }));
    counter
        .act("decide_review", json!({ "case": case, "decision": decision, "reason": reason, "opinion": "" }))
}

pub fn relogin(counter: &Counter, officer: &str) {
    counter.ask("logout", json!({}));
    counter.login(officer);
}

pub fn name_change(station: &Station, counter: &Counter) -> String {
    let case = open(station, counter, "T026", "sun_father");
    counter.answer(&case, "parents", "both");
    counter.answer(&case, "consent", "together");
    let father = station.cards["sun_father"].card.number.clone();
    let mother = station.cards["tian_mother"].card.number.clone();
    let people = station.people();
    counter.fill(
        &case,
        &[
            ("applicant.phone", "19900000004"),
            ("subject.number", &people["sun_child"]),
            ("change.new_name", "孙知远"),
            ("change.reason", "原名与亲属重名"),
            ("father.number", &father),
            ("mother.number", &mother),
        ],
    );
    for lookup in ["subject", "father", "mother"] {
        assert_eq!(counter.look_up(&case, lookup), "agrees", "{lookup}");
    }
    identify(station, counter, &case, "father", "sun_father");
    identify(station, counter, &case, "mother", "tian_mother");
    for material in ["birth_certificate", "booklet_and_card", "written_application"] {
        counter.scan(&case, material);
    }
    counter.sign(&case, "father");
    counter.sign(&case, "mother");
    let view = counter.act("submit_case", json!({ "case": case }));
    assert_eq!(view["line"]["state"], "待民警审核", "{}", view["missing"]);
    case
}

#[test]
fn a_name_change_climbs_to_the_county_and_one_is_refused() {
    let mut station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    let office = Counter::new(station.terminal("所长室"));
    counter.login("F0001");
    let case = name_change(&station, &counter);
    counter.drained();
    for (officer, step) in
        [("J0001", "review"), ("J0002", "investigate"), ("S0001", "head"), ("X0001", "county")]
    {
        if office.ask("shell", json!({}))["session"].is_null() {
            office.login(officer);
        } else {
            relogin(&office, officer);
        }
        let view = decide(&office, &case, "pass", None);
        assert_ne!(view["step"], "collect", "{step}");
        office.drained();
    }
    relogin(&counter, "J0003");
    counter
        .wait("the approval at the first window", || (counter.case(&case)["step"] == "effect").then_some(()));
    let view = counter.act("effect_case", json!({ "case": case }));
    assert_eq!(view["step"], "collect", "{}", view["register_refused"]);
    counter.print(&case, "result");
    counter.sign(&case, "collector");
    let number = station.cards["sun_father"].card.number.clone();
    let view = counter.act(
        "collect_result",
        json!({ "case": case, "name": "孙", "document": "resident_card", "number": number }),
    );
    assert_eq!((view["line"]["state"].as_str(), view["outcome"].as_str()), (Some("已办结"), Some("done")));
    let approved = case;

    // The second application of the same kind is refused by the county, with a reason that must be given.
    relogin(&counter, "F0001");
    let case = {
        let second = name_change_again(&station, &counter);
        counter.drained();
        second
    };
    for officer in ["J0001", "J0002", "S0001"] {
        relogin(&office, officer);
        decide(&office, &case, "pass", None);
        office.drained();
    }
    relogin(&office, "X0001");
    office.wait("the case at the county", || {
        office.try_ask("case", json!({ "case": case })).ok().filter(|view| view["step"] == "review")
    });
    let without = json!({ "case": case, "decision": "refuse", "reason": null, "opinion": "" });
    assert_eq!(office.refused("decide_review", without), "REASON_MISSING");
    decide(&office, &case, "refuse", Some("新姓名与申请书不一致"));
    office.drained();
    counter.wait("the refusal at the first window", || {
        (counter.case(&case)["line"]["state"] == "不予办理，待告知").then_some(())
    });
    counter.print(&case, "refusal-notice");
    counter.sign(&case, "collector");
    let view = counter
        .act("collect_result", json!({ "case": case, "name": "孙", "document": "none", "number": "" }));
    assert_eq!(view["outcome"], "refused");
    counter.drained();
    for window in [&counter, &office] {
        window.ask("logout", json!({}));
    }
    shelf::whole_at_the_server(&mut station, "柜台一", "F0001", &[&approved, &case]);
}

fn name_change_again(station: &Station, counter: &Counter) -> String {
    let case = open(station, counter, "T026", "sun_father");
    counter.answer(&case, "parents", "father_only");
    let father = station.cards["sun_father"].card.number.clone();
    let people = station.people();
    counter.fill(
        &case,
        &[
            ("applicant.phone", "19900000004"),
            ("subject.number", &people["sun_child"]),
            ("change.new_name", "孙之远"),
            ("change.reason", "笔误"),
            ("father.number", &father),
        ],
    );
    for lookup in ["subject", "father"] {
        counter.look_up(&case, lookup);
    }
    identify(station, counter, &case, "father", "sun_father");
    for material in ["birth_certificate", "booklet_and_card", "written_application"] {
        counter.scan(&case, material);
    }
    counter.sign(&case, "father");
    // The change before this one is a few days old: the counter says so, and wants to know why again.
    assert_eq!(counter.refused("submit_case", json!({ "case": case })), "INCOMPLETE");
    counter.act(
        "override_warning",
        json!({ "case": case, "rule": "duplicate_case", "reason": "上次的新姓名有笔误" }),
    );
    let view = counter.act("submit_case", json!({ "case": case }));
    assert_eq!(view["line"]["state"], "待民警审核", "{}", view["missing"]);
    case
}

pub fn head_change(station: &Station, counter: &Counter, online: bool) -> String {
    let case = open(station, counter, "T042", "he_old_head");
    counter.answer(&case, "capacity", "yes");
    let new_head = station.cards["he_new_head"].card.clone();
    counter.fill(&case, &[("applicant.phone", "19900000003"), ("new_head.number", &new_head.number)]);
    if online {
        for lookup in ["applicant", "household"] {
            assert_eq!(counter.look_up(&case, lookup), "agrees", "{lookup}");
        }
        let people = station.people();
        let view = counter.case(&case);
        let members = view["sections"].as_array().unwrap().iter().find(|one| one["id"] == "members").unwrap();
        let mut values = Vec::new();
        for row in members["rows"].as_array().unwrap() {
            let cell = |id: &str| {
                row.as_array()
                    .unwrap()
                    .iter()
                    .find(|one| one["path"].as_str().unwrap().ends_with(id))
                    .unwrap()
            };
            let number = cell(".number")["value"].as_str().unwrap();
            let (_, code) = HOUSEHOLD.iter().find(|(person, _)| people[*person] == number).unwrap();
            values.push((cell(".relation")["path"].as_str().unwrap().to_owned(), (*code).to_owned()));
        }
        let values: Vec<(&str, &str)> =
            values.iter().map(|(path, code)| (path.as_str(), code.as_str())).collect();
        counter.fill(&case, &values);
    } else {
        write_down(station, counter, &case);
    }
    identify(station, counter, &case, "former_head", "he_old_head");
    identify(station, counter, &case, "household_head", "he_new_head");
    for material in ["booklet", "former_head_card", "written_application"] {
        counter.scan(&case, material);
    }
    for slot in ["former_head", "new_head"] {
        counter.sign(&case, slot);
    }
    case
}

#[test]
fn a_change_of_head_asks_every_relation_and_reaches_the_register() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let case = head_change(&station, &counter, true);
    let view = counter.act("submit_case", json!({ "case": case }));
    assert_eq!(view["line"]["state"], "待民警审核", "{}", view["missing"]);
    relogin(&counter, "J0001");
    decide(&counter, &case, "pass", None);
    let view = counter.act("effect_case", json!({ "case": case }));
    assert_eq!(view["step"], "collect", "{}", view["register_refused"]);
    counter.drained();
}

#[test]
fn an_id_card_is_accepted_up_to_the_signing() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    id_card(&station, &counter);
}

/// A renewal from the expired card to its printed papers.
pub fn id_card(station: &Station, counter: &Counter) -> String {
    let case = open(station, counter, "ID-RENEW", "feng_expired");
    let born: i32 = station.cards["feng_expired"].card.birth_date[..4].parse().unwrap();
    let year = i32::from(jiff::Zoned::now().year());
    let validity = match year - born {
        ..16 => "under16",
        16..26 => "16to25",
        26..46 => "26to45",
        _ => "46up",
    };
    counter.answer(&case, "under_16", "no");
    counter.fill(&case, &[("applicant.phone", "19900000006"), ("card.validity", validity)]);
    assert_eq!(counter.look_up(&case, "applicant"), "agrees");
    counter.look_up(&case, "household");
    counter.act("omit_fingerprints", json!({ "case": case, "reason": "本窗口暂无指纹采集设备" }));
    counter.sign(&case, "applicant");
    let view = counter.act("submit_case", json!({ "case": case }));
    assert_eq!(view["line"]["state"], "待审签", "{}", view["missing"]);
    let prints: Vec<String> = view["prints"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["printable"] == true && one["at"] == "accepted")
        .map(|one| one["document"].as_str().unwrap().to_owned())
        .collect();
    assert!(prints.len() >= 2, "申领登记表 and 领证回执: {prints:?}");
    for document in &prints {
        counter.print(&case, document);
    }
    counter.drained();
    case
}

#[test]
fn a_proof_says_what_the_register_says() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let case = open(&station, &counter, "K07", "han_proof");
    counter.answer(&case, "already_proved", "no");
    counter.fill(
        &case,
        &[
            ("use.purpose", "办理公证"),
            ("use.receiving_unit", "江城市城关区公证处"),
            ("applicant.phone", "19900000008"),
        ],
    );
    assert_eq!(counter.look_up(&case, "applicant"), "agrees");
    counter.sign(&case, "applicant");
    counter.act("submit_case", json!({ "case": case }));
    let view = counter.act("effect_case", json!({ "case": case }));
    assert_eq!(view["step"], "collect", "{}", view["register_refused"]);
    let proof = view["prints"].as_array().unwrap().iter().find(|one| one["at"] == "effected").unwrap();
    counter.print(&case, proof["document"].as_str().unwrap());
    counter.drained();
}

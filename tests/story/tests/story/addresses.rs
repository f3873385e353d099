//! Standard addresses from the province's file to the register: fetched by the terminal, found as they are typed without
//! the network, chosen into a form, carried by the case with their code, and kept by the register with the household.

use crate::counter::{Counter, one};
use crate::matters::{decide, open, relogin};
use crate::station::Station;
use serde_json::{Value, json};
use std::fmt::Write as _;

const ADDRESS: &str = "江城市城关区槐荫路18号听雨花园2幢301室";
const CODE: &str = "9999015100018X2301";
/// 立户 of a household that the community consents to.
const MATTER: &str = "JS-H03";

/// Some roads of the demo city; one house has rooms.
fn file(station: &Station, rows: &[(&str, &str, &str, &str, &str)]) -> std::path::PathBuf {
    let mut text = String::from(
        "标准地址编码,行政区划代码,行政区划名称,街路巷,门牌号,小区,楼室,派出所代码,派出所名称\n",
    );
    for (code, road, number, estate, rest) in rows {
        writeln!(text, "{code},999901,江城市城关区,{road},{number},{estate},{rest},999901510000,城关派出所")
            .unwrap();
    }
    let path = station.folder.path().join("addresses.csv");
    std::fs::write(&path, text).unwrap();
    path
}

fn found(counter: &Counter, typed: &str) -> Vec<Value> {
    counter.ask("find_addresses", json!({ "text": typed }))["lines"].as_array().unwrap().clone()
}

/// The field of the new household's address as the form shows it.
fn address_of(view: &Value) -> Value {
    let section = one(&view["sections"], "id", "new_household");
    one(&section["rows"][0], "path", "new_household.address").clone()
}

/// Puts an entry of the list into the form as the window does: the text and, beside it, the code.
fn choose(counter: &Counter, case: &str, line: &Value) -> Value {
    let text = line["text"].as_str().unwrap();
    let code = line["code"].as_str().unwrap();
    counter.fill(case, &[("new_household.address", text), ("new_household.address@code", code)])
}

#[test]
fn a_standard_address_goes_from_the_file_through_a_case_into_the_register() {
    let mut station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    assert_eq!(counter.ask("find_addresses", json!({ "text": "槐荫路" }))["here"], false);
    let rows = [
        ("9999015100002", "槐荫路", "2号", "", ""),
        (CODE, "槐荫路", "18号", "听雨花园", "2幢301室"),
        ("9999015100018X2302", "槐荫路", "18号", "听雨花园", "2幢302室"),
        ("9999015100180", "石桥巷", "180号", "", ""),
    ];
    assert_eq!(station.publish_addresses(&file(&station, &rows)), 4);
    counter.ask("sync_now", json!({}));
    counter.wait("the addresses", || (!found(&counter, "槐荫路").is_empty()).then_some(()));
    counter.drained();
    station.pull_network();
    counter.wait("the line to be seen as broken", || {
        counter.ask("sync_now", json!({}));
        (counter.ask("shell", json!({}))["sync"]["online"] == false).then_some(())
    });

    // Without the network: found by initials, house number and room, and told with its police station.
    let lines = found(&counter, "hyl18 2-301");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(lines[0]["text"], ADDRESS);
    assert_eq!((&lines[0]["code"], &lines[0]["station"]), (&json!(CODE), &json!("城关派出所")));
    assert_eq!(found(&counter, "天涯路"), [Value::Null; 0]);
    let case = open(&station, &counter, MATTER, "he_new_head");
    let field = address_of(&choose(&counter, &case, &lines[0]));
    assert_eq!((&field["value"], &field["address_code"]), (&json!(ADDRESS), &json!(CODE)));
    assert_eq!(field["non_standard"], false);
    // Whoever writes on by hand has no standard address any more, and the form says so.
    let by_hand = format!("{ADDRESS}阁楼");
    let field = address_of(&counter.fill(&case, &[("new_household.address", &by_hand)]));
    assert_eq!((&field["address_code"], &field["non_standard"]), (&Value::Null, &json!(true)));
    choose(&counter, &case, &lines[0]);

    station.plug_network();
    counter.ask("sync_now", json!({}));
    counter.wait("the line", || (counter.ask("shell", json!({}))["sync"]["online"] == true).then_some(()));
    let head = station.cards["he_new_head"].card.clone();
    counter.answer(&case, "own_home", "no");
    counter.fill(
        &case,
        &[
            ("applicant.phone", "19900000003"),
            ("new_household.kind", "1"),
            ("new_household.ground", "槐荫社区同意立户"),
            ("responsible.number", &head.number),
            ("responsible.phone", "19900000003"),
        ],
    );
    assert_eq!(counter.look_up(&case, "responsible"), "agrees");
    for material in ["community_consent", "officer_statement"] {
        counter.scan(&case, material);
    }
    counter.sign(&case, "applicant");
    let view = counter.act("submit_case", json!({ "case": case }));
    assert_eq!(view["line"]["state"], "待民警审核", "{}", view["missing"]);
    counter.drained();

    // The other terminal has the code from the case alone, and hands it over with the text.
    let office = Counter::new(station.terminal("所长室"));
    office.login("J0001");
    decide(&office, &case, "pass", None);
    assert_eq!(address_of(&office.case(&case))["address_code"], CODE);
    let view = office.act("effect_case", json!({ "case": case }));
    assert_eq!(view["step"], "collect", "{}", view["register_refused"]);
    let section = one(&view["sections"], "id", "new_household");
    let number = one(&section["rows"][0], "path", "new_household.number")["value"].clone();
    let kept = station.ask_register(&format!("/v1/households/{}", number.as_str().unwrap()));
    let household = &kept["household"];
    assert_eq!((&household["address"], &household["address_code"]), (&json!(ADDRESS), &json!(CODE)));
    office.drained();

    // A new edition takes the place of the old one at the terminals; the case keeps what was chosen.
    let next = [rows[0], rows[3]];
    assert_eq!(station.publish_addresses(&file(&station, &next)), 2);
    relogin(&counter, "F0001");
    counter.ask("sync_now", json!({}));
    counter.wait("the next edition", || found(&counter, "hyl18").is_empty().then_some(()));
    assert_eq!(found(&counter, "sqx180").len(), 1);
    assert_eq!(address_of(&counter.case(&case))["address_code"], CODE);
}

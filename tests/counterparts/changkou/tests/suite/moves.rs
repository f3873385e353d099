//! 市内迁移, 分户, 户口簿补发.

use serde_json::{Value, json};

use crate::acts::{done, last_entry, malformed, refused};
use crate::running::Running;

/// 何𠮷平 and his daughter move into the household of 冯亦凡.
fn joining(r: &Running) -> Value {
    let (son, girl) = (r.number("he_new_head"), r.number("he_granddaughter"));
    json!({ "citizen_numbers": [son, girl], "person_versions": { &son: 1, &girl: "1" },
        "from_household_version": 1, "household_number": "900000006", "household_version": 1,
        "reason": "relative_joining", "relations": { &son: "97", &girl: "97" } })
}

/// The head and his wife found a household; the son stays with his daughter.
fn founding(r: &Running) -> Value {
    let (head, wife) = (r.number("he_old_head"), r.number("qin_wife"));
    json!({ "citizen_numbers": [head, wife], "person_versions": { &head: 1, &wife: 1 },
        "from_household_version": 1, "new_household": { "kind": "1", "address": "江城市城关区杏林巷3号" },
        "reason": "bought", "relations": { &head: "02", &wife: "12" }, "new_head": r.number("he_new_head"),
        "remaining_relations": { r.number("he_granddaughter"): "31" } })
}

#[tokio::test]
async fn members_move_into_another_household() {
    let r = Running::start().await;
    let answer = done(&r, "address_change", &joining(&r)).await;
    assert_eq!(answer["assigned"]["household_number"], "900000006");
    assert_eq!(answer["assigned"]["former_household_closed"], false);
    let son = r.person(&r.number("he_new_head")).await;
    assert_eq!((&son["household_number"], &son["relation"]), (&json!("900000006"), &json!("97")));
    assert_eq!((&son["since_reason"], &son["version"]), (&json!("市内迁移"), &json!(2)));
    assert_eq!(r.household("900000006").await["members"].as_array().unwrap().len(), 3);
    let left = r.household("900000003").await;
    assert_eq!((left["members"].as_array().unwrap().len(), &left["version"]), (2, &json!(2)));
    assert_eq!(last_entry(&r, &r.number("he_new_head")).await["details"]["from_household"], "900000003");
}

#[tokio::test]
async fn a_head_moves_out_and_hands_the_household_on() {
    let r = Running::start().await;
    let body = founding(&r);
    let details =
        refused(&r, "address_change", &body, |b| b["new_head"] = Value::Null, "NEW_HEAD_NEEDED").await;
    assert_eq!(details["adults"], 1);
    let none = |b: &mut Value| b["remaining_relations"] = json!({});
    refused(&r, "address_change", &body, none, "RELATIONS_INCOMPLETE").await;
    let answer = done(&r, "address_change", &body).await;
    assert_eq!(answer["household"]["head"], r.number("he_old_head"));
    let left = r.household("900000003").await;
    assert_eq!(left["head"], r.number("he_new_head"));
    assert_eq!(left["members"][1]["relation"], "31");
    // All of a household move: it is closed.
    let (feng, version) = (r.number("feng_expired"), json!(1));
    let all = json!({ "citizen_numbers": [feng], "person_versions": { &feng: 1 },
        "from_household_version": 1, "household_number": "900000007", "household_version": version,
        "reason": "other", "relations": { &feng: "97" } });
    let answer = done(&r, "address_change", &all).await;
    assert_eq!(answer["assigned"]["former_household_closed"], true);
    assert_eq!(r.household("900000006").await["status"], "closed");
}

#[tokio::test]
async fn moves_that_cannot_be() {
    let r = Running::start().await;
    let (kind, body) = ("address_change", joining(&r));
    let (son, girl) = (r.number("he_new_head"), r.number("he_granddaughter"));
    refused(&r, kind, &body, |b| b["from_household_version"] = json!(7), "HOUSEHOLD_VERSION_CHANGED").await;
    refused(&r, kind, &body, |b| b["person_versions"][&son] = json!("7"), "PERSON_VERSION_CHANGED").await;
    let details =
        refused(&r, kind, &body, |b| b["person_versions"] = json!({ &son: 1 }), "PERSON_VERSION_MISSING")
            .await;
    assert_eq!(details["missing"], json!([girl]));
    refused(&r, kind, &body, |b| b["citizen_numbers"] = json!([]), "MOVERS_MISSING").await;
    let two = |b: &mut Value| {
        let feng = r.number("feng_expired");
        b["citizen_numbers"] = json!([son, feng]);
        b["person_versions"][&feng] = json!(1);
    };
    refused(&r, kind, &body, two, "MOVERS_NOT_ONE_HOUSEHOLD").await;
    refused(&r, kind, &body, |b| b["household_number"] = json!("900000003"), "HOUSEHOLD_UNCHANGED").await;
    refused(&r, kind, &body, |b| b["household_number"] = json!("900000010"), "HOUSEHOLD_FROZEN").await;
    refused(&r, kind, &body, |b| b["relations"] = json!({ &son: "97" }), "RELATIONS_INCOMPLETE").await;
    refused(&r, kind, &body, |b| b["relations"][&son] = json!("75"), "RELATION_IMPOSSIBLE").await;
    refused(&r, kind, &body, |b| b["relations"][&son] = json!("02"), "RELATION_IMPOSSIBLE").await;
    let new = |b: &mut Value| {
        b["household_number"] = Value::Null;
        b["household_version"] = Value::Null;
        b["new_household"] = json!({ "kind": "1", "address": "江城市城关区钟楼街8号" });
    };
    refused(&r, kind, &body, new, "NEW_HEAD_NEEDED").await;
    let minor = |b: &mut Value| {
        new(b);
        b["relations"] = json!({ &son: "51", &girl: "02" });
    };
    refused(&r, kind, &body, minor, "NEW_HEAD_NOT_ADULT").await;
    malformed(&r, kind, &body, |b| b["person_versions"][&son] = json!("one")).await;
    for sample in ["household_collective_land", "household_frozen_land"] {
        let number = r.sample(sample).await;
        let land = |b: &mut Value| b["household_number"] = json!(number);
        let details = refused(&r, kind, &body, land, "HOUSEHOLD_LAND_BLOCKED").await;
        assert!(sample.ends_with(details["flag"].as_str().unwrap()), "{details}");
    }
    // Another reason is no joining of relatives.
    let mut bought = body.clone();
    bought["household_number"] = json!(r.sample("household_collective_land").await);
    bought["reason"] = json!("bought");
    done(&r, kind, &bought).await;
}

fn split(r: &Running) -> Value {
    json!({ "household_number": "900000003", "household_version": 1,
        "movers": [r.number("he_new_head"), r.number("he_granddaughter")],
        "new_head": r.number("he_new_head"), "relations": { r.number("he_granddaughter"): "31" } })
}

#[tokio::test]
async fn a_household_is_split() {
    let r = Running::start().await;
    let answer = done(&r, "household_split", &split(&r)).await;
    let new = &answer["household"];
    let old = r.household("900000003").await;
    assert_eq!((&new["head"], &new["address"]), (&json!(r.number("he_new_head")), &old["address"]));
    assert_eq!((new["members"].as_array().unwrap().len(), old["members"].as_array().unwrap().len()), (2, 2));
    assert_eq!(r.person(&r.number("he_granddaughter")).await["relation"], "31");
    assert_eq!(r.person(&r.number("he_new_head")).await["since_reason"], "分户登记");
}

#[tokio::test]
async fn splits_that_cannot_be() {
    let r = Running::start().await;
    let (kind, body) = ("household_split", split(&r));
    let (head, wife, son, girl) = (
        r.number("he_old_head"),
        r.number("qin_wife"),
        r.number("he_new_head"),
        r.number("he_granddaughter"),
    );
    refused(&r, kind, &body, |b| b["movers"] = json!([]), "MOVERS_MISSING").await;
    refused(&r, kind, &body, |b| b["movers"] = json!([son, "x"]), "MOVER_NOT_MEMBER").await;
    refused(&r, kind, &body, |b| b["movers"] = json!([head, wife, son, girl]), "NOBODY_REMAINS").await;
    refused(&r, kind, &body, |b| b["new_head"] = json!(head), "NEW_HEAD_NOT_MEMBER").await;
    refused(&r, kind, &body, |b| b["new_head"] = json!(girl), "NEW_HEAD_NOT_ADULT").await;
    refused(&r, kind, &body, |b| b["relations"] = json!({}), "RELATIONS_INCOMPLETE").await;
    refused(&r, kind, &body, |b| b["relations"][&girl] = json!("21"), "RELATION_IMPOSSIBLE").await;
    refused(&r, kind, &body, |b| b["household_version"] = json!(4), "HOUSEHOLD_VERSION_CHANGED").await;
    let collective = r.sample("household_collective").await;
    let version = r.household(&collective).await["version"].clone();
    let dormitory = |b: &mut Value| {
        b["household_number"] = json!(collective);
        b["household_version"] = version;
    };
    refused(&r, kind, &body, dormitory, "HOUSEHOLD_COLLECTIVE").await;
    // The head goes: the old household needs another one.
    let headless = json!({ "household_number": "900000003", "household_version": 1, "movers": [head, wife],
        "new_head": head, "relations": { &wife: "12" }, "address": "江城市城关区丹枫路6号" });
    refused(&r, kind, &headless, |_| {}, "NEW_HEAD_NEEDED").await;
    let mut handed = headless.clone();
    handed["remaining_head"] = json!(son);
    handed["remaining_relations"] = json!({ &girl: "31" });
    let answer = done(&r, kind, &handed).await;
    assert_eq!(answer["household"]["address"], "江城市城关区丹枫路6号");
    assert_eq!(r.household("900000003").await["head"], json!(son));
}

#[tokio::test]
async fn a_lost_booklet_is_replaced() {
    let r = Running::start().await;
    let body = json!({ "document": "booklet", "number": "900000008", "reason": "lost",
        "household_version": 1 });
    let before = r.household("900000008").await["booklet_number"].clone();
    let answer = done(&r, "document_issue", &body).await;
    assert_eq!(answer["assigned"]["void_number"], before);
    assert_eq!(r.household("900000008").await["booklet_number"], answer["assigned"]["document_number"]);
    refused(&r, "document_issue", &body, |_| {}, "HOUSEHOLD_VERSION_CHANGED").await;
    refused(&r, "document_issue", &body, |b| b["number"] = json!("1"), "HOUSEHOLD_NOT_FOUND").await;
    malformed(&r, "document_issue", &body, |b| b["reason"] = json!("bored")).await;
}

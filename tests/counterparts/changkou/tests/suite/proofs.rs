//! 证明 from records and history.

use jiff::ToSpan as _;
use serde_json::{Value, json};

use crate::acts::done;
use crate::running::{Reply, Running, TODAY};

async fn proof(r: &Running, kind: &str, number: &str, more: &str) -> Reply {
    r.get(&format!("/v1/proofs/{kind}/{number}?purpose=公证&receiving_unit=江城市公证处{more}")).await
}

async fn given(r: &Running, kind: &str, number: &str, more: &str) -> Value {
    let reply = proof(r, kind, number, more).await;
    assert_eq!((reply.status, &reply.body["state"]), (200, &json!("found")), "{}", reply.text);
    assert_eq!(reply.body["proof"]["purpose"], "公证");
    let verified = r.get(&format!("/v1/proofs/{}", reply.body["query_id"].as_str().unwrap())).await;
    assert_eq!(verified.body["issued"], reply.body);
    reply.body["proof"].clone()
}

#[tokio::test]
async fn a_household_is_proved_by_its_number_or_a_member() {
    let r = Running::start().await;
    let by_number = given(&r, "household", "900000003", "").await;
    assert_eq!(by_number["members"].as_array().unwrap().len(), 4);
    assert_eq!(
        (&by_number["head_name"], &by_number["members"][0]["relation"]),
        (&json!("何守义"), &json!("02"))
    );
    assert_eq!(given(&r, "household", &r.number("qin_wife"), "").await, by_number);
    assert_eq!(proof(&r, "household", "1", "").await.status, 404);
    assert_eq!(proof(&r, "invented", "1", "").await.body["error"]["code"], "PATH_UNKNOWN");
    assert_eq!(r.get("/v1/proofs/household/900000003").await.body["error"]["code"], "PURPOSE_MISSING");
}

#[tokio::test]
async fn changes_of_a_person_are_proved_from_history() {
    let r = Running::start().await;
    let child = r.number("sun_child");
    assert_eq!(proof(&r, "item_change", &child, "").await.status, 404);
    r.effect("name", &r.name_change()).await;
    let change = json!({ "citizen_number": child, "person_version": 2, "category": "41",
        "changes": { "birth_date": "2018-06-10" }, "approval_number": "城关审2026-21" });
    let new = done(&r, "item_change", &change).await["assigned"]["citizen_number"].clone();
    // The old number still names the person.
    let shown = given(&r, "item-change", &child, "").await;
    assert_eq!((&shown["citizen_number"], &shown["former_numbers"]), (&new, &json!([child])));
    let rows: Vec<(&Value, &Value, &Value)> = shown["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["item"], &row["before"], &row["after"]))
        .collect();
    assert_eq!(rows[0], (&json!("name"), &json!("孙小宝"), &json!("孙知远")));
    assert!(rows.contains(&(&json!("birth_date"), &json!("2018-06-01"), &json!("2018-06-10"))));
    assert!(rows.contains(&(&json!("citizen_number"), &json!(child), &new)));
}

#[tokio::test]
async fn an_ended_registration_is_proved() {
    let r = Running::start().await;
    assert_eq!(proof(&r, "cancellation", &r.number("han_proof"), "").await.status, 404);
    let body = json!({ "citizen_number": r.number("han_proof"), "person_version": 1, "household_version": 1,
        "reason": "enlisted", "on": "2026-11-20", "approval_number": "城关审2026-22" });
    let answer = done(&r, "cancellation", &body).await;
    let shown = given(&r, "cancellation", &r.number("han_proof"), "").await;
    assert_eq!((&shown["reason"], &shown["cancelled_on"]), (&json!("enlisted"), &json!("2026-11-20")));
    assert_eq!(shown["receipt_number"], answer["receipt_number"]);
    assert_eq!(shown["approval_number"], "城关审2026-22");
    r.effect("death", &r.death()).await;
    let shown = given(&r, "cancellation", &r.number("wu_dead"), "").await;
    assert_eq!((&shown["reason"], &shown["cancelled_on"]), (&json!("dead"), &json!("2026-11-15")));
    // Who went before the register kept a history is proved from the record alone.
    let gone = given(&r, "cancellation", &r.sample("person_moved_out").await, "").await;
    assert_eq!((&gone["reason"], &gone["receipt_number"]), (&json!("moved_out"), &Value::Null));
}

#[tokio::test]
async fn those_who_lived_together_are_proved_related() {
    let r = Running::start().await;
    let (head, son, girl) = (r.number("he_old_head"), r.number("he_new_head"), r.number("he_granddaughter"));
    let split = json!({ "household_number": "900000003", "household_version": 1, "movers": [son, girl],
        "new_head": son, "relations": { &girl: "31" } });
    done(&r, "household_split", &split).await;
    let shown = given(&r, "former_household_kinship", &head, &format!("&with={son}")).await;
    let rows = shown["shared"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{shown}");
    assert_eq!((&rows[0]["relation"], &rows[0]["other_relation"]), (&json!("02"), &json!("21")));
    assert_eq!((&rows[0]["kinship"], &rows[0]["head_name"]), (&json!("child"), &json!("何守义")));
    assert_eq!((&rows[0]["since"], &rows[0]["until"]), (&json!("1986-04-01"), &json!(TODAY)));
    let r = r.restart_on(TODAY + 10.days()).await;
    let girls = given(&r, "former_household_kinship", &girl, "").await;
    let seen = |other: &str| {
        let rows = girls["shared"].as_array().unwrap().iter();
        rows.filter(|row| row["other"]["citizen_number"] == other)
            .map(|row| (row["household_number"].clone(), row["relation"].clone(), row["until"].clone()))
            .collect::<Vec<_>>()
    };
    // With the grandfather once, with the father in both households.
    assert_eq!(seen(&head), [(json!("900000003"), json!("42"), json!(TODAY))]);
    assert_eq!(seen(&son).len(), 2);
    assert_eq!((&seen(&son)[1].1, &seen(&son)[1].2), (&json!("31"), &Value::Null));
    let stranger = format!("&with={}", r.number("feng_expired"));
    assert_eq!(proof(&r, "former_household_kinship", &head, &stranger).await.status, 404);
}

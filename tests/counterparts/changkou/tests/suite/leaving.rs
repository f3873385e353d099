//! 注销 for other reasons than death.

use serde_json::{Value, json};

use crate::acts::{done, last_entry, malformed, refused};
use crate::running::Running;

fn cancellation(r: &Running) -> Value {
    json!({ "citizen_number": r.number("he_old_head"), "person_version": 1, "household_version": 1,
        "reason": "settled_abroad", "on": "2026-11-20", "approval_number": "城关审2026-9",
        "new_head": r.number("he_new_head"),
        "relations": { r.number("qin_wife"): "52", r.number("he_granddaughter"): "31" } })
}

#[tokio::test]
async fn a_head_settles_abroad() {
    let r = Running::start().await;
    let answer = done(&r, "cancellation", &cancellation(&r)).await;
    assert_eq!(answer["assigned"]["household_closed"], false);
    let head = r.number("he_old_head");
    let person = r.person(&head).await;
    assert_eq!((&person["status"], &person["status_since"]), (&json!("cancelled"), &json!("2026-11-20")));
    assert_eq!(person["status_reason"], "settled_abroad");
    assert_eq!(r.household("900000003").await["head"], json!(r.number("he_new_head")));
    assert_eq!(last_entry(&r, &head).await["details"]["reason"], "settled_abroad");
    let again = |b: &mut Value| b["person_version"] = json!(2);
    refused(&r, "cancellation", &cancellation(&r), again, "PERSON_CANCELLED").await;
    // A migration does not bring back who was cancelled; an entry does.
    let persons = json!([{ "citizen_number": head, "name": "何守义", "sex": "1", "birth_date": "1955-05-06",
        "ethnic_group": "01", "relation": "97" }]);
    let permit = json!({ "household_number": "900000006", "household_version": 1, "persons": persons,
        "from_address": "国外", "reason": "return" });
    refused(&r, "entry_permit", &permit, |_| {}, "PERSON_CANCELLED").await;
    let entry = json!({ "household_number": "900000006", "household_version": 1, "former_number": head,
        "category": "settled_from_abroad", "person": { "name": "何守义", "sex": "1", "ethnic_group": "01",
            "birth_date": "1955-05-06", "relation": "97" } });
    let answer = done(&r, "person_entry", &entry).await;
    assert_eq!(
        (&answer["person"]["status"], &answer["person"]["status_reason"]),
        (&json!("registered"), &Value::Null)
    );
}

#[tokio::test]
async fn the_missing_are_cancelled_and_found() {
    let r = Running::start().await;
    let feng = r.number("feng_expired");
    let body = json!({ "citizen_number": feng, "person_version": 1, "household_version": 1,
        "reason": "declared_missing", "on": "2026-11-01" });
    let answer = done(&r, "cancellation", &body).await;
    assert_eq!(answer["assigned"]["household_closed"], true);
    assert_eq!(r.household("900000006").await["status"], "closed");
    let entry = json!({ "new_household": { "kind": "1", "address": "江城市城关区望江路5号4幢1203室" },
        "former_number": feng, "category": "revoked_missing", "approval_number": "城关审2026-10",
        "person": { "name": "冯亦凡", "sex": "1", "ethnic_group": "01", "birth_date": "1979-08-17" } });
    let closed = |b: &mut Value| {
        b["new_household"] = Value::Null;
        b["household_number"] = json!("900000006");
        b["household_version"] = json!(2);
    };
    refused(&r, "person_entry", &entry, closed, "HOUSEHOLD_CLOSED").await;
    let answer = done(&r, "person_entry", &entry).await;
    assert_eq!(answer["household"]["head"], json!(feng));
}

#[tokio::test]
async fn cancellations_that_cannot_be() {
    let r = Running::start().await;
    let (kind, body) = ("cancellation", cancellation(&r));
    refused(&r, kind, &body, |b| b["on"] = json!("2026-11-23"), "DATE_IMPOSSIBLE").await;
    refused(&r, kind, &body, |b| b["on"] = json!("1955-05-05"), "DATE_IMPOSSIBLE").await;
    refused(&r, kind, &body, |b| b["new_head"] = Value::Null, "NEW_HEAD_NEEDED").await;
    refused(&r, kind, &body, |b| b["relations"] = json!({}), "RELATIONS_INCOMPLETE").await;
    refused(&r, kind, &body, |b| b["person_version"] = json!(2), "PERSON_VERSION_CHANGED").await;
    refused(&r, kind, &body, |b| b["citizen_number"] = json!("x"), "PERSON_NOT_FOUND").await;
    malformed(&r, kind, &body, |b| b["reason"] = json!("bored")).await;
    malformed(&r, kind, &body, |b| b["note"] = json!("x")).await;
    assert_eq!(r.household("900000003").await["version"], 1);
}

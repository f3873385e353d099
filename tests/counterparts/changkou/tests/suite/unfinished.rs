//! Acts that are taken for later, and acts that are done in part.

use serde_json::{Value, json};

use crate::running::{Reply, Running, act};

async fn state(r: &Running, key: &str) -> Reply {
    r.get(&format!("/v1/effects/{key}")).await
}

async fn resume(r: &Running, key: &str) -> Reply {
    r.post(&format!("/v1/effects/{key}/resume"), &json!({})).await
}

async fn let_go(r: &Running, which: &Value) -> u64 {
    let request =
        r.client.post(format!("{}/effects/let-go", r.admin)).bearer_auth("admin").json(which).send();
    let body: Value = serde_json::from_str(&request.await.unwrap().text().await.unwrap()).unwrap();
    body["let_go"].as_u64().unwrap()
}

async fn children(r: &Running) -> usize {
    r.household("900000001").await["members"].as_array().unwrap().len() - 2
}

async fn history(r: &Running, number: &str) -> usize {
    r.get(&format!("/v1/persons/{number}/history")).await.body["history"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_delayed_act_changes_nothing_until_it_is_done() {
    let r = Running::start().await;
    r.fault(&json!({ "fault": "slow_effect", "requests": 1 })).await;
    let taken = r.effect("later", &r.birth()).await;
    assert_eq!((taken.status, &taken.body["state"]), (202, &json!("accepted")));
    assert!(taken.body["expected_in"].as_u64().unwrap() > 0);
    assert_eq!(children(&r).await, 0);
    // Asked for, sent again, gone on with: it is still under way, and nothing is done twice.
    assert_eq!(state(&r, "later").await.body["state"], "accepted");
    let again = r.effect("later", &r.birth()).await;
    assert_eq!((again.status, again.repeated), (202, true));
    assert_eq!(resume(&r, "later").await.body["state"], "accepted");
    // Nor under another key.
    let second = r.effect("second", &r.birth()).await;
    assert_eq!(second.body["refusal"]["code"], "CASE_ALREADY_IN_EFFECT");
    // It is kept over a restart.
    let r = r.restart().await;
    assert_eq!(state(&r, "later").await.body["state"], "accepted");
    assert_eq!(let_go(&r, &json!({ "key": "other" })).await, 0);
    assert_eq!(let_go(&r, &json!({ "key": "later" })).await, 1);
    let done = state(&r, "later").await.body["effect"].clone();
    assert_eq!(done["state"], "done");
    assert_ne!(done["query_id"], taken.body["query_id"]);
    assert!(done["receipt_number"].is_string() && done["assigned"]["citizen_number"].is_string());
    assert_eq!(children(&r).await, 1);
    assert_eq!(let_go(&r, &json!({})).await, 0);
    let repeat = r.effect("later", &r.birth()).await;
    assert_eq!((repeat.status, repeat.repeated, &repeat.body), (200, true, &done));
    assert_eq!(children(&r).await, 1);
}

#[tokio::test]
async fn a_delayed_act_is_done_by_the_registers_own_clock() {
    let r = Running::start().await;
    r.fault(&json!({ "fault": "slow_effect", "milliseconds": 0, "requests": 1 })).await;
    assert_eq!(r.effect("later", &r.birth()).await.status, 202);
    assert_eq!(state(&r, "later").await.body["state"], "done");
    assert_eq!(children(&r).await, 1);
}

#[tokio::test]
async fn a_delayed_act_may_be_refused_when_its_time_comes() {
    let r = Running::start().await;
    r.fault(&json!({ "fault": "slow_effect", "requests": 1 })).await;
    assert_eq!(r.effect("later", &r.birth()).await.status, 202);
    // Somebody changes the household meanwhile.
    let booklet = act(
        "document_issue",
        &json!({ "document": "booklet", "number": "900000001", "reason": "lost", "household_version": 1 }),
    );
    assert_eq!(r.effect("booklet", &booklet).await.status, 200);
    assert_eq!(let_go(&r, &json!({})).await, 1);
    let end = state(&r, "later").await.body;
    assert_eq!(end["state"], "refused");
    assert_eq!(end["effect"]["refusal"]["code"], "HOUSEHOLD_VERSION_CHANGED");
    assert_eq!(children(&r).await, 0);
    // What is decided anew has a new key.
    let mut mended = r.birth();
    mended["act"]["household_version"] = json!(2);
    assert_eq!(r.effect("mended", &mended).await.status, 200);
}

#[tokio::test]
async fn a_half_done_act_shows_what_is_there_and_is_gone_on_with() {
    let r = Running::start().await;
    let reason = json!({ "code": "NUMBERS_BUSY", "message": "回执号库占用" });
    r.fault(&json!({ "fault": "half_effect", "requests": 1, "refusals": 1, "reason": reason })).await;
    let half = r.effect("half", &r.birth()).await;
    assert_eq!((half.status, &half.body["state"], &half.body["reason"]), (200, &json!("partial"), &reason));
    assert_eq!(half.body["done"][0]["part"], "records");
    let pending: Vec<&str> =
        half.body["pending"].as_array().unwrap().iter().map(|one| one["part"].as_str().unwrap()).collect();
    assert_eq!(pending, ["history", "receipt"]);
    // The child is there, what happened to it is not written yet.
    assert_eq!(children(&r).await, 1);
    let household = r.household("900000001").await;
    let child = household["members"].as_array().unwrap().iter().find(|one| one["name"] == "周念安").unwrap();
    let child = child["citizen_number"].as_str().unwrap().to_owned();
    assert_eq!(history(&r, &child).await, 0);
    let r = r.restart().await;
    assert_eq!(state(&r, "half").await.body["state"], "partial");
    assert_eq!(let_go(&r, &json!({})).await, 0, "nobody but the client goes on with it");
    let refused = resume(&r, "half").await;
    assert_eq!(
        (refused.status, &refused.body["state"], &refused.body["reason"]),
        (422, &json!("partial"), &reason)
    );
    assert_eq!(history(&r, &child).await, 0);
    let done = resume(&r, "half").await;
    assert_eq!((done.status, &done.body["state"]), (200, &json!("done")));
    assert_eq!(done.body["assigned"]["citizen_number"], child.as_str());
    assert!(done.body["receipt_number"].is_string() && done.body["pending"].is_null());
    assert_eq!((children(&r).await, history(&r, &child).await), (1, 1));
    let again = resume(&r, "half").await;
    assert_eq!((again.repeated, &again.body), (true, &done.body));
    assert_eq!(resume(&r, "nobody").await.status, 404);
    let other = r.effect("other", &r.birth()).await;
    assert_eq!(other.body["refusal"]["code"], "CASE_ALREADY_IN_EFFECT");
}

#[tokio::test]
async fn a_founded_household_waits_for_its_booklet() {
    let r = Running::start().await;
    r.fault(&json!({ "fault": "half_effect", "requests": 1 })).await;
    let found = act("household_creation", &json!({ "kind": "1", "address": "江城市城关区槐荫路99号" }));
    let half = r.effect("found", &found).await;
    assert_eq!(half.body["pending"][0]["name"], "户口簿编号");
    let mut other = act("household_creation", &json!({ "kind": "1", "address": "江城市城关区槐荫路98号" }));
    other["case_id"] = json!("another");
    let whole = r.effect("whole", &other).await;
    assert_eq!(whole.body["state"], "done");
    let done = resume(&r, "found").await.body;
    let number = done["assigned"]["household_number"].as_str().unwrap();
    assert_ne!(number, whole.body["assigned"]["household_number"]);
    assert_eq!(r.household(number).await["booklet_number"], done["assigned"]["booklet_number"]);
}

#[tokio::test]
async fn a_refused_act_is_not_half_done_and_two_half_done_cards_do_not_meet() {
    let r = Running::start().await;
    r.fault(&json!({ "fault": "half_effect", "requests": 3 })).await;
    let mut wrong = r.birth();
    wrong["act"]["household_version"] = json!(9);
    assert_eq!(r.effect("wrong", &wrong).await.body["state"], "refused");
    for (key, person) in [("one", "han_proof"), ("two", "shen_mother")] {
        let mut card = r.card(person);
        card["case_id"] = json!(key);
        card["act"]["reason"] = json!("23");
        assert_eq!(r.effect(key, &card).await.body["state"], "partial", "{key}");
    }
    for key in ["two", "one"] {
        assert_eq!(resume(&r, key).await.body["state"], "done");
    }
    r.clear_faults().await;
}

#[tokio::test]
async fn the_answer_of_an_act_on_its_way_may_be_lost() {
    let r = Running::start().await;
    for (key, fault, end) in [("slow", "slow_effect", "accepted"), ("half", "half_effect", "partial")] {
        r.fault(&json!({ "fault": fault, "requests": 1 })).await;
        r.fault(&json!({ "fault": "drop_after_commit", "requests": 1, "path_prefix": "/v1/effects" })).await;
        let body = if key == "slow" { r.birth() } else { r.head_change() };
        assert!(r.try_effect(key, &body).await.is_err());
        assert_eq!(state(&r, key).await.body["state"], end);
        assert!(r.effect(key, &body).await.repeated);
    }
    // A fault of acts does not wait for a read.
    r.fault(&json!({ "fault": "half_effect", "requests": 1 })).await;
    state(&r, "slow").await;
    assert_eq!(r.effect("death", &r.death()).await.body["state"], "partial");
}

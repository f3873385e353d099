//! Reading, checking, and every kind of act.

use serde_json::{Value, json};

use crate::running::Running;

fn envelope(reply: &crate::running::Reply, state: &str) {
    assert_eq!(reply.body["state"], state, "{}", reply.text);
    assert!(reply.body["query_id"].is_string() && reply.body["answered_at"].is_string(), "{}", reply.text);
}

#[tokio::test]
async fn persons_and_households_are_found_by_number_member_and_name() {
    let r = Running::start().await;
    let mother = r.number("shen_mother");
    let reply = r.get(&format!("/v1/persons/{mother}")).await;
    envelope(&reply, "found");
    assert_eq!(reply.body["person"]["name"], "沈㛃");
    let reply = r.get(&format!("/v1/persons/{mother}/household")).await;
    envelope(&reply, "found");
    assert_eq!(reply.body["household"]["household_number"], "900000001");
    assert_eq!(reply.body["household"]["members"][0]["relation"], "02");
    let reply = r.get("/v1/persons?name=何𠮷平&birth_date=1986-03-15").await;
    envelope(&reply, "found");
    assert_eq!(reply.body["persons"].as_array().unwrap().len(), 1);
    let reply = r.get("/v1/persons/999901190001010013").await;
    assert_eq!(reply.status, 404);
    envelope(&reply, "not_found");
    let reply = r.get("/v1/persons?birth_date=1986-03-15").await;
    assert_eq!((reply.status, &reply.body["error"]["code"]), (400, &json!("QUERY_MALFORMED")));
    let stranger = r.client.get(format!("{}/v1/persons/{mother}", r.base)).send().await.unwrap();
    assert_eq!(stranger.status(), 401);
}

#[tokio::test]
async fn checks_name_the_fields_that_differ() {
    let r = Running::start().await;
    let check = |name: &str| {
        json!({ "number": "Z990000001", "newborn_name": name, "sex": "2",
        "birth_date": "2026-11-03", "mother": r.number("shen_mother") })
    };
    envelope(&r.post("/v1/checks/birth-certificate", &check("周念安")).await, "agrees");
    let reply = r.post("/v1/checks/birth-certificate", &check("周安")).await;
    envelope(&reply, "differs");
    assert_eq!(
        reply.body["differing"],
        json!([{ "field": "newborn_name", "given": "周安", "recorded": "周念安" }])
    );
    let reply = r.post("/v1/checks/birth-certificate", &json!({ "number": "Z990000003" })).await;
    assert_eq!(reply.body["used"], true);
    envelope(&r.post("/v1/checks/birth-certificate", &json!({ "number": "Z1" })).await, "not_found");
    let couple = json!({ "husband": r.number("zhou_father"), "wife": r.number("shen_mother") });
    envelope(&r.post("/v1/checks/marriage", &couple).await, "agrees");
    let wrong = json!({ "husband": r.number("zhou_father"), "wife": r.number("ma_mother") });
    envelope(&r.post("/v1/checks/marriage", &wrong).await, "differs");
    let none = json!({ "husband": r.number("feng_expired"), "wife": r.number("han_proof") });
    envelope(&r.post("/v1/checks/marriage", &none).await, "not_found");
    let death =
        json!({ "number": "D990000001", "citizen_number": r.number("wu_dead"), "died_on": "2026-11-14" });
    let reply = r.post("/v1/checks/death-certificate", &death).await;
    envelope(&reply, "differs");
    assert_eq!(reply.body["differing"][0]["field"], "died_on");
}

#[tokio::test]
async fn duplicate_persons_and_numbers_are_reported() {
    let r = Running::start().await;
    for (sample, kind) in [("person_same_person", "same_person"), ("person_same_number", "same_number")] {
        let person = r.person(&r.sample(sample).await).await;
        let check = json!({ "citizen_number": person["citizen_number"], "name": person["name"],
            "sex": person["sex"], "birth_date": person["birth_date"] });
        let reply = r.post("/v1/checks/duplicate", &check).await;
        envelope(&reply, "differs");
        assert!(reply.body["duplicates"].as_array().unwrap().iter().any(|d| d["kind"] == kind));
    }
    let child = json!({ "name": "周念安", "sex": "2", "birth_date": "2026-11-03" });
    envelope(&r.post("/v1/checks/duplicate", &child).await, "agrees");
    r.effect("k", &r.birth()).await;
    envelope(&r.post("/v1/checks/duplicate", &child).await, "differs");
}

#[tokio::test]
async fn a_birth_gets_its_number_from_the_register_and_stays_after_a_restart() {
    let r = Running::start().await;
    let reply = r.effect("birth-1", &r.birth()).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    envelope(&reply, "done");
    let number = reply.body["assigned"]["citizen_number"].as_str().unwrap().to_owned();
    assert!(changkou::number::is_valid(&number) && number.starts_with("99990120261103"));
    assert_eq!(changkou::number::sex(&number), Some("2"));
    assert_eq!(reply.body["household"]["version"], 2);
    assert_eq!(reply.body["household"]["members"].as_array().unwrap().len(), 3);
    assert!(reply.body["receipt_number"].as_str().unwrap().starts_with("LS999901510000"));
    let r = r.restart().await;
    assert_eq!(r.person(&number).await["relation"], "31");
    let check = r.post("/v1/checks/birth-certificate", &json!({ "number": "Z990000001" })).await;
    assert_eq!(check.body["used"], true);
    let state = r.get("/v1/effects/birth-1").await;
    assert_eq!(state.body["effect"], reply.body);
}

#[tokio::test]
async fn a_new_head_gets_every_relation_anew() {
    let r = Running::start().await;
    let reply = r.effect("head-1", &r.head_change()).await;
    envelope(&reply, "done");
    let household = r.household("900000003").await;
    assert_eq!(household["head"], r.number("he_new_head"));
    let relations: Vec<&Value> =
        household["members"].as_array().unwrap().iter().map(|m| &m["relation"]).collect();
    assert_eq!(relations[0], "02");
    assert_eq!(relations.iter().filter(|code| **code == "02").count(), 1);
    assert_eq!(r.person(&r.number("he_old_head")).await["relation"], "51");
}

#[tokio::test]
async fn a_name_change_keeps_the_former_name() {
    let r = Running::start().await;
    envelope(&r.effect("name-1", &r.name_change()).await, "done");
    let child = r.person(&r.number("sun_child")).await;
    assert_eq!(
        (&child["name"], &child["former_name"], &child["version"]),
        (&json!("孙知远"), &json!("孙小宝"), &json!(2))
    );
}

#[tokio::test]
async fn the_death_of_a_head_hands_the_household_on() {
    let r = Running::start().await;
    envelope(&r.effect("death-1", &r.death()).await, "done");
    let household = r.household("900000005").await;
    assert_eq!(household["head"], r.number("wu_son"));
    assert_eq!(household["members"].as_array().unwrap().len(), 2);
    let dead = r.person(&r.number("wu_dead")).await;
    assert_eq!((&dead["status"], &dead["status_since"]), (&json!("dead"), &json!("2026-11-15")));
    assert_eq!(r.person(&r.number("zheng_widow")).await["marital_status"], "30");
}

#[tokio::test]
async fn the_death_of_the_only_member_closes_the_household() {
    let r = Running::start().await;
    let mut death = r.death();
    let act = &mut death["act"];
    act["citizen_number"] = json!(r.number("han_proof"));
    act["proof"] = json!("cremation_certificate");
    act["proof_number"] = Value::Null;
    act["new_head"] = Value::Null;
    act["relations"] = json!({});
    let reply = r.effect("death-2", &death).await;
    envelope(&reply, "done");
    assert_eq!(r.household("900000008").await["status"], "closed");
}

#[tokio::test]
async fn a_card_application_is_noted_without_a_card_number() {
    let r = Running::start().await;
    for key in ["feng_expired", "jiang_expiring"] {
        let mut card = r.card(key);
        card["case_id"] = json!(key);
        let reply = r.effect(key, &card).await;
        envelope(&reply, "done");
        assert_eq!(reply.body["assigned"]["card_state"], "accepted");
        assert!(reply.body["assigned"].get("card_number").is_none());
    }
}

#[tokio::test]
async fn a_proof_has_the_registers_content_and_can_be_verified() {
    let r = Running::start().await;
    let path = format!("/v1/proofs/household-registration/{}", r.number("han_proof"));
    let reply = r.get(&format!("{path}?purpose=公证&receiving_unit=江城市公证处")).await;
    envelope(&reply, "found");
    assert_eq!(reply.body["proof"]["name"], "韩一诺");
    assert_eq!(reply.body["proof"]["head_name"], "韩一诺");
    let query_id = reply.body["query_id"].as_str().unwrap();
    let verified = r.get(&format!("/v1/proofs/{query_id}")).await;
    assert_eq!(verified.body["issued"], reply.body);
    assert_eq!(r.get("/v1/proofs/CX-none").await.status, 404);
    assert_eq!(r.get(&path).await.body["error"]["code"], "PURPOSE_MISSING");
    let dead = r.sample("person_dead").await;
    let gone = format!("/v1/proofs/household-registration/{dead}?purpose=a&receiving_unit=b");
    envelope(&r.get(&gone).await, "not_found");
}

//! Every named refusal, each by changing one thing in an act that would be accepted.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::running::Running;

static KEYS: AtomicU32 = AtomicU32::new(0);

/// Sends the act under a fresh key and case and checks that the refusal changed nothing.
async fn refused(r: &Running, mut body: Value, change: impl Fn(&mut Value), code: &str) -> Value {
    change(&mut body);
    let key = format!("refusal-{}", KEYS.fetch_add(1, Ordering::Relaxed));
    body["case_id"] = json!(key);
    let reply = r.effect(&key, &body).await;
    assert_eq!(reply.status, 422, "{code}: {}", reply.text);
    assert_eq!(reply.body["state"], "refused");
    assert_eq!(reply.body["refusal"]["code"], code, "{}", reply.text);
    let message = reply.body["refusal"]["message"].as_str().unwrap();
    assert!(!message.is_empty() && !message.contains("9999"), "{message}");
    reply.body["refusal"]["details"].clone()
}

#[tokio::test]
async fn births() {
    let r = Running::start().await;
    let birth = r.birth();
    let before = r.household("900000001").await;
    refused(
        &r,
        birth.clone(),
        |b| b["act"]["household_number"] = json!("900000002"),
        "MOTHER_NOT_IN_HOUSEHOLD",
    )
    .await;
    refused(&r, birth.clone(), |b| b["act"]["household_number"] = json!("1"), "HOUSEHOLD_NOT_FOUND").await;
    refused(&r, birth.clone(), |b| b["act"]["certificate"] = json!("Z1"), "CERTIFICATE_NOT_FOUND").await;
    refused(&r, birth.clone(), |b| b["act"]["certificate"] = json!("Z990000003"), "CERTIFICATE_USED").await;
    let details =
        refused(&r, birth.clone(), |b| b["act"]["newborn"]["sex"] = json!("1"), "CERTIFICATE_DIFFERS").await;
    assert_eq!(details["differing"][0]["field"], "sex");
    refused(
        &r,
        birth.clone(),
        |b| b["act"]["newborn"]["ethnic_group"] = json!("03"),
        "ETHNIC_GROUP_NOT_OF_PARENT",
    )
    .await;
    refused(&r, birth.clone(), |b| b["act"]["newborn"]["relation"] = json!("21"), "RELATION_IMPOSSIBLE")
        .await;
    refused(&r, birth.clone(), |b| b["act"]["newborn"]["relation"] = json!("12"), "RELATION_IMPOSSIBLE")
        .await;
    let details =
        refused(&r, birth.clone(), |b| b["act"]["household_version"] = json!(9), "HOUSEHOLD_VERSION_CHANGED")
            .await;
    assert_eq!(details, json!({ "seen": 9, "current": 1 }));
    refused(&r, birth.clone(), |b| b["act"]["mother_version"] = json!(9), "PERSON_VERSION_CHANGED").await;
    refused(&r, birth.clone(), |b| b["act"]["mother"] = json!("x"), "PERSON_NOT_FOUND").await;
    refused(&r, birth.clone(), |b| b["decided_on"] = json!("2026-11-23"), "DATE_IMPOSSIBLE").await;
    let frozen = |b: &mut Value| {
        b["act"]["household_number"] = json!("900000010");
        b["act"]["mother"] = json!(r.number("meng_mother"));
    };
    refused(&r, birth.clone(), frozen, "HOUSEHOLD_FROZEN").await;
    let other = r.effect_of_other_unit("other-unit", &birth).await;
    assert_eq!(other.body["refusal"]["code"], "UNIT_NOT_RESPONSIBLE");
    assert_eq!(r.household("900000001").await, before);
    assert_eq!(r.effect("good", &birth).await.status, 200);
    // The same case under another key would register the child twice.
    let mut again = birth.clone();
    again["act"]["household_version"] = json!(2);
    let reply = r.effect("good-2", &again).await;
    assert_eq!(reply.body["refusal"]["code"], "CASE_ALREADY_IN_EFFECT");
    assert!(reply.body["refusal"]["details"]["receipt_number"].is_string());
}

#[tokio::test]
async fn head_changes() {
    let r = Running::start().await;
    let head = r.head_change();
    let (old, wife, son, girl) = (
        r.number("he_old_head"),
        r.number("qin_wife"),
        r.number("he_new_head"),
        r.number("he_granddaughter"),
    );
    refused(&r, head.clone(), |b| b["act"]["new_head"] = json!(old), "HEAD_UNCHANGED").await;
    refused(
        &r,
        head.clone(),
        |b| b["act"]["new_head"] = json!(r.number("feng_expired")),
        "NEW_HEAD_NOT_MEMBER",
    )
    .await;
    refused(&r, head.clone(), |b| b["act"]["new_head"] = json!(girl), "NEW_HEAD_NOT_ADULT").await;
    let details =
        refused(&r, head.clone(), |b| b["act"]["relations"] = json!({ &old: "51" }), "RELATIONS_INCOMPLETE")
            .await;
    assert_eq!(details["missing"].as_array().unwrap().len(), 2);
    let stranger = |b: &mut Value| b["act"]["relations"][r.number("feng_expired")] = json!("97");
    refused(&r, head.clone(), stranger, "RELATIONS_INCOMPLETE").await;
    for (who, code, reason) in
        [(&old, "52", "sex"), (&wife, "02", "second_head"), (&girl, "03", "unknown"), (&old, "20", "age")]
    {
        let details =
            refused(&r, head.clone(), |b| b["act"]["relations"][who] = json!(code), "RELATION_IMPOSSIBLE")
                .await;
        assert_eq!(details["reason"], reason);
    }
    let collective = r.sample("household_collective").await;
    let household = r.household(&collective).await;
    refused(
        &r,
        head.clone(),
        |b| {
            // Whose station it is of is not the question here.
            b["cross_station"] = json!(true);
            b["act"]["household_number"] = json!(collective);
            b["act"]["new_head"] = household["members"][0]["citizen_number"].clone();
        },
        "HOUSEHOLD_COLLECTIVE",
    )
    .await;
    assert_eq!(r.household("900000003").await["version"], 1);
    assert_eq!(r.person(&son).await["version"], 1);
}

#[tokio::test]
async fn name_changes() {
    let r = Running::start().await;
    let name = r.name_change();
    refused(&r, name.clone(), |b| b["act"]["new_name"] = json!("孙小宝"), "NAME_UNCHANGED").await;
    for bad in ["孙", "孙Xiao", "·孙远", "孙 远", "孙远1"] {
        refused(&r, name.clone(), |b| b["act"]["new_name"] = json!(bad), "NAME_IMPOSSIBLE").await;
    }
    let one = |b: &mut Value| b["act"]["consents"] = json!([r.number("sun_father")]);
    let details = refused(&r, name.clone(), one, "PARENT_CONSENT_MISSING").await;
    assert_eq!(details["missing"], json!([r.number("tian_mother")]));
    let dead = r.sample("person_dead").await;
    refused(&r, name.clone(), |b| b["act"]["citizen_number"] = json!(dead), "PERSON_DEAD").await;
    let gone = r.sample("person_moved_out").await;
    refused(&r, name.clone(), |b| b["act"]["citizen_number"] = json!(gone), "PERSON_NOT_REGISTERED").await;
    let mut judged = name.clone();
    judged["act"]["consents"] = json!([r.number("sun_father")]);
    judged["act"]["consent_exception"] = json!("人民法院判决书");
    assert_eq!(r.effect("judged", &judged).await.status, 200);
}

#[tokio::test]
async fn deaths() {
    let r = Running::start().await;
    let death = r.death();
    let widow = r.number("zheng_widow");
    let headless = |b: &mut Value| b["act"]["new_head"] = Value::Null;
    let details = refused(&r, death.clone(), headless, "NEW_HEAD_NEEDED").await;
    assert_eq!(details["adults"], 2);
    refused(&r, death.clone(), |b| b["act"]["relations"] = json!({}), "RELATIONS_INCOMPLETE").await;
    refused(&r, death.clone(), |b| b["act"]["new_head"] = json!(r.number("wu_dead")), "NEW_HEAD_NOT_MEMBER")
        .await;
    refused(&r, death.clone(), |b| b["act"]["proof_number"] = json!("D1"), "CERTIFICATE_NOT_FOUND").await;
    refused(&r, death.clone(), |b| b["act"]["died_on"] = json!("2026-11-14"), "CERTIFICATE_DIFFERS").await;
    refused(&r, death.clone(), |b| b["act"]["died_on"] = json!("2026-11-23"), "DATE_IMPOSSIBLE").await;
    let used = r.sample("death_certificate_used").await;
    refused(&r, death.clone(), |b| b["act"]["proof_number"] = json!(used), "CERTIFICATE_USED").await;
    assert_eq!(r.effect("death", &death).await.status, 200);
    refused(&r, death.clone(), |_| {}, "PERSON_DEAD").await;
    // The proof was used up; the widow cannot be cancelled with it.
    let again = |b: &mut Value| {
        b["act"]["citizen_number"] = json!(widow);
        b["act"]["person_version"] = json!(3);
        b["act"]["household_version"] = json!(2);
    };
    refused(&r, death.clone(), again, "CERTIFICATE_USED").await;
}

#[tokio::test]
async fn a_household_of_minors_needs_its_exception_named() {
    let r = Running::start().await;
    let proof = |b: &mut Value, who: &str| {
        b["act"]["citizen_number"] = json!(r.number(who));
        b["act"]["proof"] = json!("cremation_certificate");
    };
    let mut mother = r.death();
    proof(&mut mother, "tian_mother");
    mother["case_id"] = json!("mother");
    mother["act"]["new_head"] = Value::Null;
    mother["act"]["relations"] = json!({});
    assert_eq!(r.effect("mother", &mother).await.status, 200);
    let mut father = r.death();
    proof(&mut father, "sun_father");
    // Widowed by the first act, so both versions have moved on.
    father["act"]["person_version"] = json!(2);
    father["act"]["household_version"] = json!(2);
    father["act"]["new_head"] = json!(r.number("sun_child"));
    father["act"]["relations"] = json!({});
    let details = refused(&r, father.clone(), |_| {}, "NEW_HEAD_NOT_ADULT").await;
    assert_eq!(details["adults"], 0);
    father["act"]["head_exception"] = json!("minors_only");
    assert_eq!(r.effect("father", &father).await.status, 200);
    assert_eq!(r.household("900000004").await["head_exception"], "minors_only");
}

#[tokio::test]
async fn card_applications() {
    let r = Running::start().await;
    let card = r.card("feng_expired");
    refused(&r, card.clone(), |b| b["act"]["reason"] = json!("12"), "CARD_EXISTS").await;
    refused(&r, card.clone(), |b| b["act"]["citizen_number"] = json!(r.number("han_proof")), "CARD_NOT_DUE")
        .await;
    refused(
        &r,
        card.clone(),
        |b| b["act"]["citizen_number"] = json!(r.number("he_granddaughter")),
        "GUARDIAN_MISSING",
    )
    .await;
    assert_eq!(r.effect("card", &card).await.status, 200);
    let again = |b: &mut Value| b["act"]["person_version"] = json!(2);
    refused(&r, card.clone(), again, "CARD_APPLICATION_OPEN").await;
    let other = |b: &mut Value| b["act"]["citizen_number"] = json!(r.number("jiang_expiring"));
    refused(&r, card.clone(), other, "ACCEPTANCE_NUMBER_USED").await;
    let none = r.sample("person_without_card").await;
    let adult = |b: &mut Value| {
        b["cross_station"] = json!(true);
        b["act"]["citizen_number"] = json!(none);
        b["act"]["guardian"] = json!("x");
        b["act"]["reason"] = json!("31");
    };
    refused(&r, card.clone(), adult, "NO_FORMER_CARD").await;
}

//! 出生登记 into other households than the mother's.

use serde_json::{Value, json};

use crate::acts::{done, last_entry, malformed, refused};
use crate::running::{Running, act};

const KIND: &str = "birth_registration";

/// A child that joins the household of 周𬭚, its father; its mother is registered in another province.
fn of_father(r: &Running) -> Value {
    json!({ "joins": "father", "household_number": "900000001", "household_version": 1,
        "father": r.number("zhou_father"),
        "newborn": { "name": "周小溪", "sex": "1", "birth_date": "2026-11-05", "ethnic_group": "01",
            "relation": "21" } })
}

/// A child that joins the household of 何守义, its grandfather.
fn of_grandfather(r: &Running) -> Value {
    json!({ "joins": "grandparent", "household_number": "900000003", "household_version": 1,
        "host": r.number("he_old_head"), "father": r.number("he_new_head"),
        "newborn": { "name": "何小舟", "sex": "2", "birth_date": "2026-11-05", "ethnic_group": "01",
            "relation": "42" } })
}

#[tokio::test]
async fn a_child_joins_the_fathers_household_without_a_certificate() {
    let r = Running::start().await;
    let birth = of_father(&r);
    malformed(&r, KIND, &birth, |b| drop(b.as_object_mut().unwrap().remove("father"))).await;
    malformed(&r, KIND, &birth, |b| b["joins"] = json!("uncle")).await;
    let other = |b: &mut Value| b["father"] = json!(r.number("chen_father"));
    refused(&r, KIND, &birth, other, "FATHER_NOT_IN_HOUSEHOLD").await;
    let woman = |b: &mut Value| b["father"] = json!(r.number("shen_mother"));
    refused(&r, KIND, &birth, woman, "FATHER_NOT_IN_HOUSEHOLD").await;
    let man = |b: &mut Value| b["mother"] = json!(r.number("zhou_father"));
    refused(&r, KIND, &birth, man, "PARENT_IMPOSSIBLE").await;
    refused(&r, KIND, &birth, |b| b["newborn"]["sex"] = json!("9"), "VALUE_IMPOSSIBLE").await;
    refused(&r, KIND, &birth, |b| b["newborn"]["ethnic_group"] = json!("03"), "ETHNIC_GROUP_NOT_OF_PARENT")
        .await;
    let seen = |b: &mut Value| {
        b["mother"] = json!(r.number("shen_mother"));
        b["mother_version"] = json!(9);
    };
    refused(&r, KIND, &birth, seen, "PERSON_VERSION_CHANGED").await;
    let answer = done(&r, KIND, &birth).await;
    let number = answer["assigned"]["citizen_number"].as_str().unwrap();
    let child = r.person(number).await;
    assert_eq!((&child["mother"], &child["father"]), (&Value::Null, &json!(r.number("zhou_father"))));
    assert_eq!(last_entry(&r, number).await["details"], json!({ "certificate": null, "joins": "father" }));
    // The same child once more: nothing but a check for doubles can see it.
    let again = |b: &mut Value| b["household_version"] = json!(2);
    let details = refused(&r, KIND, &birth, again, "DUPLICATE_PERSON").await;
    assert_eq!(details["citizen_number"], json!(number));
}

#[tokio::test]
async fn a_certificate_that_is_given_must_agree_and_is_used_up() {
    let r = Running::start().await;
    let mut birth = of_father(&r);
    birth["certificate"] = json!("Z990000001");
    let details = refused(&r, KIND, &birth, |_| {}, "CERTIFICATE_DIFFERS").await;
    assert_eq!(details["differing"][0]["field"], "newborn_name");
    refused(&r, KIND, &birth, |b| b["certificate"] = json!("Z1"), "CERTIFICATE_NOT_FOUND").await;
    refused(&r, KIND, &birth, |b| b["certificate"] = json!("Z990000003"), "CERTIFICATE_USED").await;
    birth["newborn"] = r.birth()["act"]["newborn"].clone();
    let stranger = |b: &mut Value| b["mother"] = json!("999988199001010022");
    let details = refused(&r, KIND, &birth, stranger, "CERTIFICATE_DIFFERS").await;
    assert_eq!(details["differing"][0]["field"], "mother");
    done(&r, KIND, &birth).await;
    let check = json!({ "number": "Z990000001" });
    assert_eq!(r.post("/v1/checks/birth-certificate", &check).await.body["used"], true);
}

#[tokio::test]
async fn an_unknown_parent_may_have_any_ethnic_group() {
    let r = Running::start().await;
    let mut birth = of_father(&r);
    birth["newborn"]["ethnic_group"] = json!("03");
    birth["mother"] = json!("999988199001010022");
    let answer = done(&r, KIND, &birth).await;
    assert_eq!(answer["person"]["mother"], "999988199001010022");
}

#[tokio::test]
async fn a_child_joins_a_grandparent_or_a_guardian() {
    let r = Running::start().await;
    let birth = of_grandfather(&r);
    malformed(&r, KIND, &birth, |b| drop(b.as_object_mut().unwrap().remove("host"))).await;
    let stranger = |b: &mut Value| b["host"] = json!(r.number("feng_expired"));
    refused(&r, KIND, &birth, stranger, "HOST_NOT_IN_HOUSEHOLD").await;
    let dead = r.sample("person_dead").await;
    refused(&r, KIND, &birth, |b| b["host"] = json!(dead), "HOST_NOT_IN_HOUSEHOLD").await;
    refused(&r, KIND, &birth, |b| b["newborn"]["relation"] = json!("41"), "RELATION_IMPOSSIBLE").await;
    let answer = done(&r, KIND, &birth).await;
    assert_eq!(answer["person"]["relation"], "42");
    assert_eq!(answer["household"]["members"].as_array().unwrap().len(), 5);

    let guardian = json!({ "joins": "guardian", "household_number": "900000006", "household_version": 1,
        "host": r.number("feng_expired"), "newborn": { "name": "冯念慈", "sex": "2",
            "birth_date": "2026-10-01", "ethnic_group": "05", "relation": "97" } });
    refused(&r, KIND, &guardian, |b| b["host"] = json!("x"), "HOST_NOT_IN_HOUSEHOLD").await;
    // No parent is known, so nothing is said about the ethnic group.
    let answer = done(&r, KIND, &guardian).await;
    assert_eq!((&answer["person"]["mother"], &answer["person"]["father"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_child_of_soldiers_joins_a_collective_household() {
    let r = Running::start().await;
    let number = r.sample("household_collective").await;
    let household = r.household(&number).await;
    let birth = json!({ "joins": "collective", "household_number": number,
        "household_version": household["version"], "newborn": { "name": "军小强", "sex": "1",
            "birth_date": "2026-10-01", "ethnic_group": "01", "relation": "99" } });
    let family = |b: &mut Value| {
        b["household_number"] = json!("900000001");
        b["household_version"] = json!(1);
    };
    refused(&r, KIND, &birth, family, "HOUSEHOLD_NOT_COLLECTIVE").await;
    let answer = done(&r, KIND, &birth).await;
    assert_eq!(answer["person"]["household_number"], json!(number));
}

#[tokio::test]
async fn either_parent_may_be_the_one_in_the_household() {
    let r = Running::start().await;
    let mut birth = of_father(&r);
    birth["joins"] = json!("either_parent");
    malformed(&r, KIND, &birth, |b| drop(b.as_object_mut().unwrap().remove("father"))).await;
    let strangers = |b: &mut Value| {
        b["father"] = json!(r.number("chen_father"));
        b["mother"] = json!(r.number("ma_mother"));
    };
    refused(&r, KIND, &birth, strangers, "PARENT_NOT_IN_HOUSEHOLD").await;
    let mother = |b: &mut Value| {
        b["father"] = json!("999988199001010014");
        b["mother"] = json!(r.number("shen_mother"));
    };
    mother(&mut birth);
    done(&r, KIND, &birth).await;
}

#[tokio::test]
async fn with_the_mother_all_is_as_before() {
    let r = Running::start().await;
    for place in ["mother", "mother_version", "certificate"] {
        for joins in [Value::Null, json!("mother")] {
            let mut request = r.birth();
            let body = request["act"].as_object_mut().unwrap();
            body.remove(place);
            if !joins.is_null() {
                body.insert("joins".to_owned(), joins.clone());
            }
            let reply = r.effect(&format!("{place}{joins}"), &request).await;
            assert_eq!((reply.status, &reply.body["error"]["code"]), (400, &json!("BODY_MALFORMED")));
        }
    }
    let said = |b: &mut Value| b["joins"] = json!("mother");
    let mut body = r.birth()["act"].clone();
    said(&mut body);
    assert_eq!(act(KIND, &body)["act"]["joins"], "mother");
    done(&r, KIND, &body).await;
}

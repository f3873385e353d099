//! 变更更正.

use serde_json::{Value, json};

use crate::acts::{done, last_entry, malformed, refused};
use crate::running::Running;

fn change(number: &str, category: &str, changes: &Value) -> Value {
    json!({ "citizen_number": number, "person_version": 1, "category": category, "changes": changes,
        "approval_number": "城关审2026-20" })
}

#[tokio::test]
async fn further_items_are_kept_and_shown() {
    let r = Running::start().await;
    let han = r.number("han_proof");
    let items = json!({ "occupation": "教师", "blood_type": "3", "height": "168", "education": "20",
        "native_place": "江城市", "marital_status": "20" });
    let answer = done(&r, "item_change", &change(&han, "basic_items", &items)).await;
    assert_eq!(answer["assigned"]["before"]["marital_status"], "10");
    assert_eq!(answer["assigned"]["before"]["occupation"], Value::Null);
    assert!(answer["assigned"].get("citizen_number").is_none());
    let person = r.person(&han).await;
    assert_eq!(
        person["further_items"],
        json!({ "occupation": "教师", "blood_type": "3", "height": "168", "native_place": "江城市" })
    );
    assert_eq!((&person["education"], &person["version"]), (&json!("20"), &json!(2)));
    assert_eq!(last_entry(&r, &han).await["details"]["changes"]["height"]["after"], "168");
}

#[tokio::test]
async fn a_corrected_birth_date_gives_another_number_and_the_old_one_still_finds_the_person() {
    let r = Running::start().await;
    let old = r.number("zhou_father");
    let body = change(&old, "41", &json!({ "birth_date": "1993-04-21" }));
    let answer = done(&r, "item_change", &body).await;
    let new = answer["assigned"]["citizen_number"].as_str().unwrap();
    assert!(changkou::number::is_valid(new) && new.starts_with("99990119930421"));
    assert_eq!(answer["assigned"]["before"], json!({ "birth_date": "1993-04-12" }));
    let reply = r.get(&format!("/v1/persons/{old}")).await;
    assert_eq!((&reply.body["state"], &reply.body["current_number"]), (&json!("found"), &json!(new)));
    assert_eq!(reply.body["person"]["citizen_number"], json!(new));
    assert_eq!(reply.body["person"]["former_numbers"], json!([old]));
    assert_eq!(r.get(&format!("/v1/persons/{new}")).await.body.get("current_number"), None);
    assert_eq!(r.household("900000001").await["head"], json!(new));
    assert_eq!(r.person(&r.number("shen_mother")).await["spouse"], json!(new));
    let couple = json!({ "husband": new, "wife": r.number("shen_mother") });
    assert_eq!(r.post("/v1/checks/marriage", &couple).await.body["state"], "agrees");
    for father in [old.as_str(), new] {
        let paper = json!({ "number": "Z990000001", "father": father });
        assert_eq!(r.post("/v1/checks/birth-certificate", &paper).await.body["state"], "agrees");
    }
    let details = refused(&r, "item_change", &body, |_| {}, "NUMBER_REPLACED").await;
    assert_eq!(details["citizen_number"], json!(new));
    // The number itself is mended; both old ones lead to the newest.
    let mut mended = change(new, "12", &json!({}));
    mended["person_version"] = json!(2);
    let newest = done(&r, "item_change", &mended).await["assigned"]["citizen_number"].clone();
    assert_ne!(newest, json!(new));
    assert_eq!(r.get(&format!("/v1/persons/{old}")).await.body["current_number"], newest);
    let entry = json!({ "household_number": "900000006", "household_version": 1, "former_number": old,
        "category": "restored", "person": { "name": "周𬭚", "sex": "1", "ethnic_group": "01",
            "birth_date": "1993-04-12", "relation": "97" } });
    refused(&r, "person_entry", &entry, |_| {}, "NUMBER_REPLACED").await;
}

#[tokio::test]
async fn a_changed_sex_needs_a_relation_that_fits() {
    let r = Running::start().await;
    let son = r.number("he_new_head");
    let body = change(&son, "31", &json!({ "sex": "2", "name": "何小平" }));
    refused(&r, "item_change", &body, |_| {}, "RELATION_IMPOSSIBLE").await;
    let mut fitting = body.clone();
    fitting["relation"] = json!("31");
    let answer = done(&r, "item_change", &fitting).await;
    let number = answer["assigned"]["citizen_number"].as_str().unwrap();
    assert_eq!(changkou::number::sex(number), Some("2"));
    let person = r.person(number).await;
    assert_eq!((&person["former_name"], &person["relation"]), (&json!("何𠮷平"), &json!("31")));
    assert_eq!(r.person(&r.number("he_granddaughter")).await["father"], json!(number));
}

#[tokio::test]
async fn item_changes_that_cannot_be() {
    let r = Running::start().await;
    let han = r.number("han_proof");
    let kind = "item_change";
    let body = change(&han, "basic_items", &json!({ "occupation": "教师" }));
    refused(&r, kind, &body, |b| b["changes"] = json!({}), "CHANGES_MISSING").await;
    refused(&r, kind, &body, |b| b["changes"] = json!({ "shoe_size": "42" }), "ITEM_UNKNOWN").await;
    let same = |b: &mut Value| b["changes"] = json!({ "occupation": "教师", "marital_status": "10" });
    let details = refused(&r, kind, &body, same, "VALUE_UNCHANGED").await;
    assert_eq!(details["unchanged"], json!(["marital_status"]));
    for (place, value) in [
        ("sex", "9"),
        ("ethnic_group", "57"),
        ("birth_date", "soon"),
        ("marital_status", "50"),
        ("height", "9"),
        ("education", "05"),
        ("blood_type", "AB"),
        ("religion", " "),
    ] {
        let change = |b: &mut Value| b["changes"] = json!({ place: value });
        assert_eq!(refused(&r, kind, &body, change, "VALUE_IMPOSSIBLE").await["place"], place);
    }
    refused(&r, kind, &body, |b| b["changes"] = json!({ "birth_date": "2027-01-01" }), "DATE_IMPOSSIBLE")
        .await;
    refused(&r, kind, &body, |b| b["changes"] = json!({ "name": "X" }), "NAME_IMPOSSIBLE").await;
    for category in ["21", "99", "Basic", ""] {
        refused(&r, kind, &body, |b| b["category"] = json!(category), "CATEGORY_IMPOSSIBLE").await;
    }
    let guarded = change(&han, "51", &json!({ "ethnic_group": "03" }));
    refused(&r, kind, &guarded, |b| b["category"] = json!("basic_items"), "CATEGORY_IMPOSSIBLE").await;
    refused(&r, kind, &guarded, |b| b["approval_number"] = Value::Null, "APPROVAL_MISSING").await;
    refused(&r, kind, &guarded, |b| b["person_version"] = json!(3), "PERSON_VERSION_CHANGED").await;
    let child = change(&r.number("sun_child"), "21", &json!({ "name": "孙知远" }));
    refused(&r, kind, &child, |_| {}, "PARENT_CONSENT_MISSING").await;
    let mut judged = child.clone();
    judged["consents"] = json!([r.number("sun_father")]);
    judged["consent_exception"] = json!("人民法院判决书");
    done(&r, kind, &judged).await;
    let minor = change(&han, "41", &json!({ "birth_date": "2015-01-01" }));
    refused(&r, kind, &minor, |_| {}, "NEW_HEAD_NOT_ADULT").await;
    malformed(&r, kind, &body, |b| b["changes"] = json!({ "height": 168 })).await;
    assert_eq!(r.person(&han).await["version"], 1);
}

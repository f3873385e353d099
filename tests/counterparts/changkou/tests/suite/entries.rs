//! 恢复户口、补录、立户.

use serde_json::{Value, json};

use crate::acts::{done, last_entry, malformed, refused};
use crate::running::Running;

fn supplemented() -> Value {
    json!({ "household_number": "900000006", "household_version": 1, "category": "supplemented",
        "person": { "name": "冯亦安", "sex": "2", "ethnic_group": "01", "birth_date": "1985-02-03",
            "relation": "77" } })
}

fn founding(birth: &str) -> Value {
    json!({ "new_household": { "kind": "1", "address": "江城市城关区钟楼街8号" },
        "category": "settled_from_abroad",
        "person": { "name": "白鹭洲", "sex": "1", "ethnic_group": "01", "birth_date": birth } })
}

#[tokio::test]
async fn somebody_forgotten_joins_a_household_and_gets_a_number() {
    let r = Running::start().await;
    let answer = done(&r, "person_entry", &supplemented()).await;
    let number = answer["assigned"]["citizen_number"].as_str().unwrap();
    assert!(changkou::number::is_valid(number) && number.starts_with("99990119850203"));
    assert_eq!(changkou::number::sex(number), Some("2"));
    assert_eq!(answer["assigned"]["household_number"], "900000006");
    let person = r.person(number).await;
    assert_eq!((&person["since_reason"], &person["relation"]), (&json!("户口补录"), &json!("77")));
    let household = r.household("900000006").await;
    assert_eq!((household["members"].as_array().unwrap().len(), &household["version"]), (2, &json!(2)));
    assert_eq!(last_entry(&r, number).await["receipt_number"], answer["receipt_number"]);
}

#[tokio::test]
async fn somebody_from_abroad_founds_a_household_of_the_handling_unit() {
    let r = Running::start().await;
    let answer = done(&r, "person_entry", &founding("1970-05-06")).await;
    let household = &answer["household"];
    assert_eq!(household["owner_unit"], "999901510000");
    assert_eq!((&household["kind"], &household["version"]), (&json!("1"), &json!(1)));
    assert_eq!(household["head"], answer["assigned"]["citizen_number"]);
    assert_eq!(
        (&household["head_exception"], &household["members"][0]["relation"]),
        (&Value::Null, &json!("02"))
    );
    let minor = founding("2015-05-06");
    refused(&r, "person_entry", &minor, |_| {}, "NEW_HEAD_NOT_ADULT").await;
    let mut excepted = minor.clone();
    excepted["head_exception"] = json!("minors_only");
    let answer = done(&r, "person_entry", &excepted).await;
    assert_eq!(answer["household"]["head_exception"], "minors_only");
}

#[tokio::test]
async fn who_was_gone_comes_back_under_the_old_number() {
    let r = Running::start().await;
    for (sample, category, reason) in
        [("person_moved_out", "restored", "恢复户口"), ("person_dead", "revoked_death", "撤销死亡恢复户口")]
    {
        let known = r.person(&r.sample(sample).await).await;
        let household = r.household("900000007").await;
        let mut body = supplemented();
        body["household_number"] = json!("900000007");
        body["household_version"] = household["version"].clone();
        body["former_number"] = known["citizen_number"].clone();
        body["category"] = json!(category);
        for item in ["name", "sex", "ethnic_group", "birth_date"] {
            body["person"][item] = known[item].clone();
        }
        body["person"]["relation"] = json!("97");
        if sample == "person_dead" {
            refused(&r, "person_entry", &body, |b| b["category"] = json!("restored"), "PERSON_DEAD").await;
        } else {
            refused(
                &r,
                "person_entry",
                &body,
                |b| b["category"] = json!("revoked_death"),
                "CATEGORY_IMPOSSIBLE",
            )
            .await;
        }
        let answer = done(&r, "person_entry", &body).await;
        assert_eq!(answer["assigned"]["citizen_number"], known["citizen_number"]);
        let person = r.person(known["citizen_number"].as_str().unwrap()).await;
        assert_eq!((&person["status"], &person["status_since"]), (&json!("registered"), &Value::Null));
        assert_eq!(
            (&person["since_reason"], &person["household_number"]),
            (&json!(reason), &json!("900000007"))
        );
        body["household_version"] = answer["household"]["version"].clone();
        refused(&r, "person_entry", &body, |_| {}, "PERSON_ALREADY_REGISTERED").await;
    }
}

#[tokio::test]
async fn entries_that_cannot_be() {
    let r = Running::start().await;
    let body = supplemented();
    let kind = "person_entry";
    refused(&r, kind, &body, |b| b["household_version"] = json!(9), "HOUSEHOLD_VERSION_CHANGED").await;
    refused(&r, kind, &body, |b| b["household_version"] = Value::Null, "TARGET_UNCLEAR").await;
    let both = |b: &mut Value| b["new_household"] = json!({ "kind": "1", "address": "江城市" });
    refused(&r, kind, &body, both, "TARGET_UNCLEAR").await;
    refused(&r, kind, &body, |b| b["household_number"] = json!("900000010"), "HOUSEHOLD_FROZEN").await;
    refused(&r, kind, &body, |b| b["person"]["name"] = json!("冯"), "NAME_IMPOSSIBLE").await;
    refused(&r, kind, &body, |b| b["person"]["sex"] = json!("3"), "VALUE_IMPOSSIBLE").await;
    refused(&r, kind, &body, |b| b["person"]["birth_date"] = json!("2027-01-01"), "DATE_IMPOSSIBLE").await;
    refused(&r, kind, &body, |b| b["person"]["relation"] = json!("73"), "RELATION_IMPOSSIBLE").await;
    refused(&r, kind, &body, |b| b["person"]["relation"] = json!("02"), "RELATION_IMPOSSIBLE").await;
    refused(&r, kind, &body, |b| b["person"]["relation"] = Value::Null, "RELATION_IMPOSSIBLE").await;
    let wrong = |b: &mut Value| b["former_number"] = json!("999901198502030012");
    refused(&r, kind, &body, wrong, "NUMBER_IMPOSSIBLE").await;
    refused(&r, kind, &body, |b| b["category"] = json!("revoked_missing"), "CATEGORY_IMPOSSIBLE").await;
    let double = |b: &mut Value| {
        b["person"]["name"] = json!("韩一诺");
        b["person"]["birth_date"] = json!("1996-12-30");
    };
    refused(&r, kind, &body, double, "DUPLICATE_PERSON").await;
    let mut new = founding("1970-05-06");
    new["new_household"]["kind"] = json!("3");
    refused(&r, kind, &new, |_| {}, "VALUE_IMPOSSIBLE").await;
    malformed(&r, kind, &body, |b| b["category"] = json!("invented")).await;
    malformed(&r, kind, &body, |b| b["person"]["colour"] = json!("red")).await;
    assert_eq!(r.household("900000006").await["version"], 1);
}

#[tokio::test]
async fn a_household_is_created_empty_and_its_first_member_heads_it() {
    let r = Running::start().await;
    let family = json!({ "kind": "1", "address": "江城市城关区双井巷2号" });
    let answer = done(&r, "household_creation", &family).await;
    let number = answer["assigned"]["household_number"].clone();
    assert_eq!(answer["household"]["head_exception"], "no_members");
    let mut entry = supplemented();
    entry["household_number"] = number;
    refused(&r, "person_entry", &entry, |_| {}, "NEW_HEAD_NEEDED").await;
    entry["person"]["relation"] = json!("02");
    let answer = done(&r, "person_entry", &entry).await;
    assert_eq!(answer["household"]["head"], answer["assigned"]["citizen_number"]);
    assert_eq!(answer["household"]["head_exception"], Value::Null);

    let dormitory = json!({ "kind": "2", "name": "江城市人才集体户", "address": "江城市城关区云栖道1号",
        "responsible": "J0009" });
    let answer = done(&r, "household_creation", &dormitory).await;
    let shown = &answer["household"];
    assert_eq!((&shown["name"], &shown["responsible"]), (&json!("江城市人才集体户"), &json!("J0009")));
    assert_eq!(shown["head_exception"], "collective");
    let mut entry = founding("1990-01-01");
    entry["new_household"] = Value::Null;
    entry["household_number"] = shown["household_number"].clone();
    entry["household_version"] = json!(1);
    let answer = done(&r, "person_entry", &entry).await;
    assert_eq!((&answer["household"]["head"], &answer["person"]["relation"]), (&Value::Null, &json!("99")));
    refused(&r, "household_creation", &family, |b| b["address"] = json!(" "), "VALUE_IMPOSSIBLE").await;
    let (key, request, _) = crate::acts::send(&r, "household_creation", &family).await;
    let foreign = r.effect_of_other_unit(&key, &request).await;
    assert_eq!(foreign.body["refusal"]["code"], "UNIT_NOT_RESPONSIBLE");
}

//! 准迁证, 市外迁入, 迁出 and their papers.

use jiff::ToSpan as _;
use serde_json::{Value, json};

use crate::acts::{done, last_entry, malformed, refused, send};
use crate::running::{Running, TODAY};

/// Two people the register has never seen; their city's code is no real one either.
fn migrants() -> (String, String, Value) {
    let birth = |text: &str| text.parse().unwrap();
    let man = changkou::number::compose("999988", birth("1990-04-05"), 901);
    let girl = changkou::number::compose("999988", birth("2018-09-10"), 902);
    let persons = json!([
        { "citizen_number": man, "name": "顾南洲", "sex": "1", "birth_date": "1990-04-05", "ethnic_group": "01",
            "relation": "02" },
        { "citizen_number": girl, "name": "顾小舟", "sex": "2", "birth_date": "2018-09-10", "ethnic_group": "01",
            "relation": "31" },
    ]);
    (man, girl, persons)
}

fn number_alone(person: &Value) -> Value {
    json!({ "citizen_number": person["citizen_number"] })
}

fn permit() -> Value {
    json!({ "new_household": { "kind": "1", "address": "江城市城关区竹篱街7号" }, "persons": migrants().2,
        "from_address": "海角市天涯区一路1号", "reason": "work", "approval_number": "城关审2026-7" })
}

fn entry(permit: &Value) -> Value {
    json!({ "new_household": { "kind": "1", "address": "江城市城关区竹篱街7号" }, "persons": migrants().2,
        "permit_number": permit, "from": "other_province",
        "migration_certificate": { "number": "HJ0001", "issued_on": "2026-11-20", "valid_until": "2026-12-20" } })
}

#[tokio::test]
async fn a_permit_brings_a_family_in_once() {
    let r = Running::start().await;
    let assigned = done(&r, "entry_permit", &permit()).await["assigned"].clone();
    assert_eq!(assigned["valid_until"], json!(TODAY + 40.days()));
    let number = &assigned["permit_number"];
    let check = json!({ "number": number, "name": "顾小舟" });
    let reply = r.post("/v1/checks/entry-permit", &check).await;
    assert_eq!((&reply.body["state"], &reply.body["used"]), (&json!("agrees"), &json!(false)));
    assert_eq!(
        (&reply.body["expired"], &reply.body["valid_until"]),
        (&json!(false), &assigned["valid_until"])
    );
    let stranger = json!({ "number": number, "citizen_number": r.number("han_proof") });
    assert_eq!(r.post("/v1/checks/entry-permit", &stranger).await.body["state"], "differs");
    let none = json!({ "number": "ZQ1" });
    assert_eq!(r.post("/v1/checks/entry-permit", &none).await.body["state"], "not_found");

    let (kind, body) = ("migration_in", entry(number));
    refused(&r, kind, &body, |b| b["permit_number"] = json!("ZQ1"), "PAPER_NOT_FOUND").await;
    refused(&r, kind, &body, |b| b["migration_certificate"] = Value::Null, "PAPER_MISSING").await;
    let details =
        refused(&r, kind, &body, |b| b["persons"].as_array_mut().unwrap().truncate(1), "PAPER_DIFFERS").await;
    assert_eq!(details["differing"][0]["field"], "persons");
    refused(&r, kind, &body, |b| b["persons"][0]["name"] = json!("顾北洲"), "PAPER_DIFFERS").await;
    let standing = |b: &mut Value| {
        b["new_household"] = Value::Null;
        b["household_number"] = json!("900000006");
        b["household_version"] = json!(1);
    };
    refused(&r, kind, &body, standing, "PAPER_DIFFERS").await;
    let late = |b: &mut Value| b["migration_certificate"]["valid_until"] = json!("2026-11-21");
    refused(&r, kind, &body, late, "PAPER_EXPIRED").await;
    let future = |b: &mut Value| b["migration_certificate"]["issued_on"] = json!("2026-11-23");
    refused(&r, kind, &body, future, "DATE_IMPOSSIBLE").await;
    refused(&r, kind, &body, |b| b["persons"][1]["relation"] = json!("21"), "RELATION_IMPOSSIBLE").await;
    refused(&r, kind, &body, |b| b["persons"][0]["relation"] = json!("51"), "NEW_HEAD_NEEDED").await;
    malformed(&r, kind, &body, |b| b["from"] = json!("moon")).await;

    let answer = done(&r, kind, &body).await;
    let (man, girl, _) = migrants();
    assert_eq!(answer["household"]["head"], json!(man));
    assert_eq!(r.person(&girl).await["household_number"], answer["assigned"]["household_number"]);
    assert_eq!(r.person(&man).await["since_reason"], "市外迁入");
    assert_eq!(r.post("/v1/checks/entry-permit", &check).await.body["used"], true);
    let certificate = json!({ "number": "HJ0001", "valid_until": "2026-12-20" });
    let reply = r.post("/v1/checks/migration-certificate", &certificate).await;
    assert_eq!((&reply.body["state"], &reply.body["used"]), (&json!("agrees"), &json!(true)));
    refused(&r, kind, &body, |_| {}, "PAPER_USED").await;
    refused(&r, "entry_permit", &permit(), |_| {}, "PERSON_ALREADY_REGISTERED").await;
}

#[tokio::test]
async fn permits_that_cannot_be() {
    let r = Running::start().await;
    let (kind, body) = ("entry_permit", permit());
    refused(&r, kind, &body, |b| b["persons"] = json!([]), "MOVERS_MISSING").await;
    let twice = |b: &mut Value| b["persons"][1] = b["persons"][0].clone();
    refused(&r, kind, &body, twice, "DUPLICATE_PERSON").await;
    refused(&r, kind, &body, |b| b["persons"][0]["sex"] = json!("2"), "NUMBER_IMPOSSIBLE").await;
    refused(&r, kind, &body, |b| b["persons"][0]["name"] = json!("X"), "NAME_IMPOSSIBLE").await;
    refused(&r, kind, &body, |b| b["persons"][1]["relation"] = json!("02"), "RELATION_IMPOSSIBLE").await;
    refused(&r, kind, &body, |b| b["persons"][0]["relation"] = json!("99"), "NEW_HEAD_NEEDED").await;
    let child = |b: &mut Value| {
        b["persons"][0]["relation"] = json!("51");
        b["persons"][1]["relation"] = json!("02");
    };
    refused(&r, kind, &body, child, "NEW_HEAD_NOT_ADULT").await;
    refused(&r, kind, &body, |b| b["new_household"] = Value::Null, "TARGET_UNCLEAR").await;
    let land = r.sample("household_collective_land").await;
    let version = r.household(&land).await["version"].clone();
    let joining = |b: &mut Value| {
        b["new_household"] = Value::Null;
        b["household_number"] = json!(land);
        b["household_version"] = version;
        b["reason"] = json!("relative_joining");
    };
    refused(&r, kind, &body, joining, "HOUSEHOLD_LAND_BLOCKED").await;
    let dead = r.person(&r.sample("person_dead").await).await;
    let gone = |b: &mut Value| {
        for item in ["citizen_number", "name", "sex", "birth_date"] {
            b["persons"][0][item] = dead[item].clone();
        }
    };
    refused(&r, kind, &body, gone, "PERSON_DEAD").await;
    // Who cannot head the household he joins.
    let joins = json!({ "household_number": "900000006", "household_version": 1, "persons": migrants().2,
        "from_address": "海角市", "reason": "work" });
    let details = refused(&r, kind, &joins, |_| {}, "RELATION_IMPOSSIBLE").await;
    assert_eq!(details["reason"], "second_head");
    let (key, request, _) = send(&r, kind, &joins).await;
    assert_eq!(r.effect_of_other_unit(&key, &request).await.body["refusal"]["code"], "UNIT_NOT_RESPONSIBLE");
}

#[tokio::test]
async fn an_expired_or_replaced_permit_is_of_no_use() {
    let r = Running::start().await;
    let number = done(&r, "entry_permit", &permit()).await["assigned"]["permit_number"].clone();
    let mut issue = json!({ "document": "entry_permit", "number": number, "reason": "lost" });
    refused(&r, "document_issue", &issue, |b| b["reason"] = json!("expired"), "PAPER_NOT_EXPIRED").await;
    refused(&r, "document_issue", &issue, |b| b["number"] = json!("ZQ1"), "PAPER_NOT_FOUND").await;
    let copy = done(&r, "document_issue", &issue).await["assigned"].clone();
    assert_eq!(copy["valid_until"], json!(TODAY + 40.days()));
    refused(&r, "document_issue", &issue, |_| {}, "PAPER_VOID").await;
    refused(&r, "migration_in", &entry(&number), |_| {}, "PAPER_VOID").await;
    let reply = r.post("/v1/checks/entry-permit", &json!({ "number": number })).await;
    assert_eq!(reply.body["void"], true);
    let r = r.restart_on(TODAY + 41.days()).await;
    let mut late = entry(&copy["document_number"]);
    late["from"] = json!("same_province");
    late["migration_certificate"] = Value::Null;
    refused(&r, "migration_in", &late, |_| {}, "PAPER_EXPIRED").await;
    issue["number"] = copy["document_number"].clone();
    refused(&r, "document_issue", &issue, |_| {}, "PAPER_EXPIRED").await;
    issue["reason"] = json!("expired");
    let renewed = done(&r, "document_issue", &issue).await["assigned"].clone();
    assert_eq!(renewed["valid_until"], json!(TODAY + 81.days()));
    late["permit_number"] = renewed["document_number"].clone();
    refused(&r, "migration_in", &late, |_| {}, "NOT_MOVED_OUT").await;
    let leavers: Vec<Value> = migrants().2.as_array().unwrap().iter().map(number_alone).collect();
    let out = json!({ "permit_number": late["permit_number"], "persons": leavers });
    done(&r, "one_stop_out", &out).await;
    done(&r, "migration_in", &late).await;
    issue["number"] = late["permit_number"].clone();
    refused(&r, "document_issue", &issue, |_| {}, "PAPER_USED").await;
}

fn leaving(r: &Running) -> Value {
    let (head, wife) = (r.number("he_old_head"), r.number("qin_wife"));
    json!({ "citizen_numbers": [head, wife], "person_versions": { &head: 1, &wife: 1 },
        "household_version": 1, "to_address": "海角市天涯区二路2号", "reason": "work",
        "new_head": r.number("he_new_head"), "relations": { r.number("he_granddaughter"): "31" } })
}

#[tokio::test]
async fn a_couple_moves_out_and_comes_back() {
    let r = Running::start().await;
    let (kind, body) = ("migration_out", leaving(&r));
    refused(&r, kind, &body, |b| b["new_head"] = Value::Null, "NEW_HEAD_NEEDED").await;
    let girl = r.number("he_granddaughter");
    refused(&r, kind, &body, |b| b["new_head"] = json!(girl), "NEW_HEAD_NOT_ADULT").await;
    refused(&r, kind, &body, |b| b["new_head"] = json!("x"), "NEW_HEAD_NOT_MEMBER").await;
    refused(&r, kind, &body, |b| b["household_version"] = json!(3), "HOUSEHOLD_VERSION_CHANGED").await;
    refused(&r, kind, &body, |b| b["person_versions"] = json!({}), "PERSON_VERSION_MISSING").await;
    let answer = done(&r, kind, &body).await;
    assert_eq!(answer["assigned"]["valid_until"], json!(TODAY + 30.days()));
    let head = r.number("he_old_head");
    let gone = r.person(&head).await;
    assert_eq!((&gone["status"], &gone["status_reason"]), (&json!("moved_out"), &json!("work")));
    assert_eq!(r.household("900000003").await["head"], json!(r.number("he_new_head")));
    let number = &answer["assigned"]["migration_certificate_number"];
    assert_eq!(&last_entry(&r, &head).await["details"]["migration_certificate_number"], number);
    let check = json!({ "number": number, "citizen_number": head });
    assert_eq!(r.post("/v1/checks/migration-certificate", &check).await.body["state"], "agrees");
    refused(&r, kind, &body, |_| {}, "PERSON_NOT_REGISTERED").await;

    // They come back with a permit and the certificate that was given to them here.
    let wife = r.number("qin_wife");
    let persons = |first: &str| {
        json!([{ "citizen_number": head, "name": "何守义", "sex": "1", "birth_date": "1955-05-06",
            "ethnic_group": "01", "relation": first },
            { "citizen_number": wife, "name": "秦玉兰", "sex": "2", "birth_date": "1957-11-12",
            "ethnic_group": "01", "relation": "52" }])
    };
    let permit = json!({ "household_number": "900000003", "household_version": 2, "persons": persons("51"),
        "from_address": "海角市天涯区二路2号", "reason": "return" });
    let permit = done(&r, "entry_permit", &permit).await["assigned"]["permit_number"].clone();
    let back = json!({ "household_number": "900000003", "household_version": 2, "persons": persons("51"),
        "permit_number": permit, "from": "other_province",
        "migration_certificate": { "number": number, "issued_on": TODAY, "valid_until": TODAY + 30.days() } });
    let wrong = |b: &mut Value| b["migration_certificate"]["valid_until"] = json!(TODAY + 31.days());
    refused(&r, "migration_in", &back, wrong, "PAPER_DIFFERS").await;
    done(&r, "migration_in", &back).await;
    let person = r.person(&head).await;
    assert_eq!((&person["status"], &person["relation"]), (&json!("registered"), &json!("51")));
    assert_eq!(r.household("900000003").await["members"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn the_last_to_move_out_closes_the_household() {
    let r = Running::start().await;
    let han = r.number("han_proof");
    let body = json!({ "citizen_numbers": [han], "person_versions": { &han: "1" }, "household_version": 1,
        "to_address": "海角市", "reason": "study" });
    let answer = done(&r, "migration_out", &body).await;
    assert_eq!(answer["assigned"]["household_closed"], true);
    assert_eq!(r.household("900000008").await["status"], "closed");
    let issue = json!({ "document": "migration_certificate", "reason": "damaged",
        "number": answer["assigned"]["migration_certificate_number"] });
    let copy = done(&r, "document_issue", &issue).await;
    assert_ne!(copy["assigned"]["document_number"], issue["number"]);
    refused(&r, "document_issue", &issue, |_| {}, "PAPER_VOID").await;
}

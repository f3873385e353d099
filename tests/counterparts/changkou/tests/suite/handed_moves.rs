//! Shipped definitions of moves, filled in with people of the register, and their acts brought into effect.

use serde_json::{Value, json};

use crate::acts::refused;
use crate::handing::Filled;
use crate::running::Running;

#[tokio::test]
async fn a_head_and_his_wife_found_a_household_in_the_same_city() {
    let r = Running::start().await;
    let (old, wife, son) = (r.number("he_old_head"), r.number("qin_wife"), r.number("he_new_head"));
    let city = [("from", "city"), ("settle_in", "new"), ("origin_head", "adults")];
    let mut moves = Filled::new(&r, "K11", &city)
        .without(&["movers", "remaining"])
        .set(&[
            ("origin.mover_number", &old),
            ("origin_new_head.number", &son),
            ("new_household.kind", "1"),
            ("new_household.address", "江城市城关区竹篱街7号"),
        ])
        .look_up()
        .await
        .row("movers", &old, &[("relation", "02")])
        .row("remaining", &son, &[("relation", "02")])
        .row("remaining", &r.number("he_granddaughter"), &[("relation", "31")])
        .row("remaining", &wife, &[("number", ""), ("name", ""), ("birth_date", ""), ("relation_before", "")])
        .set(&[("movers.1.number", &wife), ("movers.1.relation", "12")]);
    let (_, act) = moves.act("address_change");
    assert_eq!(act["person_versions"], json!({ &old: "1", &wife: "1" }));
    let answer = moves.done("address_change").await;
    assert_eq!(answer["household"]["head"], json!(old));
    assert_eq!(r.household("900000003").await["head"], json!(son));
    let proof = Filled::new(&r, "T107", &[("whose", "own")])
        .set(&[("applicant.number", &old), ("other.number", &son)])
        .look_up()
        .await
        .proof()
        .await;
    let content = proof["content"].as_str().unwrap();
    assert!(content.contains("自1986年4月1日至2026年11月22日，何守义与何𠮷平，男"), "{content}");
    assert!(content.contains("何𠮷平登记为何守义的子女"), "{content}");
}

#[tokio::test]
async fn a_family_comes_from_another_province_with_a_permit_and_a_certificate() {
    let r = Running::start().await;
    let other = [("from", "other_province"), ("settle_in", "new"), ("accompanied", "spouse")];
    let mut family = Filled::new(&r, "K11", &other)
        .set(&[("papers.certificate_issued_on", "2026-11-20"), ("papers.certificate_until", "2026-12-20")])
        .look_up()
        .await;
    let permit = family.done("entry_permit").await["assigned"]["permit_number"].clone();
    let check = json!({ "number": permit });
    assert_eq!(r.post("/v1/checks/entry-permit", &check).await.body["used"], false);
    let answer = family.done("migration_in").await;
    assert_eq!(r.post("/v1/checks/entry-permit", &check).await.body["used"], true);
    let members = answer["household"]["members"].as_array().unwrap();
    assert_eq!(members.len(), 2, "{answer}");
    assert_eq!(members[0]["since_reason"], "市外迁入");
}

#[tokio::test]
async fn who_comes_from_the_same_province_leaves_by_the_platform_first() {
    let r = Running::start().await;
    let same = [("from", "province"), ("settle_in", "new"), ("accompanied", "spouse")];
    let mut family = Filled::new(&r, "K11", &same).look_up().await;
    let answer = family.done("entry_permit").await;
    let permit = answer["assigned"]["permit_number"].clone();
    let (kind, early) = family.act("migration_in");
    refused(&r, kind, &early, |_| {}, "NOT_MOVED_OUT").await;
    let (kind, out) = family.act("one_stop_out");
    assert_eq!(out["permit_number"], permit);
    refused(&r, kind, &out, |b| b["permit_number"] = json!("ZQ1"), "PAPER_NOT_FOUND").await;
    let alone = |b: &mut Value| b["persons"].as_array_mut().unwrap().truncate(1);
    let details = refused(&r, kind, &out, alone, "PAPER_DIFFERS").await;
    assert_eq!(details["differing"][0]["field"], "persons");
    let answer = family.done("one_stop_out").await;
    assert_eq!(answer["assigned"], json!({ "moved_out_on": "2026-11-22" }));
    refused(&r, kind, &out, |_| {}, "MOVED_OUT_ALREADY").await;
    let answer = family.done("migration_in").await;
    assert_eq!(answer["household"]["members"].as_array().unwrap().len(), 2);
    refused(&r, kind, &out, |_| {}, "PAPER_USED").await;
}

#[tokio::test]
async fn a_lost_permit_is_issued_again_and_stays_as_it_was() {
    let r = Running::start().await;
    let same = [("from", "province"), ("settle_in", "new"), ("accompanied", "alone")];
    let mut family = Filled::new(&r, "K11", &same).look_up().await;
    let permit = family.done("entry_permit").await["assigned"]["permit_number"].as_str().unwrap().to_owned();
    family.done("one_stop_out").await;
    let mut again = Filled::new(&r, "T102", &[("moved_out", "no")])
        .set(&[("issue.old_number", &permit), ("issue.reason", "lost")])
        .look_up()
        .await;
    let copy = again.done("document_issue").await["assigned"]["document_number"].as_str().unwrap().to_owned();
    let (kind, old) = family.act("migration_in");
    refused(&r, kind, &old, |_| {}, "PAPER_VOID").await;
    family = family.set(&[("papers.permit_number", &copy)]);
    family.done("migration_in").await;
}

#[tokio::test]
async fn a_head_moves_out_of_the_city_and_somebody_leaves_a_collective_household() {
    let r = Running::start().await;
    let (old, son) = (r.number("he_old_head"), r.number("he_new_head"));
    let mut out = Filled::new(&r, "K12", &[("remaining", "adults")])
        .set(&[
            ("leaving.number", &old),
            ("new_head.number", &son),
            ("destination.address", "海角市天涯区一路1号"),
        ])
        .look_up()
        .await
        .row("members", &son, &[("relation", "02")])
        .row("members", &r.number("qin_wife"), &[("relation", "52")])
        .row("members", &r.number("he_granddaughter"), &[("relation", "31")]);
    let answer = out.done("migration_out").await;
    assert_eq!(r.person(&old).await["status"], "moved_out");
    assert_eq!(r.household("900000003").await["head"], json!(son));
    let check =
        json!({ "number": answer["assigned"]["migration_certificate_number"], "citizen_number": old });
    assert_eq!(r.post("/v1/checks/migration-certificate", &check).await.body["state"], "agrees");
    let proof = Filled::new(&r, "K10", &[("whose", "ward")])
        .set(&[("about.number", &old)])
        .look_up()
        .await
        .proof()
        .await;
    let content = proof["content"].as_str().unwrap();
    assert!(content.ends_with("其户口已于2026年11月22日迁出本市，迁往海角市天涯区一路1号。"), "{content}");

    let household = r.household(&r.sample("household_collective").await).await;
    let student = household["members"][0]["citizen_number"].as_str().unwrap();
    let mut leaves = Filled::new(&r, "T059", &[]).set(&[("leaving.number", student)]).look_up().await;
    leaves.done("migration_out").await;
    assert_eq!(r.person(student).await["status"], "moved_out");
}

#[tokio::test]
async fn a_household_is_split_whether_its_head_stays_or_goes() {
    let (old, wife) = ("he_old_head", "qin_wife");
    let (son, girl) = ("he_new_head", "he_granddaughter");
    // Who goes, who heads the new household; who stays, who heads the old one.
    let sides = [
        ([(son, "02"), (girl, "31")], [(old, "02"), (wife, "12")]),
        ([(old, "02"), (wife, "12")], [(son, "02"), (girl, "31")]),
    ];
    for (go, stay) in sides {
        let r = Running::start().await;
        let mut split = Filled::new(&r, "T044", &[])
            .set(&[
                ("applicant.number", &r.number(old)),
                ("new_household.head_number", &r.number(go[0].0)),
                ("new_household.address", "江城市城关区石桥街43号之一"),
            ])
            .look_up()
            .await;
        for (people, side) in [(go, "leaves"), (stay, "stays")] {
            for (key, relation) in people {
                split = split.row("members", &r.number(key), &[("side", side), ("relation", relation)]);
            }
        }
        let (kind, act) = split.act("household_split");
        if stay[0].0 == old {
            // Another head cannot be slipped in while the present one stays.
            let slipped = |b: &mut Value| {
                b["remaining_relations"] = json!({ r.number(wife): "02", r.number(old): "11" });
            };
            refused(&r, kind, &act, slipped, "HEAD_STAYS").await;
        } else {
            let nobody = |b: &mut Value| b["remaining_relations"] = json!({ r.number(son): "97" });
            refused(&r, kind, &act, nobody, "NEW_HEAD_NEEDED").await;
        }
        let answer = split.done("household_split").await;
        assert_eq!(answer["household"]["head"], json!(r.number(go[0].0)));
        let left = r.household("900000003").await;
        assert_eq!(left["head"], json!(r.number(stay[0].0)), "{left}");
        assert_eq!(r.person(&r.number(stay[1].0)).await["relation"], stay[1].1);
    }
}

//! Shipped birth matters, filled in with people of the register, and brought into effect.

use serde_json::{Value, json};

use crate::handing::Filled;
use crate::running::Running;

#[tokio::test]
async fn a_birth_joins_the_fathers_household_while_the_mother_lives_elsewhere() {
    let r = Running::start().await;
    let (father, mother) = (r.number("zhou_father"), r.number("shen_mother"));
    let city = [("from", "city"), ("settle_in", "household"), ("origin_head", "stays")];
    let mut moves = Filled::new(&r, "K11", &city)
        .without(&["movers"])
        .set(&[("origin.mover_number", &mother), ("household.number", "900000006")])
        .look_up()
        .await
        .row("movers", &mother, &[("relation", "97")]);
    moves.done("address_change").await;
    assert_eq!(r.person(&mother).await["household_number"], "900000006");

    let mut birth = Filled::new(&r, "T002", &[("applicant_is", "father"), ("in_wedlock", "yes")])
        .set(&[
            ("father.number", &father),
            ("mother.number", &mother),
            ("newborn.certificate", "Z990000001"),
            ("newborn.ethnic_group", "01"),
            ("household.relation", "31"),
        ])
        .look_up()
        .await;
    let answer = birth.done("birth_registration").await;
    let child = r.person(answer["assigned"]["citizen_number"].as_str().unwrap()).await;
    assert_eq!((&child["name"], &child["household_number"]), (&json!("周念安"), &json!("900000001")));
    assert_eq!((&child["mother"], &child["father"]), (&json!(mother), &json!(father)));
}

#[tokio::test]
async fn a_birth_joins_the_mothers_household_as_ever() {
    let r = Running::start().await;
    let mut birth = Filled::new(&r, "T001", &[("applicant_is", "mother"), ("in_wedlock", "yes")])
        .set(&[
            ("father.number", &r.number("chen_father")),
            ("mother.number", &r.number("ma_mother")),
            ("newborn.certificate", "Z990000002"),
            ("newborn.ethnic_group", "03"),
            ("household.relation", "21"),
        ])
        .look_up()
        .await;
    let (_, act) = birth.act("birth_registration");
    assert!(act.get("joins").is_none(), "{act}");
    let answer = birth.done("birth_registration").await;
    assert_eq!(answer["person"]["household_number"], "900000002");
}

#[tokio::test]
async fn births_without_a_certificate_or_into_other_households() {
    let r = Running::start().await;
    let born = [("newborn.sex", "2"), ("newborn.birth_date", "2026-11-01"), ("newborn.ethnic_group", "03")];
    let unwed = [("in_wedlock", "no"), ("follow", "mother"), ("father_known", "no")];
    let mut uncertified = Filled::new(&r, "T003", &unwed)
        .set(&born)
        .set(&[("mother.number", &r.number("ma_mother")), ("household.relation", "31")])
        .look_up()
        .await;
    let answer = uncertified.done("birth_registration").await;
    assert_eq!(
        (&answer["person"]["household_number"], &answer["person"]["father"]),
        (&json!("900000002"), &Value::Null)
    );

    // Both parents live abroad; the register knows the father only.
    let mut abroad = Filled::new(&r, "T009", &[("in_wedlock", "yes"), ("side", "paternal")])
        .set(&born)
        .without(&["mother.number"])
        .set(&[
            ("newborn.ethnic_group", "01"),
            ("grandparent.number", &r.number("he_old_head")),
            ("father.number", &r.number("he_new_head")),
            ("household.relation", "42"),
        ])
        .look_up()
        .await;
    let answer = abroad.done("birth_registration").await;
    assert_eq!(answer["person"]["household_number"], "900000003");

    let parents = [
        ("newborn.certificate", "Z990000002"),
        ("newborn.ethnic_group", "01"),
        ("father.number", &r.number("chen_father")),
        ("mother.number", &r.number("ma_mother")),
        ("household.relation", "97"),
    ];
    let mut guarded = Filled::new(&r, "T015", &[])
        .set(&parents)
        .set(&[("applicant.number", &r.number("feng_expired"))])
        .look_up()
        .await;
    let answer = guarded.done("birth_registration").await;
    assert_eq!(answer["person"]["household_number"], "900000006");

    let collective = r.sample("household_collective").await;
    let mut garrison = Filled::new(&r, "T006", &[("in_wedlock", "yes")])
        .set(&[
            ("newborn.certificate", "Z990000004"),
            ("newborn.ethnic_group", "01"),
            ("father.number", &r.number("xu_father")),
            ("mother.number", &r.number("meng_mother")),
            ("household.number", &collective),
            ("household.relation", "99"),
        ])
        .look_up()
        .await;
    let answer = garrison.done("birth_registration").await;
    assert_eq!(answer["person"]["household_number"], json!(collective));
}

//! Shipped definitions, filled in with people of the register, and their acts brought into effect: everything but
//! births, moves and proofs.

use serde_json::{Value, json};

use crate::acts::refused;
use crate::handing::Filled;
use crate::running::Running;

#[tokio::test]
async fn a_head_gives_way_and_another_dies() {
    let r = Running::start().await;
    let (old, wife, son) = (r.number("he_old_head"), r.number("qin_wife"), r.number("he_new_head"));
    let mut change = Filled::new(&r, "T042", &[])
        .set(&[("applicant.number", &old), ("new_head.number", &son)])
        .look_up()
        .await
        .row("members", &son, &[("relation", "02")])
        .row("members", &old, &[("relation", "51")])
        .row("members", &wife, &[("relation", "52")])
        .row("members", &r.number("he_granddaughter"), &[("relation", "31")]);
    change.done("head_change").await;
    assert_eq!(r.household("900000003").await["head"], json!(son));

    let dead = r.number("wu_dead");
    let mut death = Filled::new(&r, "T083", &[("remaining", "adults")])
        .set(&[
            ("deceased.number", &dead),
            ("deceased.died_on", "2026-11-15"),
            ("deceased.cause", "1"),
            ("deceased.proof", "medical_certificate"),
            ("deceased.proof_number", "D990000001"),
            ("new_head.number", &r.number("wu_son")),
        ])
        .look_up()
        .await
        .row("members", &r.number("wu_son"), &[("relation", "02")])
        .row("members", &r.number("zheng_widow"), &[("relation", "52")]);
    death.done("death_cancellation").await;
    assert_eq!(r.person(&dead).await["status"], "dead");
    let proof = Filled::new(&r, "T106", &[("whose", "kin")])
        .set(&[("about.number", &dead)])
        .look_up()
        .await
        .proof()
        .await;
    assert_eq!(
        proof["content"],
        format!(
            "吴长青，男，汉族，1947年10月2日出生，公民身份号码{dead}，户口原登记在{}，户号900000005。其于2026年11月15日死亡，户口已注销。",
            proof["address"].as_str().unwrap()
        )
    );
}

#[tokio::test]
async fn a_death_on_the_way_between_two_households_is_read_and_refused_in_words() {
    let r = Running::start().await;
    let gone = r.sample("person_moved_out").await;
    let death =
        Filled::new(&r, "JS-H27", &[("stage", "out")]).set(&[("deceased.number", &gone)]).look_up().await;
    let (kind, act) = death.act("death_cancellation");
    assert!(act.get("household_version").is_none(), "{act}");
    refused(&r, kind, &act, |_| {}, "PERSON_NOT_REGISTERED").await;
}

#[tokio::test]
async fn items_change_and_are_proved() {
    let r = Running::start().await;
    let child = r.number("sun_child");
    let mut name = Filled::new(&r, "N06", &[("parents", "both"), ("consent", "together")])
        .set(&[
            ("subject.number", &child),
            ("father.number", &r.number("sun_father")),
            ("mother.number", &r.number("tian_mother")),
            ("change.new_name", "孙知远"),
        ])
        .look_up()
        .await;
    name.done("name_change").await;
    let mut birth = Filled::new(&r, "T036", &[("applies", "guardian")])
        .set(&[("subject.number", &child), ("change.new_birth_date", "2018-06-10")])
        .look_up()
        .await;
    let number = birth.done("item_change").await["assigned"]["citizen_number"].as_str().unwrap().to_owned();
    assert_eq!(r.person(&number).await["birth_date"], "2018-06-10");

    let proof = Filled::new(&r, "T105", &[("whose", "ward")])
        .set(&[("about.number", &number)])
        .look_up()
        .await
        .proof()
        .await;
    let content = proof["content"].as_str().unwrap();
    assert!(content.starts_with(&format!(
        "孙知远（曾用名孙小宝），男，汉族，2018年6月10日出生，公民身份号码{number}（原公民身份号码{child}）。\
         本市常住人口登记中有以下变更更正：2026年11月22日，姓名由“孙小宝”改为“孙知远”"
    )), "{content}");
    assert!(
        content.contains("出生日期由“2018年6月1日”改为“2018年6月10日”，类别为“更正出生日期”，批准文号"),
        "{content}"
    );
    let same = Filled::new(&r, "K08", &[("whose", "ward")])
        .set(&[("about.number", &number), ("about.other_number", &child), ("about.other_name", "孙小宝")])
        .look_up()
        .await;
    assert_eq!(same.proof().await["content"], proof["content"]);
    let path = format!("/v1/proofs/item-change/{number}?purpose=a&receiving_unit=b");
    for other in [format!("&with={}", r.number("han_proof")), "&name=孙大宝".to_owned()] {
        assert_eq!(r.get(&format!("{path}{other}")).await.status, 404, "{other}");
    }
}

#[tokio::test]
async fn further_items_and_the_kind_of_a_household_change() {
    let r = Running::start().await;
    let han = r.number("han_proof");
    let mut other = Filled::new(&r, "T043", &[("applies", "self")])
        .without(&["change"])
        .set(&[
            ("subject.number", &han),
            ("change.category", "other_item"),
            ("change.occupation", "教师"),
            ("change.phone", "0999-12345678"),
        ])
        .look_up()
        .await;
    other.done("item_change").await;
    assert_eq!(r.person(&han).await["further_items"]["phone"], "0999-12345678");

    // Nothing but the relation changes.
    let wife = r.number("qin_wife");
    let relation = |code| {
        let filled = Filled::new(&r, "T043", &[("applies", "self")]).without(&["change"]);
        filled.set(&[("subject.number", &wife), ("change.category", "other_item"), ("change.relation", code)])
    };
    let (kind, same) = relation("12").look_up().await.act("item_change");
    refused(&r, kind, &same, |_| {}, "CHANGES_MISSING").await;
    relation("97").look_up().await.done("item_change").await;
    assert_eq!(r.person(&wife).await["relation"], "97");

    let kind = |value| {
        let filled = Filled::new(&r, "K13", &[]);
        filled.set(&[("applicant.number", &han), ("change.new_kind", value)])
    };
    let (word, same) = kind("1").look_up().await.act("item_change");
    refused(&r, word, &same, |_| {}, "VALUE_UNCHANGED").await;
    refused(&r, word, &same, |b| b["changes"]["household_kind"] = json!("3"), "VALUE_IMPOSSIBLE").await;
    let more = |b: &mut Value| b["changes"]["education"] = json!("20");
    refused(&r, word, &same, more, "CATEGORY_IMPOSSIBLE").await;
    let answer = kind("2").look_up().await.done("item_change").await;
    assert_eq!((&answer["household"]["kind"], &answer["person"]["relation"]), (&json!("2"), &json!("99")));
    assert_eq!(answer["household"]["head_exception"], "collective");
    let answer = kind("1").look_up().await.done("item_change").await;
    assert_eq!(
        (&answer["household"]["head"], &answer["household"]["head_exception"]),
        (&json!(han), &Value::Null)
    );
    let crowded = r.household(&r.sample("household_collective").await).await;
    let one = &crowded["members"][0];
    let body = json!({ "citizen_number": one["citizen_number"], "person_version": one["version"],
        "category": "household_kind", "changes": { "household_kind": "1" } });
    refused(&r, "item_change", &body, |_| {}, "NEW_HEAD_NEEDED").await;
}

#[tokio::test]
async fn a_registration_ends_and_somebody_comes_back() {
    let r = Running::start().await;
    let han = r.number("han_proof");
    let mut leaving = Filled::new(&r, "T084", &[("remaining", "none")])
        .set(&[("leaving.number", &han), ("cancellation.on", "2026-11-20")])
        .look_up()
        .await;
    let answer = leaving.done("cancellation").await;
    assert_eq!(
        (&answer["person"]["status"], &answer["assigned"]["household_closed"]),
        (&json!("cancelled"), &json!(true))
    );
    let cancelled = || Filled::new(&r, "T106", &[("whose", "own")]).set(&[("applicant.number", &han)]);
    let content = cancelled().look_up().await.proof().await["content"].as_str().unwrap().to_owned();
    assert!(content.contains("户口已于2026年11月20日注销，注销原因为“应征入伍”，批准文号"), "{content}");

    let mut back = Filled::new(&r, "T070", &[("settle_in", "household"), ("applicant_is", "self")])
        .set(&[
            ("former.number", &han),
            ("household.number", "900000006"),
            ("entering.relation", "97"),
            ("ground.category", "restored"),
        ])
        .look_up()
        .await;
    let answer = back.done("person_entry").await;
    assert_eq!(answer["assigned"]["citizen_number"], json!(han));
    assert_eq!(answer["person"]["household_number"], "900000006");

    let mut entry = Filled::new(&r, "T018", &[])
        .set(&[("new_household.address", "江城市城关区竹篱街9号"), ("entering.name", "冯归来")])
        .look_up()
        .await;
    let answer = entry.done("person_entry").await;
    assert_eq!(answer["household"]["head"], answer["assigned"]["citizen_number"]);
}

#[tokio::test]
async fn households_are_founded_and_booklets_issued() {
    let r = Running::start().await;
    let mut founded = Filled::new(&r, "N09", &[])
        .set(&[
            ("new_household.address", "江城市城关区竹篱街8号"),
            ("responsible.number", &r.number("han_proof")),
        ])
        .look_up()
        .await;
    let answer = founded.done("household_creation").await;
    assert_eq!(answer["household"]["head_exception"], "no_members");
    let mut collective = Filled::new(&r, "N10", &[]).look_up().await;
    assert_eq!(collective.done("household_creation").await["household"]["kind"], "2");

    let before = r.household("900000008").await["booklet_number"].clone();
    let mut booklet =
        Filled::new(&r, "T096", &[]).set(&[("applicant.number", &r.number("han_proof"))]).look_up().await;
    let answer = booklet.done("document_issue").await;
    assert_eq!(answer["assigned"]["void_number"], before);
    assert_eq!(r.household("900000008").await["booklet_number"], answer["assigned"]["document_number"]);
}

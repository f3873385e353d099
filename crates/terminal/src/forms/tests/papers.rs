//! What stands on the papers.

use super::bench::{Bench, CASE_NUMBER, CATALOGUE, number};
use super::stories::*;
use crate::forms::{moment, shortened};
use domain::command::Command;
use domain::event::Decision;
use domain::matter::PrintMoment;
use domain::person::Role;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

/// The value of a labelled cell in any section.
fn cell<'a>(form: &'a Value, label: &str) -> Option<&'a str> {
    let sections = form["sections"].as_array().unwrap();
    let mut fields = sections.iter().filter_map(|section| section["fields"].as_array()).flatten();
    fields.find(|field| field["label"] == label).and_then(|field| field["value"].as_str())
}

#[test]
fn every_paper_of_the_daily_matters_has_what_its_template_wants() {
    let mut made: BTreeSet<(String, String)> = BTreeSet::new();
    let mut make = |bench: &Bench, documents: &[&str]| {
        for document in documents {
            bench.paper(document);
            made.insert((bench.definition.id.to_string(), (*document).to_owned()));
        }
    };
    for (open, mut effected) in [
        (birth(), json!({ "assigned": { "citizen_number": number("2026-11-03", 2) } })),
        (head_change(), json!({})),
        (death(), json!({})),
        (name_change(), json!({ "assigned": { "former_name": "韩小雨" } })),
    ] {
        make(&open, &["one-time-notice", "application"]);
        let mut refused = submitted(match open.definition.id.as_str() {
            "T001" => birth(),
            "T042" => head_change(),
            "T083" => death(),
            _ => name_change(),
        });
        refused.review(Role::Officer, Decision::Refuse, "材料不真实。\n请更正。");
        make(&refused, &["refusal-notice", "application"]);
        refused.collect("沈㛃");
        make(&refused, &["refusal-notice"]);
        let mut done = submitted(open);
        make(&done, &["receipt", "application"]);
        done.review(Role::Officer, Decision::Pass, "");
        if done.definition.id.as_str() == "T026" {
            done.review(Role::CommunityOfficer, Decision::Pass, "走访核实，情况属实");
            done.review(Role::Head, Decision::Pass, "同意上报");
            done.review(Role::CountyReviewer, Decision::Pass, "同意");
        }
        done.effect(Role::Officer, &effected.take());
        make(&done, &["result"]);
    }
    let open = id_card();
    make(&open, &["one-time-notice"]);
    let mut card = submitted(open);
    make(&card, &["receipt", "application", "collection-slip"]);
    card.review(Role::CountyReviewer, Decision::Refuse, "相片不合格");
    make(&card, &["refusal-notice", "application"]);
    let open = proof("no");
    make(&open, &["one-time-notice"]);
    let mut done = submitted(open);
    make(&done, &["receipt"]);
    done.effect(Role::Auxiliary, &proof_content());
    make(&done, &["proof"]);
    make(&proof("card"), &["no-proof-notice"]);
    for matter in ["T001", "T042", "T083", "T026", "ID-RENEW", "K07"] {
        make(&taken_in(matter), &["intake-slip"]);
    }
    // The matters of daily business are filled in by hand above; the others share their papers by name.
    let daily = CATALOGUE.matters.iter().filter(|(_, matter)| matter.definition.common);
    assert_eq!(daily.clone().count(), 6);
    for (id, matter) in daily {
        for print in &matter.definition.prints {
            // Nothing refuses a proof after submission yet: its flow has no review.
            let never = id.as_str() == "K07" && print.document == "refusal-notice"
                // Beside the flow: `course.rs`, and every one of them in `rendered.rs`.
                || matches!(
                    print.at,
                    PrintMoment::Promised | PrintMoment::Supplement | PrintMoment::Suspended | PrintMoment::Terminated
                );
            let name = (id.to_string(), print.document.clone());
            assert!(never || made.contains(&name), "{name:?} was not made");
        }
    }
}

/// A case handed in without the network.
fn taken_in(matter: &str) -> Bench {
    let mut bench = match matter {
        "T001" => birth(),
        "T042" => head_change(),
        "T083" => death(),
        "T026" => name_change(),
        "ID-RENEW" => id_card(),
        _ => proof("no"),
    };
    bench.online = false;
    submitted(bench)
}

#[test]
fn a_receipt_promises_and_tells_what_comes_next() {
    let receipt = submitted(name_change()).paper("receipt");
    assert_eq!(receipt["case_number"], CASE_NUMBER);
    assert_eq!(receipt["applicant_name"], "韩松");
    assert_eq!(receipt["subject_name"], "韩小雨");
    assert_eq!(receipt["promised"], "自受理之日起 30 日");
    assert_eq!(receipt["due_on"], "2026-12-23");
    assert_eq!(receipt["query_password"], "482913");
    let url = receipt["query_url"].as_str().unwrap();
    assert!(url.ends_with(CASE_NUMBER) && !url.contains("482913"), "the password is not in the code");
    assert_eq!(
        texts(&receipt["next_steps"])[..2],
        [
            "公安机关依次办理：民警审核、派出所调查核实、所领导审核、分局审批。",
            "通过后，由窗口在常住人口登记系统中登记。"
        ]
    );
    assert_eq!(receipt["demo"], true);
    assert!(receipt.get("reprint").is_none());
    assert_eq!(submitted(birth()).paper("receipt")["promised"], "当场办结");
    let card = submitted(id_card()).paper("receipt");
    assert!(card.get("subject_name").is_some_and(Value::is_null), "the applicant is the subject");
    assert_eq!(texts(&card["next_steps"])[..2], ["公安机关依次办理：审签。", "通过后送交制证。"]);
    assert_eq!(texts(&card["materials"]), ["申请表（窗口填写）"]);
}

#[test]
fn a_reprint_says_so_and_a_real_station_is_not_marked() {
    let mut bench = submitted(birth());
    bench.demo = false;
    let data = bench.try_paper("receipt", 2).unwrap();
    assert_eq!((&data["reprint"], &data["demo"]), (&json!(2), &json!(false)));
}

#[test]
fn an_acceptance_counts_from_its_confirmation() {
    let mut bench = taken_in("T001");
    let slip = bench.paper("intake-slip");
    assert_eq!(slip["slip_number"], "299990151000020260000013");
    assert_eq!(slip["notify_phone"], "199****0001");
    assert_eq!(texts(&slip["materials"]), ["婴儿母亲《居民户口簿》", "婴儿《出生医学证明》"]);
    let received = slip["received_at"].as_str().unwrap().to_owned();
    bench.online = true;
    bench.wait(24 * 60);
    bench.act(Role::Auxiliary, Command::ConfirmAcceptance);
    let receipt = bench.paper("receipt");
    assert!(received.starts_with("2026-11-23"), "{received}");
    assert!(receipt["accepted_at"].as_str().unwrap().starts_with("2026-11-24"), "{receipt}");
    assert_eq!(bench.paper("intake-slip")["received_at"], received.as_str(), "the slip does not change");
}

#[test]
fn the_notice_speaks_to_the_citizen() {
    let mut bench = death();
    bench.scan("deceased_papers");
    let notice = bench.paper("one-time-notice");
    let lacking = notice["lacking"].as_array().unwrap();
    assert_eq!(lacking.len(), 2, "one of seven proofs, one signature: {notice:#}");
    assert_eq!(lacking[0]["title"], "《居民死亡医学证明（推断）书》");
    assert!(lacking[0]["explanation"].as_str().unwrap().starts_with("在医院、家里或养老院去世的"));
    let others = texts(&lacking[0]["alternatives"]);
    assert_eq!(others.len(), 6);
    assert!(others.iter().any(|other| other.contains("火化证明")), "{others:?}");
    assert_eq!(lacking[1]["title"], "申报人需到场签名");
    assert_eq!(texts(&notice["brought"]), ["死亡公民《居民户口簿》、《居民身份证》"]);
    assert_eq!(notice["citizen_name"], "何立新");
    assert_eq!(notice["place"], "江城市公安局城关分局城关派出所户籍窗口（柜台一）");
    assert!(notice["guide_url"].as_str().unwrap().ends_with("/T083"));
}

#[test]
fn who_must_come_is_told_once() {
    let mut bench = birth();
    bench.act(
        Role::Auxiliary,
        Command::ChangeFields {
            changes: vec![("father.ethnic_group".into(), "03".into())],
            source: domain::event::ValueSource::Typed,
            reason: "更正".into(),
        },
    );
    let notice = bench.paper("one-time-notice");
    let titles: Vec<&str> =
        notice["lacking"].as_array().unwrap().iter().filter_map(|one| one["title"].as_str()).collect();
    let signatures: Vec<&&str> = titles.iter().filter(|title| title.contains("签名")).collect();
    assert_eq!(signatures, [&"申请人需到场签名", &"父亲需到场签名"], "identity and signature are one visit");
}

#[test]
fn nothing_lacking_needs_no_notice() {
    let mut bench = birth();
    bench.scan_all();
    bench.sign_all();
    assert_eq!(bench.lacks("one-time-notice"), "lacking");
}

#[test]
fn a_form_shows_names_of_codes_and_what_the_register_gives() {
    let mut bench = submitted(birth());
    let form = bench.paper("application");
    assert_eq!(form["title"], "出生登记申报表");
    assert_eq!(form["number"], CASE_NUMBER);
    assert_eq!(cell(&form, "性别"), Some("女"));
    assert_eq!(cell(&form, "孩子与户主关系"), Some("独生女"));
    assert_eq!(form["sections"].as_array().unwrap().len(), 5);
    let newborn = &form["sections"][3]["fields"];
    assert_eq!(newborn[6], json!({ "label": "公民身份号码", "width": 2, "value": "待赋号" }));
    let number_cell = &form["sections"][0]["fields"][1];
    assert_eq!(number_cell["width"], 3, "an identity number needs half the line");
    let slots = form["signatures"].as_array().unwrap();
    assert_eq!(slots.len(), 2);
    assert_eq!((&slots[0]["name"], &slots[0]["signed_on"]), (&json!("沈㛃"), &json!("2026-11-23")));
    assert_eq!(slots[0]["strokes"]["width"], 400);
    assert_eq!((&slots[1]["role"], &slots[1]["name"]), (&json!("受理人"), &json!("演示辅警")));
    assert_eq!(form["remarks"], "由谁来申报？母亲；孩子是婚内生育吗？婚内");
    bench.review(Role::Officer, Decision::Pass, "");
    let child = number("2026-11-03", 2);
    bench.effect(Role::Officer, &json!({ "assigned": { "citizen_number": child } }));
    let result = bench.paper("result");
    assert_eq!(result["title"], "出生登记结果单");
    assert_eq!(result["sections"][3]["fields"][6]["value"], child.as_str());
    let opinion = json!({ "title": "民警审核", "text": "同意。", "person": "演示户籍民警", "decided_on": "2026-11-23" });
    assert_eq!(result["opinions"], json!([opinion]));
}

#[test]
fn a_table_of_the_form_keeps_its_rows() {
    let form = submitted(head_change()).paper("application");
    let members = form["sections"].as_array().unwrap().iter().find(|one| one["table"].is_object()).unwrap();
    assert_eq!(members["title"], "全户成员");
    assert_eq!(members["table"]["columns"][5]["title"], "与新户主关系");
    let rows = members["table"]["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 4);
    assert_eq!(texts(&rows[2])[..3], ["何立新", number("1982-09-10", 903).as_str(), "男"]);
    assert_eq!(texts(&rows[2])[5], "户主");
}

#[test]
fn opinions_stand_in_the_order_of_the_reviews() {
    let mut bench = submitted(name_change());
    bench.review(Role::Officer, Decision::Return, "缺父母关系材料");
    bench.submit();
    bench.review(Role::Officer, Decision::Pass, "材料齐全");
    bench.review(Role::CommunityOfficer, Decision::Pass, "情况属实");
    let form = bench.paper("application");
    let opinions: Vec<(&str, &str)> = form["opinions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["title"].as_str().unwrap(), one["text"].as_str().unwrap()))
        .collect();
    assert_eq!(
        opinions,
        [("民警审核", "退回：缺父母关系材料"), ("民警审核", "材料齐全"), ("派出所调查核实", "情况属实")]
    );
}

#[test]
fn the_id_card_form_says_what_the_card_will_carry() {
    let mut bench = id_card();
    bench.set(&[("card.collection", "3"), ("card.mail_address", "江城市城关区听雨巷7号")]);
    let bench = submitted(bench);
    let form = bench.paper("application");
    assert_eq!((&form["sex"], &form["ethnic_group"]), (&json!("男"), &json!("汉族")));
    assert_eq!(form["id_number"], number("1990-12-01", 903).as_str());
    assert_eq!(form["old_card"], "本人持有，领新证时交回");
    assert_eq!(form["fingers"][0], json!({ "finger": "指纹", "state": "未采集：本窗口暂无指纹采集设备" }));
    assert_eq!(form["remarks"], "寄递地址：江城市城关区听雨巷7号");
    assert_eq!(form["signatures"][0]["strokes"]["height"], 160);
    let slip = bench.paper("collection-slip");
    assert_eq!(slip["credential"], "居民身份证");
    assert_eq!(slip["collect_from"], "2027-01-22");
    assert_eq!(slip["case_number"], CASE_NUMBER);
}

#[test]
fn a_proof_holds_the_registers_words_only() {
    let mut bench = submitted(proof("no"));
    bench.effect(Role::Auxiliary, &proof_content());
    // A value that crept into the form otherwise must not reach the paper.
    let path = domain::ids::FieldPath::from("proof.address");
    bench.case.fields.get_mut(&path).unwrap().value = "别处".into();
    let paper = bench.paper("proof");
    assert_eq!(paper["purpose"], "办理公证");
    assert_eq!(paper["receiver"], "江城市城关区公证处");
    assert_eq!(paper["query_number"], "CK202611230001");
    assert_eq!(paper["register_time"], "2026-11-23 12:00");
    let fact = |label: &str| {
        let facts = paper["facts"].as_array().unwrap();
        facts.iter().find(|one| one["label"] == label).map(|one| one["value"].as_str().unwrap().to_owned())
    };
    assert_eq!(fact("住址").as_deref(), Some("江城市城关区望江路5号"));
    assert_eq!(fact("民族").as_deref(), Some("汉族"));
    assert_eq!(fact("与户主关系").as_deref(), Some("户主"));
    assert_eq!(fact("曾用名"), None, "what the register has nothing to say of is left out");
    assert!(!paper.to_string().contains("别处"));
    bench.case.effect.as_mut().unwrap().values.remove("proof.address");
    assert_eq!(bench.lacks("proof"), "proof.address");
}

#[test]
fn a_refusal_gives_reason_ground_and_remedy() {
    let mut bench = submitted(id_card());
    bench.review(Role::CountyReviewer, Decision::Refuse, "相片不合格");
    let notice = bench.paper("refusal-notice");
    assert_eq!(notice["reason"], "相片不合格");
    assert_eq!(notice["unit"], "江城市公安局城关分局", "the county decided");
    assert!(notice["number"].as_str().unwrap().starts_with(CASE_NUMBER));
    assert_eq!(texts(&notice["basis"]), [bench.definition.guide.basis.as_str()]);
    let remedies = texts(&notice["remedies"]);
    assert!(remedies[0].contains("六十日") && remedies[1].contains("六个月"), "{remedies:?}");
    assert!(notice["signature"]["strokes"].is_null(), "room to sign by hand");
    bench.collect("冯春");
    assert_eq!(bench.paper("refusal-notice")["signature"]["name"], "冯春");
}

#[test]
fn no_proof_is_given_of_what_a_booklet_proves() {
    let bench = proof("booklet");
    let notice = bench.paper("no-proof-notice");
    assert_eq!(texts(&notice["proved_by"]), ["居民户口簿"]);
    assert!(notice["basis"][0].as_str().unwrap().contains("公通字〔2016〕21号"));
    assert_eq!(notice["number"], "20261123-1234ABCD-02");
}

#[test]
fn what_is_not_there_is_named() {
    let mut bench = Bench::new("K07");
    bench.act(Role::Auxiliary, Command::Open);
    assert_eq!(bench.lacks("no-proof-notice"), "citizen_name");
    assert_eq!(bench.lacks("receipt"), "case_number");
    assert_eq!(bench.lacks("intake-slip"), "slip_number");
    assert_eq!(bench.lacks("proof"), "facts");
    assert_eq!(bench.lacks("refusal-notice"), "reason");
    let mut bench = submitted(birth());
    bench.words = serde_words_without_offices();
    assert_eq!(bench.lacks("receipt"), "phone");
}

fn serde_words_without_offices() -> crate::forms::PaperWords {
    let text = std::fs::read_to_string(super::bench::assets().join("papers/words.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("papers")).unwrap();
    let elsewhere = text.replace("units = \"9999\"", "units = \"3400\"");
    assert_ne!(text, elsewhere);
    std::fs::write(folder.path().join("papers/words.toml"), elsewhere).unwrap();
    crate::forms::PaperWords::read(folder.path()).unwrap()
}

#[test]
fn long_words_are_cut_where_it_hurts_least() {
    assert_eq!(shortened("全户成员（每人与新户主的关系重新填写）", 10), "全户成员");
    assert_eq!(shortened("𠮷𠮷𠮷𠮷", 3), "𠮷𠮷…");
    assert_eq!(shortened("姓名", 2), "姓名");
    assert_eq!(moment(1_795_406_400_000), "2026-11-23 12:00");
    assert_eq!(moment(1_767_196_800_000), "2026-01-01 00:00", "midnight is China's");
}

//! What stands on the papers of what happens beside the flow.

use super::bench::{Bench, CASE_NUMBER};
use super::stories::{birth, death, head_change, id_card, name_change, submitted};
use domain::command::Command;
use domain::course::SuspensionKind;
use domain::event::Reason;
use domain::ids::MaterialId;
use domain::person::Role;
use jiff::civil::Date;
use serde_json::{Value, json};

const UNTIL: Date = Date::constant(2026, 11, 26);

fn why(text: &str) -> Reason {
    Reason { code: String::new(), text: text.to_owned(), basis: String::new() }
}

fn texts(list: &Value) -> String {
    list.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

/// Takes a change of head in with the written application promised for later, as a station may allow it.
fn promised() -> (Bench, Vec<MaterialId>) {
    let mut bench = head_change();
    for material in bench.definition.materials.iter_mut().filter(|one| one.name.contains("书面申请")) {
        material.tolerance = true;
    }
    bench.scan_all();
    let later: Vec<MaterialId> = bench
        .definition
        .materials
        .iter()
        .filter(|one| one.tolerance && bench.case.materials.contains_key(&one.id))
        .map(|one| one.id.clone())
        .collect();
    assert!(!later.is_empty(), "{} tolerates nothing", bench.definition.id);
    for material in &later {
        let page = bench.case.materials[material][0].id;
        bench.act(Role::Auxiliary, Command::RemovePage { material: material.clone(), page });
    }
    bench.act(Role::Auxiliary, Command::PromiseMaterials { materials: later.clone(), until: UNTIL });
    (bench, later)
}

#[test]
fn a_promise_names_what_comes_later_until_when_and_bears_the_signature() {
    let (mut bench, later) = promised();
    let unsigned = bench.paper("promise");
    assert!(unsigned["signatures"][0]["strokes"].is_null(), "room to sign by hand");
    bench.sign_all();
    let paper = bench.paper("promise");
    assert_eq!(paper["until"], "2026-11-26");
    assert_eq!(paper["materials"].as_array().unwrap().len(), later.len());
    assert!(paper["statement"].as_str().unwrap().contains("2026年11月26日"));
    assert!(texts(&paper["consequences"]).contains("终止办理"));
    assert_eq!(paper["signatures"][0]["strokes"]["width"], 400, "as stored");
    assert_eq!(paper["signatures"][0]["name"], "何守田");
    bench.submit();
    let receipt = bench.paper("receipt");
    let told = receipt["later"].as_str().unwrap();
    let name = &bench.definition.materials.iter().find(|one| one.id == later[0]).unwrap().name;
    assert!(
        told.contains("2026年11月26日") && (told.contains(name.as_str()) || told.contains("等")),
        "{told}"
    );
    bench.scan(later[0].as_str());
    let rest = bench.paper("promise")["materials"].as_array().unwrap().len();
    assert_eq!(rest, later.len(), "a reprint says what was promised, not what is left");
    assert!(submitted(birth()).paper("receipt")["later"].is_null(), "nothing is promised there");
}

#[test]
fn a_supplement_says_what_and_why_and_until_when() {
    let mut bench = submitted(death());
    let wanted = bench.case.materials.keys().next().unwrap().clone();
    let ask = |text: &str| Command::RequestSupplement {
        materials: vec![wanted.clone()],
        until: UNTIL,
        reason: why(text),
    };
    bench.act(Role::Officer, ask("死亡证明的印章看不清"));
    let paper = bench.paper("supplement-notice");
    assert_eq!((&paper["until"], &paper["reason"]), (&json!("2026-11-26"), &json!("死亡证明的印章看不清")));
    assert_eq!(paper["officer"], "演示户籍民警", "who asked, not who prints");
    assert_eq!(paper["case_number"], CASE_NUMBER);
    assert!(texts(&paper["follows"]).contains("2026年11月26日"));
    assert!(texts(&paper["basis"]).contains("第三十二条"));
    let first = paper["number"].clone();
    bench.scan(wanted.as_str());
    bench.submit();
    bench.act(Role::Officer, ask("还是看不清"));
    let second = bench.paper("supplement-notice");
    assert_eq!(second["number"], format!("{}-2", first.as_str().unwrap()));
    assert_eq!(second["reason"], "还是看不清");
}

#[test]
fn a_stopped_clock_is_told_with_its_days() {
    let mut bench = submitted(name_change());
    let (kind, reason) = (SuspensionKind::SpecialProcedure, why("需要做笔迹鉴定"));
    bench.act(Role::Officer, Command::Suspend { kind, reason, until: Some(UNTIL) });
    let paper = bench.paper("suspension-notice");
    assert_eq!(paper["title"], "特别程序告知书");
    assert_eq!((&paper["from"], &paper["until"]), (&json!("2026-11-23"), &json!("2026-11-26")));
    assert!(paper["not_counted"].as_str().unwrap().contains("不计入办理时限"));
    assert!(paper["foreseen"].as_str().unwrap().contains("2026年11月26日"));
    assert!(paper["resumed_on"].is_null());
    bench.wait(24 * 60);
    bench.act(Role::Officer, Command::Resume);
    assert_eq!(bench.paper("suspension-notice")["resumed_on"], "2026-11-24");
    let (kind, reason) = (SuspensionKind::Suspended, why("等待法院判决"));
    bench.act(Role::Officer, Command::Suspend { kind, reason, until: None });
    let paper = bench.paper("suspension-notice");
    assert_eq!(paper["title"], "中止办理告知书");
    assert!(paper["number"].as_str().unwrap().ends_with("-2"), "the second of this case");
    assert!(paper["until"].is_null() && paper["foreseen"].as_str().unwrap().contains("恢复"));
}

#[test]
fn a_termination_names_what_never_came_and_the_remedy() {
    let (mut bench, later) = promised();
    bench.sign_all();
    bench.submit();
    bench.wait(4 * 24 * 60);
    bench.act(Role::Officer, Command::Terminate { reason: why("到期没有补交，经提醒仍未补交") });
    let paper = bench.paper("termination-notice");
    assert_eq!(paper["told_on"], "2026-11-27");
    assert_eq!(paper["lacking"].as_array().unwrap().len(), later.len());
    assert!(paper["lacking"][0]["explanation"].as_str().unwrap().contains("2026年11月26日"));
    assert!(texts(&paper["remedies"]).contains("六十日"));
    assert!(texts(&paper["can_do"]).contains("重新申请"));
    assert_eq!(bench.lacks("refusal-notice"), "reason", "ended is not refused");
    // Printing later changes nothing of it.
    bench.wait(24 * 60);
    assert_eq!(bench.paper("termination-notice"), paper);
}

#[test]
fn every_family_has_its_own_words_for_no() {
    use domain::event::Decision;
    let mut card = submitted(id_card());
    card.review(Role::CountyReviewer, Decision::Refuse, "相片不合格");
    let notice = card.paper("refusal-notice");
    assert!(notice["title"].as_str().unwrap().contains("审核不通过"));
    assert!(notice["decided"].as_str().unwrap().contains("审核不通过"));
    let mut name = submitted(name_change());
    name.review(Role::Officer, Decision::Refuse, "材料不真实");
    let notice = name.paper("refusal-notice");
    assert!(notice["title"].as_str().unwrap().contains("不予办理"));
    assert!(notice["decided"].as_str().unwrap().contains("不予办理"));
}

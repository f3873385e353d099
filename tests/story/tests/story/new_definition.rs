//! A definition is changed and published while cases are open: new cases take the new one, open ones keep theirs until
//! an officer moves them.

use crate::counter::{Counter, one};
use crate::matters::open;
use crate::new_matter::{DECLARATION, FLOW, copy};
use crate::station::{Glass, Station, root};
use serde_json::{Value, json};

fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

fn has_floor(view: &Value) -> bool {
    view["sections"].to_string().contains("applicant.floor")
}

/// The next version: a photo of the flat is wanted, and the floor is no longer asked for.
fn second() -> String {
    let text = DECLARATION.replace("version = 1", "version = 2");
    let floor = "    { id = \"floor\", label = \"楼层\", kind = \"text\", required = true, width = 2 },\n";
    assert!(text.contains(floor));
    text.replace(floor, "")
        + "\n[[material]]\nid = \"photo\"\nname = \"房屋照片\"\nrule = \"required\"\nplain = \"带一张照片。\"\n"
}

#[test]
fn a_changed_definition_is_used_for_new_cases_and_an_open_one_is_moved_when_the_officer_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let assets = folder.path().join("assets");
    copy(&root().join("assets"), &assets);
    std::fs::write(assets.join("matters/Z901.toml"), DECLARATION).unwrap();
    std::fs::write(assets.join("flows/z.toml"), FLOW).unwrap();
    let mut station = Station::start_with(assets.clone(), Glass::TestPicture);
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let office = Counter::new(station.terminal("所长室"));
    office.login("J0001");

    let case = open(&station, &counter, "Z901", "han_proof");
    counter.fill(&case, &[("applicant.phone", "19900000008"), ("applicant.floor", "三楼")]);
    counter.answer(&case, "owner", "no");
    counter.scan(&case, "contract");
    counter.sign(&case, "applicant");
    assert_eq!(counter.case(&case)["newer"], Value::Null);

    std::fs::write(assets.join("matters/Z901.toml"), second()).unwrap();
    let told = station.publish(&assets, "加一张照片，不再问楼层");
    assert!(told.contains("新增材料“房屋照片”") && told.contains("取消表单项“申报人·楼层”"), "{told}");

    // The other terminal opens on the new one, without any restart.
    let fresh = office.wait("a case on the new definition", || {
        let view = office.act("open_case", json!({ "matter": "Z901", "arrival": false }));
        (!has_floor(&view)).then_some(view)
    });
    assert!(ids(&fresh["materials"]).contains(&"photo".to_owned()), "{}", fresh["materials"]);
    assert_eq!(office.ask("sync_state", json!({}))["release"]["number"], 2);

    // The open case is as it was, and tells of the newer one.
    let view = counter.wait("the word of a newer definition", || {
        let view = counter.case(&case);
        (!view["newer"].is_null()).then_some(view)
    });
    assert_eq!((view["newer"]["kept"].as_u64(), view["newer"]["version"].as_u64()), (Some(1), Some(2)));
    assert!(has_floor(&view) && !ids(&view["materials"]).contains(&"photo".to_owned()));
    assert_eq!(one(&view["signers"], "slot", "applicant")["state"], "signed");

    let difference = counter.ask("definition_difference", json!({ "case": case }));
    let lines = difference["lines"].as_array().unwrap();
    let said: Vec<String> = lines
        .iter()
        .map(|line| format!("{} {}", line["title"].as_str().unwrap(), line["line"]["name"].as_str().unwrap()))
        .collect();
    assert_eq!(said, ["新增材料 房屋照片", "取消表单项 申报人·楼层"], "{difference}");
    assert_eq!(lines[0]["details"][0], "要求：必须");
    assert_eq!(difference["left"][0]["name"], "申报人·楼层");
    assert_eq!(difference["left"][0]["value"], "三楼");
    assert_eq!(difference["signatures"][0], station.cards["han_proof"].card.name.as_str());

    // Moved: the form is the new one, what was typed and scanned is there, the signature is asked for again.
    let wish = json!({ "case": case, "definition": view["newer"]["definition"] });
    let view = counter.act("move_definition", wish.clone());
    assert!(view["newer"].is_null() && !has_floor(&view));
    assert!(view["trail"].to_string().contains("换用事项定义第 2 版"), "{}", view["trail"]);
    assert_eq!(one(&view["signers"], "slot", "applicant")["state"], "missing");
    assert!(!one(&view["materials"], "id", "contract")["pages"].as_array().unwrap().is_empty());
    assert_eq!(counter.refused("move_definition", wish), "SAME_DEFINITION");
    counter.scan(&case, "photo");
    counter.sign(&case, "applicant");
    let view = counter.act("submit_case", json!({ "case": case }));
    assert_eq!(view["step"], "review", "{}", view["missing"]);
    counter.drained();

    // Rolled back, the case opened meanwhile at the other terminal keeps what it has, and new ones take the old text.
    let told = station.roll_back(1);
    assert!(told.contains("第 3 版") && told.contains("回退到第 1 版"), "{told}");
    let again = office.wait("a case on the old definition", || {
        let view = office.act("open_case", json!({ "matter": "Z901", "arrival": false }));
        has_floor(&view).then_some(view)
    });
    assert!(!ids(&again["materials"]).contains(&"photo".to_owned()));
    let kept = office.case(fresh["line"]["id"].as_str().unwrap());
    assert!(!has_floor(&kept));
    office.drained();
    counter.drained();
    station.pull_network();
    let report = station.check_server();
    assert!(report.faults.is_empty() && report.releases == 3, "{:#?}", report.faults);
}

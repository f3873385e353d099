//! A matter is a file: dropped into the assets, it is there after a restart and can be done to its end.

use crate::counter::{Counter, one};
use crate::station::{Glass, Station, root};
use serde_json::json;
use std::path::Path;

/// A matter that the product never shipped: a declaration that asks two things and wants one material.
pub const DECLARATION: &str = r#"
id = "Z901"
version = 1
name = "居住情况申报（样例事项）"
short = "居住申报"
initials = "JZSB"
category = ["样例", "居住申报"]
family = "household"
intake_roles = ["auxiliary", "officer"]
limit = { unit = "on_the_spot" }
accept_offline = false
flow = "z"

[guide]
conditions = "本人申报。"
procedure = "窗口收齐材料，民警审核后领取结果。"
fee = "不收费"
basis = "样例，无依据"

[source]
document = "样例"
lines = "1"
to_confirm = []

[[question]]
id = "owner"
text = "房屋是自有的吗？"
answer = [{ id = "yes", text = "自有" }, { id = "no", text = "租住" }]

[[material]]
id = "contract"
name = "租房合同"
rule = "required"
plain = "带合同原件。"
when = { question = "owner", is = "no" }

[[section]]
id = "applicant"
title = "申报人"
person = "applicant"
field = [
    { id = "name", label = "姓名", kind = "name", required = true, card = "name", width = 4 },
    { id = "number", label = "公民身份号码", kind = "id_number", required = true, card = "number", width = 4 },
    { id = "phone", label = "联系电话", kind = "phone", required = true, width = 4 },
    { id = "floor", label = "楼层", kind = "text", required = true, width = 2 },
]

[[signer]]
slot = "applicant"
label = "申报人"
person = "applicant"
name_field = "applicant.name"

[[print]]
document = "receipt"
title = "受理回执"
template = "receipt"
at = "accepted"
"#;

pub const FLOW: &str = r#"
id = "z"
name = "样例流程"

[[step]]
id = "officer-review"
kind = "review"
title = "民警审核"
state = "待民警审核"
level = "station"
roles = ["officer"]

[[step]]
id = "collect"
kind = "collect"
title = "领取登记"
state = "待领取"
level = "station"
roles = ["auxiliary", "officer"]
"#;

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).unwrap();
        }
    }
}

#[test]
fn a_file_makes_a_matter_that_is_taken_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let assets = folder.path().join("assets");
    copy(&root().join("assets"), &assets);
    let mut station = Station::start_with(assets.clone(), Glass::TestPicture);
    let terminal = station.terminal("柜台一");
    let counter = Counter::new(terminal);
    counter.login("F0001");
    let known = |counter: &Counter| {
        let matters = counter.ask("matters", json!({}));
        matters.as_array().unwrap().iter().any(|one| one["id"] == "Z901")
    };
    assert!(!known(&counter));
    counter.drained();
    counter.ask("logout", json!({}));
    counter.terminal.close();
    drop(counter);
    station.pull_network();

    std::fs::write(assets.join("matters/Z901.toml"), DECLARATION).unwrap();
    // Its flow is a file too: one review, then the result is given out.
    std::fs::write(assets.join("flows/z.toml"), FLOW).unwrap();

    station.plug_network();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    counter.wait("the new matter", || known(&counter).then_some(()));
    let case = crate::matters::open(&station, &counter, "Z901", "han_proof");
    counter.fill(&case, &[("applicant.phone", "19900000008"), ("applicant.floor", "三楼")]);
    counter.answer(&case, "owner", "no");
    assert!(counter.case(&case)["missing"].as_array().unwrap().iter().any(|one| one["kind"] == "material"));
    counter.scan(&case, "contract");
    counter.sign(&case, "applicant");
    let view = counter.act("submit_case", json!({ "case": case }));
    assert_eq!(view["matter_name"], "居住情况申报（样例事项）");
    assert_eq!(view["step"], "review", "{}", view["missing"]);
    counter.print(&case, "receipt");
    crate::matters::relogin(&counter, "J0001");
    let view = crate::matters::decide(&counter, &case, "pass", None);
    assert_eq!(view["step"], "collect");
    counter.sign(&case, "collector");
    let card = &station.cards["han_proof"].card;
    let view = counter.act(
        "collect_result",
        json!({ "case": case, "name": card.name, "document": "resident_card", "number": card.number }),
    );
    assert_eq!((view["line"]["state"].as_str(), view["outcome"].as_str()), (Some("已办结"), Some("done")));
    counter.drained();
    assert!(!one(&view["prints"], "document", "receipt")["printed"].as_array().unwrap().is_empty());
}

//! The counter's own ways: finding, asking without a case, one thing, one more, duplicates, the day sheet.

use crate::counter::{Counter, field, one};
use crate::matters::open;
use crate::station::Station;
use serde_json::{Value, json};
use terminal::rpc::WindowRole;

fn screen(counter: &Counter) -> Value {
    counter.terminal.call(WindowRole::Applicant, "applicant", Value::Null).unwrap()
}

fn pages(view: &Value, material: &str) -> usize {
    one(&view["materials"], "id", material)["pages"].as_array().unwrap().len()
}

#[test]
fn a_consultation_is_told_on_paper_and_as_a_code_and_leaves_nothing() {
    let mut station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let all = counter.ask("matters", json!({})).as_array().unwrap().len();
    let found = counter.ask("find_matters", json!({ "text": "" }));
    assert_eq!(found["matters"].as_array().unwrap().len(), all);
    assert_eq!(counter.ask("find_matters", json!({ "text": "0107" }))["matters"], json!(["T107"]));
    let ask = |answers: Value, has: Value| json!({ "matter": "T002", "answers": answers, "has": has });
    let begun = counter.ask("consult", ask(json!([]), json!([])));
    let question = begun["questions"][0]["id"].as_str().unwrap();
    assert!(begun["open"].as_u64().unwrap() > 0, "{begun}");
    // Every question answered with its first answer, as it comes.
    let mut answers: Vec<Value> = Vec::new();
    let mut told = begun.clone();
    while let Some(open) =
        told["questions"].as_array().unwrap().iter().find(|one| one["answer"].is_null()).cloned()
    {
        answers.push(json!([open["id"], open["answers"][0]["id"]]));
        told = counter.ask("consult", ask(json!(answers), json!([])));
    }
    assert_eq!(told["open"], 0);
    let first = told["materials"][0]["id"].clone();
    assert!(told["text"].as_str().unwrap().contains("要带"), "{}", told["text"]);
    // An answer that is taken back takes with it what hung on it.
    assert_eq!(
        counter.ask("consult", ask(json!([[question, "nonsense"]]), json!([])))["questions"],
        begun["questions"]
    );
    let lacking = counter.ask("consult", ask(json!(answers), json!([first])));
    assert_eq!(lacking["lacking"].as_u64().unwrap() + 1, told["lacking"].as_u64().unwrap());
    let text = lacking["text"].as_str().unwrap();
    assert!(text.contains("您还缺") && text.len() <= 1_000 && !text.contains("http"), "{text}");
    counter.ask("show_consultation", ask(json!(answers), json!([first])));
    let shown = screen(&counter);
    assert_eq!((&shown["mode"]["kind"], &shown["mode"]["text"]), (&json!("notice"), &lacking["text"]));

    // Without the network the same.
    station.pull_network();
    let preview = counter.ask("preview_consultation", ask(json!(answers), json!([first])));
    assert!(preview["pages"].as_u64().unwrap() >= 1);
    let printing = json!({ "command": uuid::Uuid::now_v7(), "consult": ask(json!(answers), json!([first])) });
    let printed = counter.ask("print_consultation", printing.clone());
    assert_eq!(counter.end_of(&printed)["kind"], "done");
    assert_eq!(counter.ask("print_consultation", printing)["id"], printed["id"], "asked again, printed once");
    assert_eq!(station.printer.documents().unwrap().len(), 1);
    assert_eq!(counter.ask("sync_state", json!({}))["line"]["pending"], 0);
    assert!(counter.ask("desk", json!({}))["to_do"].as_array().unwrap().is_empty());

    counter.ask("hide_consultation", json!({}));
    assert_eq!(screen(&counter)["mode"]["kind"], "welcome");
}

#[test]
fn one_thing_is_filled_in_once_and_each_member_is_answered_on_its_own() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let packages = counter.ask("packages", json!({}));
    assert!(packages.as_array().unwrap().len() >= 5, "{packages}");
    station.lay("he_old_head");
    counter.wait("the card", || (!counter.ask("arrival", json!({})).is_null()).then_some(()));
    let begun =
        counter.act("open_package", json!({ "package": "veteran", "with": ["T043"], "arrival": true }));
    station.reader.lift();
    let id = |place: usize| begun["members"][place]["line"]["id"].as_str().unwrap().to_owned();
    let (lead, other) = (id(0), id(1));
    assert_eq!(begun["members"].as_array().unwrap().len(), 2);
    // The card was read once; both members know who is there.
    let name = field(&counter.case(&lead), "applicant.name")["value"].clone();
    assert_eq!(name, "何守义");
    assert_eq!(field(&counter.case(&other), "applicant.name")["value"], name);
    counter.fill(&other, &[("applicant.phone", "19900000008")]);
    assert_eq!(field(&counter.case(&lead), "applicant.phone")["value"], "19900000008");
    counter.scan(&lead, "booklet");
    let (one_view, other_view) = (counter.case(&lead), counter.case(&other));
    assert_eq!((pages(&one_view, "booklet"), pages(&other_view, "booklet")), (1, 1), "scanned once");
    // Each case keeps a file of its own.
    let blob = |view: &Value| one(&view["materials"], "id", "booklet")["pages"][0]["blob"].clone();
    assert_ne!(blob(&one_view), blob(&other_view));
    let together = counter.ask("package", json!({ "case": other }));
    assert_eq!(together["id"], "veteran");
    assert!(
        together["members"].as_array().unwrap().iter().all(|one| one["differs"] == json!([])),
        "{together}"
    );
    // Neither is complete: both stay, each says why, and nothing is lost.
    let tried = counter.act("submit_package", json!({ "case": lead }));
    for member in tried["members"].as_array().unwrap() {
        assert_eq!(member["refused"]["code"], "INCOMPLETE", "{member}");
        assert_eq!(member["editable"], true);
    }
    counter.drained();
}

#[test]
fn each_member_of_one_thing_is_accepted_or_refused_on_its_own() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    station.lay("wu_son");
    counter.wait("the card", || (!counter.ask("arrival", json!({})).is_null()).then_some(()));
    let begun =
        counter.act("open_package", json!({ "package": "after-death", "with": ["T094"], "arrival": true }));
    station.reader.lift();
    let id = |place: usize| begun["members"][place]["line"]["id"].as_str().unwrap().to_owned();
    let (death, booklet) = (id(0), id(1));
    // The one form has the applicant once; what only the booklet asks for is its own.
    let shared = |view: &Value, place: usize| view["members"][place]["shared"].as_array().unwrap().clone();
    assert!(shared(&begun, 0).is_empty());
    let once = shared(&begun, 1);
    assert!(once.contains(&json!("applicant.phone")) && once.contains(&json!("applicant.name")), "{once:?}");
    assert!(!once.contains(&json!("issue.reason")), "{once:?}");

    crate::death::declare(&station, &counter, &death);
    for lookup in ["applicant", "household"] {
        assert_eq!(counter.look_up(&booklet, lookup), "agrees", "{lookup}");
    }
    assert_eq!(field(&counter.case(&booklet), "applicant.phone")["value"], "19900000005", "typed once");
    counter.sign(&death, "applicant");
    // Each is answered on its own: the booklet lacks its signature, the death is accepted.
    let command = uuid::Uuid::now_v7();
    let tried = counter.ask("submit_package", json!({ "case": death, "command": command }));
    assert_eq!(tried["members"][0]["line"]["state"], "待民警审核", "{}", tried["members"][0]["missing"]);
    assert_eq!(tried["members"][0]["refused"], Value::Null);
    assert_eq!(tried["members"][1]["refused"]["code"], "INCOMPLETE");
    assert_eq!(tried["members"][1]["line"]["state"], "收件中");
    let number = tried["members"][0]["line"]["number"].clone();
    counter.sign(&booklet, "applicant");
    let done = counter.act("submit_package", json!({ "case": booklet }));
    assert_eq!(done["members"][1]["line"]["state"], "待民警审核", "{}", done["members"][1]["missing"]);
    assert_eq!(done["members"][0]["line"]["number"], number, "accepted once");
    assert_ne!(done["members"][1]["line"]["number"], number, "a number of its own");

    // The reviewer passes one and refuses the other.
    crate::matters::relogin(&counter, "J0001");
    assert_eq!(crate::matters::decide(&counter, &death, "pass", None)["step"], "effect");
    crate::matters::decide(&counter, &booklet, "refuse", Some("死亡登记办结以后再换发"));
    let (one_view, other_view) = (counter.case(&death), counter.case(&booklet));
    assert_eq!((&one_view["step"], &one_view["refused"]), (&json!("effect"), &Value::Null));
    assert_eq!(other_view["line"]["state"], "不予办理，待告知");
    assert_eq!(other_view["refused"]["text"], "死亡登记办结以后再换发");
    let view = counter.act("effect_case", json!({ "case": death }));
    assert_eq!(view["step"], "collect", "{}", view["register_refused"]);
    counter.drained();
}

#[test]
fn a_package_is_given_out_with_the_release_and_used_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let assets = folder.path().join("assets");
    crate::new_matter::copy(&crate::station::root().join("assets"), &assets);
    let station = Station::start_with(assets.clone(), crate::station::Glass::TestPicture);
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let named = |counter: &Counter, id: &str| {
        let all = counter.ask("packages", json!({}));
        all.as_array().unwrap().iter().any(|one| one["id"] == id)
    };
    assert!(named(&counter, "veteran") && !named(&counter, "sample"));
    // A file in the terminal's own folder is nothing: only what was signed and given out counts.
    let package = "id = \"sample\"\ntitle = \"样例一件事\"\ninitials = \"YLYJS\"\nguide = \"样例。\"\nsource = \"样例\"\n\
                   [[member]]\nmatter = \"T070\"\n[[member]]\nmatter = \"T043\"\n";
    std::fs::write(assets.join("packages/sample.toml"), package).unwrap();
    assert!(!named(&counter, "sample"));
    let told = station.publish(&assets, "加一件样例");
    assert!(told.contains("修改一件事") && !told.contains("修改事项"), "{told}");
    counter.wait("the new package", || named(&counter, "sample").then_some(()));
    let begun = counter.act("open_package", json!({ "package": "sample", "with": [], "arrival": false }));
    assert_eq!(begun["title"], "样例一件事");
    assert_eq!(begun["members"].as_array().unwrap().len(), 2);
    // Rolled back it is gone for new cases; what was begun as one thing stays known by its members.
    station.roll_back(1);
    counter.wait("the roll-back", || (!named(&counter, "sample")).then_some(()));
    let lead = begun["members"][0]["line"]["id"].as_str().unwrap();
    assert_eq!(counter.case(lead)["editable"], true);
}

#[test]
fn one_more_takes_person_and_papers_along_and_a_duplicate_wants_a_reason() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let first = open(&station, &counter, "T070", "he_old_head");
    counter.fill(&first, &[("applicant.phone", "19900000007")]);
    counter.scan(&first, "booklet");
    counter.ask("request_signature", json!({ "case": first, "slot": "applicant" }));
    let begun = counter.act("open_from", json!({ "from": first, "matter": "T043", "relation": "one_more" }));
    assert_eq!(screen(&counter)["mode"]["kind"], "welcome", "the applicant screen clears at the switch");
    let second = begun["line"]["id"].as_str().unwrap().to_owned();
    let phone = field(&begun, "applicant.phone");
    assert_eq!((&phone["value"], &phone["source"]), (&json!("19900000007"), &json!("earlier_case")));
    assert_eq!(begun["identities"][0]["identity"]["name"], "何守义");
    assert_eq!(pages(&begun, "booklet"), 0, "offered, never taken over by itself");
    let carry = counter.ask("carry", json!({ "case": second }));
    assert_eq!(one(&carry["materials"], "material", "booklet")["pages"], 1);
    let view = counter.act("carry_material", json!({ "case": second, "material": "booklet" }));
    assert_eq!(pages(&view, "booklet"), 1);
    assert_eq!(counter.ask("carry", json!({ "case": second }))["materials"], json!([]));

    // The same person and matter once more: told, and it goes on with a reason.
    let third = open(&station, &counter, "T043", "he_old_head");
    let carry = counter.ask("carry", json!({ "case": third }));
    assert_eq!(carry["duplicates"][0]["id"], second.as_str(), "{carry}");
    let warned = |view: &Value| {
        let missing = view["missing"].as_array().unwrap();
        missing.iter().any(|one| one["rule"] == "duplicate_case")
    };
    assert!(warned(&counter.case(&third)));
    let view = counter.act(
        "override_warning",
        json!({ "case": third, "rule": "duplicate_case", "reason": "上一件填错了项目" }),
    );
    assert!(!warned(&view));

    // Withdrawn, it may be done again with its own data, and is no duplicate.
    counter.act("withdraw_case", json!({ "case": first, "reason": "改日再来" }));
    let again = counter.act("open_from", json!({ "from": first, "matter": "T070", "relation": "redo" }));
    assert_eq!(field(&again, "applicant.phone")["source"], "earlier_case");
    assert!(!warned(&again));
    counter.drained();

    let sheet = counter.ask("day_sheet", json!({ "day": "", "officer": null }));
    assert_eq!(sheet["void"].as_array().unwrap().len(), 1, "{sheet}");
    assert_eq!((&sheet["taken"], &sheet["unsynced"]), (&json!([]), &json!([])));
    let preview = counter.ask("preview_day_sheet", json!({ "day": "", "officer": null }));
    assert_eq!(preview["pages"], 1);
    counter.operate("print_day_sheet", json!({ "of": { "day": "", "officer": null } }));
}

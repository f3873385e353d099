//! What the server did not place: two windows changed the same, or the officer had lost the post. Both sides are shown,
//! a person chooses, and the case remembers it. Nothing is lost, nothing is printed twice.

use crate::counter::{Counter, field, one};
use crate::line::Line;
use crate::matters::{head_change, relogin};
use crate::new_matter::copy;
use crate::station::{Glass, Station, root};
use serde_json::{Value, json};

/// Two windows of the station; the line of the second is in the test's hand.
struct Two {
    station: Station,
    one: Counter,
    two: Counter,
    line: Line,
}

fn two_windows(station: Station) -> Two {
    let line = Line::to(station.server_address(), &station.runtime);
    let one = Counter::new(station.terminal("柜台一"));
    let two = Counter::new(station.terminal_through("所长室", line.address));
    one.login("J0001");
    two.login("J0003");
    two.drained();
    Two { station, one, two, line }
}

impl Two {
    fn cut(&self) {
        self.line.cut();
        self.two.wait("the line to be seen as broken", || {
            self.two.ask("sync_now", json!({}));
            (self.two.ask("shell", json!({}))["sync"]["online"] == false).then_some(())
        });
    }

    /// The line stands again; waits until so many acts are troubled.
    fn mended_line(&self, case: &str, troubled: usize) -> Value {
        self.line.mend();
        self.two.wait("the answers of the server", || {
            self.two.ask("sync_now", json!({}));
            let view = self.two.ask("mend", json!({ "case": case }));
            let acts = view["acts"].as_array().unwrap().len();
            (acts == troubled && view["acts"][0]["redo"] == true).then_some(view)
        })
    }

    fn server_is_whole(mut self) {
        for window in [&self.one, &self.two] {
            window.drained();
            window.ask("logout", json!({}));
        }
        self.station.pull_network();
        let report = self.station.check_server();
        assert!(report.faults.is_empty(), "{report:#?}");
    }
}

fn words(view: &Value) -> Vec<String> {
    view["trail"].as_array().unwrap().iter().map(|one| one["words"].as_str().unwrap().to_owned()).collect()
}

fn sees(window: &Counter, case: &str, path: &str, value: &str) {
    window.wait(&format!("{path} as {value}"), || {
        let view = window.try_ask("case", json!({ "case": case })).ok()?;
        (field(&view, path)["value"] == value).then_some(())
    });
}

#[test]
fn both_sides_of_a_conflict_are_shown_and_chosen_value_by_value() {
    let both = two_windows(Station::start());
    let case = crate::matters::open(&both.station, &both.one, "T042", "he_old_head");
    both.one.drained();
    both.two.wait("the case", || both.two.try_ask("case", json!({ "case": case })).ok());

    both.cut();
    let phone = "applicant.phone";
    both.two.fill(&case, &[(phone, "19900000021")]);
    let number = both.station.cards["he_new_head"].card.number.clone();
    both.two.fill(&case, &[("new_head.number", number.as_str())]);
    both.one.fill(&case, &[(phone, "19900000012")]);
    both.one.drained();
    let mend = both.mended_line(&case, 2);

    let view = both.two.case(&case);
    assert_eq!(view["troubles"][0]["code"], "ACT_CONFLICT");
    assert_eq!(view["troubles"][0]["parts"], json!(["联系电话"]));
    assert_eq!(view["troubles"][1]["code"], "ACT_HELD");
    assert_eq!(field(&view, phone)["value"], "19900000012", "what the server has");
    let (first, second) = (&mend["acts"][0], &mend["acts"][1]);
    assert_eq!(first["fields"].as_array().unwrap().len(), 1);
    let value = &first["fields"][0];
    assert_eq!((&value["mine"], &value["now"]), (&json!("19900000021"), &json!("19900000012")));
    assert_eq!(
        (&value["by"], &value["clashes"], &value["same"]),
        (&json!("赵衡"), &json!(true), &json!(false))
    );
    assert_eq!(second["redo"], false, "in their order");
    assert_eq!(second["fields"][0]["clashes"], false);

    // Nothing goes past it: not the case, not the later act, not without a word.
    let seq = |act: &Value| act["seq"].clone();
    let late = json!({ "case": case, "changes": [["applicant.phone", "19900000099"]], "reason": "" });
    assert_eq!(both.two.refused("change_fields", late), "CASE_TROUBLED");
    let out_of_order = json!({ "case": case, "seq": seq(second), "fields": [], "reason": "按对方的" });
    assert_eq!(both.two.refused("redo_act", out_of_order), "CASE_TROUBLED");
    assert_eq!(both.two.refused("redo_rest", json!({ "case": case })), "CASE_TROUBLED");
    let theirs = json!({ "case": case, "seq": seq(first), "fields": [], "reason": "" });
    assert_eq!(both.two.refused("redo_act", theirs), "REASON_MISSING");

    // The value from here is the right one, and so is what waited behind it.
    let mine = json!({ "case": case, "seq": seq(first), "fields": [phone], "reason": "" });
    let left = both.two.act("redo_act", mine.clone());
    assert_eq!(left["acts"].as_array().unwrap().len(), 1);
    assert_eq!(left["acts"][0]["redo"], true, "{left}");
    assert_eq!(both.two.act("redo_act", mine)["acts"], left["acts"], "a repeat changes nothing");
    let left = both.two.act("redo_rest", json!({ "case": case }));
    assert_eq!(left["acts"], json!([]));
    both.two.drained();
    sees(&both.one, &case, phone, "19900000021");
    sees(&both.one, &case, "new_head.number", &number);
    let view = both.one.case(&case);
    let told = words(&view);
    assert!(told.contains(&"处理冲突：按本窗口的再办".to_owned()), "{told:?}");
    assert_eq!(told.iter().filter(|one| one.starts_with("处理")).count(), 1, "{told:?}");
    assert_eq!(field(&view, phone)["previous"], "19900000012", "the other side is not forgotten");
    // And the case goes on at both windows.
    both.two.fill(&case, &[(phone, "19900000022")]);
    both.two.drained();
    sees(&both.one, &case, phone, "19900000022");
    both.server_is_whole();
}

#[test]
fn what_is_given_up_says_so_in_the_case_with_its_reason() {
    let both = two_windows(Station::start());
    let case = crate::matters::open(&both.station, &both.one, "T042", "he_old_head");
    both.one.fill(&case, &[("applicant.phone", "19900000010")]);
    both.one.drained();
    both.two.wait("the case", || both.two.try_ask("case", json!({ "case": case })).ok());
    both.cut();
    both.two.fill(&case, &[("applicant.phone", "19900000021")]);
    both.two.scan(&case, "booklet");
    both.one.fill(&case, &[("applicant.phone", "19900000012")]);
    both.one.drained();
    let mend = both.mended_line(
        &case,
        both.two.ask("mend", json!({ "case": case }))["acts"].as_array().unwrap().len().max(2),
    );
    let seq = mend["acts"][0]["seq"].clone();
    let blank = json!({ "case": case, "seq": seq, "all": true, "reason": "  " });
    assert_eq!(both.two.refused("give_up_act", blank), "REASON_MISSING");
    // The first is given up; the page that was scanned behind it is kept.
    let given_up = json!({ "case": case, "seq": seq, "all": false, "reason": "申请人确认对方的号码" });
    let left = both.two.act("give_up_act", given_up);
    assert_eq!(left["acts"].as_array().unwrap().len(), mend["acts"].as_array().unwrap().len() - 1);
    assert_eq!(both.two.act("redo_rest", json!({ "case": case }))["acts"], json!([]));
    both.two.drained();
    let told = both.one.wait("the page", || {
        let view = both.one.case(&case);
        let pages = one(&view["materials"], "id", "booklet")["pages"].as_array().unwrap().len();
        (pages == 1).then(|| words(&view))
    });
    let given_up = "处理没有办成的一步：不用联系电话，理由：申请人确认对方的号码";
    assert!(told.iter().any(|one| one == given_up), "{told:?}");
    assert_eq!(field(&both.one.case(&case), "applicant.phone")["value"], "19900000012");
    both.server_is_whole();
}

#[test]
fn a_printed_number_stays_good_when_the_intake_is_made_again() {
    let both = two_windows(Station::start());
    both.two.wait("leased numbers", || {
        let left = both.two.ask("sync_state", json!({}));
        left["numbers"].as_array().unwrap().iter().all(|one| one["count"].as_u64() > Some(0)).then_some(())
    });
    let case = head_change(&both.station, &both.one, false);
    both.one.drained();
    both.two.wait("the whole case", || {
        let there = both.two.try_ask("case", json!({ "case": case })).ok()?;
        (there["trail"] == both.one.case(&case)["trail"]).then_some(())
    });
    both.cut();
    let view = both.two.act("submit_case", json!({ "case": case }));
    assert_eq!(view["line"]["state"], "已收件，待确认受理", "{}", view["missing"]);
    let (number, password) =
        (view["submission"]["intake_number"].clone(), view["submission"]["query_password"].clone());
    both.two.print(&case, "intake-slip");
    // Meanwhile the first window scans one page more: the submission was not of this file.
    both.one.scan(&case, "booklet");
    both.one.drained();

    let mend = both.mended_line(&case, 2);
    assert_eq!(mend["acts"][0]["code"], "ACT_CONFLICT");
    let others = mend["acts"][0]["others"].as_array().unwrap();
    assert!(others.iter().any(|one| one["words"].as_str().unwrap().starts_with("扫描：")), "{others:?}");
    let again = json!({ "case": case, "seq": mend["acts"][0]["seq"], "fields": [], "reason": "" });
    both.two.act("redo_act", again);
    // The slip came out of the printer: that is kept too.
    assert_eq!(both.two.act("redo_rest", json!({ "case": case }))["acts"], json!([]));
    both.two.drained();
    let slips =
        |view: &Value| one(&view["prints"], "document", "intake-slip")["printed"].as_array().unwrap().len();
    let view = both.one.wait("the intake and its slip", || {
        let view = both.one.case(&case);
        (!view["submission"].is_null() && slips(&view) > 0).then_some(view)
    });
    assert_eq!(view["submission"]["intake_number"], number);
    assert_eq!(view["submission"]["query_password"], password);
    assert_eq!(slips(&view), 1, "printed once");
    both.server_is_whole();
}

#[test]
fn a_case_whose_opening_was_refused_is_opened_again_by_somebody_who_may() {
    let folder = tempfile::tempdir().unwrap();
    let assets = folder.path().join("assets");
    copy(&root().join("assets"), &assets);
    let both = two_windows(Station::start_with(assets.clone(), Glass::TestPicture));
    both.cut();
    let begin = |card: &str| {
        let case = both.two.act("open_case", json!({ "matter": "T042", "arrival": false }));
        let case = case["line"]["id"].as_str().unwrap().to_owned();
        let name = both.station.cards[card].card.name.clone();
        both.two.fill(&case, &[("applicant.name", name.as_str()), ("applicant.phone", "19900000021")]);
        case
    };
    let (kept, lost) = (begin("he_old_head"), begin("he_new_head"));
    // Meanwhile the officer's post is taken away.
    let file = assets.join("demo/officers.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, after) = text.split_once("[[officer]]\nlogin = \"J0003\"").unwrap();
    let rest = after.split_once("[[officer]]").unwrap().1;
    std::fs::write(&file, format!("{before}[[officer]]{rest}")).unwrap();
    both.station.renew_roster();

    both.line.mend();
    both.two.wait("the refusals", || {
        both.two.ask("sync_now", json!({}));
        let acts = both.two.try_ask("mend", json!({ "case": lost })).ok()?;
        let pending = both.two.ask("shell", json!({}))["sync"]["pending"].clone();
        (acts["known"] == false && pending == 0).then_some(())
    });
    relogin(&both.two, "J0001");
    // Still in sight, and what it says is where to go.
    let found = both.two.ask("find_cases", json!({ "text": "何", "to_review": false, "ended": true }));
    let listed: Vec<&str> =
        found.as_array().unwrap().iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert!(listed.contains(&kept.as_str()) && listed.contains(&lost.as_str()), "{listed:?}");
    assert_eq!(both.two.try_ask("case", json!({ "case": kept })).unwrap_err().code, "CASE_TROUBLED");
    let mend = both.two.ask("mend", json!({ "case": kept }));
    assert!(mend["title"].as_str().unwrap().contains("户主变更"), "{}", mend["title"]);
    assert_eq!(mend["acts"][0]["code"], "POST_NOT_HELD");
    assert_eq!(mend["acts"][0]["by"], "白澄");

    assert_eq!(both.two.act("redo_rest", json!({ "case": kept }))["acts"], json!([]));
    sees(&both.one, &kept, "applicant.phone", "19900000021");
    assert_eq!(both.one.case(&kept)["trail"][0]["name"], "赵衡", "under the name of who did it");

    // The other one is given up: it is gone from the lists, and the store keeps what it was.
    let mend = both.two.ask("mend", json!({ "case": lost }));
    let request =
        json!({ "case": lost, "seq": mend["acts"][0]["seq"], "all": true, "reason": "当事人未再来" });
    assert_eq!(both.two.act("give_up_act", request)["acts"], json!([]));
    assert_eq!(both.two.try_ask("case", json!({ "case": lost })).unwrap_err().code, "CASE_UNKNOWN");
    let found = both.two.ask("find_cases", json!({ "text": "何", "to_review": false, "ended": true }));
    assert!(found.as_array().unwrap().iter().all(|line| line["id"] != lost.as_str()));
    assert_eq!(both.two.ask("sync_state", json!({}))["troubles"], json!([]));
    both.server_is_whole();
}

//! What a reviewer sees, and how his word comes back to the counter.

use crate::birth;
use crate::counter::Counter;
use crate::matters::{head_change, identify, relogin};
use crate::station::Station;
use protocol::pull::LONGEST_WAIT;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use terminal::rpc::ChangeSource;

/// Decisions that are timed.
const DECISIONS: usize = 10;

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[test]
fn results_come_to_the_first_terminal_without_its_asking() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    let office = Counter::new(station.terminal("所长室"));
    counter.login("F0001");
    office.login("J0001");
    let case = birth::take_in(&station, &counter);
    let topic = format!("case:{case}");
    let (mut whole, mut since_server) = (Vec::new(), Vec::new());
    for turn in 0..DECISIONS {
        counter.act("submit_case", json!({ "case": case }));
        counter.drained();
        office.wait("the case for review", || {
            let view = office.try_ask("review_case", json!({ "case": case })).ok()?;
            let mine = |one: &serde_json::Value| one["action"] == "review" && one["enabled"] == true;
            view["case"]["actions"].as_array().unwrap().iter().any(mine).then_some(())
        });
        let reason = json!({ "code": "", "text": format!("第 {turn} 次补正"), "basis": "" });
        let decide = json!({ "case": case, "decision": "return", "reason": reason, "opinion": "" });
        let mut here = counter.terminal.subscribe();
        let mut there = office.terminal.subscribe();
        let decided = Instant::now();
        office.act("decide_review", decide);
        // The office is told when the server has it; the counter, when it has the result.
        let sent = office
            .told(&mut there, "sync", |change| (change.source == ChangeSource::Sync).then(Instant::now));
        let told = counter.told(&mut here, &topic, |change| {
            assert_eq!(change.source, ChangeSource::Sync, "nobody else works here");
            let now = Instant::now();
            // What was submitted before comes back with its places too.
            (counter.case(&case)["line"]["state"] == "已退回，待补正").then_some(now)
        });
        whole.push(told - decided);
        since_server.push(told.saturating_duration_since(sent));
    }
    let (whole, since_server) = (median(&mut whole), median(&mut since_server));
    let mut out = std::io::stderr().lock();
    std::io::Write::write_fmt(
        &mut out,
        format_args!(
            "results of {DECISIONS} decisions, median: {whole:.0?} after the key, {since_server:.0?} after the server had it (promised: 2 s)\n"
        ),
    )
    .unwrap();
    // A terminal that only asked again when its waiting question ended would be told after half of it.
    assert!(whole < Duration::from_millis(u64::from(LONGEST_WAIT)) / 2, "asked for, not told: {whole:?}");
}

#[test]
fn the_review_marks_exactly_what_the_register_has_otherwise() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let case = head_change(&station, &counter, true);
    let view = counter.case(&case);
    let before = differences(&view);
    assert_eq!(before, BTreeSet::new(), "as the register has it");
    // The citizen says otherwise: two values are changed, with the reason that locked ones want.
    let address = "江城市城关区槐荫路 9 号（申请人自述）";
    let changes = json!([["household.address", address], ["household.kind", "3"]]);
    counter.act("change_fields", json!({ "case": case, "changes": changes, "reason": "申请人自述已迁居" }));
    for slot in ["former_head", "new_head"] {
        counter.sign(&case, slot);
    }
    identify(&station, &counter, &case, "former_head", "he_old_head");
    counter.drained();
    relogin(&counter, "J0001");
    let seen = counter.ask("review_case", json!({ "case": case }));
    let marked: BTreeSet<String> = seen["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["path"].as_str().unwrap().to_owned())
        .collect();
    let wanted: BTreeSet<String> =
        ["household.address", "household.kind"].into_iter().map(str::to_owned).collect();
    assert_eq!(marked, wanted);
    assert_eq!(differences(&seen["case"]), wanted, "the same fields are marked in the form");
    for one in seen["differences"].as_array().unwrap() {
        let register = one["register"].as_str().unwrap();
        assert!(!register.is_empty() && one["value"] != register, "{one}");
    }
    // Put back, nothing is marked.
    let kind = crate::counter::field(&view, "household.kind")["value"].clone();
    let back = json!([
        ["household.address", crate::counter::field(&view, "household.address")["value"]],
        ["household.kind", kind]
    ]);
    counter.act("change_fields", json!({ "case": case, "changes": back, "reason": "核对后改回" }));
    assert_eq!(counter.ask("review_case", json!({ "case": case }))["differences"], json!([]));
}

fn differences(view: &serde_json::Value) -> BTreeSet<String> {
    view["sections"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|section| section["rows"].as_array().unwrap())
        .flat_map(|row| row.as_array().unwrap())
        .filter(|field| !field["register"].is_null())
        .map(|field| field["path"].as_str().unwrap().to_owned())
        .collect()
}

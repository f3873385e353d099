//! Batch review of real cases: several booklets wait for one reviewer.

use crate::counter::Counter;
use crate::line::Line;
use crate::matters::{open, relogin};
use crate::shelf;
use crate::station::Station;
use domain::event::{Decision, Event};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A damaged booklet is changed for a new one; `before` does what is particular to the case.
fn booklet(station: &Station, counter: &Counter, person: &str, before: impl FnOnce(&str)) -> String {
    let case = open(station, counter, "T097", person);
    counter.fill(&case, &[("applicant.phone", "19900000011")]);
    for lookup in ["applicant", "household"] {
        assert_eq!(counter.look_up(&case, lookup), "agrees", "{lookup} of {person}");
    }
    before(&case);
    counter.scan(&case, "damaged_booklet");
    counter.sign(&case, "applicant");
    let view = counter.act("submit_case", json!({ "case": case }));
    assert_eq!(view["line"]["state"], "待民警审核", "{}", view["missing"]);
    case
}

fn lines(counter: &Counter) -> Value {
    counter.ask("batch_lines", json!({}))
}

fn line<'a>(lines: &'a Value, case: &str) -> &'a Value {
    let all = lines.as_array().unwrap();
    all.iter().find(|one| one["line"]["id"] == case).unwrap_or_else(|| panic!("no {case} in {lines}"))
}

fn pass(counter: &Counter, command: uuid::Uuid, cases: &[&str]) -> Value {
    counter.ask("pass_batch", json!({ "command": command, "cases": cases, "opinion": "" }))
}

/// The code and sentence with which a case stayed.
fn stayed(answer: &Value, case: &str) -> (String, String) {
    let all = answer["refused"].as_array().unwrap();
    let error = &all.iter().find(|one| one[0] == case).unwrap_or_else(|| panic!("{case} in {answer}"))[1];
    assert!(error["cure"].as_str().unwrap().chars().count() > 4, "{error}");
    (error["code"].as_str().unwrap().to_owned(), error["sentence"].as_str().unwrap().to_owned())
}

fn passed(answer: &Value) -> BTreeSet<&str> {
    answer["passed"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

/// The decisions on a case: whose command each is.
fn decisions(store: &store::Store, case: &str) -> Vec<domain::ids::CommandId> {
    let of_review = |(record, _): (domain::event::EventRecord, _)| match &record.event {
        Event::Reviewed { decision: Decision::Pass, .. } => {
            assert_eq!(record.actor.officer.as_str(), "J0001");
            Some(record.command)
        }
        Event::Reviewed { .. } | Event::ProvisionalOpinionGiven { .. } => panic!("{:?}", record.event),
        _ => None,
    };
    shelf::events(store, case).into_iter().filter_map(of_review).collect()
}

#[test]
fn a_reviewer_passes_what_is_alike_and_a_lost_line_doubles_nothing() {
    let mut station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    let line_of_office = Line::to(station.server_address(), &station.runtime);
    let office = Counter::new(station.terminal_through("所长室", line_of_office.address));
    counter.login("F0001");
    let alike: Vec<String> = ["shen_mother", "qin_wife", "han_proof"]
        .map(|person| booklet(&station, &counter, person, |_| {}))
        .to_vec();
    // What the form says of the household is not what the register holds.
    let differs = booklet(&station, &counter, "sun_father", |case| {
        counter.act(
            "change_fields",
            json!({ "case": case, "changes": [["household.head_name", "孙大海"]], "reason": "以户口簿为准" }),
        );
    });
    // The reviewer lent a hand at the counter.
    let lent = booklet(&station, &counter, "ma_mother", |case| {
        relogin(&counter, "J0001");
        counter.fill(case, &[("applicant.phone", "19900000012")]);
        relogin(&counter, "F0001");
    });
    let other_matter = crate::matters::head_change(&station, &counter, true);
    counter.act("submit_case", json!({ "case": other_matter }));
    counter.drained();

    office.login("J0001");
    let all = office.wait("the cases at the reviewer's", || {
        let all = lines(&office);
        (all.as_array().unwrap().len() == 6).then_some(all)
    });
    for case in &alike {
        assert_eq!((&line(&all, case)["alone"], &line(&all, case)["differs"]), (&json!(""), &json!([])));
    }
    let told = line(&all, &differs);
    let difference = &told["differs"][0];
    assert_eq!(told["alone"], "有 1 处与登记不一致，要单独看");
    assert_eq!(difference["label"], "户 · 户主");
    assert_eq!(difference["form"], "孙大海");
    assert_eq!(difference["register"], station.cards["sun_father"].card.name.as_str());
    assert!(line(&all, &lent)["alone"].as_str().unwrap().contains("参与过"), "{}", line(&all, &lent));
    assert_eq!(line(&all, &other_matter)["alone"], "这个事项要逐件审核");

    // The server has the first passes, and the answer never comes back.
    office.drained();
    line_of_office.lose_the_answer_of_the_next_push();
    let command = uuid::Uuid::now_v7();
    let answer = pass(&office, command, &[&alike[0], &alike[1]]);
    assert_eq!(passed(&answer), BTreeSet::from([alike[0].as_str(), alike[1].as_str()]), "{answer}");
    office.wait("the lost answer", || line_of_office.is_down().then_some(()));
    office.wait("the line to be seen as broken", || {
        office.ask("sync_now", json!({}));
        (office.ask("shell", json!({}))["sync"]["online"] == false).then_some(())
    });
    // Each case says how it stands: decided here and not confirmed, or waiting still.
    let everything: Vec<&str> = alike.iter().chain([&differs, &lent]).map(String::as_str).collect();
    let answer = pass(&office, command, &everything);
    assert_eq!(passed(&answer), BTreeSet::from([alike[0].as_str(), alike[1].as_str()]), "{answer}");
    assert_eq!(stayed(&answer, &alike[2]).0, "BATCH_OFFLINE");
    for case in &alike[..2] {
        let view = office.case(case);
        assert_eq!(
            (&view["step"], &view["line"]["unsent"]),
            (&json!("effect"), &json!(1)),
            "{}",
            view["line"]
        );
    }
    let view = office.case(&alike[2]);
    assert_eq!((&view["step"], &view["line"]["unsent"]), (&json!("review"), &json!(0)), "{}", view["line"]);
    assert!(
        view["trail"].as_array().unwrap().iter().all(|one| !one["words"].as_str().unwrap().contains("预审"))
    );

    line_of_office.mend();
    office.wait("the line", || {
        office.ask("sync_now", json!({}));
        (office.ask("shell", json!({}))["sync"]["online"] == true).then_some(())
    });
    // The same wish again goes on with the rest; what is not fit is told why and waits.
    let mut all_of_them = everything.clone();
    all_of_them.push(&other_matter);
    let answer = pass(&office, command, &all_of_them);
    assert_eq!(passed(&answer), alike.iter().map(String::as_str).collect(), "{answer}");
    let (code, sentence) = stayed(&answer, &differs);
    assert_eq!((code.as_str(), sentence.contains("与登记不一致")), ("NOT_FOR_BATCH", true), "{sentence}");
    assert_eq!(stayed(&answer, &lent).0, "MAKER_CANNOT_REVIEW");
    assert_eq!(stayed(&answer, &other_matter).0, "NOT_FOR_BATCH");
    office.drained();
    // Another wish finds nothing to review twice.
    let again = pass(&office, uuid::Uuid::now_v7(), &[&alike[0]]);
    assert_eq!(stayed(&again, &alike[0]).0, "NOT_FOR_BATCH");
    assert_eq!(passed(&again), BTreeSet::new());
    for case in [&differs, &lent, &other_matter] {
        assert_eq!(office.case(case)["step"], "review");
        assert!(line(&lines(&office), case)["line"].is_object());
    }
    // What was told apart is reviewed by itself; a colleague takes what the reviewer lent a hand to.
    let view = crate::matters::decide(&office, &differs, "pass", None);
    assert_eq!(view["step"], "effect");
    office.drained();
    relogin(&office, "J0003");
    let answer = pass(&office, uuid::Uuid::now_v7(), &[&lent]);
    assert_eq!(passed(&answer), BTreeSet::from([lent.as_str()]), "{answer}");
    office.drained();
    counter.wait("the passes at the counter", || {
        let view = counter.case(&lent);
        (view["step"] == "effect").then_some(())
    });

    for window in [&counter, &office] {
        window.ask("logout", json!({}));
    }
    station.pull_network();
    let report = station.check_server();
    assert!(report.faults.is_empty(), "{report:#?}");
    let store = shelf::of_window(&station, "所长室", "J0001");
    let mut commands = BTreeSet::new();
    for case in alike.iter().chain([&differs]) {
        let made = decisions(&store, case);
        assert_eq!(made.len(), 1, "reviewed once");
        commands.extend(made);
        shelf::same_at_the_server(&station, &store, case);
    }
    assert_eq!(commands.len(), alike.len() + 1, "each by a command of its own");
}

//! Three stations at one server: a case about another station's household, and the same business at two of them.

use crate::counter::{Counter, one};
use crate::line::Line;
use crate::matters::name_change;
use crate::new_matter::copy;
use crate::station::{Glass, Station, root};
use rusqlite::Connection;
use serde_json::{Value, json};
use terminal::rpc::WindowRole;

/// The station of the household.
const HOME: &str = "999901520000";
/// A station of another county.
const THIRD: &str = "999902510000";

/// The demo station with a window and an officer at two others; the household of the name change is kept by one.
fn three_stations() -> (Station, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let assets = folder.path().join("assets");
    copy(&root().join("assets"), &assets);
    let edit = |file: &str, change: &dyn Fn(String) -> String| {
        let path = assets.join("demo").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, change(text)).unwrap();
    };
    edit("people.toml", &|text| {
        let moved = |household: &str| {
            if household.contains("key = \"sun_father\"") {
                household.replace("999901510000", HOME)
            } else {
                household.to_owned()
            }
        };
        text.split("[[household]]").map(moved).collect::<Vec<_>>().join("[[household]]")
    });
    edit("station.toml", &|text| {
        let window = |profile: &str, name: &str, unit: &str| {
            format!(
                "[[window]]\nprofile = \"{profile}\"\nname = \"{name}\"\nunit = \"{unit}\"\npurpose = \"intake\"\n\n"
            )
        };
        let more = window("home", "东门窗口", HOME) + &window("third", "沿江窗口", THIRD);
        let (head, register) = text.split_once("[register]").unwrap();
        format!("{head}\n{more}[register]{register}")
    });
    edit("officers.toml", &|text| {
        let officer = |login: &str, unit: &str| {
            format!(
                "\n[[officer]]\nlogin = \"{login}\"\nname = \"演示{login}\"\ninitial_password = \"jiangcheng-{login}\"\n\
                 posts = [{{ role = \"officer\", title = \"户籍民警\", unit = \"{unit}\" }}]\n"
            )
        };
        text + &officer("J0101", HOME) + &officer("J0201", THIRD)
    });
    (Station::start_with(assets, Glass::TestPicture), folder)
}

fn lines(desk: &Value) -> Vec<String> {
    ["to_do", "unfinished", "home", "waiting", "due_soon"]
        .iter()
        .flat_map(|list| desk[list].as_array().unwrap())
        .map(|line| line["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_home_station_sees_the_notice_and_reads_the_case_and_a_third_sees_nothing() {
    let (mut station, _assets) = three_stations();
    let counter = Counter::new(station.terminal("柜台一"));
    let home = Counter::new(station.terminal("东门窗口"));
    let third = Counter::new(station.terminal("沿江窗口"));
    counter.login("F0001");
    let case = name_change(&station, &counter);
    counter.drained();

    home.login("J0101");
    let desk = home.wait("the notice", || {
        let desk = home.ask("desk", json!({}));
        lines(&desk).contains(&case).then_some(desk)
    });
    assert_eq!(one(&desk["home"], "id", &case)["state"], "待民警审核");
    assert!(desk["to_do"].as_array().unwrap().is_empty(), "read, and nothing to do");
    let (here, there) = (home.case(&case), counter.case(&case));
    assert_eq!(here["sections"], there["sections"]);
    assert_eq!(here["editable"], false);
    assert!(
        here["actions"].as_array().unwrap().iter().all(|one| one["enabled"] == false),
        "{}",
        here["actions"]
    );
    let material = one(&here["materials"], "id", "birth_certificate");
    let page = material["pages"][0]["blob"].as_str().unwrap();
    assert_eq!(material["pages"][0]["here"], false, "fetched when it is looked at");
    assert!(!home.terminal.picture(WindowRole::Officer, page, 0).unwrap().bytes.is_empty());
    let pass = json!({ "case": case, "decision": "pass", "reason": null, "opinion": "" });
    assert_eq!(home.refused("decide_review", pass.clone()), "UNIT_NOT_ALLOWED");

    // The third has nothing: not in its lists, not by name, not a file.
    third.login("J0201");
    third.wait("the line", || (third.ask("shell", json!({}))["sync"]["online"] == true).then_some(()));
    let nothing = |third: &Counter| {
        assert!(lines(&third.ask("desk", json!({}))).is_empty());
        let find = json!({ "text": "孙", "to_review": false, "ended": true });
        assert_eq!(third.ask("find_cases", find), json!([]));
        assert_eq!(third.try_ask("case", json!({ "case": case })).unwrap_err().code, "CASE_UNKNOWN");
        let picture = third.terminal.picture(WindowRole::Officer, page, 0);
        assert_eq!(picture.unwrap_err().code, "BLOB_UNKNOWN");
        assert_eq!(third.refused("decide_review", pass.clone()), "CASE_UNKNOWN");
    };
    nothing(&third);
    // It goes on where it was taken in, and the home station sees that too.
    crate::matters::relogin(&counter, "J0001");
    crate::matters::decide(&counter, &case, "pass", None);
    counter.drained();
    home.wait("the next step", || {
        let desk = home.ask("desk", json!({}));
        (one(&desk["home"], "id", &case)["state"] != "待民警审核").then_some(())
    });
    nothing(&third);
    for window in [&counter, &home, &third] {
        window.ask("logout", json!({}));
    }

    // Who was told and who looked stands in the access log; the third station stands nowhere.
    station.pull_network();
    let report = station.check_server();
    assert!(report.faults.is_empty(), "{report:#?}");
    let db = Connection::open(station.server_data().join("server.db")).unwrap();
    let mut statement = db
        .prepare(
            "SELECT terminal.unit, access_log.what FROM access_log JOIN terminal ON terminal.id = access_log.terminal \
             WHERE access_log.case_id = $1 AND access_log.what <> 'duplicates' ORDER BY access_log.position",
        )
        .unwrap();
    let logged: Vec<(String, String)> = statement
        .query_map([&case], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let line = |unit: &str, what: &str| (unit.to_owned(), what.to_owned());
    assert_eq!(
        logged,
        [line("999901510000", &format!("notice:{HOME}")), line(HOME, "blob key")],
        "the notice once, and the page that was opened"
    );
    let told: i64 = db
        .query_row("SELECT COUNT(*) FROM change WHERE tree = $1", [format!("notice:{THIRD}")], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(told, 0);
}

fn duplicate_words(view: &Value) -> Option<String> {
    let missing = view["missing"].as_array().unwrap();
    let found = missing.iter().find(|one| one["rule"] == "duplicate_case")?;
    assert_eq!(found["severity"], "warn");
    Some(found["text"].as_str().unwrap().to_owned())
}

#[test]
fn the_same_business_at_another_unit_is_told_with_its_day_and_hinders_nobody() {
    let (mut station, _assets) = three_stations();
    let counter = Counter::new(station.terminal("柜台一"));
    let third = Counter::new(station.terminal("沿江窗口"));
    counter.login("F0001");
    let case = name_change(&station, &counter);
    counter.drained();
    let child = station.people()["sun_child"].clone();

    third.login("J0201");
    third.wait("the line", || (third.ask("shell", json!({}))["sync"]["online"] == true).then_some(()));
    let begin = |third: &Counter| {
        let begun = third.act("open_case", json!({ "matter": "T026", "arrival": false }));
        let own = begun["line"]["id"].as_str().unwrap().to_owned();
        assert_eq!(third.ask("carry", json!({ "case": own }))["server"], "not_needed", "nobody is named yet");
        third.fill(&own, &[("subject.number", &child), ("subject.name", "孙小宝")]);
        own
    };
    let own = begin(&third);
    let before = third.ask("carry", json!({ "case": own }));
    assert_eq!((&before["server"], &before["elsewhere"]), (&json!("not_looked"), &json!([])));
    assert_eq!(duplicate_words(&third.case(&own)), None);
    let told = third.ask("look_for_duplicates", json!({ "case": own }));
    let day = domain::event::civil_day(counter.case(&case)["line"]["opened"].as_i64().unwrap());
    assert_eq!(told["server"], "looked");
    assert_eq!(told["elsewhere"], json!([format!("另有单位自 {day} 起在办")]));
    assert_eq!(told["duplicates"], json!([]), "no case, no number, no name");
    let words = duplicate_words(&third.case(&own)).unwrap();
    assert!(words.contains(&format!("另有单位自 {day} 起在办")) && !words.contains("孙"), "{words}");
    // Another person is another question.
    third.fill(&own, &[("subject.number", &station.people()["he_granddaughter"])]);
    assert_eq!(third.ask("carry", json!({ "case": own }))["server"], "not_looked");
    assert_eq!(third.ask("look_for_duplicates", json!({ "case": own }))["elsewhere"], json!([]));
    assert_eq!(duplicate_words(&third.case(&own)), None);
    // A reason goes past the warning.
    third.fill(&own, &[("subject.number", &child)]);
    third.ask("look_for_duplicates", json!({ "case": own }));
    let reason = json!({ "case": own, "rule": "duplicate_case", "reason": "已与该单位核对，那边要撤销" });
    assert_eq!(duplicate_words(&third.act("override_warning", reason)), None);

    // Its own station is told which case it is; the terminal knows it already, so nothing is told twice. Of the third
    // station's it hears the day.
    third.drained();
    let second = counter.act("open_case", json!({ "matter": "T026", "arrival": false }));
    let second = second["line"]["id"].as_str().unwrap().to_owned();
    counter.fill(&second, &[("subject.number", &child), ("subject.name", "孙小宝")]);
    let told = counter.ask("look_for_duplicates", json!({ "case": second }));
    let since = domain::event::civil_day(third.case(&own)["line"]["opened"].as_i64().unwrap());
    assert_eq!(told["duplicates"][0]["id"], case.as_str());
    assert_eq!(told["elsewhere"], json!([format!("另有单位自 {since} 起在办")]));

    // Without the line nobody is asked, nothing is held up, and it is told.
    station.pull_network();
    third.wait("the line to be seen as broken", || {
        third.ask("sync_now", json!({}));
        (third.ask("shell", json!({}))["sync"]["online"] == false).then_some(())
    });
    let offline = begin(&third);
    let told = third.ask("look_for_duplicates", json!({ "case": offline }));
    assert_eq!((&told["server"], &told["elsewhere"]), (&json!("not_looked"), &json!([])));
    assert!(duplicate_words(&third.case(&offline)).is_some(), "the one of this window");
    station.plug_network();
    third.wait("the line", || {
        third.ask("sync_now", json!({}));
        (third.ask("shell", json!({}))["sync"]["online"] == true).then_some(())
    });
    let told = third.ask("look_for_duplicates", json!({ "case": offline }));
    assert_eq!(told["server"], "looked");
}

#[test]
fn a_page_that_is_still_on_its_way_says_so_and_comes() {
    let (station, _assets) = three_stations();
    let line = Line::to(station.server_address(), &station.runtime);
    line.hold_files();
    let counter = Counter::new(station.terminal_through("柜台一", line.address));
    let home = Counter::new(station.terminal("东门窗口"));
    let third = Counter::new(station.terminal("沿江窗口"));
    counter.login("F0001");
    let case = name_change(&station, &counter);
    home.login("J0101");
    home.wait("the notice", || lines(&home.ask("desk", json!({}))).contains(&case).then_some(()));
    let view = home.case(&case);
    let page =
        one(&view["materials"], "id", "birth_certificate")["pages"][0]["blob"].as_str().unwrap().to_owned();
    // The acts are there, their files are not: a sentence of its own, and not that there is nothing.
    let picture = |at: &Counter| at.terminal.picture(WindowRole::Officer, &page, 0);
    assert_eq!(picture(&home).unwrap_err().code, "BLOB_ON_ITS_WAY");
    // Who may not read the case is not told even that.
    third.login("J0201");
    assert_eq!(picture(&third).unwrap_err().code, "BLOB_UNKNOWN");
    line.mend();
    // The file waits for its next try, which comes later each time; nobody has to wait for that.
    counter.ask("sync_now", json!({}));
    counter.drained();
    assert!(!picture(&home).unwrap().bytes.is_empty());
}

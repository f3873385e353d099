//! The applicant screen: what it may see, what it signs, and that it forgets.

use crate::counter::{Counter, one};
use crate::matters::open;
use crate::shelf;
use crate::station::Station;
use serde_json::{Value, json};
use terminal::rpc::WindowRole;

fn screen(counter: &Counter) -> Value {
    counter.terminal.call(WindowRole::Applicant, "applicant", Value::Null).unwrap()
}

#[test]
fn the_applicant_gets_no_file_and_the_strokes_are_kept_as_drawn() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let case = open(&station, &counter, "T042", "he_old_head");
    counter.scan(&case, "booklet");
    let preview = counter.ask("preview_print", json!({ "case": case, "document": "one-time-notice" }));
    counter.print(&case, "one-time-notice");
    counter.sign(&case, "former_head");
    // A slot is released: what stands behind it is words, never a file.
    counter.ask("request_signature", json!({ "case": case, "slot": "former_head" }));
    let view = counter.case(&case);
    let page = one(&view["materials"], "id", "booklet")["pages"][0]["blob"].clone();
    let printed = one(&view["prints"], "document", "one-time-notice")["printed"][0]["pdf"].clone();
    let strokes = one(&view["signers"], "slot", "former_head")["strokes"].clone();
    let portrait = view["identities"][0]["identity"]["portrait"]["id"].clone();
    let terminal = &counter.terminal;
    for blob in [&page, &printed, &strokes, &portrait, &preview["pdf"], &json!("0".repeat(64)), &json!("x")] {
        let blob = blob.as_str().unwrap();
        for refused in [
            terminal.picture(WindowRole::Applicant, blob, 0).unwrap_err(),
            terminal.picture(WindowRole::Applicant, blob, 200).unwrap_err(),
            terminal.document(WindowRole::Applicant, blob).unwrap_err(),
            terminal.strokes(WindowRole::Applicant, blob).unwrap_err(),
        ] {
            // The same answer whether the file is there or not.
            assert_eq!(refused.code, "BLOB_NOT_RELEASED", "{blob}");
        }
    }
    // The officer's window gets them all by the same names.
    terminal.picture(WindowRole::Officer, page.as_str().unwrap(), 0).unwrap();
    for pdf in [&printed, &preview["pdf"]] {
        terminal.document(WindowRole::Officer, pdf.as_str().unwrap()).unwrap();
    }

    let kept = terminal.strokes(WindowRole::Officer, strokes.as_str().unwrap()).unwrap();
    assert_eq!(kept.media, "application/json");
    let drawn: Vec<Value> = Counter::strokes()
        .iter()
        .map(|point| json!({ "x": point[0], "y": point[1], "pressure": point[2], "t": point[3] }))
        .collect();
    let wanted = json!({ "width": 1000, "height": 400, "strokes": [drawn] });
    assert_eq!(serde_json::from_slice::<Value>(&kept.bytes).unwrap(), wanted);
    counter.drained();
    counter.ask("logout", json!({}));
    let store = shelf::of_window(&station, "柜台一", "F0001");
    let (_, stored) = shelf::file(&store, strokes.as_str().unwrap());
    assert_eq!(serde_json::from_slice::<Value>(&stored).unwrap(), wanted, "as the case keeps it");
}

#[test]
fn the_screen_forgets_at_every_switch() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    let other = open(&station, &counter, "T026", "sun_father");
    let case = open(&station, &counter, "T042", "he_old_head");
    let name = "何守义";
    let release = || {
        counter.case(&case);
        counter.ask("request_signature", json!({ "case": case, "slot": "former_head" }));
        let shown = screen(&counter);
        assert_eq!(shown["mode"]["kind"], "sign");
        assert!(shown.to_string().contains(name), "{shown}");
        shown["mode"]["release"].clone()
    };
    let forgotten = |kind: &str, release: &Value, why: &str| {
        let shown = screen(&counter);
        assert_eq!(shown["mode"], json!({ "kind": kind }), "{why}");
        assert!(!shown.to_string().contains(name), "{why}: {shown}");
        let late =
            json!({ "release": release, "width": 1000, "height": 400, "strokes": [Counter::strokes()] });
        let refused = counter.terminal.call(WindowRole::Applicant, "submit_signature", late).unwrap_err();
        assert!(
            ["NOTHING_RELEASED", "NO_SESSION", "SCREEN_LOCKED"].contains(&refused.code.as_str()),
            "{why}"
        );
    };

    let released = release();
    counter.ask("case", json!({ "case": other }));
    forgotten("welcome", &released, "another case");

    let released = release();
    counter.ask("park_case", json!({ "case": case }));
    forgotten("welcome", &released, "parked");
    counter.ask("resume_case", json!({ "case": case }));

    let released = release();
    counter.ask("take_back_release", json!({ "case": case }));
    forgotten("welcome", &released, "taken back");

    let released = release();
    counter.ask("lock", json!({}));
    forgotten("closed", &released, "locked");
    counter.ask("unlock", json!({ "password": "jiangcheng-F0001" }));
    forgotten("welcome", &released, "unlocked");

    // The thanks of one citizen are gone for the next.
    counter.case(&case);
    counter.sign(&case, "former_head");
    assert_eq!(screen(&counter)["mode"]["kind"], "thanks");
    counter.ask("case", json!({ "case": other }));
    assert_eq!(screen(&counter)["mode"], json!({ "kind": "welcome" }));

    let released = release();
    counter.ask("logout", json!({}));
    forgotten("closed", &released, "logged out");
    let signed = counter.login("F0001");
    assert_eq!(signed["gate"], "open");
    forgotten("welcome", &released, "logged in again");
    let view = counter.case(&case);
    assert_eq!(one(&view["signers"], "slot", "former_head")["state"], "signed");
}

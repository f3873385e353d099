//! Which window may do what.

use agent::commands_of;
use serde_json::{Value, json};
use terminal::rpc::{APPLICANT_COMMANDS, OFFICER_COMMANDS, WindowRole};

use crate::browser::Request;
use crate::counter::Counter;

#[test]
fn the_applicant_screen_can_call_no_officer_command() {
    let counter = Counter::open();
    let applicant = counter.cookie(WindowRole::Applicant);
    counter.cookie(WindowRole::Officer);
    let officer_name = format!("window-{}", counter.officer.split_once(':').expect("a port").1);
    let stolen = format!("{officer_name}={}", applicant.split_once('=').expect("a value").1);
    assert!(OFFICER_COMMANDS.len() > 40, "the list of commands is not the product's");
    for command in OFFICER_COMMANDS {
        assert!(!APPLICANT_COMMANDS.contains(command));
        let path = format!("/rpc/{command}");
        // At its own door.
        let answer = Request::post(&counter.applicant, &path, "{}").with("cookie", &applicant).send();
        assert_eq!(answer.refusal(), (403, "AGENT_COMMAND".into()), "{command}");
        // At the officer's door, with its cookie, also under the officer's name.
        for cookie in [&applicant, &stolen] {
            let answer = Request::post(&counter.officer, &path, "{}").with("cookie", cookie).send();
            assert_eq!(answer.refusal(), (401, "AGENT_NOT_ADMITTED".into()), "{command}");
        }
    }
    assert!(counter.asked().is_empty(), "a command of the applicant screen reached the terminal");
}

#[test]
fn each_window_calls_its_own_commands_in_its_own_name() {
    let counter = Counter::open();
    for window in [WindowRole::Officer, WindowRole::Applicant] {
        let cookie = counter.cookie(window);
        let (address, _) = counter.entry(window);
        let before = counter.asked().len();
        for command in commands_of(window) {
            // What stands in the payload gives nobody another role.
            let payload = json!({ "name": command, "window": "officer" });
            let answer = Request::post(address, &format!("/rpc/{command}"), &payload.to_string())
                .with("cookie", &cookie)
                .send();
            assert_eq!((answer.status, answer.json()), (200, json!({ "echo": payload })), "{command}");
        }
        let asked = counter.asked().split_off(before);
        assert_eq!(asked.len(), commands_of(window).len());
        assert!(asked.iter().all(|(role, _, _)| *role == window));
    }
}

#[test]
fn unknown_commands_are_refused() {
    let counter = Counter::open();
    let cookie = counter.cookie(WindowRole::Officer);
    for command in ["applicant", "submit_signature", "shell%2f", "Shell", "drop_everything"] {
        let answer =
            Request::post(&counter.officer, &format!("/rpc/{command}"), "{}").with("cookie", &cookie).send();
        assert_eq!(answer.refusal(), (403, "AGENT_COMMAND".into()), "{command}");
    }
    assert!(counter.asked().is_empty());
}

#[test]
fn files_are_asked_for_in_the_name_of_the_window() {
    let counter = Counter::open();
    for window in [WindowRole::Officer, WindowRole::Applicant] {
        let cookie = counter.cookie(window);
        let (address, _) = counter.entry(window);
        for (path, asked) in [
            ("/pictures/ab?side=64", "picture ab 64"),
            ("/pictures/ab", "picture ab 1600"),
            ("/pictures/ab?side=4000000000", "picture ab 4096"),
            ("/pictures/ab?side=0", "picture ab 16"),
            ("/documents/cd", "document cd"),
            ("/strokes/ef", "strokes ef"),
            ("/frames/0a-1b", "frame 0a-1b"),
        ] {
            let answer = Request::get(address, path).with("cookie", &cookie).send();
            assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/plain")));
            assert_eq!(counter.asked().pop(), Some((window, asked.to_owned(), Value::Null)));
        }
        let answer = Request::get(address, "/documents/missing").with("cookie", &cookie).send();
        assert_eq!(answer.refusal(), (422, "FILE_NOT_HERE".into()));
        let answer = Request::get(address, "/pictures/ab?side=big").with("cookie", &cookie).send();
        assert_eq!(answer.refusal(), (400, "AGENT_REQUEST".into()));
    }
}

#[test]
fn each_door_shows_its_own_page_only() {
    let counter = Counter::open();
    for (window, text) in [(WindowRole::Officer, "officer"), (WindowRole::Applicant, "applicant")] {
        let cookie = counter.cookie(window);
        let (address, _) = counter.entry(window);
        let get = |path: &str| Request::get(address, path).with("cookie", &cookie).send();
        let page = get("/");
        assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
        assert_eq!(page.body, format!("<!doctype html>{text}").as_bytes());
        assert_eq!(get("/assets/officer.js").status, 200);
        for path in [
            "/index.html",
            "/applicant.html",
            "/APPLICANT.HTML",
            "/applicant%2ehtml",
            "/assets",
            "/assets/",
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/assets/../../secret.txt",
            "//etc/passwd",
        ] {
            assert_eq!(get(path).status, 404, "{path}");
        }
    }
}

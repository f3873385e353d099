//! What every answer says, and the limits.

use std::io::{BufReader, Read as _};
use std::sync::Arc;

use agent::{AgentSettings, serve};
use serde_json::json;
use terminal::rpc::WindowRole;

use crate::browser::Request;
use crate::counter::Counter;

#[test]
fn no_answer_may_be_kept_framed_or_read_elsewhere() {
    let counter = Counter::open();
    let cookie = counter.cookie(WindowRole::Officer);
    let get = |path: &str| Request::get(&counter.officer, path).with("cookie", &cookie);
    let requests = [
        get("/"),
        get("/assets/officer.js"),
        get("/documents/ab"),
        get("/documents/missing"),
        get("/nothing"),
        get("/").without("cookie"),
        get("/").with("host", "attacker.example"),
        get("/documents/ab").with("origin", "http://attacker.example"),
        Request::post(&counter.officer, "/rpc/shell", "{}").with("cookie", &cookie),
    ];
    for request in requests {
        let answer = request.send();
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{request:?}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"));
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("data:"));
        assert!(answer.headers.iter().all(|(name, _)| !name.starts_with("access-control-")));
    }
}

#[test]
fn a_refusal_of_the_terminal_arrives_with_its_words() {
    let counter = Counter::open();
    let cookie = counter.cookie(WindowRole::Officer);
    let answer =
        Request::post(&counter.officer, "/rpc/shell", "{\"fail\":true}").with("cookie", &cookie).send();
    assert_eq!(answer.refusal(), (422, "CASE_UNKNOWN".into()));
    let body = answer.json();
    assert_eq!(
        (&body["sentence"], &body["cure"], &body["who"]),
        (&json!("说明"), &json!("办法"), &json!("clerk"))
    );
}

#[test]
fn requests_that_no_window_sends_are_refused() {
    let counter = Counter::open();
    let cookie = counter.cookie(WindowRole::Officer);
    let post = |body: &str| Request::post(&counter.officer, "/rpc/shell", body).with("cookie", &cookie);
    let large = format!("{{\"text\":\"{}\"}}", "字".repeat(400_000));
    assert_eq!(post(&large).send().refusal(), (413, "AGENT_LARGE".into()));
    for body in ["", "{", "{} {}", "\u{0}"] {
        assert_eq!(post(body).send().refusal(), (400, "AGENT_REQUEST".into()), "{body:?}");
    }
    let form = post("{}").with("content-type", "text/plain");
    assert_eq!(form.send().refusal(), (400, "AGENT_REQUEST".into()), "a form of a foreign page");
    assert_eq!(post("{}").method("PUT").send().status, 405);
    assert!(counter.asked().is_empty());
}

/// The next event of a stream: its name and data.
fn next_event(stream: &mut impl std::io::BufRead) -> (String, serde_json::Value) {
    let (mut name, mut data) = (String::new(), String::new());
    loop {
        let mut line = String::new();
        assert!(stream.read_line(&mut line).expect("the stream") > 0, "the stream ended");
        let line = line.trim_end();
        if let Some(text) = line.strip_prefix("event: ") {
            name = text.to_owned();
        } else if let Some(text) = line.strip_prefix("data: ") {
            data = text.to_owned();
        } else if line.is_empty() && !name.is_empty() {
            return (name, serde_json::from_str(&data).expect("JSON"));
        }
    }
}

#[test]
fn windows_hear_of_changes_until_the_agent_ends() {
    for (window, topics) in
        [(WindowRole::Officer, json!(["case:9", "applicant"])), (WindowRole::Applicant, json!(["applicant"]))]
    {
        let mut counter = Counter::open();
        let cookie = counter.cookie(window);
        let (address, _) = counter.entry(window);
        let stream = Request::get(address, "/changes").with("cookie", &cookie).open();
        let mut stream = BufReader::new(stream);
        counter.wait_for_listener();
        counter.change(1, &["case:9", "applicant"]);
        let (name, change) = next_event(&mut stream);
        assert_eq!(name, "change");
        assert_eq!(change, json!({ "revision": 1, "topics": topics, "source": "program" }));
        counter.stop();
        let mut rest = String::new();
        stream.read_to_string(&mut rest).expect("the stream ends with the agent");
        assert!(!rest.contains("case:9"));
    }
}

#[test]
fn an_agent_without_pages_does_not_start() {
    let counter = Counter::open();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let settings =
        AgentSettings { ui: std::path::PathBuf::from("/nowhere"), officer_port: 0, applicant_port: 0 };
    let host: Arc<dyn agent::Host> = Arc::clone(&counter.witness) as Arc<dyn agent::Host>;
    let error = runtime.block_on(serve(host, &settings)).expect_err("it has no pages");
    assert_eq!(error.code(), "AGENT_NO_PAGE");
}

//! Who is let in at all.

use terminal::rpc::WindowRole;

use crate::browser::{Answer, Request};
use crate::counter::Counter;

const PATHS: [&str; 8] = [
    "/changes",
    "/pictures/ab?side=64",
    "/documents/ab",
    "/strokes/ab",
    "/frames/ab",
    "/assets/officer.js",
    "/nothing",
    "/rpc/shell",
];

#[test]
fn without_a_cookie_nothing_is_answered() {
    let counter = Counter::open();
    for address in [&counter.officer, &counter.applicant] {
        for path in PATHS {
            let answer = Request::get(address, path).send();
            assert_eq!(answer.refusal(), (401, "AGENT_NOT_ADMITTED".into()), "{path}");
        }
        let answer = Request::post(address, "/rpc/shell", "{}").send();
        assert_eq!(answer.refusal(), (401, "AGENT_NOT_ADMITTED".into()));
        let page = Request::get(address, "/").send();
        assert_eq!(page.status, 401);
        assert!(String::from_utf8_lossy(&page.body).contains("AGENT_NOT_ADMITTED"));
    }
    assert!(counter.asked().is_empty());
}

#[test]
fn a_cookie_of_somebody_else_is_none() {
    let counter = Counter::open();
    let cookie = counter.cookie(WindowRole::Officer);
    let (name, value) = cookie.split_once('=').expect("name and value");
    for wrong in [
        format!("{name}="),
        format!("{name}={}", "0".repeat(value.len())),
        format!("{name}={}", value.to_uppercase() + "0"),
        format!("other={value}"),
        value.to_owned(),
    ] {
        let answer = Request::post(&counter.officer, "/rpc/shell", "{}").with("cookie", &wrong).send();
        assert_eq!(answer.refusal().0, 401, "{wrong}");
    }
    assert!(counter.asked().is_empty());
}

#[test]
fn a_code_works_once() {
    let counter = Counter::open();
    let (address, code) = counter.entry(WindowRole::Officer);
    let first = format!("/?code={code}");
    let answer = Request::get(address, &first).send();
    let cookie = answer.header("set-cookie").expect("a cookie");
    assert!(
        cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict") && cookie.contains("; Path=/")
    );
    assert!(!cookie.contains("Domain"));
    for again in [first.as_str(), "/?code=", "/?code=00000000000000000000000000000000"] {
        let answer = Request::get(address, again).send();
        assert_eq!((answer.status, answer.header("set-cookie")), (403, None), "{again}");
        assert!(String::from_utf8_lossy(&answer.body).contains("AGENT_CODE"));
    }
    // And the cookie of the first time still works.
    let cookie = cookie.split(';').next().expect("a value");
    assert_eq!(Request::get(address, "/").with("cookie", cookie).send().status, 200);
}

#[test]
fn a_wrong_code_does_not_use_up_the_right_one() {
    let counter = Counter::open();
    let (address, _) = counter.entry(WindowRole::Applicant);
    for _ in 0..50 {
        assert_eq!(Request::get(address, "/?code=0123456789abcdef0123456789abcdef").send().status, 403);
    }
    counter.cookie(WindowRole::Applicant);
}

#[test]
fn the_code_of_one_window_does_not_open_the_other() {
    let counter = Counter::open();
    let (_, code) = counter.entry(WindowRole::Applicant);
    let answer = Request::get(&counter.officer, &format!("/?code={code}")).send();
    assert_eq!((answer.status, answer.header("set-cookie")), (403, None));
}

fn refused_everywhere(counter: &Counter, cookie: &str, change: impl Fn(Request) -> Request, code: &str) {
    let check = |answer: Answer, path: &str| {
        assert_eq!(answer.status, 403, "{path}");
        assert!(String::from_utf8_lossy(&answer.body).contains(code), "{path}");
    };
    for path in PATHS.iter().chain(&["/"]) {
        check(change(Request::get(&counter.officer, path).with("cookie", cookie)).send(), path);
    }
    let post = Request::post(&counter.officer, "/rpc/shell", "{}").with("cookie", cookie);
    check(change(post).send(), "/rpc/shell");
    assert!(counter.asked().is_empty(), "a request of a stranger reached the terminal");
}

#[test]
fn a_foreign_host_name_is_refused() {
    let counter = Counter::open();
    let cookie = counter.cookie(WindowRole::Officer);
    let port = counter.officer.split_once(':').expect("a port").1;
    for host in [
        "attacker.example".to_owned(),
        format!("attacker.example:{port}"),
        format!("localhost:{port}"),
        "127.0.0.1".to_owned(),
        format!("127.0.0.1:{port}.attacker.example"),
        counter.applicant.clone(),
        String::new(),
    ] {
        refused_everywhere(&counter, &cookie, |request| request.with("host", &host), "AGENT_HOST");
    }
    // Two names, the right one among them.
    refused_everywhere(&counter, &cookie, |request| request.and("host", "attacker.example"), "AGENT_HOST");
}

#[test]
fn a_code_is_not_taken_through_a_foreign_host_name() {
    let counter = Counter::open();
    let (address, code) = counter.entry(WindowRole::Officer);
    let answer = Request::get(address, &format!("/?code={code}")).with("host", "attacker.example").send();
    assert_eq!(answer.status, 403);
    counter.cookie(WindowRole::Officer);
}

#[test]
fn a_foreign_origin_is_refused() {
    let counter = Counter::open();
    let cookie = counter.cookie(WindowRole::Officer);
    for origin in [
        "http://attacker.example".to_owned(),
        "null".to_owned(),
        format!("https://{}", counter.officer),
        format!("http://{}.attacker.example", counter.officer),
        format!("http://{}", counter.applicant),
    ] {
        refused_everywhere(&counter, &cookie, |request| request.with("origin", &origin), "AGENT_ORIGIN");
    }
    for site in ["cross-site", "same-site"] {
        refused_everywhere(&counter, &cookie, |request| request.with("sec-fetch-site", site), "AGENT_ORIGIN");
    }
}

#[test]
fn a_change_without_an_origin_is_refused() {
    let counter = Counter::open();
    let cookie = counter.cookie(WindowRole::Officer);
    let post = Request::post(&counter.officer, "/rpc/shell", "{}").with("cookie", &cookie);
    assert_eq!(post.clone().without("origin").send().refusal(), (403, "AGENT_ORIGIN".into()));
    assert!(counter.asked().is_empty());
    assert_eq!(post.send().status, 200);
}

#[test]
fn no_foreign_page_is_given_leave_beforehand() {
    let counter = Counter::open();
    let cookie = counter.cookie(WindowRole::Officer);
    let answer = Request::get(&counter.officer, "/rpc/shell")
        .method("OPTIONS")
        .with("cookie", &cookie)
        .with("origin", "http://attacker.example")
        .with("access-control-request-method", "POST")
        .send();
    assert_eq!(answer.refusal(), (403, "AGENT_ORIGIN".into()));
    assert!(answer.headers.iter().all(|(name, _)| !name.starts_with("access-control-")));
}

//! Logging in when the server is not what it should be.

use crate::counter::Counter;
use crate::matters::relogin;
use crate::station::Station;
use serde_json::json;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use terminal::rpc::RpcError;

/// A machine in the server's place that takes every connection and never says a word.
struct BlackHole {
    taken: Arc<Mutex<Vec<TcpStream>>>,
}

impl BlackHole {
    fn at(address: SocketAddr) -> Self {
        let taken = Arc::new(Mutex::new(Vec::new()));
        let listener = TcpListener::bind(address).unwrap();
        let kept = Arc::clone(&taken);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                kept.lock().unwrap().push(stream);
            }
        });
        Self { taken }
    }
}

fn try_login(counter: &Counter, officer: &str, password: &str) -> Result<serde_json::Value, RpcError> {
    counter.try_ask("login", json!({ "officer": officer, "password": password }))
}

#[test]
fn a_first_log_in_without_the_server_is_refused_with_a_way_on() {
    let mut station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    station.pull_network();
    // No store yet: nobody ever logged in at this terminal.
    let refused = try_login(&counter, "F0001", "jiangcheng-F0001").unwrap_err();
    assert_eq!(refused.code, "FIRST_LOGIN_NEEDS_SERVER");
    assert!(refused.sentence.contains("第一次") && refused.cure.contains("网络"), "{refused:?}");
    assert_eq!(counter.ask("shell", json!({}))["gate"], "login");
    assert_eq!(counter.try_ask("desk", json!({})).unwrap_err().code, "NO_SESSION");

    station.plug_network();
    counter.login("F0001");
    counter.drained();
    counter.ask("logout", json!({}));
    station.pull_network();
    // There is a store now, and an officer who is new here.
    let refused = try_login(&counter, "J0001", "jiangcheng-J0001").unwrap_err();
    assert_eq!(refused.code, "FIRST_LOGIN_NEEDS_SERVER");
    let shell = counter.login("F0001");
    assert_eq!(shell["session"]["online"], false, "checked by the terminal alone");
    counter.ask("logout", json!({}));
    assert_eq!(try_login(&counter, "F0001", "wrong").unwrap_err().code, "LOGIN_WRONG_PASSWORD");
}

#[test]
fn a_line_that_swallows_everything_keeps_nobody_from_the_counter() {
    // Calls wait 20 s for their answer; whoever can work alone must be far ahead of that, also on a busy machine.
    const FAR_AHEAD: Duration = Duration::from_secs(14);
    let mut station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    counter.drained();
    counter.ask("logout", json!({}));
    station.pull_network();
    let hole = BlackHole::at(station.server_address());
    let begun = Instant::now();
    let shell = counter.login("F0001");
    let waited = begun.elapsed();
    assert_eq!(shell["session"]["online"], false);
    assert!(!hole.taken.lock().unwrap().is_empty(), "the server was asked first");
    assert!(waited < FAR_AHEAD, "{waited:?}");
    assert_eq!(counter.ask("desk", json!({}))["to_do"], json!([]));
}

#[test]
fn a_wrong_password_says_until_when_to_wait() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    counter.login("F0001");
    counter.ask("logout", json!({}));
    assert_eq!(try_login(&counter, "F0001", "wrong").unwrap_err().code, "LOGIN_WRONG_PASSWORD");
    // Even the right one waits now.
    let refused = try_login(&counter, "F0001", "jiangcheng-F0001").unwrap_err();
    assert_eq!(refused.code, "LOGIN_LOCKED");
    let clock: Vec<&str> = refused.sentence.split(' ').filter(|word| word.len() == 8).collect();
    let [time] = clock[..] else { panic!("no time in {}", refused.sentence) };
    let named: jiff::civil::Time = time.parse().unwrap();
    let here = jiff::tz::offset(8).to_datetime(jiff::Timestamp::now());
    let wait = here.time().duration_until(named).as_secs().abs();
    // Around midnight the difference goes the other way round.
    assert!(!(60..=24 * 3600 - 60).contains(&wait), "{} at {here}", refused.sentence);
    counter.wait("the end of the delay", || try_login(&counter, "F0001", "jiangcheng-F0001").ok());
    relogin(&counter, "F0001");
}

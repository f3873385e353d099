//! What becomes of a hand-over when the register takes its time, does a part, or when the terminal is lost just
//! between the answer and its recording.

use crate::counter::{Counter, one};
use crate::matters::{decide, head_change, relogin};
use crate::station::Station;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A change of head up to its hand-over, with the officer logged in.
fn decided(station: &Station, counter: &Counter) -> String {
    counter.login("F0001");
    let case = head_change(station, counter, true);
    counter.act("submit_case", json!({ "case": case }));
    counter.drained();
    relogin(counter, "J0001");
    let view = decide(counter, &case, "pass", None);
    assert_eq!(view["step"], "effect");
    case
}

fn hand(counter: &Counter, case: &str) -> Value {
    counter.act("effect_case", json!({ "case": case }))
}

fn label(view: &Value) -> &Value {
    let key = one(&view["actions"], "action", "effect");
    assert_eq!(key["enabled"], true, "{key}");
    &key["label"]
}

/// How often the register did the act, by its own word.
fn done_at_the_register(station: &Station, case: &str) -> usize {
    let number = &station.people()["he_new_head"];
    let body = station.ask_register(&format!("/v1/persons/{number}/history"));
    body["history"].as_array().unwrap().iter().filter(|entry| entry["case_id"] == case).count()
}

#[test]
fn a_delayed_act_is_watched_and_recorded_with_one_key() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    let case = decided(&station, &counter);
    station.bend_register(&json!({ "fault": "slow_effect", "requests": 1 }));
    let view = hand(&counter, &case);
    assert_eq!(view["line"]["state"], "落实中，等常口回复");
    assert_eq!(label(&view), "查询落实结果");
    let effect = &view["effect"];
    assert_eq!((&effect["state"], &effect["told"]), (&json!("delayed"), &json!("")));
    assert!(effect["asked"].as_i64().unwrap() >= effect["since"].as_i64().unwrap());
    for words in ["words", "cure", "who"] {
        assert!(!effect[words].as_str().unwrap().is_empty(), "{effect}");
    }
    // It stands among those to be gone on with, and nothing gives it up.
    let desk = counter.ask("desk", json!({}));
    assert_eq!(one(&desk["unfinished"], "id", &case)["state"], "落实中，等常口回复");
    assert!(desk["to_do"].as_array().unwrap().iter().all(|line| line["id"] != case.as_str()));
    let refusal = json!({ "code": "", "text": "不办了", "basis": "" });
    let back = json!({ "case": case, "decision": "return", "reason": refusal, "opinion": "" });
    assert_eq!(counter.refused("decide_review", back), "EFFECT_UNFINISHED");
    let withdraw = json!({ "case": case, "reason": "不办了" });
    assert_eq!(counter.refused("withdraw_case", withdraw), "EFFECT_UNFINISHED");
    assert!(view["actions"].as_array().unwrap().iter().all(|one| one["action"] != "withdraw"));
    // Asked now, it is under way still.
    let first = view["effect"]["asked"].as_i64().unwrap();
    let view = hand(&counter, &case);
    assert_eq!(view["line"]["state"], "落实中，等常口回复");
    assert!(view["effect"]["asked"].as_i64().unwrap() >= first);
    // The register does it by itself. Nobody asks, and the windows are told.
    assert_eq!(station.let_go(), 1);
    counter.wait("the answer that nobody asked for", || {
        let desk = counter.ask("desk", json!({}));
        (one(&desk["unfinished"], "id", &case)["state"] == "常口已办完，待记录").then_some(())
    });
    let view = counter.case(&case);
    assert_eq!(view["effect"]["told"], "常口已办完，待记录");
    assert_eq!(view["step"], "effect", "an answer needs an author");
    let view = hand(&counter, &case);
    assert_eq!((&view["step"], &view["effect"]), (&json!("collect"), &Value::Null));
    assert_eq!(done_at_the_register(&station, &case), 1);
    counter.drained();
}

#[test]
fn a_half_done_act_is_gone_on_with_at_the_other_terminal() {
    let station = Station::start();
    let counter = Counter::new(station.terminal("柜台一"));
    let case = decided(&station, &counter);
    let reason = json!({ "code": "NUMBERS_BUSY", "message": "回执号库占用" });
    station.bend_register(&json!({ "fault": "half_effect", "requests": 1, "refusals": 1, "reason": reason }));
    let view = hand(&counter, &case);
    assert_eq!(view["line"]["state"], "常口只办了一部分，待续办");
    assert_eq!(label(&view), "常口续办");
    assert_eq!(view["effect"]["done"], json!(["人员和户的登记"]));
    assert_eq!(view["effect"]["pending"], json!(["变动记录", "业务回执"]));
    assert_eq!(view["effect"]["reason"], "回执号库占用");
    counter.drained();
    counter.ask("logout", json!({}));
    let office = Counter::new(station.terminal("所长室"));
    office.login("J0001");
    let view = office.wait("the case at the second terminal", || {
        office.try_ask("case", json!({ "case": case })).ok().filter(|view| !view["effect"].is_null())
    });
    assert_eq!(label(&view), "常口续办");
    // Refused once, and then done.
    let view = hand(&office, &case);
    assert_eq!(view["line"]["state"], "常口只办了一部分，待续办");
    assert_eq!(done_at_the_register(&station, &case), 0);
    let view = hand(&office, &case);
    assert_eq!(view["step"], "collect", "{}", view["effect"]);
    assert_eq!(done_at_the_register(&station, &case), 1);
    office.drained();
}

/// A line that loses the server's answer to a hand-over, once: the server has it, the terminal never hears of it.
async fn losing_line(server: SocketAddr, armed: Arc<AtomicBool>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let armed = Arc::clone(&armed);
            tokio::spawn(async move {
                let Ok(far) = TcpStream::connect(server).await else { return };
                let (mut from_near, mut to_near) = near.into_split();
                let (mut from_far, mut to_far) = far.into_split();
                let losing = Arc::new(AtomicBool::new(false));
                let seen = Arc::clone(&losing);
                let there = async move {
                    let mut buffer = vec![0; 64 * 1024];
                    while let Ok(count @ 1..) = from_near.read(&mut buffer).await {
                        let hands_over =
                            buffer[..count].windows(19).any(|part| part == b"/v1/register/effect");
                        if hands_over && armed.swap(false, Ordering::SeqCst) {
                            seen.store(true, Ordering::SeqCst);
                        }
                        if to_far.write_all(&buffer[..count]).await.is_err() {
                            break;
                        }
                    }
                };
                let back = async move {
                    let mut buffer = vec![0; 64 * 1024];
                    while let Ok(count @ 1..) = from_far.read(&mut buffer).await {
                        if losing.load(Ordering::SeqCst) || to_near.write_all(&buffer[..count]).await.is_err()
                        {
                            break;
                        }
                    }
                };
                tokio::select! { () = there => {} () = back => {} }
            });
        }
    });
    address
}

#[test]
fn a_terminal_that_dies_before_it_records_the_answer_leaves_it_to_the_other() {
    let station = Station::start();
    let armed = Arc::new(AtomicBool::new(false));
    let line = station.runtime.block_on(losing_line(station.server_address(), Arc::clone(&armed)));
    let counter = Counter::new(station.terminal_through("柜台一", line));
    let case = decided(&station, &counter);
    counter.drained();
    armed.store(true, Ordering::SeqCst);
    let lost = counter.try_ask("effect_case", json!({ "case": case, "command": uuid::Uuid::now_v7() }));
    assert!(lost.is_err(), "{lost:?}");
    assert!(!armed.load(Ordering::SeqCst), "the answer was lost on the way");
    // The server has the register's answer, and this terminal is gone for good.
    assert_eq!(done_at_the_register(&station, &case), 1);
    counter.terminal.close();
    drop(counter);
    let office = Counter::new(station.terminal("所长室"));
    office.login("J0001");
    office.wait("the case at the second terminal", || {
        let view = office.try_ask("case", json!({ "case": case })).ok()?;
        (view["step"] == "effect").then_some(())
    });
    let view = hand(&office, &case);
    assert_eq!(view["step"], "collect", "{}", view["register_refused"]);
    assert_eq!(done_at_the_register(&station, &case), 1);
    office.drained();
}

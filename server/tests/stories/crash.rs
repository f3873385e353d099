//! The server program killed while it takes acts; replies that get lost.

use crate::on_both;
use crate::support::window::{HAN, Window};
use crate::support::{Kind, Site};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

on_both!(killed_at_any_moment_every_act_is_there_once);

/// The server program on a site's data.
struct Program {
    child: Child,
    url: String,
}

impl Program {
    fn start(site: &Site) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_window-server"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--exit-with-stdin", "--data"]);
        command.arg(&site.settings.data);
        if let Some(url) = &site.settings.database {
            command.args(["--database", url]);
        }
        let mut child =
            command.env("RUST_LOG", "error").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
        let url = format!("http://{}", ready["listen"].as_str().unwrap());
        Self { child, url }
    }

    /// SIGKILL: nothing is closed, nothing is finished.
    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A small generator with a printed seed (xorshift64*, Vigna 2016).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % below
    }
}

async fn killed_at_any_moment_every_act_is_there_once(kind: Kind) {
    let seed: u64 = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_122);
    eprintln!("SEED={seed}");
    let mut dice = Dice(seed);
    let site = Site::prepare(kind, None).await;
    let mut program = Program::start(&site);
    let code = &site.codes.enrolment[0];
    let mut counter = Window::enrol(&program.url, &code.code, &code.window).await.unwrap();
    let session = counter.login("F0001").await;
    let mut items = Vec::new();
    let mut answered: Vec<Vec<u8>> = Vec::new();
    for _ in 0..6 {
        items.extend(counter.take_in(&session, &HAN).await.1);
        let from = answered.len();
        let pushed = items[from..].to_vec();
        // The kill falls anywhere between the first byte and the last answer.
        let wait = Duration::from_micros(dice.throw(60_000));
        let killing = tokio::task::spawn_blocking(move || {
            std::thread::sleep(wait);
            program.kill();
            program
        });
        for item in &pushed {
            let request = protocol::push::PushRequest {
                epoch: counter.epoch,
                items: vec![item.clone()],
                delegations: vec![session.delegation.clone()],
            };
            let nonce = gm::random::random_array().unwrap();
            let sent = counter
                .send_as(&counter.key, "POST", "/v1/push", domain::cbor::to_vec(&request), nonce)
                .await;
            let Ok(response) = sent else { break };
            let Ok(bytes) = response.bytes().await else { break };
            let Ok(answer) = domain::cbor::from_slice::<protocol::push::PushAnswer>(&bytes) else { break };
            answered.push(domain::cbor::to_vec(&answer.results[0]));
        }
        drop(killing.await.unwrap());
        program = Program::start(&site);
        counter.url.clone_from(&program.url);
        // Everything again, also what was answered: the same answers, and what was lost is taken now.
        let again = counter.push(&session, &items).await.unwrap();
        assert_eq!(again.results.len(), items.len());
        for (before, now) in answered.iter().zip(&again.results) {
            assert_eq!(*before, domain::cbor::to_vec(now), "what was answered was durable");
        }
        answered = again.results.iter().map(domain::cbor::to_vec).collect();
    }
    counter.pull().await;
    assert_eq!(counter.placed.len(), 6);
    let per_case = counter.placed.values().map(Vec::len).collect::<Vec<_>>();
    assert!(per_case.iter().all(|count| *count == per_case[0]), "{per_case:?}");
    program.kill();
    site.finish().await;
}

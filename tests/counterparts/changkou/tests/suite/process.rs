//! The program itself, with the full population.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::running::{SEED, assets};

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(data: &std::path::Path) -> (Program, Value) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_changkou"))
        .args(["--listen", "127.0.0.1:0", "--seed", &SEED.to_string(), "--persons", "100000"])
        .args(["--admin-listen", "127.0.0.1:0", "--admin-token", "t", "--exit-with-stdin"])
        .arg("--data")
        .arg(data)
        .arg("--demo")
        .arg(assets("demo/people.toml"))
        .arg("--clients")
        .arg(assets("demo/register-clients.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Program(child), serde_json::from_str(&line).unwrap())
}

#[tokio::test]
async fn a_hundred_thousand_persons_start_and_start_again_from_the_cache() {
    println!("seed {SEED}");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let data = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let began = std::time::Instant::now();
        let (mut program, ready) = start(data.path());
        println!("ready after {} ms", began.elapsed().as_millis());
        assert_eq!(ready["ready"], true);
        assert!(ready["persons"].as_i64().unwrap() >= 100_000, "{ready}");
        assert!(ready["admin"].is_string());
        let url = format!("http://{}/healthz", ready["listen"].as_str().unwrap());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        assert_eq!(client.get(url).send().await.unwrap().status(), 200);
        drop(program.0.stdin.take());
        assert!(program.0.wait().unwrap().success(), "ends with its standard input");
    }
}

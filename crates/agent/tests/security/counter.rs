//! A counter whose terminal writes down what reaches it.

use std::path::Path;
use std::sync::{Arc, Mutex};

use agent::{Agent, AgentSettings, Host, serve};
use serde_json::{Value, json};
use terminal::rpc::{Change, ChangeSource, Resource, RpcError, WindowRole};
use tokio::sync::broadcast;

use crate::browser::Request;

/// What reached the terminal.
pub type Asked = (WindowRole, String, Value);

pub struct Witness {
    pub asked: Mutex<Vec<Asked>>,
    pub changes: broadcast::Sender<Change>,
}

impl Witness {
    fn file(&self, window: WindowRole, what: &str, body: &str) -> Result<Resource, RpcError> {
        self.asked.lock().expect("the list").push((window, what.to_owned(), Value::Null));
        if what.contains("missing") {
            return Err(refusal("FILE_NOT_HERE"));
        }
        Ok(Resource { media: "text/plain".into(), bytes: body.as_bytes().to_vec() })
    }
}

pub fn refusal(code: &str) -> RpcError {
    RpcError {
        code: code.into(),
        sentence: "说明".into(),
        cure: "办法".into(),
        who: "clerk".into(),
        refusal: None,
        report: None,
    }
}

impl Host for Witness {
    fn call(&self, window: WindowRole, command: &str, payload: Value) -> Result<Value, RpcError> {
        self.asked.lock().expect("the list").push((window, command.to_owned(), payload.clone()));
        if payload["fail"] == json!(true) {
            Err(refusal("CASE_UNKNOWN"))
        } else {
            Ok(json!({ "echo": payload }))
        }
    }

    fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    fn picture(&self, window: WindowRole, blob: &str, side: u32) -> Result<Resource, RpcError> {
        self.file(window, &format!("picture {blob} {side}"), "jpeg")
    }

    fn document(&self, window: WindowRole, blob: &str) -> Result<Resource, RpcError> {
        self.file(window, &format!("document {blob}"), "pdf")
    }

    fn strokes(&self, window: WindowRole, blob: &str) -> Result<Resource, RpcError> {
        self.file(window, &format!("strokes {blob}"), "json")
    }

    fn frame(&self, window: WindowRole, operation: &str) -> Result<Resource, RpcError> {
        self.file(window, &format!("frame {operation}"), "jpeg")
    }
}

/// A running agent in front of a [`Witness`], and a tiny user interface.
pub struct Counter {
    pub witness: Arc<Witness>,
    /// `127.0.0.1:PORT` of the officer window.
    pub officer: String,
    /// `127.0.0.1:PORT` of the applicant screen.
    pub applicant: String,
    codes: [String; 2],
    agent: Option<Agent>,
    runtime: tokio::runtime::Runtime,
    _ui: tempfile::TempDir,
}

fn write(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("the folder");
    std::fs::write(file, text).expect("the file");
}

impl Counter {
    pub fn open() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        write(place.path(), "secret.txt", "outside");
        write(place.path(), "dist/index.html", "<!doctype html>officer");
        write(place.path(), "dist/applicant.html", "<!doctype html>applicant");
        write(place.path(), "dist/assets/officer.js", "export {}");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let witness = Arc::new(Witness { asked: Mutex::new(Vec::new()), changes: broadcast::channel(4).0 });
        let settings = AgentSettings { ui: place.path().join("dist"), officer_port: 0, applicant_port: 0 };
        let host: Arc<dyn Host> = Arc::clone(&witness) as Arc<dyn Host>;
        let agent = runtime.block_on(serve(host, &settings)).expect("the agent starts");
        let split = |address: &str| {
            let rest = address.strip_prefix("http://").expect("http");
            let (address, code) = rest.split_once("/?code=").expect("a code");
            (address.to_owned(), code.to_owned())
        };
        let (officer, officer_code) = split(agent.officer_address());
        let (applicant, applicant_code) = split(agent.applicant_address());
        Self {
            witness,
            officer,
            applicant,
            codes: [officer_code, applicant_code],
            agent: Some(agent),
            runtime,
            _ui: place,
        }
    }

    /// Address and code of a window.
    pub fn entry(&self, window: WindowRole) -> (&str, &str) {
        match window {
            WindowRole::Officer => (&self.officer, &self.codes[0]),
            WindowRole::Applicant => (&self.applicant, &self.codes[1]),
        }
    }

    /// Opens a window; the answer is the cookie, `NAME=VALUE`.
    pub fn cookie(&self, window: WindowRole) -> String {
        let (address, code) = self.entry(window);
        let answer = Request::get(address, &format!("/?code={code}")).send();
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")));
        let cookie = answer.header("set-cookie").expect("a cookie");
        cookie.split(';').next().expect("a value").to_owned()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.witness.asked.lock().expect("the list").clone()
    }

    pub fn change(&self, revision: u64, topics: &[&str]) {
        let topics = topics.iter().map(|&topic| topic.to_owned()).collect();
        let change = Change { revision, topics, source: ChangeSource::Program };
        self.witness.changes.send(change).expect("somebody listens");
    }

    /// Waits until a window listens for changes.
    pub fn wait_for_listener(&self) {
        while self.witness.changes.receiver_count() == 0 {
            std::thread::yield_now();
        }
    }

    /// Ends the agent.
    pub fn stop(&mut self) {
        if let Some(agent) = self.agent.take() {
            self.runtime.block_on(agent.stop());
        }
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.stop();
    }
}

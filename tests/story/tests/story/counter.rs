//! A person at a window: the commands of the screens, with the waiting that a person does.

use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use terminal::Terminal;
use terminal::rpc::{RpcError, WindowRole};
use uuid::Uuid;

pub struct Counter {
    pub terminal: Arc<Terminal>,
}

/// Nothing at the counter takes longer on a busy test machine.
const PATIENCE: Duration = Duration::from_secs(90);

impl Counter {
    pub fn new(terminal: Arc<Terminal>) -> Self {
        Self { terminal }
    }

    pub fn try_ask(&self, command: &str, request: Value) -> Result<Value, RpcError> {
        self.terminal.call(WindowRole::Officer, command, request)
    }

    #[track_caller]
    pub fn ask(&self, command: &str, request: Value) -> Value {
        match self.try_ask(command, request) {
            Ok(answer) => answer,
            Err(error) => panic!("{command}: {} {} {:?}", error.code, error.sentence, error.refusal),
        }
    }

    /// A changing command with a name of its own.
    #[track_caller]
    pub fn act(&self, command: &str, mut request: Value) -> Value {
        request["command"] = json!(Uuid::now_v7());
        self.ask(command, request)
    }

    #[track_caller]
    pub fn refused(&self, command: &str, mut request: Value) -> String {
        request["command"] = json!(Uuid::now_v7());
        match self.try_ask(command, request) {
            Ok(answer) => panic!("{command} was not refused: {answer}"),
            Err(error) => error.code,
        }
    }

    #[track_caller]
    pub fn login(&self, officer: &str) -> Value {
        self.ask("login", json!({ "officer": officer, "password": format!("jiangcheng-{officer}") }))
    }

    /// Asks again until the answer is as wanted.
    #[track_caller]
    pub fn wait<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "waited too long for {what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Runs an operation to its end.
    #[track_caller]
    pub fn operate(&self, command: &str, request: Value) -> Value {
        let begun = self.act(command, request);
        let id = begun["id"].as_str().unwrap().to_owned();
        let end = self.wait(command, || {
            let now = self.ask("operation", json!({ "operation": id }));
            (!now["end"].is_null()).then(|| now["end"].clone())
        });
        assert_eq!(end["kind"], "done", "{command}: {end}");
        end
    }

    #[track_caller]
    pub fn case(&self, case: &str) -> Value {
        self.ask("case", json!({ "case": case }))
    }

    #[track_caller]
    pub fn answer(&self, case: &str, question: &str, answer: &str) {
        self.act("answer_question", json!({ "case": case, "question": question, "answer": answer }));
    }

    #[track_caller]
    pub fn fill(&self, case: &str, values: &[(&str, &str)]) -> Value {
        let changes: Vec<Value> = values.iter().map(|(field, value)| json!([field, value])).collect();
        self.act("change_fields", json!({ "case": case, "changes": changes, "reason": "" }))
    }

    #[track_caller]
    pub fn look_up(&self, case: &str, lookup: &str) -> String {
        let view = self.act("run_lookup", json!({ "case": case, "lookup": lookup }));
        let found = view["lookups"].as_array().unwrap().iter().find(|one| one["id"] == lookup).unwrap();
        found["state"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn scan(&self, case: &str, material: &str) {
        self.operate(
            "scan_pages",
            json!({ "case": case, "material": material, "replace": null, "feeder": false }),
        );
    }

    /// The citizen signs on the applicant screen.
    #[track_caller]
    pub fn sign(&self, case: &str, slot: &str) {
        self.ask("request_signature", json!({ "case": case, "slot": slot }));
        let shown = self.terminal.call(WindowRole::Applicant, "applicant", Value::Null).unwrap();
        assert_eq!(shown["mode"]["kind"], "sign", "{shown}");
        let stroke: Vec<Value> =
            (0..40).map(|at| json!([100 + at * 8, 200 + (at % 7) * 5, 500 + at, at * 12])).collect();
        let request = json!({
            "release": shown["mode"]["release"],
            "width": 1000,
            "height": 400,
            "strokes": [stroke],
        });
        self.terminal.call(WindowRole::Applicant, "submit_signature", request).unwrap();
    }

    #[track_caller]
    pub fn print(&self, case: &str, document: &str) {
        self.operate("print_document", json!({ "case": case, "document": document, "reprint_reason": "" }));
    }

    /// Waits until the server has everything.
    pub fn drained(&self) {
        self.wait("an empty outbox", || {
            let sync = self.ask("sync_state", json!({}));
            assert_eq!(sync["line"]["rejected"], 0, "{}", sync["troubles"]);
            (sync["line"]["pending"] == 0 && sync["line"]["pending_files"] == 0).then_some(())
        });
    }
}

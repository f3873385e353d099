//! A person at a window: the commands of the screens, with the waiting that a person does.

use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use terminal::Terminal;
use terminal::rpc::{Change, RpcError, WindowRole};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;
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

    /// Waits for a change of a topic that begins so, as a window does, and looks only when one was told; again until
    /// what it sees is as wanted.
    #[track_caller]
    pub fn told<T>(
        &self,
        changes: &mut Receiver<Change>,
        topic: &str,
        look: impl FnMut(&Change) -> Option<T>,
    ) -> T {
        let found = self.told_within(PATIENCE, changes, topic, look);
        found.unwrap_or_else(|| panic!("waited too long to be told of {topic}"))
    }

    /// As [`Counter::told`], for so long.
    #[track_caller]
    pub fn told_within<T>(
        &self,
        limit: Duration,
        changes: &mut Receiver<Change>,
        topic: &str,
        mut look: impl FnMut(&Change) -> Option<T>,
    ) -> Option<T> {
        let begun = Instant::now();
        while begun.elapsed() < limit {
            match changes.try_recv() {
                Ok(change) => {
                    if change.topics.iter().any(|one| one.starts_with(topic))
                        && let Some(found) = look(&change)
                    {
                        return Some(found);
                    }
                }
                // Only this side waits: nothing is asked of the terminal.
                Err(TryRecvError::Empty) => std::thread::sleep(Duration::from_millis(1)),
                Err(lost) => panic!("the line of changes broke: {lost}"),
            }
        }
        None
    }

    /// Runs an operation to its end, however it ends.
    #[track_caller]
    pub fn end_of(&self, begun: &Value) -> Value {
        let id = begun["id"].as_str().unwrap().to_owned();
        self.wait("the end of an operation", || {
            let now = self.ask("operation", json!({ "operation": id }));
            (!now["end"].is_null()).then(|| now["end"].clone())
        })
    }

    /// Runs an operation that must work.
    #[track_caller]
    pub fn operate(&self, command: &str, request: Value) -> Value {
        let end = self.end_of(&self.act(command, request));
        assert_eq!(end["kind"], "done", "{command}: {end}");
        end
    }

    /// Runs an operation that must fail; the answer is its error, with a sentence and a cure.
    #[track_caller]
    pub fn fails(&self, command: &str, request: Value) -> Value {
        let end = self.end_of(&self.act(command, request));
        assert_eq!(end["kind"], "failed", "{command}: {end}");
        let error = end["error"].clone();
        for words in ["sentence", "cure"] {
            assert!(error[words].as_str().unwrap().chars().count() > 4, "{error}");
        }
        error
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

    /// The strokes of every signature that is given here.
    pub fn strokes() -> Vec<Value> {
        (0..40).map(|at| json!([100 + at * 8, 200 + (at % 7) * 5, 500 + at, at * 12])).collect()
    }

    /// The citizen signs on the applicant screen.
    #[track_caller]
    pub fn sign(&self, case: &str, slot: &str) {
        self.ask("request_signature", json!({ "case": case, "slot": slot }));
        let shown = self.terminal.call(WindowRole::Applicant, "applicant", Value::Null).unwrap();
        assert_eq!(shown["mode"]["kind"], "sign", "{shown}");
        let request = json!({
            "release": shown["mode"]["release"],
            "width": 1000,
            "height": 400,
            "strokes": [Self::strokes()],
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

/// A field of a case's view.
#[track_caller]
pub fn field<'a>(view: &'a Value, path: &str) -> &'a Value {
    view["sections"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|section| section["rows"].as_array().unwrap())
        .flat_map(|row| row.as_array().unwrap())
        .find(|field| field["path"] == path)
        .unwrap_or_else(|| panic!("no field {path}"))
}

/// One of a list by the value of a key.
#[track_caller]
pub fn one<'a>(list: &'a Value, key: &str, value: &str) -> &'a Value {
    list.as_array()
        .unwrap()
        .iter()
        .find(|one| one[key] == value)
        .unwrap_or_else(|| panic!("no {key} {value} in {list}"))
}

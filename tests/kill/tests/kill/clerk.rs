//! Somebody at the counter who takes births in, one after another, and goes on wherever the last one stopped.

use crate::counter::Counter;
use crate::words::{Line, now};
use demo::card::DemoCard;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use terminal::rpc::WindowRole;
use uuid::Uuid;

/// Whose card is laid.
pub const MOTHER: &str = "shen_mother";
const FATHER: &str = "zhou_father";

const MATTER: &str = "T001";
const ANSWERS: [(&str, &str); 2] = [("applicant_is", "mother"), ("in_wedlock", "yes")];
const LOOKUPS: [&str; 5] = ["mother", "mother_household", "father", "birth_certificate", "duplicate"];
const MATERIALS: [&str; 2] = ["mother_booklet", "birth_certificate"];
const SLOT: &str = "applicant";
const RECEIPT: &str = "receipt";

pub struct Clerk {
    counter: Counter,
    parents: Parents,
    /// Hears of everything that was typed and answered.
    say: fn(&Line),
}

/// Identity numbers of the demo people whose child is registered.
pub struct Parents {
    pub mother: String,
    pub father: String,
}

impl Parents {
    pub fn of(cards: &BTreeMap<String, DemoCard>) -> Self {
        let number = |key: &str| cards[key].card.number.clone();
        Self { mother: number(MOTHER), father: number(FATHER) }
    }
}

/// Text of a place in a view.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What a window shows in a field.
pub fn field_value(view: &Value, path: &str) -> String {
    list(&view["sections"])
        .iter()
        .flat_map(|section| list(&section["rows"]))
        .flat_map(list)
        .find(|field| field["path"] == path)
        .map(|field| text(&field["value"]))
        .unwrap_or_default()
}

/// What the window has in a field that is not part of the case yet.
pub fn draft_value(view: &Value, path: &str) -> String {
    list(&view["draft"]["values"])
        .iter()
        .find(|pair| pair[0] == path)
        .map(|pair| text(&pair[1]))
        .unwrap_or_default()
}

impl Clerk {
    pub fn new(counter: Counter, parents: Parents, say: fn(&Line)) -> Self {
        Self { counter, parents, say }
    }

    /// Logs in, and says what the window shows of everything begun before.
    pub fn begin(&self, officer: &str) {
        (self.say)(&Line::Begins { what: "login".to_owned() });
        self.counter.login(officer);
        for case in self.cases() {
            let view = self.counter.case(&case);
            (self.say)(&Line::Shown { case, view });
        }
    }

    /// Works until the end comes from outside.
    pub fn work(&self) {
        loop {
            match self.cases().into_iter().find(|case| !done(&self.counter.case(case))) {
                Some(case) => self.go_on(&case),
                None => self.open(),
            }
        }
    }

    /// Brings everything to its receipt and to the server.
    pub fn finish(&self) {
        for case in self.cases() {
            if !done(&self.counter.case(&case)) {
                self.go_on(&case);
            }
        }
        self.counter.drained();
        self.counter.terminal.close();
    }

    fn cases(&self) -> Vec<String> {
        let wish = json!({ "text": "", "to_review": false, "ended": false });
        list(&self.counter.ask("find_cases", wish)).iter().map(|line| text(&line["id"])).collect()
    }

    fn act(&self, case: &str, command: &str, mut request: Value) -> Value {
        let name = Uuid::now_v7().to_string();
        request["case"] = json!(case);
        request["command"] = json!(name);
        let answer = self.counter.ask(command, request);
        (self.say)(&Line::Acted { case: case.to_owned(), what: command.to_owned(), command: name });
        answer
    }

    /// Runs an operation to its end.
    fn operate(&self, case: &str, command: &str, mut request: Value) -> Value {
        let name = Uuid::now_v7().to_string();
        request["case"] = json!(case);
        request["command"] = json!(name);
        (self.say)(&Line::Begins { what: command.to_owned() });
        let begun = self.counter.ask(command, request);
        let end = self.counter.wait(command, || {
            let now = self.counter.ask("operation", json!({ "operation": begun["id"] }));
            (!now["end"].is_null()).then(|| now["end"].clone())
        });
        assert_eq!(end["kind"], "done", "{command}: {end}");
        (self.say)(&Line::Acted { case: case.to_owned(), what: command.to_owned(), command: name });
        self.counter.case(case)
    }

    fn open(&self) {
        (self.say)(&Line::Lay { person: MOTHER.to_owned() });
        self.counter.wait("the arrival page", || {
            let arrival = self.counter.try_ask("arrival", json!({})).unwrap_or_default();
            (!arrival.is_null()).then_some(())
        });
        let name = Uuid::now_v7().to_string();
        let wish = json!({ "command": name, "matter": MATTER, "arrival": true });
        let view = self.counter.ask("open_case", wish);
        let case = text(&view["line"]["id"]);
        (self.say)(&Line::Acted { case: case.clone(), what: "open_case".to_owned(), command: name });
        self.identified(&case, &view);
        (self.say)(&Line::Lift);
    }

    fn identified(&self, case: &str, view: &Value) -> bool {
        let known = list(&view["identities"]).iter().find(|one| one["person"] == "applicant");
        if let Some(known) = known {
            let number = text(&known["identity"]["number"]);
            (self.say)(&Line::Identified { case: case.to_owned(), person: "applicant".to_owned(), number });
        }
        known.is_some()
    }

    fn go_on(&self, case: &str) {
        let view = self.counter.case(case);
        if view["submission"].is_null() {
            self.take_in(case, &view);
            let view = self.act(case, "submit_case", json!({}));
            let number = text(&view["submission"]["number"]);
            assert!(!number.is_empty(), "no number: {}", view["submission"]);
            (self.say)(&Line::Submitted { case: case.to_owned(), number });
        }
        let view = self.operate(case, "print_document", json!({ "document": RECEIPT, "reprint_reason": "" }));
        let pdf = text(&receipt(&view)["printed"][0]["pdf"]);
        (self.say)(&Line::Printed { case: case.to_owned(), document: RECEIPT.to_owned(), pdf });
    }

    fn take_in(&self, case: &str, view: &Value) {
        if !list(&view["identities"]).iter().any(|one| one["person"] == "applicant") {
            (self.say)(&Line::Lay { person: MOTHER.to_owned() });
            let view = self.operate(case, "read_card", json!({ "person": "applicant" }));
            assert!(self.identified(case, &view));
            (self.say)(&Line::Lift);
        }
        for (question, answer) in ANSWERS {
            let now = list(&view["questions"]).iter().find(|one| one["id"] == question);
            if now.is_none_or(|one| one["answer"].is_null()) {
                self.act(case, "answer_question", json!({ "question": question, "answer": answer }));
                let (question, answer) = (question.to_owned(), answer.to_owned());
                (self.say)(&Line::Answered { case: case.to_owned(), question, answer });
            }
        }
        for (section, fields) in form(&self.parents) {
            self.fill(case, section, &fields);
        }
        let view = self.counter.case(case);
        for lookup in LOOKUPS {
            let known = list(&view["lookups"]).iter().find(|one| one["id"] == lookup);
            if known.is_none_or(|one| one["state"] != "agrees") {
                self.act(case, "run_lookup", json!({ "lookup": lookup }));
                (self.say)(&Line::LookedUp { case: case.to_owned(), lookup: lookup.to_owned() });
            }
        }
        for material in MATERIALS {
            if pages(&self.counter.case(case), material).is_empty() {
                let wish = json!({ "material": material, "replace": null, "feeder": false });
                let view = self.operate(case, "scan_pages", wish);
                for blob in pages(&view, material) {
                    (self.say)(&Line::Scanned { case: case.to_owned(), material: material.to_owned(), blob });
                }
            }
        }
        self.sign(case);
    }

    /// Types the fields of a section key by key, each key a draft, and leaves the section.
    fn fill(&self, case: &str, section: &str, fields: &[(&str, String)]) {
        let view = self.counter.case(case);
        // As the window: what was typed before a restart is taken up, and goes out with every further key.
        let mut pending: BTreeMap<String, String> = fields
            .iter()
            .map(|(name, _)| format!("{section}.{name}"))
            .map(|field| (field.clone(), draft_value(&view, &field)))
            // A death between the change and the end of its draft leaves the draft: there is nothing new in it.
            .filter(|(field, text)| !text.is_empty() && field_value(&view, field) != *text)
            .collect();
        for (name, wanted) in fields {
            let field = format!("{section}.{name}");
            if field_value(&view, &field) == *wanted || pending.get(&field) == Some(wanted) {
                continue;
            }
            // Goes on where the text broke off.
            let begun = pending.get(&field).filter(|text| wanted.starts_with(*text));
            let begun = begun.map_or(0, |text| text.chars().count());
            for typed in begun + 1..=wanted.chars().count() {
                let text: String = wanted.chars().take(typed).collect();
                let (case, field) = (case.to_owned(), field.clone());
                (self.say)(&Line::Typed {
                    case: case.clone(),
                    field: field.clone(),
                    text: text.clone(),
                    at: now(),
                });
                pending.insert(field.clone(), text.clone());
                let draft = json!({
                    "case": case, "section": section, "values": Vec::from_iter(&pending), "field": field,
                    "cursor": typed,
                });
                self.counter.ask("save_draft", draft);
                (self.say)(&Line::Kept { case, field, text });
            }
        }
        if pending.is_empty() {
            return;
        }
        self.act(case, "change_fields", json!({ "changes": Vec::from_iter(&pending), "reason": "" }));
        for (field, value) in pending {
            (self.say)(&Line::Field { case: case.to_owned(), field, value });
        }
    }

    fn sign(&self, case: &str) {
        let signed = |view: &Value| {
            let slot = list(&view["signers"]).iter().find(|one| one["slot"] == SLOT).cloned();
            slot.map(|one| text(&one["strokes"])).filter(|strokes| !strokes.is_empty())
        };
        if signed(&self.counter.case(case)).is_some() {
            return;
        }
        self.counter.ask("request_signature", json!({ "case": case, "slot": SLOT }));
        let shown = self.counter.terminal.call(WindowRole::Applicant, "applicant", Value::Null).unwrap();
        let stroke: Vec<Value> =
            (0..60).map(|at| json!([100 + at * 8, 200 + (at % 7) * 5, 500 + at, at * 12])).collect();
        let request = json!({
            "release": shown["mode"]["release"], "width": 1000, "height": 400, "strokes": [stroke],
        });
        self.counter.terminal.call(WindowRole::Applicant, "submit_signature", request).unwrap();
        let strokes = signed(&self.counter.case(case)).expect("the signature is there");
        (self.say)(&Line::Signed { case: case.to_owned(), slot: SLOT.to_owned(), strokes });
    }
}

/// Pictures of a material's pages.
pub fn pages(view: &Value, material: &str) -> Vec<String> {
    let material = list(&view["materials"]).iter().find(|one| one["id"] == material);
    material
        .map(|one| list(&one["pages"]).iter().map(|page| text(&page["blob"])).collect())
        .unwrap_or_default()
}

/// The receipt among a case's papers.
pub fn receipt(view: &Value) -> Value {
    list(&view["prints"]).iter().find(|one| one["document"] == RECEIPT).cloned().unwrap_or_default()
}

fn done(view: &Value) -> bool {
    !view["submission"].is_null() && !list(&receipt(view)["printed"]).is_empty()
}

/// What is typed, by section.
fn form(parents: &Parents) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    vec![
        ("applicant", vec![("phone", "19900000001".to_owned())]),
        ("mother", vec![("number", parents.mother.clone())]),
        ("father", vec![("number", parents.father.clone())]),
        (
            "newborn",
            vec![
                ("certificate", "Z990000001".to_owned()),
                ("name", "周念安".to_owned()),
                ("sex", "2".to_owned()),
                ("birth_date", "2026-11-03".to_owned()),
                ("ethnic_group", "01".to_owned()),
            ],
        ),
        ("household", vec![("relation", "31".to_owned())]),
    ]
}

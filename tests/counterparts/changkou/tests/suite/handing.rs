//! A case of a shipped definition, and the request that the server would send for it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use check_assets::plan::Plan;
use domain::case::{Case, FieldValue, LookupRecord, Submission};
use domain::catalogue::Catalogue;
use domain::event::{CheckState, EventTime, RegisterAnswer, SubmissionMode, ValueSource};
use domain::ids::FieldPath;
use domain::matter::{Effect, Lookup, MatterDefinition};
use domain::register::{Flat, flatten, nest};
use domain::situation::{Answers, ways};
use serde_json::Value;

use crate::running::{Running, TODAY, assets};

/// The shipped catalogue.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let files = check_assets::files::read(&assets("")).unwrap();
        Catalogue::from_files(&files).unwrap_or_else(|faults| panic!("{faults}"))
    })
}

fn time() -> EventTime {
    EventTime { wall: 0, trusted: 0, confirmed: true }
}

/// A case that was handed in and has its printed number.
pub fn submitted(case: &mut Case) {
    case.submission = Some(Submission {
        mode: SubmissionMode::Accepted,
        number: Some("99990151000020260000009".to_owned()),
        intake_number: None,
        accepted_number: None,
        query_password: String::new(),
        due: None,
        actor: check_assets::people::actor("officer", domain::person::Role::Officer).unwrap(),
        time: time(),
        applied: time(),
        accepted: Some(time()),
    });
}

pub fn set(case: &mut Case, field: &str, value: &str) {
    let value =
        FieldValue { value: value.to_owned(), source: ValueSource::Typed, time: time(), previous: None };
    case.fields.insert(FieldPath(field.to_owned()), value);
}

/// The act as the server nests it.
pub fn act(definition: &MatterDefinition, case: &Case, effect: &Effect) -> (Flat, Value) {
    let flat = effect.request(definition, case);
    let nested = nest(&flat, &effect.numbers);
    (flat, nested)
}

/// Where a proof is asked for, as `server/src/register/proof.rs` does; none for one that cannot be.
pub fn proof_path(kind: &str, body: &Flat) -> Option<String> {
    let part = |name: &str| body.get(name).filter(|value| !value.is_empty());
    let with =
        |name: &str, from: &str| part(from).map(|value| format!("&{name}={value}")).unwrap_or_default();
    let words = format!("?purpose={}&receiving_unit={}", part("purpose")?, part("receiving_unit")?);
    if kind == "household_registration_proof" {
        return Some(format!("/v1/proofs/household-registration/{}{words}", part("number")?));
    }
    if kind != "record_proof" {
        return None;
    }
    let number = part("number");
    Some(match part("kind")?.as_str() {
        "kinship" | "former_household" | "former_kinship" => {
            let other = part("other_number")?;
            format!("/v1/proofs/former-household-kinship/{}{words}&with={other}", number?)
        }
        "item_change" => format!("/v1/proofs/item-change/{}{words}", number?),
        "same_person" => {
            let more = with("with", "other_number") + &with("name", "other_name");
            format!("/v1/proofs/item-change/{}{words}{more}", number?)
        }
        "cancellation" => format!("/v1/proofs/cancellation/{}{words}", number?),
        "moved_out" => format!("/v1/proofs/cancellation/{}{words}&reason=moved_out", number?),
        "duplicate_cancelled" => {
            format!("/v1/proofs/cancellation/{}{words}&reason=duplicate", part("other_number").or(number)?)
        }
        "lawyer" => format!("/v1/proofs/household/{}{words}", number?),
        "not_registered" => {
            let (name, sex, birth) = (part("name")?, part("sex")?, part("birth_date")?);
            format!("/v1/proofs/not-registered{words}&name={name}&sex={sex}&birth_date={birth}")
        }
        _ => return None,
    })
}

/// A case filled with people of the running register.
pub struct Filled<'a> {
    r: &'a Running,
    pub definition: &'static MatterDefinition,
    pub case: Case,
}

impl<'a> Filled<'a> {
    /// Fills a matter in as the plan does, in the first situation with these answers; what the register would say
    /// is forgotten, so that it has to be asked.
    pub fn new(r: &'a Running, matter: &str, answers: &[(&str, &str)]) -> Self {
        let catalogue = catalogue();
        let definition = catalogue.definition(matter).unwrap_or_else(|| panic!("no matter {matter}"));
        let fits = |way: &&Answers| {
            answers.iter().all(|(question, answer)| {
                way.iter().any(|(asked, given)| asked.as_str() == *question && given == answer)
            })
        };
        let ways = ways(definition).unwrap();
        let plans = ways.iter().filter(fits).filter_map(|way| {
            Plan::make(definition, &catalogue.codes, TODAY, way).ok().map(|plan| plan.case)
        });
        let mut case =
            plans.into_iter().next().unwrap_or_else(|| panic!("{matter}: no plan for {answers:?}"));
        case.lookups.clear();
        submitted(&mut case);
        Self { r, definition, case }
    }

    pub fn set(mut self, values: &[(&str, &str)]) -> Self {
        for (field, value) in values {
            set(&mut self.case, field, value);
        }
        self
    }

    /// Nothing stands in these fields, or in any row of these tables.
    pub fn without(mut self, places: &[&str]) -> Self {
        self.case.fields.retain(|path, _| {
            !places
                .iter()
                .any(|place| path.as_str() == *place || path.as_str().starts_with(&format!("{place}.")))
        });
        self
    }

    /// Makes every look-up of the case, in the definition's order; twice, because what one brings another asks with.
    pub async fn look_up(mut self) -> Self {
        let definition = self.definition;
        for lookup in definition.lookups.iter().chain(&definition.lookups) {
            if lookup.applies(&self.case) && lookup.askable(&self.case) {
                let answer = self.ask(lookup).await;
                self.fill(lookup, &answer);
                self.case.lookups.insert(lookup.id.clone(), LookupRecord { answer, time: time() });
            }
        }
        self
    }

    async fn ask(&self, lookup: &Lookup) -> RegisterAnswer {
        let question = lookup.question(&self.case);
        let number = question.get("number").cloned().unwrap_or_default();
        let reply = match lookup.query.as_str() {
            "person" => self.r.get(&format!("/v1/persons/{number}")).await,
            "household" => self.r.get(&format!("/v1/households/{number}")).await,
            "household_of" => self.r.get(&format!("/v1/persons/{number}/household")).await,
            check => {
                let body: BTreeMap<&String, &String> = question.iter().collect();
                let path = format!("/v1/checks/{}", check.replace('_', "-"));
                self.r.post(&path, &serde_json::json!(body)).await
            }
        };
        let mut content = reply.body.clone();
        let state = match content["state"].as_str() {
            Some("found" | "agrees") => CheckState::Agrees,
            Some("not_found" | "differs") => CheckState::Differs,
            _ => panic!("{} {}: {}", self.definition.id, lookup.id, reply.text),
        };
        content
            .as_object_mut()
            .unwrap()
            .retain(|name, _| !["query_id", "answered_at", "state", "state_name"].contains(&name.as_str()));
        RegisterAnswer { query_id: "1".to_owned(), state, answered_at: 1, values: flatten(&content) }
    }

    /// Like the window: what the register says stands in the form.
    fn fill(&mut self, lookup: &Lookup, answer: &RegisterAnswer) {
        for (field, place) in &lookup.fill {
            if let Some(value) = answer.values.get(place) {
                set(&mut self.case, field.as_str(), value);
            }
        }
        let Some(rows) = &lookup.rows else { return };
        self.case.fields.retain(|path, _| !path.as_str().starts_with(&format!("{}.", rows.section)));
        let element = |at: usize, place: &str| answer.values.get(&format!("{}.{at}.{place}", rows.list));
        let mut row = 0;
        for at in 0.. {
            if rows.columns.values().all(|place| element(at, place).is_none()) {
                break;
            }
            let left_out = rows.without.iter().any(|one| {
                element(at, &one.place).map(String::as_str)
                    == self.case.fields.get(&one.field).map(|value| value.value.as_str())
            });
            if left_out {
                continue;
            }
            for (column, place) in &rows.columns {
                if let Some(value) = element(at, place) {
                    set(&mut self.case, &format!("{}.{row}.{column}", rows.section), value);
                }
            }
            row += 1;
        }
    }

    /// Sets a column in the row of a table whose `number` is this one.
    pub fn row(mut self, section: &str, number: &str, values: &[(&str, &str)]) -> Self {
        let row = self
            .case
            .rows(section)
            .into_iter()
            .find(|row| self.case.cell(section, *row, "number") == Some(number))
            .unwrap_or_else(|| panic!("{section} has no row {number}"));
        for (column, value) in values {
            set(&mut self.case, &format!("{section}.{row}.{column}"), value);
        }
        self
    }

    fn effect(&self, id: &str) -> &'static Effect {
        let found = self.definition.effects.iter().find(|one| one.id == id || one.kind == id);
        found.unwrap_or_else(|| panic!("{} has no effect {id}", self.definition.id))
    }

    /// The act with this name or kind.
    pub fn act(&self, id: &str) -> (&'static str, Value) {
        let effect = self.effect(id);
        (&effect.kind, act(self.definition, &self.case, effect).1)
    }

    /// Hands the act over; what comes back stands in the case, and every result the form needs is there.
    pub async fn done(&mut self, id: &str) -> Value {
        let effect = self.effect(id);
        let (kind, act) = self.act(id);
        let answer = crate::acts::done(self.r, kind, &act).await;
        let values = flatten(&answer);
        for (field, place) in &effect.result {
            match values.get(place) {
                Some(value) => set(&mut self.case, field.as_str(), value),
                None => {
                    let needed = self.definition.field(field).is_some_and(|one| one.required);
                    assert!(!needed, "{}: {place} is not in {answer}", self.definition.id);
                }
            }
        }
        answer
    }

    /// Asks for the proof of the case.
    pub async fn proof(&self) -> Value {
        let effect = self.definition.effects.first().unwrap();
        let (flat, _) = act(self.definition, &self.case, effect);
        let path = proof_path(&effect.kind, &flat)
            .unwrap_or_else(|| panic!("{}: no proof of {flat:?}", self.definition.id));
        let reply = self.r.get(&path).await;
        assert_eq!(reply.status, 200, "{} {path}: {}", self.definition.id, reply.text);
        let values = flatten(&reply.body);
        for (field, place) in &effect.result {
            let needed = self.definition.field(field).is_some_and(|one| one.required);
            assert!(!needed || values.contains_key(place), "{place}: {}", reply.text);
        }
        reply.body["proof"].clone()
    }
}

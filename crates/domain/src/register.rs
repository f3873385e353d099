//! Between definitions and the population register: what is asked and handed over, as flat lists.
//!
//! A flat list maps dotted places to text: `newborn.name`, `consents.0`. [`flatten`] and [`nest`] turn answers
//! and requests from and into JSON; the program that talks to the register does nothing else with them.

use crate::address;
use crate::case::Case;
use crate::condition::Situation;
use crate::event::{CheckState, Decision, RegisterAnswer, civil_day};
use crate::ids::FieldPath;
use crate::matter::{AnswerEntries, CaseFact, Effect, Lookup, MatterDefinition};
use crate::requirement::{field_applies, section_applies};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Dotted place → text.
pub type Flat = BTreeMap<String, String>;

/// An answer of the register as a flat list. What is null or empty is left out.
#[must_use]
pub fn flatten(answer: &Value) -> Flat {
    let mut flat = Flat::new();
    flatten_into(answer, String::new(), &mut flat);
    flat
}

fn flatten_into(value: &Value, place: String, flat: &mut Flat) {
    let below = |part: &str| if place.is_empty() { part.to_owned() } else { format!("{place}.{part}") };
    match value {
        Value::Null => {}
        Value::Object(parts) => {
            for (part, inner) in parts {
                flatten_into(inner, below(part), flat);
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                flatten_into(inner, below(&at.to_string()), flat);
            }
        }
        Value::String(text) => {
            flat.insert(place, text.clone());
        }
        Value::Bool(_) | Value::Number(_) => {
            flat.insert(place, value.to_string());
        }
    }
}

/// A flat list as JSON. Parts that are all small whole numbers make a list, in order and without gaps; everything
/// else makes an object. The places in `numbers` become JSON numbers where they read as whole numbers.
#[must_use]
pub fn nest(flat: &Flat, numbers: &[String]) -> Value {
    let mut root = Map::new();
    for (place, text) in flat {
        let value = match text.parse::<i64>() {
            Ok(number) if numbers.contains(place) => Value::from(number),
            _ => Value::from(text.as_str()),
        };
        put(&mut root, place, value);
    }
    close_lists(Value::Object(root))
}

fn put(into: &mut Map<String, Value>, place: &str, value: Value) {
    match place.split_once('.') {
        None => {
            into.insert(place.to_owned(), value);
        }
        Some((part, rest)) => {
            let inner = into.entry(part).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// The number of a list element; longer digits, such as an identity number, name an entry of an object.
fn element(part: &str) -> Option<u16> {
    part.parse::<u16>().ok().filter(|number| number.to_string() == part)
}

fn close_lists(value: Value) -> Value {
    let Value::Object(parts) = value else { return value };
    let is_list = !parts.is_empty() && parts.keys().all(|part| element(part).is_some());
    if is_list {
        let mut items: Vec<(Option<u16>, Value)> =
            parts.into_iter().map(|(part, inner)| (element(&part), close_lists(inner))).collect();
        items.sort_by_key(|(at, _)| *at);
        Value::Array(items.into_iter().map(|(_, inner)| inner).collect())
    } else {
        Value::Object(parts.into_iter().map(|(part, inner)| (part, close_lists(inner))).collect())
    }
}

impl Lookup {
    /// Whether the look-up is made in a case at all.
    #[must_use]
    pub fn applies(&self, case: &dyn Situation) -> bool {
        self.when.as_ref().is_none_or(|when| when.holds(case))
    }

    /// What the register is asked: parameter → value. Empty fields are left out.
    #[must_use]
    pub fn question(&self, case: &dyn Situation) -> Flat {
        let asked = self
            .ask
            .iter()
            .filter_map(|(parameter, field)| Some((parameter.clone(), case.value(field)?.to_owned())));
        asked.chain(self.fixed.iter().map(|(name, value)| (name.clone(), value.clone()))).collect()
    }

    /// Whether the case holds enough for the register to be asked.
    #[must_use]
    pub fn askable(&self, case: &dyn Situation) -> bool {
        let known = |field: &FieldPath| case.value(field).is_some();
        if self.needs.is_empty() {
            return self.ask.values().all(known);
        }
        self.needs.iter().all(|parameter| self.ask.get(parameter).is_some_and(known))
    }

    /// The state of an answer after the definition's own expectations.
    #[must_use]
    pub fn state(&self, answer: &RegisterAnswer) -> CheckState {
        let unexpected = self
            .expect
            .iter()
            .any(|(place, value)| answer.values.get(place).is_some_and(|found| found != value));
        if answer.state == CheckState::Agrees && unexpected { CheckState::Differs } else { answer.state }
    }
}

impl Effect {
    /// What is handed over for a case, as a flat list. Fields that are empty or not shown in this case are left
    /// out; the register says what it misses.
    #[must_use]
    pub fn request(&self, definition: &MatterDefinition, case: &Case) -> Flat {
        let mut flat = Flat::new();
        for (place, field) in &self.body {
            if let Some(value) = shown_value(definition, case, field) {
                flat.insert(place.clone(), value.to_owned());
            }
        }
        for one in &self.fixed {
            if one.when.as_ref().is_none_or(|when| when.holds(case)) {
                flat.insert(one.place.clone(), one.value.clone());
            }
        }
        // What a look-up said counts only while the situation still asks for it.
        let applies = |lookup: &str| definition.lookup(lookup).is_some_and(|one| one.applies(case));
        for one in self.answers.iter().filter(|one| applies(&one.lookup)) {
            let found = case.lookups.get(&one.lookup).and_then(|record| record.answer.values.get(&one.at));
            if let Some(value) = found {
                flat.insert(one.place.clone(), value.clone());
            }
        }
        for (place, fact) in &self.case {
            if let Some(value) = case_fact(case, *fact) {
                flat.insert(place.clone(), value);
            }
        }
        for rows in self.rows.iter().filter(|one| one.when.as_ref().is_none_or(|when| when.holds(case))) {
            let among =
                |row: &u16| rows.among.as_ref().is_none_or(|among| among.has(case, &rows.section, *row));
            for (at, row) in case.rows(&rows.section).into_iter().filter(among).enumerate() {
                let cell = |column: &str| {
                    let field = FieldPath(format!("{}.{row}.{column}", rows.section));
                    shown_value(definition, case, &field)
                };
                if let Some(value) = (!rows.column.is_empty()).then(|| cell(&rows.column)).flatten() {
                    flat.insert(format!("{}.{at}", rows.list), value.to_owned());
                }
                for (place, column) in &rows.columns {
                    if let Some(value) = cell(column) {
                        flat.insert(format!("{}.{at}.{place}", rows.list), value.to_owned());
                    }
                }
            }
        }
        for entries in self.entries.iter().filter(|one| one.when.as_ref().is_none_or(|when| when.holds(case)))
        {
            let cell = |row: u16, column: &str| {
                let field = FieldPath(format!("{}.{row}.{column}", entries.section));
                shown_value(definition, case, &field)
            };
            let among = |row: &u16| {
                entries.among.as_ref().is_none_or(|among| among.has(case, &entries.section, *row))
            };
            let left_out: Vec<&str> =
                entries.without.iter().filter_map(|field| shown_value(definition, case, field)).collect();
            for row in case.rows(&entries.section).into_iter().filter(among) {
                if let (Some(key), Some(value)) = (cell(row, &entries.key), cell(row, &entries.value))
                    && !left_out.contains(&key)
                {
                    flat.insert(format!("{}.{key}", entries.place), value.to_owned());
                }
            }
        }
        for entries in self.answer_entries.iter().filter(|one| applies(&one.lookup)) {
            entries.add_to(&mut flat, case);
        }
        flat
    }
}

impl AnswerEntries {
    fn add_to(&self, flat: &mut Flat, case: &Case) {
        let Some(record) = case.lookups.get(&self.lookup) else { return };
        let mut wanted: Vec<&str> = Vec::new();
        for path in &self.only {
            wanted.extend(case.value(path));
            if let Some((section, column)) = path.as_str().split_once('.') {
                wanted
                    .extend(case.rows(section).into_iter().filter_map(|row| case.cell(section, row, column)));
            }
        }
        for at in 0..u16::MAX {
            let prefix = format!("{}.{at}.", self.list);
            let Some(key) = record.answer.values.get(&format!("{prefix}{}", self.key)) else { return };
            if let Some(value) = record.answer.values.get(&format!("{prefix}{}", self.value))
                && wanted.contains(&key.as_str())
            {
                flat.insert(format!("{}.{key}", self.place), value.clone());
            }
        }
    }
}

/// The value of a field that the form shows in this case.
fn shown_value<'a>(definition: &MatterDefinition, case: &'a Case, field: &FieldPath) -> Option<&'a str> {
    // The code of a standard address is shown with its text, and means nothing without it.
    let text = address::text_path(field);
    let named = text.as_ref().unwrap_or(field);
    let shown = definition.section_of(named).is_some_and(|section| section_applies(section, case))
        && definition.field(named).is_some_and(|one| field_applies(one, case))
        && (text.is_none() || case.value(named).is_some());
    if shown { case.value(field) } else { None }
}

fn case_fact(case: &Case, fact: CaseFact) -> Option<String> {
    match fact {
        CaseFact::Number => case.submission.as_ref()?.number.clone(),
        CaseFact::AcceptedOn => Some(civil_day(case.submission.as_ref()?.accepted?.trusted).to_string()),
        CaseFact::ApprovedOn => {
            let last = case.reviews.iter().rev().find(|one| one.decision == Decision::Pass)?;
            Some(civil_day(last.time.trusted).to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn answers_become_flat_and_requests_nested() {
        let answer = json!({ "person": { "name": "甲", "version": 3, "former": null, "tags": ["a", "b"] } });
        let flat = flatten(&answer);
        assert_eq!(flat["person.name"], "甲");
        assert_eq!(flat["person.version"], "3");
        assert_eq!(flat["person.tags.1"], "b");
        assert!(!flat.contains_key("person.former"));
        let nested = nest(&flat, &["person.version".to_owned()]);
        assert_eq!(nested, json!({ "person": { "name": "甲", "version": 3, "tags": ["a", "b"] } }));
    }

    #[test]
    fn gaps_close_and_identity_numbers_are_names() {
        let flat: Flat = [
            ("consents.1", "x"),
            ("consents.10", "z"),
            ("consents.2", "y"),
            ("relations.999901199001010015", "02"),
            ("relations.99990119900101002X", "10"),
        ]
        .map(|(place, value)| (place.to_owned(), value.to_owned()))
        .into();
        let expected = json!({ "consents": ["x", "y", "z"],
            "relations": { "999901199001010015": "02", "99990119900101002X": "10" } });
        assert_eq!(nest(&flat, &[]), expected);
    }

    proptest! {
        #[test]
        fn any_list_of_places_nests_without_panic(
            places in proptest::collection::btree_map("[a-c0-2.]{0,6}", "[0-9a]{0,3}", 0..8)
        ) {
            let all: Vec<String> = places.keys().cloned().collect();
            let _ = flatten(&nest(&places, &all));
        }
    }
}

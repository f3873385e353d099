//! What the children said, against what is on the disk and what the next window shows.

use crate::clerk::{draft_value, field_value, pages, receipt};
use crate::disk::Disk;
use crate::words::Line;
use domain::ids::{FieldPath, MaterialId, QuestionId, SlotId};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What was typed longer ago than this must be there, answered or not.
const LATEST_DRAFT: u64 = 1_000;

type Field = (String, String);

#[derive(Default)]
pub struct Journal {
    /// What was done, by command.
    acts: BTreeMap<String, String>,
    /// Newest text that was answered, by case and field.
    texts: BTreeMap<Field, String>,
    /// Texts of this life that were not answered yet, with their time.
    unanswered: BTreeMap<Field, Vec<(u64, String)>>,
    values: BTreeMap<Field, String>,
    answers: BTreeMap<(String, String), String>,
    identities: BTreeMap<String, String>,
    lookups: BTreeSet<(String, String)>,
    scans: BTreeSet<(String, String, String)>,
    signatures: BTreeMap<(String, String), String>,
    numbers: BTreeMap<String, String>,
    prints: BTreeSet<(String, String)>,
    alive: u64,
    /// Things that were said to be kept.
    pub kept: u64,
    pub faults: Vec<String>,
}

impl Journal {
    pub fn heard(&mut self, line: Line) {
        self.kept += 1;
        match line {
            Line::Alive { at } => {
                self.alive = at;
                self.kept -= 1;
            }
            Line::Lay { .. } | Line::Lift | Line::Begins { .. } | Line::Finished => self.kept -= 1,
            Line::Typed { case, field, text, at } => {
                self.unanswered.entry((case, field)).or_default().push((at, text));
                self.kept -= 1;
            }
            Line::Kept { case, field, text } => {
                self.unanswered.remove(&(case.clone(), field.clone()));
                self.texts.insert((case, field), text);
            }
            Line::Field { case, field, value } => {
                self.texts.insert((case.clone(), field.clone()), value.clone());
                self.values.insert((case, field), value);
            }
            Line::Acted { command, what, .. } => {
                if self.acts.insert(command, what).is_some() {
                    self.faults.push("a command has two acts".to_owned());
                }
            }
            Line::Identified { case, number, .. } => {
                self.identities.insert(case, number);
            }
            Line::Answered { case, question, answer } => {
                self.answers.insert((case, question), answer);
            }
            Line::LookedUp { case, lookup } => {
                self.lookups.insert((case, lookup));
            }
            Line::Scanned { case, material, blob } => {
                self.scans.insert((case, material, blob));
            }
            Line::Signed { case, slot, strokes } => {
                self.signatures.insert((case, slot), strokes);
            }
            Line::Submitted { case, number } => {
                if let Some(other) = self.numbers.insert(number.clone(), case.clone())
                    && other != case
                {
                    self.faults.push(format!("number {number} was given to two cases"));
                }
            }
            Line::Printed { case, pdf, .. } => {
                self.prints.insert((case, pdf));
            }
            Line::Shown { case, view } => self.shown(&case, &view),
        }
    }

    pub fn cases_submitted(&self) -> usize {
        self.numbers.len()
    }

    /// The next life begins: what the dead one had typed and nobody answered may be gone or there.
    pub fn next_life(&mut self) {
        self.unanswered.clear();
        self.alive = 0;
    }

    /// Compares with the disk; everything that is wrong.
    pub fn compare(&mut self, disk: &Disk) -> Vec<String> {
        let mut faults = std::mem::take(&mut self.faults);
        faults.extend(disk.faults.iter().cloned());
        for (act, what) in self.acts.iter().filter(|(act, _)| !disk.acts.contains(*act)) {
            faults.push(format!("act {act} ({what}) was answered and is gone"));
        }
        let mut texts: Vec<(&Field, &String)> = self.texts.iter().collect();
        for (field, typed) in &self.unanswered {
            let old = typed.iter().rev().find(|(at, _)| at + LATEST_DRAFT < self.alive);
            texts.extend(old.map(|(_, text)| (field, text)));
        }
        for ((case, field), text) in texts {
            let kept = disk.drafts.get(&(case.clone(), field.clone())).cloned();
            let value = disk
                .cases
                .get(case)
                .and_then(|one| one.fields.get(&FieldPath(field.clone())))
                .map(|one| one.value.clone());
            if ![&kept, &value].iter().any(|one| one.as_ref().is_some_and(|one| one.starts_with(text))) {
                faults.push(format!("{field}: `{text}` was typed; draft {kept:?}, value {value:?}"));
            }
        }
        for (number, case) in &self.numbers {
            let known = disk.cases.get(case).and_then(|one| one.submission.as_ref()?.number.clone());
            if known.as_ref() != Some(number) || !disk.numbers_used.contains(number) {
                faults.push(format!("number {number} was printed; the case has {known:?}"));
            }
        }
        let case = |id: &String| disk.cases.get(id);
        let mut must = |holds: Option<bool>, what: &dyn Fn() -> String| {
            if holds != Some(true) {
                faults.push(format!("{} was answered and is gone", what()));
            }
        };
        for ((id, field), value) in &self.values {
            let known = case(id).and_then(|one| one.fields.get(&FieldPath(field.clone())));
            must(known.map(|one| one.value == *value), &|| format!("value of {field}"));
        }
        for ((id, question), answer) in &self.answers {
            let known = case(id).and_then(|one| one.answers.get(&QuestionId(question.clone())));
            must(known.map(|one| one == answer), &|| format!("answer to {question}"));
        }
        for (id, number) in &self.identities {
            let held = case(id).map(|one| one.identities.values().any(|one| one.identity.number == *number));
            must(held, &|| "an identity".to_owned());
        }
        for (id, lookup) in &self.lookups {
            must(case(id).map(|one| one.lookups.contains_key(lookup)), &|| format!("look-up {lookup}"));
        }
        for (id, material, blob) in &self.scans {
            let held = case(id)
                .and_then(|one| one.materials.get(&MaterialId(material.clone())))
                .map(|pages| pages.iter().any(|page| page.picture.id.to_hex() == *blob));
            must(held, &|| format!("a page of {material}"));
        }
        for ((id, slot), strokes) in &self.signatures {
            let known = case(id).and_then(|one| one.signatures.get(&SlotId(slot.clone())));
            must(known.map(|one| one.strokes.id.to_hex() == *strokes), &|| format!("signature of {slot}"));
        }
        for (id, pdf) in &self.prints {
            let held = case(id).map(|one| one.prints.iter().any(|(one, _)| one.pdf.id.to_hex() == *pdf));
            must(held, &|| "a paper".to_owned());
        }
        faults
    }

    /// What a fresh window shows of a case must hold everything that was answered.
    fn shown(&mut self, case: &str, view: &Value) {
        self.kept -= 1;
        let mut lacking = Vec::new();
        for ((_, field), text) in self.texts.iter().filter(|((id, _), _)| id == case) {
            let shown = [field_value(view, field), draft_value(view, field)];
            if !shown.iter().any(|one| one.starts_with(text)) {
                lacking.push(format!("{field} `{text}`, shown {shown:?}"));
            }
        }
        for (_, material, blob) in self.scans.iter().filter(|(id, _, _)| id == case) {
            if !pages(view, material).contains(blob) {
                lacking.push(format!("a page of {material}"));
            }
        }
        for ((_, slot), strokes) in self.signatures.iter().filter(|((id, _), _)| id == case) {
            let signers = view["signers"].as_array().cloned().unwrap_or_default();
            if !signers.iter().any(|one| one["slot"] == slot.as_str() && one["strokes"] == strokes.as_str()) {
                lacking.push(format!("the signature of {slot}"));
            }
        }
        for (number, _) in self.numbers.iter().filter(|(_, id)| *id == case) {
            if view["submission"]["number"] != number.as_str() {
                lacking.push(format!("number {number}"));
            }
        }
        for (_, pdf) in self.prints.iter().filter(|(id, _)| id == case) {
            let printed = receipt(view)["printed"].as_array().cloned().unwrap_or_default();
            if !printed.iter().any(|one| one["pdf"] == pdf.as_str()) {
                lacking.push("the receipt".to_owned());
            }
        }
        self.faults.extend(lacking.into_iter().map(|one| format!("a fresh window does not show {one}")));
    }
}

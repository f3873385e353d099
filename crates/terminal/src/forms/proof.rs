//! 户籍证明 and the other proofs: every word about the person comes from the register's answer to the act, never from
//! a typed field. Which further facts and lists a kind shows is data, `[[proof]]` of `assets/papers/words.toml`.

use super::application::sixths_of;
use super::notice::purpose;
use super::words::{ProofFact, ProofForm, ProofTable, filled};
use super::{Paper, day_of, moment, shortened};
use crate::error::Result;
use domain::event::RegisterAnswer;
use domain::ids::FieldPath;
use domain::matter::Effect;
use serde_json::{Value, json};

/// Where the register's own sentences stand in its answer.
const CONTENT: &str = "proof.content";
/// The template has room for so many lines of a list.
const ROWS: u32 = 60;

pub(super) fn household_proof(paper: &Paper<'_, '_>) -> Result<Value> {
    let answer = paper.case().effect.as_ref().ok_or_else(|| paper.missing("facts"))?;
    let effect = paper.definition().effects.first().ok_or_else(|| paper.missing("facts"))?;
    let form = form(paper, effect);
    let mut facts = mapped(paper, effect, answer)?;
    let further = form.iter().flat_map(|form| &form.facts);
    facts.extend(further.filter_map(|one| fact(paper, one, answer)));
    let statement = effect
        .result
        .values()
        .any(|place| place == CONTENT)
        .then(|| paper.wanted(CONTENT, answer.values.get(CONTENT).cloned()))
        .transpose()?;
    if facts.is_empty() && statement.is_none() {
        return Err(paper.missing("facts"));
    }
    let (purpose, receiver) = purpose(paper);
    let register = paper.words().register_name.as_str();
    Ok(json!({
        "title": shortened(&paper.print.title, 30),
        "number": paper.case_number("number")?,
        "purpose": paper.wanted("purpose", purpose)?,
        "receiver": paper.wanted("receiver", receiver)?,
        "unit": paper.unit()?,
        // The day of the answer: a reprint is no newer proof.
        "issued_on": day_of(answer.answered_at),
        "officer": paper.source.actor.name,
        "phone": paper.phone().ok(),
        "register_name": register,
        "register_time": moment(answer.answered_at),
        "query_number": paper.wanted("query_number", Some(answer.query_id.clone()))?,
        "intro": form.map(|form| filled(&form.intro, &[("register", register)])),
        "facts": facts,
        "tables": form.map(|form| tables(paper, form, answer)).unwrap_or_default(),
        "statement": statement,
        "closing": form.map(|form| form.closing.clone()).unwrap_or_default(),
    }))
}

/// What the shipped words say of this kind of proof.
fn form<'b>(paper: &Paper<'_, 'b>, effect: &Effect) -> Option<&'b ProofForm> {
    let kind = paper.case().fields.get(effect.body.get("kind")?)?.value.as_str();
    paper.words().proofs.iter().find(|form| form.kind == kind)
}

/// Facts that the form of the matter names: its assigned fields.
fn mapped(paper: &Paper<'_, '_>, effect: &Effect, answer: &RegisterAnswer) -> Result<Vec<Value>> {
    let mut facts = Vec::new();
    for section in paper.sections().filter(|section| !section.table) {
        for field in paper.fields(section) {
            let path = FieldPath(format!("{}.{}", section.id, field.id));
            let Some(place) = effect.result.get(&path).filter(|place| *place != CONTENT) else { continue };
            match answer.values.get(place).filter(|value| !value.is_empty()) {
                Some(value) => {
                    let value = paper.in_words(field, value);
                    let width = super::application::sixths(field, &value);
                    facts.push(
                        json!({ "label": shortened(&field.label, 20), "width": width, "value": value }),
                    );
                }
                None if field.required => return Err(paper.missing(path.as_str())),
                None => {}
            }
        }
    }
    Ok(facts)
}

fn words_of(paper: &Paper<'_, '_>, fact: &ProofFact, value: &str) -> String {
    let name = fact.codes.as_deref().and_then(|table| paper.source.codes.name(table, value));
    name.unwrap_or(value).to_owned()
}

fn fact(paper: &Paper<'_, '_>, fact: &ProofFact, answer: &RegisterAnswer) -> Option<Value> {
    let value = answer.values.get(&fact.at).filter(|value| !value.trim().is_empty())?;
    let value = words_of(paper, fact, value);
    let width = fact.width.max(sixths_of(&value)).clamp(1, 6);
    Some(json!({ "label": fact.label, "width": width, "value": value }))
}

fn tables(paper: &Paper<'_, '_>, form: &ProofForm, answer: &RegisterAnswer) -> Vec<Value> {
    form.tables.iter().filter_map(|table| listed(paper, table, answer)).collect()
}

/// A list of the answer; none when the register gave none.
fn listed(paper: &Paper<'_, '_>, table: &ProofTable, answer: &RegisterAnswer) -> Option<Value> {
    let cell = |row: u32, column: &ProofFact| {
        let value = answer.values.get(&format!("{}.{row}.{}", table.list, column.at));
        value.map(|value| words_of(paper, column, value)).unwrap_or_default()
    };
    let rows: Vec<Vec<String>> = (0..ROWS)
        .map(|row| table.columns.iter().map(|column| cell(row, column)).collect::<Vec<_>>())
        .take_while(|cells| cells.iter().any(|cell| !cell.is_empty()))
        .collect();
    let columns: Vec<Value> = table
        .columns
        .iter()
        .map(|column| json!({ "title": column.label, "width": column.width.max(1) }))
        .collect();
    (!rows.is_empty()).then(|| json!({ "title": table.title, "columns": columns, "rows": rows }))
}

//! Papers printed on pre-printed blanks (准予迁入证明, 户口迁移证, 户口簿页): what goes to which place is data,
//! `[[blank]]` of `assets/papers/words.toml`.
//!
//! Number and day come from the register's answer to the act that issues the paper, never from the terminal.

use super::words::{BlankForm, BlankPlace, BlankRows};
use super::{Paper, day_of};
use crate::error::Result;
use domain::event::RegisterAnswer;
use domain::flow::StepKind;
use domain::ids::FieldPath;
use serde_json::{Map, Value, json};

/// What the terminal knows of every blank beside its own places.
pub(super) fn blank(paper: &Paper<'_, '_>) -> Result<Option<Value>> {
    let template = &paper.print.template;
    let Some(form) = paper.words().blanks.iter().find(|one| one.template == *template) else {
        return Ok(None);
    };
    let answer = answer(paper, form).ok_or_else(|| paper.missing("issued_on"))?;
    let mut data = Map::new();
    for place in &form.place {
        match value(paper, place, answer) {
            Some(found) => drop(data.insert(place.to.clone(), json!(found))),
            None if place.required => return Err(paper.missing(&place.to)),
            None => {}
        }
    }
    if let Some(rows) = &form.rows {
        let found = lines(paper, rows, answer);
        if found.is_empty() {
            return Err(paper.missing(&rows.to));
        }
        data.insert(rows.to.clone(), json!(found));
    }
    data.insert("unit".to_owned(), json!(paper.unit()?));
    data.insert("officer".to_owned(), json!(paper.source.actor.name));
    data.insert("issued_on".to_owned(), json!(day_of(answer.answered_at)));
    Ok(Some(Value::Object(data)))
}

/// What the register answered to the act that issues the paper.
fn answer<'b>(paper: &Paper<'_, 'b>, form: &BlankForm) -> Option<&'b RegisterAnswer> {
    let (definition, case) = (paper.definition(), paper.case());
    let issues = |step: &&domain::flow::Step| {
        step.kind == StepKind::Effect
            && definition.effect_of(step).is_some_and(|effect| form.acts.contains(&effect.kind))
    };
    case.effects.get(&definition.flow_of(case).steps.iter().find(issues)?.id)
}

/// The first source of a place that has something to say.
fn value(paper: &Paper<'_, '_>, place: &BlankPlace, answer: &RegisterAnswer) -> Option<String> {
    let coded = |value: &str| -> String {
        let name = place.codes.as_deref().and_then(|table| paper.source.codes.name(table, value));
        name.unwrap_or(value).to_owned()
    };
    let said = |value: Option<&String>| value.filter(|one| !one.trim().is_empty()).map(|one| coded(one));
    said(place.answer.as_ref().and_then(|at| answer.values.get(at)))
        .or_else(|| place.field.iter().find_map(|path| field(paper, path)))
        .or_else(|| {
            place.lookup.iter().find_map(|one| {
                let (lookup, at) = one.split_once(':')?;
                said(paper.case().lookups.get(lookup)?.answer.values.get(at))
            })
        })
}

/// A field of the form in words, if this case shows it.
fn field(paper: &Paper<'_, '_>, path: &FieldPath) -> Option<String> {
    let definition = paper.definition();
    let (section, known) = (definition.section_of(path)?, definition.field(path)?);
    let shown = paper.sections().any(|one| one.id == section.id);
    paper.value(section, known).filter(|value| shown && !value.trim().is_empty())
}

/// Lines of a table of the form, or of a list in the register's answer.
fn lines(paper: &Paper<'_, '_>, rows: &BlankRows, answer: &RegisterAnswer) -> Vec<Map<String, Value>> {
    let coded = |column: &str, value: &str| -> String {
        let name = rows.codes.get(column).and_then(|table| paper.source.codes.name(table, value));
        name.unwrap_or(value).to_owned()
    };
    let line = |cell: &dyn Fn(&str) -> Option<String>| -> Map<String, Value> {
        rows.columns
            .iter()
            .filter_map(|(column, at)| {
                // `a|b`: what the form calls a, a list of the register may call b.
                let value = at.split('|').find_map(cell).filter(|value| !value.trim().is_empty())?;
                Some((column.clone(), json!(coded(column, &value))))
            })
            .collect()
    };
    let mut found = Vec::new();
    if let Some(section) = &rows.section {
        for row in paper.case().rows(section) {
            let cell = |at: &str| {
                let path = FieldPath(format!("{section}.{row}.{at}"));
                paper.case().fields.get(&path).map(|one| one.value.clone())
            };
            found.push(line(&cell));
        }
    }
    let listed: Option<(&str, &domain::register::Flat)> = match (&rows.list, &rows.lookup) {
        (Some(list), None) => Some((list, &answer.values)),
        (Some(list), Some(lookup)) => {
            paper.case().lookups.get(lookup).map(|one| (list.as_str(), &one.answer.values))
        }
        (None, _) => None,
    };
    if let Some((list, values)) = listed.filter(|_| found.is_empty()) {
        for at in 0_u32.. {
            let cell = |name: &str| values.get(&format!("{list}.{at}.{name}")).cloned();
            let one = line(&cell);
            if one.is_empty() {
                break;
            }
            found.push(one);
        }
    }
    found
}

//! 户籍证明: every word about the person comes from the register's answer to the act, never from a typed field.

use super::application::sixths;
use super::notice::purpose;
use super::{Paper, moment, shortened};
use crate::error::Result;
use domain::ids::FieldPath;
use serde_json::{Value, json};

pub(super) fn household_proof(paper: &Paper<'_, '_>) -> Result<Value> {
    let answer = paper.case().effect.as_ref().ok_or_else(|| paper.missing("facts"))?;
    let effect = paper.definition().effects.first().ok_or_else(|| paper.missing("facts"))?;
    let mut facts = Vec::new();
    for section in paper.sections().filter(|section| !section.table) {
        for field in paper.fields(section) {
            let path = FieldPath(format!("{}.{}", section.id, field.id));
            let Some(place) = effect.result.get(&path) else { continue };
            match answer.values.get(place).filter(|value| !value.is_empty()) {
                Some(value) => {
                    let value = paper.in_words(field, value);
                    facts.push(json!({
                        "label": shortened(&field.label, 20),
                        "width": sixths(field, &value),
                        "value": value,
                    }));
                }
                None if field.required => return Err(paper.missing(path.as_str())),
                None => {}
            }
        }
    }
    if facts.is_empty() {
        return Err(paper.missing("facts"));
    }
    let (purpose, receiver) = purpose(paper);
    Ok(json!({
        "number": paper.case_number("number")?,
        "purpose": paper.wanted("purpose", purpose)?,
        "receiver": paper.wanted("receiver", receiver)?,
        "unit": paper.unit()?,
        "issued_on": paper.source.day.to_string(),
        "officer": paper.source.actor.name,
        "phone": paper.phone().ok(),
        "register_name": paper.words().register_name,
        "register_time": moment(answer.answered_at),
        "query_number": paper.wanted("query_number", Some(answer.query_id.clone()))?,
        "facts": facts,
    }))
}

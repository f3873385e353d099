//! 不予办理告知书 and its kin: reason, basis, remedy. The reviewer's words stand as given.

use super::application::who_received;
use super::{Paper, shortened};
use crate::error::Result;
use domain::event::Decision;
use serde_json::{Value, json};

/// The template has room for so many grounds.
const GROUNDS: usize = 10;
/// Characters of one ground.
const GROUND: usize = 300;

pub(super) fn refusal_notice(paper: &Paper<'_, '_>) -> Result<Value> {
    let case = paper.case();
    let reason = case.refused.as_ref().ok_or_else(|| paper.missing("reason"))?;
    let review = case
        .reviews
        .iter()
        .rev()
        .find(|one| one.decision == Decision::Refuse)
        .ok_or_else(|| paper.missing("decided_on"))?;
    let words = &paper.words().refusal;
    // Whoever decided signs for his unit: a county's refusal is not the station's.
    let unit = paper.source.roster.unit(&review.actor.post.unit).map(|unit| unit.name.clone());
    Ok(json!({
        "title": paper.print.title,
        "decided": words.decided.of(paper.definition().family),
        "number": paper.document_number()?,
        "citizen_name": paper.applicant("citizen_name")?,
        "matter": paper.definition().short,
        "case_number": paper.case_number("case_number")?,
        "applied_on": paper.submission("applied_on")?.applied.day().to_string(),
        "reason": paper.wanted("reason", Some(reason.text.clone()))?,
        "basis": basis(paper, &reason.basis)?,
        "remedies": words.remedies,
        "can_do": words.can_do.of(paper.definition().family),
        "unit": paper.wanted("unit", unit)?,
        "decided_on": review.time.day().to_string(),
        "officer": paper.source.actor.name,
        "phone": paper.phone()?,
        "signature": who_received(paper)?,
    }))
}

/// The grounds that the reviewer named, one a line; without any, the basis of the matter itself.
fn basis(paper: &Paper<'_, '_>, named: &str) -> Result<Vec<String>> {
    let mut found = grounds(named, GROUNDS);
    if found.is_empty() {
        found = grounds(&paper.definition().guide.basis, GROUNDS);
    }
    if found.is_empty() { Err(paper.missing("basis")) } else { Ok(found) }
}

/// Grounds that stand in one text, one a line or parted by semicolons.
pub(super) fn grounds(text: &str, most: usize) -> Vec<String> {
    let parts = text.split(['\n', '；', ';']).map(str::trim).filter(|part| !part.is_empty());
    parts.take(most).map(|part| shortened(part, GROUND)).collect()
}

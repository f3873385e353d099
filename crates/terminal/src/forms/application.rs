//! Application forms (申报表, 申请表, 审批表, 结果单): made wholly from the definition.

use super::{Paper, shortened};
use crate::error::Result;
use domain::event::Decision;
use domain::ids::FieldPath;
use domain::matter::{Field, FieldKind, Section, Signer};
use serde_json::{Value, json};

/// Limits of the template's sheet, in characters or items.
const SECTION_TITLE: usize = 30;
const LABEL: usize = 20;
const ATTACHMENT: usize = 80;
const REMARKS: usize = 800;
const OPINIONS: usize = 8;

pub(super) fn application_form(paper: &Paper<'_, '_>) -> Result<Value> {
    let number = paper.case().submission.as_ref().and_then(|one| one.number.clone());
    let sections: Vec<Value> = paper.sections().filter_map(|section| section_data(paper, section)).collect();
    let attachments: Vec<String> = paper.received().map(|name| shortened(name, ATTACHMENT)).collect();
    let situation = situation(paper);
    let filled_on = paper.case().submission.as_ref().map_or(paper.source.day, |one| one.time.day());
    Ok(json!({
        "title": shortened(&paper.print.title, 30),
        "number": number,
        "unit": paper.unit()?,
        "filled_on": filled_on.to_string(),
        "sections": sections,
        "attachments": attachments,
        "remarks": (!situation.is_empty()).then(|| shortened(&situation, REMARKS)),
        "statement": paper.words().form.statement,
        "signatures": signatures(paper)?,
        "opinions": opinions(paper, OPINIONS),
    }))
}

/// A section with its values; a table without rows is left out.
fn section_data<'b>(paper: &Paper<'_, 'b>, section: &'b Section) -> Option<Value> {
    let title = shortened(&section.title, SECTION_TITLE);
    let fields: Vec<&Field> = paper.fields(section).collect();
    if section.table {
        let rows = paper.case().rows(&section.id);
        if rows.is_empty() {
            return None;
        }
        let columns: Vec<Value> = fields
            .iter()
            .map(|field| json!({ "title": shortened(&field.label, LABEL), "width": field.width.max(1) }))
            .collect();
        let rows: Vec<Vec<String>> = rows
            .into_iter()
            .map(|row| fields.iter().map(|field| cell(paper, section, row, field)).collect())
            .collect();
        return Some(json!({ "title": title, "table": { "columns": columns, "rows": rows } }));
    }
    let fields: Vec<Value> = fields
        .into_iter()
        .filter_map(|field| {
            let value = paper.value(section, field);
            let value = match (value, field.kind) {
                (Some(value), _) => value,
                // What the register has not given yet is said; what it has nothing to give for is left out.
                (None, FieldKind::Assigned) if field.required && paper.case().effect.is_none() => {
                    paper.words().form.unassigned.clone()
                }
                (None, FieldKind::Assigned) => return None,
                (None, _) => String::new(),
            };
            Some(json!({
                "label": shortened(&field.label, LABEL),
                "width": sixths(field, &value),
                "value": value,
            }))
        })
        .collect();
    (!fields.is_empty()).then(|| json!({ "title": title, "fields": fields }))
}

fn cell(paper: &Paper<'_, '_>, section: &Section, row: u16, field: &Field) -> String {
    let path = FieldPath(format!("{}.{row}.{}", section.id, field.id));
    let value = domain::compute::shown(field, &path, paper.case(), paper.source.day).unwrap_or_default();
    paper.in_words(field, &value)
}

/// Sixths of the line that a field takes: half its columns of the screen's twelve, and more where its value is long.
pub(super) fn sixths(field: &Field, value: &str) -> u8 {
    let of_screen = match (field.width, field.kind) {
        (0, FieldKind::LongText | FieldKind::Address) => 6,
        (0, _) => 3,
        (columns, _) => columns.div_ceil(2),
    };
    of_screen.max(sixths_of(value)).clamp(1, 6)
}

/// Sixths of the line that a value needs beside its label.
pub(super) fn sixths_of(value: &str) -> u8 {
    // A Chinese character is as wide as two digits. A sixth of a line holds 4 digits beside the label, a
    // third 12, half a line an identity number and a little more.
    let wide: usize = value.chars().map(|sign| if sign.is_ascii() { 1 } else { 2 }).sum();
    match wide {
        0..=4 => 1,
        5..=12 => 2,
        13..=22 => 3,
        23..=32 => 4,
        _ => 6,
    }
}

/// Slots of everybody who signs in this case, then of the officer who took it in.
pub(super) fn signatures(paper: &Paper<'_, '_>) -> Result<Vec<Value>> {
    let mut slots = signatures_of(paper, paper.signers())?;
    // Signs by hand: the officer's acts are signed in the case, not on paper.
    let taken_in_by =
        paper.case().submission.as_ref().map_or(&paper.source.actor.name, |one| &one.actor.name);
    slots.push(json!({ "role": paper.words().form.accepted_by, "name": taken_in_by }));
    Ok(slots)
}

/// Slots of these signers: the stored strokes, or room to sign by hand.
pub(super) fn signatures_of<'b>(
    paper: &Paper<'_, 'b>,
    signers: impl Iterator<Item = &'b Signer>,
) -> Result<Vec<Value>> {
    let case = paper.case();
    let mut slots = Vec::new();
    for signer in signers {
        let signature = case.signatures.get(&signer.slot);
        let written = case.fields.get(&signer.name_field).map(|one| one.value.clone());
        let strokes = signature.map(|one| (paper.source.strokes)(one.strokes.id)).transpose()?;
        slots.push(json!({
            "role": shortened(&signer.label, LABEL),
            "name": signature.map(|one| one.name.clone()).filter(|name| !name.is_empty()).or(written),
            "strokes": strokes,
            "signed_on": signature.map(|one| one.time.day().to_string()),
        }));
    }
    Ok(slots)
}

/// Whoever took a notice: the collector's signature, or room to sign by hand.
pub(super) fn who_received(paper: &Paper<'_, '_>) -> Result<Value> {
    let collector = paper.case().collection.as_ref();
    let strokes = collector.map(|one| (paper.source.strokes)(one.strokes.id)).transpose()?;
    Ok(json!({
        "role": paper.words().refusal.received_by,
        "name": collector.map(|one| one.name.clone()),
        "strokes": strokes,
        "signed_on": collector.map(|one| one.time.day().to_string()),
    }))
}

/// The newest opinions of those who reviewed, oldest first.
pub(super) fn opinions(paper: &Paper<'_, '_>, most: usize) -> Vec<Value> {
    let reviews = &paper.case().reviews;
    reviews[reviews.len().saturating_sub(most)..]
        .iter()
        .map(|review| {
            let reason = review.reason.as_ref().map(|reason| reason.text.as_str());
            let words = match review.decision {
                Decision::Pass if review.opinion.trim().is_empty() => paper.words().form.passed.clone(),
                Decision::Pass => review.opinion.clone(),
                Decision::Return => format!("退回：{}", joined(reason, &review.opinion)),
                Decision::Refuse => {
                    format!(
                        "{}：{}",
                        paper.definition().family.refusal_word(),
                        joined(reason, &review.opinion)
                    )
                }
            };
            json!({
                "title": shortened(&review.stage.title, SECTION_TITLE),
                "text": shortened(&words, 400),
                "person": review.actor.name,
                "decided_on": review.time.day().to_string(),
            })
        })
        .collect()
}

fn joined(reason: Option<&str>, opinion: &str) -> String {
    let parts = [reason.unwrap_or_default().trim(), opinion.trim()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("。")
}

/// The answers to the situation questions that were asked.
pub(super) fn situation(paper: &Paper<'_, '_>) -> String {
    let case = paper.case();
    let lines: Vec<String> = paper
        .definition()
        .questions
        .iter()
        .filter(|question| question.when.as_ref().is_none_or(|when| when.holds(case)))
        .filter_map(|question| {
            let given = case.answers.get(&question.id)?;
            let answer = question.answers.iter().find(|answer| answer.id == *given)?;
            Some(format!("{}{}", question.text, answer.text))
        })
        .collect();
    lines.join("；")
}

//! Papers that the citizen takes home: 受理回执, 收件凭证, 领证回执.

use super::words::filled;
use super::{Paper, moment, shortened};
use crate::error::Result;
use domain::flow::StepKind;
use serde_json::{Value, json};

/// Materials that have room on half a sheet, and characters of each (the sheets of both templates).
const MATERIALS: usize = 12;
const MATERIAL_LENGTH: usize = 30;
/// Characters for what comes later.
const LATER: usize = 160;
/// Characters of one line of what comes next.
const STEP_LENGTH: usize = 70;

pub(super) fn receipt(paper: &Paper<'_, '_>) -> Result<Value> {
    let submission = paper.submission("case_number")?;
    let number = paper.case_number("case_number")?;
    let applicant = paper.applicant("applicant_name")?;
    Ok(json!({
        "query_url": paper.query_url(&number),
        "case_number": number,
        "matter": paper.definition().short,
        "subject_name": paper.subject(&applicant),
        "applicant_name": applicant,
        "agent_name": paper.agent(),
        "unit": paper.unit()?,
        "officer": submission.actor.name,
        "accepted_at": moment(paper.accepted("accepted_at")?.trusted),
        "promised": paper.words().promised(paper.definition().limit),
        "due_on": submission.due.map(|day| day.to_string()),
        "query_password": paper.wanted("query_password", Some(submission.query_password.clone()))?,
        "next_steps": next_steps(paper),
        "materials": materials(paper),
        "later": paper.later(LATER),
        "phone": paper.phone()?,
    }))
}

pub(super) fn intake_slip(paper: &Paper<'_, '_>) -> Result<Value> {
    let submission = paper.submission("slip_number")?;
    let applicant = paper.applicant("applicant_name")?;
    Ok(json!({
        "slip_number": paper.wanted("slip_number", submission.intake_number.clone())?,
        "matter": paper.definition().short,
        "subject_name": paper.subject(&applicant),
        "applicant_name": applicant,
        "agent_name": paper.agent(),
        "unit": paper.unit()?,
        "officer": submission.actor.name,
        "received_at": moment(submission.time.trusted),
        "materials": materials(paper),
        "notify_phone": paper.field("phone").map(|phone| masked(&phone)),
        "phone": paper.phone()?,
    }))
}

pub(super) fn collection_slip(paper: &Paper<'_, '_>) -> Result<Value> {
    let submission = paper.submission("case_number")?;
    let number = paper.case_number("case_number")?;
    Ok(json!({
        "query_url": paper.query_url(&number),
        "case_number": number,
        "name": paper.applicant("name")?,
        "credential": paper.wanted("credential", paper.definition().category.first().cloned())?,
        "reason": paper.field("reason").map(|reason| shortened(&reason, 30)),
        "unit": paper.unit()?,
        "accepted_on": paper.accepted("accepted_on")?.day().to_string(),
        "collect_from": submission.due.map(|day| day.to_string()),
        "collect_at": paper.wanted("collect_at", paper.place()?)?,
        "collection": paper.wanted("collection", paper.field("collection"))?,
        "bring": paper.words().slip.bring,
        "query_password": paper.wanted("query_password", Some(submission.query_password.clone()))?,
        "phone": paper.phone()?,
        "officer": submission.actor.name,
    }))
}

/// What was taken in, as far as half a sheet has room: what does not fit is counted.
fn materials(paper: &Paper<'_, '_>) -> Vec<String> {
    let mut names: Vec<String> = paper.received().map(|name| shortened(name, MATERIAL_LENGTH)).collect();
    if names.is_empty() {
        names.push(paper.words().received.application.clone());
    }
    if names.len() > MATERIALS {
        let all = names.len();
        names.truncate(MATERIALS - 1);
        names.push(format!("等，共 {all} 种"));
    }
    names
}

/// The flow in the citizen's words: reviews together, then what follows.
fn next_steps(paper: &Paper<'_, '_>) -> Vec<String> {
    let next = &paper.words().next;
    let family = paper.definition().family;
    let mut lines = Vec::new();
    let steps = &paper.definition().flow_of(paper.case()).steps;
    let reviews: Vec<&str> = steps
        .iter()
        .filter(|step| matches!(step.kind, StepKind::Review | StepKind::Investigate))
        .map(|step| step.title.as_str())
        .collect();
    if !reviews.is_empty() {
        lines.push(filled(&next.reviewed, &[("steps", &reviews.join("、"))]));
    }
    if let Some(step) = steps.iter().find(|step| step.kind == StepKind::Effect) {
        lines.push(if step.roles.is_empty() {
            filled(&next.elsewhere, &[("title", &step.title)])
        } else {
            next.effected.of(family).clone()
        });
    }
    if steps.iter().any(|step| step.kind == StepKind::Collect) {
        lines.push(next.collected.of(family).clone());
    }
    lines.push(next.asked.clone());
    lines.iter().map(|line| shortened(line, STEP_LENGTH)).collect()
}

/// A phone number that its owner knows again and nobody else can call: the slip may lie about.
fn masked(phone: &str) -> String {
    let signs: Vec<char> = phone.chars().collect();
    // Three at the front and four at the back stay; a short number keeps its last two.
    let (front, back) = if signs.len() > 8 { (3, 4) } else { (0, 2) };
    let hidden = front..signs.len().saturating_sub(back);
    signs.iter().enumerate().map(|(at, sign)| if hidden.contains(&at) { '*' } else { *sign }).collect()
}

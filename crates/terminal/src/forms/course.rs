//! Papers of what happens beside the flow: 容缺受理承诺书, 补正通知书, 中止、特别程序告知书, 终止办理告知书.

use super::application::{signatures_of, who_received};
use super::refusal::grounds;
use super::words::filled;
use super::{Paper, chinese_day, shortened};
use crate::error::Result;
use domain::course::{Supplement, Suspension, SuspensionKind};
use domain::event::{EventTime, Reason};
use domain::ids::MaterialId;
use domain::person::{Actor, PersonRole};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Limits of the templates' sheets, in characters or items.
const TITLE: usize = 80;
const EXPLANATION: usize = 400;
const BROUGHT: usize = 60;
const GROUNDS: usize = 10;

/// 容缺受理承诺书: what comes later, until when, what follows if it does not, and the promise that was signed.
pub(super) fn promise(paper: &Paper<'_, '_>) -> Result<Value> {
    let promised = paper.case().course.tolerance.as_ref().ok_or_else(|| paper.missing("materials"))?;
    let words = &paper.words().promise;
    let until = chinese_day(promised.until);
    let said = |text: &String| filled(text, &[("until", &until)]);
    let brought: Vec<String> = paper.received().map(|name| shortened(name, BROUGHT)).collect();
    let signers: Vec<&domain::matter::Signer> = paper.signers().collect();
    let own =
        |one: &&&domain::matter::Signer| matches!(one.person, PersonRole::Applicant | PersonRole::Agent);
    let mut promising: Vec<&domain::matter::Signer> = signers.iter().filter(own).copied().collect();
    // Where nobody signs as applicant, whoever signs the form signs the promise on it.
    if promising.is_empty() {
        promising = signers;
    }
    Ok(json!({
        "number": paper.document_number()?,
        "unit": paper.unit()?,
        "matter": paper.definition().short,
        "case_number": paper.accepted_number(),
        "citizen_name": paper.applicant("citizen_name")?,
        "promised_on": promised.time.day().to_string(),
        "until": promised.until.to_string(),
        "materials": materials(paper, &promised.materials)?,
        "brought": brought,
        "consequences": words.consequences.iter().map(said).collect::<Vec<_>>(),
        "statement": said(&words.statement),
        "signatures": signatures_of(paper, promising.into_iter())?,
        "officer": promised.actor.name,
        "phone": paper.phone()?,
    }))
}

/// 补正通知书: what was ticked, why, until when, what follows.
pub(super) fn supplement_notice(paper: &Paper<'_, '_>) -> Result<Value> {
    let supplements = &paper.case().course.supplements;
    let asked: &Supplement = supplements.last().ok_or_else(|| paper.missing("materials"))?;
    let words = &paper.words().supplement;
    let until = chinese_day(asked.until);
    let follows: Vec<String> = words.follows.iter().map(|text| filled(text, &[("until", &until)])).collect();
    let mut data = notice(paper, &asked.actor, asked.time, &asked.reason, &words.basis)?;
    data["number"] = json!(nth(paper.document_number()?, supplements.len()));
    data["materials"] = json!(materials(paper, &asked.materials)?);
    data["until"] = json!(asked.until.to_string());
    data["follows"] = json!(follows);
    data["place"] = json!(paper.place()?);
    data["hours"] = json!(paper.office().map(|office| office.hours.clone()));
    Ok(data)
}

/// 中止办理告知书, 特别程序告知书: why the clock stands still, from when, until when, and that the days do not count.
pub(super) fn suspension_notice(paper: &Paper<'_, '_>) -> Result<Value> {
    let course = &paper.case().course;
    let (stopped, resumed): (&Suspension, Option<EventTime>) = match &course.suspension {
        Some(open) => (open, None),
        None => {
            let last = course.suspensions.last();
            last.map(|(one, resumed)| (one, Some(*resumed))).ok_or_else(|| paper.missing("kind"))?
        }
    };
    let times = course.suspensions.len() + usize::from(course.suspension.is_some());
    let words = match stopped.kind {
        SuspensionKind::Suspended => &paper.words().suspension.suspended,
        SuspensionKind::SpecialProcedure => &paper.words().suspension.special_procedure,
    };
    let from = chinese_day(stopped.time.day());
    let foreseen = stopped.until.map_or_else(
        || paper.words().suspension.open_end.clone(),
        |day| filled(&paper.words().suspension.foreseen, &[("until", &chinese_day(day))]),
    );
    let mut data = notice(paper, &stopped.actor, stopped.time, &stopped.reason, &words.basis)?;
    data["number"] = json!(nth(paper.document_number()?, times));
    data["title"] = json!(words.title);
    data["decided"] = json!(words.decided);
    data["from"] = json!(stopped.time.day().to_string());
    data["until"] = json!(stopped.until.map(|day| day.to_string()));
    data["resumed_on"] = json!(resumed.map(|time| time.day().to_string()));
    data["foreseen"] = json!(foreseen);
    data["not_counted"] = json!(filled(&words.not_counted, &[("from", &from)]));
    data["can_do"] = json!(paper.words().suspension.can_do);
    Ok(data)
}

/// 终止办理告知书: why, what was promised or asked for and never came, remedy, and that one may apply again.
pub(super) fn termination_notice(paper: &Paper<'_, '_>) -> Result<Value> {
    let case = paper.case();
    let ended = case.course.termination.as_ref().ok_or_else(|| paper.missing("reason"))?;
    let words = &paper.words().termination;
    let mut lacking = Vec::new();
    if let Some(promised) = &case.course.tolerance {
        let said = filled(&words.promised, &[("until", &chinese_day(promised.until))]);
        lacking.extend(never_came(paper, &case.outstanding(), &said));
    }
    if let Some(asked) = case.open_supplement() {
        let said = filled(&words.asked, &[("until", &chinese_day(asked.until))]);
        lacking.extend(never_came(paper, &case.unsupplied(), &said));
    }
    let mut data = notice(paper, &ended.actor, ended.time, &ended.reason, &words.basis)?;
    data["number"] = json!(paper.document_number()?);
    data["lacking"] = json!(lacking);
    data["remedies"] = json!(paper.words().refusal.remedies);
    data["can_do"] = json!(words.can_do);
    Ok(data)
}

/// What the notices have in common: whom they are for, who decided what when and why.
fn notice(
    paper: &Paper<'_, '_>,
    actor: &Actor,
    time: EventTime,
    reason: &Reason,
    usual: &[String],
) -> Result<Value> {
    // Whoever decided signs for his unit: a county's notice is not the station's.
    let unit = paper.source.roster.unit(&actor.post.unit).map(|unit| unit.name.clone());
    let mut basis = grounds(&reason.basis, GROUNDS);
    if basis.is_empty() {
        basis = usual.to_vec();
    }
    Ok(json!({
        "citizen_name": paper.applicant("citizen_name")?,
        "matter": paper.definition().short,
        "case_number": paper.case_number("case_number")?,
        "applied_on": paper.submission("applied_on")?.applied.day().to_string(),
        "reason": paper.wanted("reason", Some(reason.text.clone()))?,
        "basis": basis,
        "unit": paper.wanted("unit", unit)?,
        "told_on": time.day().to_string(),
        "officer": actor.name,
        "phone": paper.phone()?,
        "signature": who_received(paper)?,
    }))
}

/// A second notice of one kind bears its count.
fn nth(number: String, count: usize) -> String {
    if count > 1 { format!("{number}-{count}") } else { number }
}

fn materials(paper: &Paper<'_, '_>, ids: &BTreeSet<MaterialId>) -> Result<Vec<Value>> {
    let named = paper.definition().materials.iter().filter(|one| ids.contains(&one.id));
    let found: Vec<Value> = named
        .map(|material| {
            json!({
                "title": shortened(&material.name, TITLE),
                "explanation": (!material.plain.is_empty()).then(|| shortened(&material.plain, EXPLANATION)),
            })
        })
        .collect();
    if found.is_empty() { Err(paper.missing("materials")) } else { Ok(found) }
}

fn never_came(paper: &Paper<'_, '_>, ids: &[MaterialId], said: &str) -> Vec<Value> {
    let named = paper.definition().materials.iter().filter(|one| ids.contains(&one.id));
    named.map(|material| json!({ "title": shortened(&material.name, TITLE), "explanation": said })).collect()
}

//! Papers of the first talk: 一次性告知单 and 不予出具证明告知书.

use super::application::situation;
use super::words::{PaperWords, filled};
use super::{Paper, moment, shortened};
use crate::error::Result;
use domain::case::Case;
use domain::code::CodeTables;
use domain::consult::Needed;
use domain::event::{CheckState, EventTime};
use domain::ids::{MaterialId, SlotId, UnitCode};
use domain::matter::{Material, MatterDefinition};
use domain::requirement::{Missing, missing};
use jiff::civil::Date;
use paper::{DataProblem, PaperError};
use serde_json::{Value, json};

/// Limits of the template's sheet, in characters or items.
const TITLE: usize = 80;
const EXPLANATION: usize = 400;
const ALTERNATIVE: usize = 100;
const BROUGHT: usize = 60;
const SITUATION: usize = 200;
const REMARKS: usize = 10;
const LATER: usize = 600;

/// What the citizen still lacks, in his words. Empty fields and questions are no lack of his: the counter asks them.
pub(super) fn one_time_notice(paper: &Paper<'_, '_>) -> Result<Value> {
    let lacking = lacking(paper);
    if lacking.is_empty() {
        let problem = DataProblem::TooSmall { min: 1 };
        let template = paper.print.template.clone();
        return Err(PaperError::DataInvalid { template, path: "lacking".to_owned(), problem }.into());
    }
    let situation = situation(paper);
    let brought: Vec<String> = paper.received().map(|name| shortened(name, BROUGHT)).collect();
    Ok(json!({
        "unit": paper.unit()?,
        "matter": paper.definition().short,
        "situation": (!situation.is_empty()).then(|| shortened(&situation, SITUATION)),
        "citizen_name": paper.applicant("citizen_name").ok(),
        "told_at": moment(paper.source.now.trusted),
        "lacking": lacking,
        "brought": brought,
        "place": paper.place()?,
        "hours": paper.office().map(|office| office.hours.clone()),
        "phone": paper.phone()?,
        "officer": paper.source.actor.name,
        "guide_url": paper.guide_url(),
        "later": paper.later(LATER),
        "remarks": remarks(paper),
    }))
}

fn everything_missing(paper: &Paper<'_, '_>) -> Vec<Missing> {
    missing(paper.definition(), paper.case(), paper.source.codes, paper.source.day, false)
}

/// A consultation that is told on paper.
pub(crate) struct Told<'a> {
    pub(crate) words: &'a PaperWords,
    /// The unit's code and name.
    pub(crate) unit: (&'a UnitCode, &'a str),
    /// Name of the window.
    pub(crate) window: &'a str,
    pub(crate) officer: &'a str,
    pub(crate) definition: &'a MatterDefinition,
    pub(crate) situation: String,
    pub(crate) lacking: &'a [Needed<'a>],
    pub(crate) brought: &'a [&'a Material],
    pub(crate) now: EventTime,
    pub(crate) demo: bool,
}

/// The one-time notice of a consultation without a case. It names no citizen: nobody was asked who he is.
pub(crate) fn consultation_notice(told: &Told<'_>) -> Value {
    let office = told.words.office(told.unit.0);
    let place = office.map(|office| filled(&office.place, &[("unit", told.unit.1), ("window", told.window)]));
    let lacking: Vec<Value> = told
        .lacking
        .iter()
        .map(|one| {
            let mut line = lack(one.material, &one.or);
            let said = [one.material.plain.as_str(), one.material.because.as_str()];
            let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
            if !said.is_empty() {
                line["explanation"] = json!(shortened(&said.join(""), EXPLANATION));
            }
            if !one.certain {
                line["form"] = json!(told.words.notice.depends);
            }
            line
        })
        .collect();
    let brought: Vec<String> = told.brought.iter().map(|one| shortened(&one.name, BROUGHT)).collect();
    let guide = &told.definition.guide;
    let remarks: Vec<&str> =
        [guide.presence.as_str(), guide.fee.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
    let address = filled(&told.words.address.guide, &[("matter", told.definition.id.as_str())]);
    json!({
        "unit": told.unit.1,
        "matter": told.definition.short,
        "situation": (!told.situation.is_empty()).then(|| shortened(&told.situation, SITUATION)),
        "told_at": moment(told.now.trusted),
        "lacking": lacking,
        "brought": brought,
        "place": place,
        "hours": office.map(|office| office.hours.clone()),
        "phone": office.map(|office| office.phone.clone()).unwrap_or_default(),
        "officer": told.officer,
        "guide_url": address,
        "remarks": remarks,
        "demo": told.demo,
    })
}

/// Whether a one-time notice has anything to say.
pub(crate) fn citizen_lacks(
    definition: &MatterDefinition,
    case: &Case,
    codes: &CodeTables,
    day: Date,
) -> bool {
    missing(definition, case, codes, day, false).iter().any(Missing::is_brought)
}

fn lacking(paper: &Paper<'_, '_>) -> Vec<Value> {
    let mut told: Vec<SlotId> = Vec::new();
    let mut lacking = Vec::new();
    for one in everything_missing(paper) {
        match one {
            Missing::Material { material, .. } => {
                lacking.extend(known(paper, &material).map(|material| lack(material, &[])));
            }
            Missing::OneOf { materials, .. } => {
                let group: Vec<&Material> = materials.iter().filter_map(|id| known(paper, id)).collect();
                if let Some((first, others)) = group.split_first() {
                    lacking.push(lack(first, others));
                }
            }
            // Whoever has to show himself and to sign comes once for both.
            Missing::Signature { slot, label } | Missing::Identity { slot, label }
                if !told.contains(&slot) =>
            {
                lacking.push(json!({
                    "title": shortened(&filled(&paper.words().notice.signature, &[("who", who(&label))]), TITLE),
                    "explanation": paper.words().notice.signature_how,
                }));
                told.push(slot);
            }
            _ => {}
        }
    }
    lacking
}

/// The signer without the explanation for the officer.
fn who(label: &str) -> &str {
    label.split('（').next().unwrap_or(label)
}

fn known<'a>(paper: &Paper<'_, 'a>, id: &MaterialId) -> Option<&'a Material> {
    paper.definition().materials.iter().find(|material| material.id == *id)
}

fn lack(material: &Material, others: &[&Material]) -> Value {
    let alternatives: Vec<String> = others.iter().map(|other| alternative(other)).collect();
    json!({
        "title": shortened(&material.name, TITLE),
        "explanation": (!material.plain.is_empty()).then(|| shortened(&material.plain, EXPLANATION)),
        "alternatives": alternatives,
    })
}

/// Another way, in the citizen's words where there are any.
fn alternative(material: &Material) -> String {
    let plain = material.plain.trim_end_matches('。');
    shortened(if plain.is_empty() { &material.name } else { plain }, ALTERNATIVE)
}

/// Checks that the register did not agree with: the citizen has to find out before he comes again.
fn remarks(paper: &Paper<'_, '_>) -> Vec<String> {
    everything_missing(paper)
        .into_iter()
        .filter_map(|one| match one {
            Missing::Check { title, state: CheckState::Differs, .. } => {
                Some(filled(&paper.words().notice.differs, &[("title", &title)]))
            }
            _ => None,
        })
        .take(REMARKS)
        .collect()
}

/// Why no proof is given: what proves it already.
pub(super) fn no_proof_notice(paper: &Paper<'_, '_>) -> Result<Value> {
    let words = &paper.words().no_proof;
    let opening = paper.case().opening.as_ref().ok_or_else(|| paper.missing("asked_on"))?;
    let (purpose, receiver) = purpose(paper);
    Ok(json!({
        "number": paper.document_number()?,
        "citizen_name": paper.applicant("citizen_name")?,
        "asked_on": opening.time.day().to_string(),
        "wanted": paper.definition().name,
        "purpose": paper.wanted("purpose", purpose)?,
        "receiver": paper.wanted("receiver", receiver)?,
        "proved_by": proved_by(paper.case(), &words.proved_by),
        "reason": words.reason,
        "basis": words.basis,
        "unit": paper.unit()?,
        "told_on": paper.source.day.to_string(),
        "officer": paper.source.actor.name,
        "phone": paper.phone()?,
    }))
}

fn proved_by(case: &Case, documents: &std::collections::BTreeMap<String, String>) -> Vec<String> {
    case.answers.values().filter_map(|answer| documents.get(answer).cloned()).collect()
}

/// What a proof is for, and for whom: what the form hands to the register as `purpose` and `receiving_unit`.
pub(super) fn purpose(paper: &Paper<'_, '_>) -> (Option<String>, Option<String>) {
    let asked = |place: &str| {
        let field = paper.definition().effects.iter().find_map(|effect| effect.body.get(place))?;
        Some(paper.case().fields.get(field)?.value.clone())
    };
    (asked("purpose"), asked("receiving_unit"))
}

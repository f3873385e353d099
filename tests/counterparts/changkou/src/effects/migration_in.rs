//! 市外迁入落户

use serde_json::json;

use super::admit::Desk;
use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::{Document, Migrant, MigrationIn, Origin, ShownCertificate};
use super::target::{self, Target};
use super::{Change, Note, migrants, sound, write};
use crate::database;
use crate::model::Household;
use crate::papers::{self, Paper};
use crate::relation::HEAD;

pub(super) fn apply(desk: &Desk<'_>, act: &MigrationIn) -> Result<Change, EffectError> {
    let target = Target {
        number: act.household_number.as_ref(),
        version: act.household_version,
        new: act.new_household.as_ref(),
    };
    let permit = usable(desk, Document::EntryPermit, &act.permit_number)?;
    check_permit(act, &permit)?;
    if act.from == Origin::SameProvince && permit.moved_out_on.is_none() {
        return Err(Refusal::new(RefusalCode::NotMovedOut, "省内迁入须先办理一站式迁出").into());
    }
    check_certificate(desk, act)?;
    let household = target.open(desk)?;
    Target::admits(&household, &permit.reason)?;
    let arrivals = migrants::admit(desk, &act.persons, &household)?;
    let number = household.household_number.clone();
    let mut notes = Vec::new();
    for arrival in &arrivals {
        match &arrival.known {
            Some(known) => write::come_back(desk.connection, known, &arrival.person)?,
            None => database::insert_person(desk.connection, &arrival.person)?,
        }
        let details = json!({ "from": permit.from_address, "permit_number": permit.number,
            "relation": arrival.person.relation });
        notes.push(Note::new(&arrival.person.citizen_number, &number, details));
    }
    let places: Vec<(&str, &str)> =
        arrivals.iter().map(|a| (a.person.citizen_number.as_str(), a.person.relation.as_str())).collect();
    target::settle(desk, &household, &places)?;
    adult_head(desk, &household, &act.persons)?;
    papers::use_up(desk.connection, &permit.number, desk.clock.today())?;
    Ok(Change {
        person: arrivals.first().map(|arrival| arrival.person.citizen_number.clone()),
        household: Some(number),
        assigned: json!({ "household_number": household.household_number,
            "booklet_number": household.booklet_number }),
        notes,
    })
}

/// The paper, if it is good today.
pub(super) fn usable(desk: &Desk<'_>, document: Document, number: &str) -> Result<Paper, EffectError> {
    let paper = papers::find(desk.connection, document, number)?
        .ok_or_else(|| Refusal::new(RefusalCode::PaperNotFound, "查无此准予迁入证明"))?;
    good(desk, &paper)?;
    Ok(paper)
}

fn good(desk: &Desk<'_>, paper: &Paper) -> Result<(), EffectError> {
    let details = json!({ "document": paper.document, "valid_until": paper.valid_until,
        "replaced_by": paper.replaced_by });
    let refusal = if paper.void_since.is_some() {
        Refusal::with(RefusalCode::PaperVoid, "该证明已换发补发，原件作废", details)
    } else if paper.used_on.is_some() {
        Refusal::with(RefusalCode::PaperUsed, "该证明已使用", details)
    } else if paper.expired(desk.clock.today()) {
        Refusal::with(RefusalCode::PaperExpired, "该证明已过有效期", details)
    } else {
        return Ok(());
    };
    Err(refusal.into())
}

/// The permit is for exactly these persons and this household.
fn check_permit(act: &MigrationIn, permit: &Paper) -> Result<(), EffectError> {
    let mut differing = migrants::differences(&act.persons, &permit.persons);
    if act.household_number != permit.household_number {
        differing.push(json!({ "field": "household_number", "given": act.household_number,
            "recorded": permit.household_number }));
    }
    differs("申报内容与准予迁入证明不一致", &differing)
}

pub(super) fn differs(message: &str, differing: &[serde_json::Value]) -> Result<(), EffectError> {
    if differing.is_empty() {
        return Ok(());
    }
    Err(Refusal::with(RefusalCode::PaperDiffers, message, json!({ "differing": differing })).into())
}

/// Another province sends a migration certificate. The register notes one it has not seen, so that nobody
/// comes with it twice; one it knows must say the same.
fn check_certificate(desk: &Desk<'_>, act: &MigrationIn) -> Result<(), EffectError> {
    let Some(shown) = &act.migration_certificate else {
        if act.from == Origin::OtherProvince {
            return Err(Refusal::new(RefusalCode::PaperMissing, "省外迁入须交户口迁移证").into());
        }
        return Ok(());
    };
    let today = desk.clock.today();
    if shown.issued_on > today || shown.valid_until < shown.issued_on {
        return Err(Refusal::new(RefusalCode::DateImpossible, "户口迁移证的日期不可能").into());
    }
    let known = papers::find(desk.connection, Document::MigrationCertificate, &shown.number)?;
    let certificate = match known {
        Some(known) => {
            differs("申报内容与户口迁移证不一致", &certificate_differences(shown, &act.persons, &known))?;
            known
        }
        None => {
            let foreign = Paper {
                number: shown.number.clone(),
                document: Document::MigrationCertificate.word().into(),
                unit: None,
                issued_by: "市外户口登记机关".into(),
                issued_on: shown.issued_on,
                valid_until: shown.valid_until,
                persons: act.persons.clone(),
                household_number: None,
                from_address: None,
                to_address: None,
                reason: migrants::MOVED_IN.into(),
                approval_number: None,
                used_on: None,
                void_since: None,
                replaced_by: None,
                moved_out_on: None,
            };
            papers::insert(desk.connection, &foreign)?;
            foreign
        }
    };
    good(desk, &certificate)?;
    papers::use_up(desk.connection, &certificate.number, today)?;
    Ok(())
}

fn certificate_differences(
    shown: &ShownCertificate,
    persons: &[Migrant],
    known: &Paper,
) -> Vec<serde_json::Value> {
    let mut differing = migrants::differences(persons, &known.persons);
    for (field, given, recorded) in [
        ("issued_on", shown.issued_on, known.issued_on),
        ("valid_until", shown.valid_until, known.valid_until),
    ] {
        if given != recorded {
            differing.push(json!({ "field": field, "given": given, "recorded": recorded }));
        }
    }
    differing
}

/// Whoever comes must find or bring an adult head; a household of minors gets one by 户主变更 first.
fn adult_head(desk: &Desk<'_>, household: &Household, arrivals: &[Migrant]) -> Result<(), EffectError> {
    let today = desk.clock.today();
    let standing = household.members.iter().find(|m| m.relation == HEAD);
    let minor = standing.is_some_and(|head| !head.is_adult_on(today));
    if household.kind == "1" && minor && arrivals.iter().all(|m| m.relation != HEAD) {
        let adults = household.members.iter().filter(|m| m.is_adult_on(today)).count();
        return Err(sound::not_adult(adults).into());
    }
    Ok(())
}

//! 开具准予迁入证明: a household here agrees to take people of another city in.

use serde_json::json;

use super::admit::Desk;
use super::refusal::EffectError;
use super::request::{Document, EntryPermit};
use super::target::Target;
use super::{Change, migrants};
use crate::papers::{self, Paper};

pub(super) fn apply(desk: &Desk<'_>, act: &EntryPermit) -> Result<Change, EffectError> {
    let target = Target {
        number: act.household_number.as_ref(),
        version: act.household_version,
        new: act.new_household.as_ref(),
    };
    let unit = desk.keeping_unit()?;
    let household = target.look(desk)?;
    Target::admits(&household, &act.reason)?;
    migrants::admit(desk, &act.persons, &household)?;
    let today = desk.clock.today();
    let valid_until = papers::valid_until(Document::EntryPermit, today);
    let number = papers::next_number(desk.connection, Document::EntryPermit, unit, today)?;
    let paper = Paper {
        number: number.clone(),
        document: Document::EntryPermit.word().into(),
        unit: Some(unit.to_owned()),
        issued_by: unit.to_owned(),
        issued_on: today,
        valid_until,
        persons: act.persons.clone(),
        household_number: act.household_number.clone(),
        from_address: Some(act.from_address.clone()),
        to_address: Some(household.address),
        reason: act.reason.clone(),
        approval_number: act.approval_number.clone(),
        used_on: None,
        void_since: None,
        replaced_by: None,
        moved_out_on: None,
    };
    papers::insert(desk.connection, &paper)?;
    // Nobody has come yet: the household stays as it was seen.
    Ok(Change {
        assigned: json!({ "permit_number": number, "valid_until": valid_until }),
        household: act.household_number.clone(),
        ..Change::default()
    })
}

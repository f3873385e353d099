//! 立户: a household, family or collective, into which nobody has come yet.

use serde_json::json;

use super::admit::Desk;
use super::refusal::EffectError;
use super::request::HouseholdCreation;
use super::target::{self, Founding};
use super::{Change, write};

pub(super) fn apply(desk: &Desk<'_>, act: &HouseholdCreation) -> Result<Change, EffectError> {
    let founding = Founding {
        kind: &act.kind,
        address: &act.address,
        address_code: act.address_code.as_deref(),
        name: act.name.as_deref(),
        responsible: act.responsible.as_deref(),
        owner_unit: desk.keeping_unit()?,
        flags: Vec::new(),
    };
    let household = target::found(desk.connection, target::draft(founding)?)?;
    write::touch_household(desk.connection, &household.household_number)?;
    Ok(Change {
        assigned: json!({ "household_number": household.household_number,
            "booklet_number": household.booklet_number }),
        household: Some(household.household_number),
        ..Change::default()
    })
}

//! 省内一站式迁出: the province's platform ends the registration at the place of origin; the permit notes it.

use serde_json::json;

use super::Change;
use super::admit::{Desk, covers, not_responsible};
use super::migration_in::{differs, usable};
use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::{Document, OneStopOut};
use crate::papers;

pub(super) fn apply(desk: &Desk<'_>, act: &OneStopOut) -> Result<Change, EffectError> {
    let permit = usable(desk, Document::EntryPermit, &act.permit_number)?;
    if let Some(unit) = permit.unit.as_deref().filter(|unit| !covers(desk.client, unit)) {
        return Err(not_responsible(unit).into());
    }
    if let Some(day) = permit.moved_out_on {
        return Err(Refusal::with(
            RefusalCode::MovedOutAlready,
            "凭该准予迁入证明已办理迁出",
            json!({ "moved_out_on": day }),
        )
        .into());
    }
    let mut given: Vec<&str> = act.persons.iter().map(|one| one.citizen_number.as_str()).collect();
    let mut recorded: Vec<&str> = permit.persons.iter().map(|one| one.citizen_number.as_str()).collect();
    given.sort_unstable();
    recorded.sort_unstable();
    if given != recorded {
        let differing = json!({ "field": "persons", "given": given, "recorded": recorded });
        differs("申报内容与准予迁入证明不一致", &[differing])?;
    }
    let today = desk.clock.today();
    papers::move_out(desk.connection, &permit.number, today)?;
    // Nobody here is changed: those who leave are registered in another city until they come.
    Ok(Change { assigned: json!({ "moved_out_on": today }), ..Change::default() })
}

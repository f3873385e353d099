//! 市内迁移、住址变动: from one household of this register into another.

use std::collections::BTreeSet;

use serde_json::json;

use super::admit::Desk;
use super::leave::{self, Succession};
use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::AddressChange;
use super::target::{self, Target};
use super::{Change, Note, write};
use crate::history;

/// How the record of somebody who moved says why.
const MOVED: &str = "市内迁移";

pub(super) fn apply(desk: &Desk<'_>, act: &AddressChange) -> Result<Change, EffectError> {
    let (left, movers) =
        leave::movers(desk, &act.citizen_numbers, &act.person_versions, act.from_household_version)?;
    let target = Target {
        number: act.household_number.as_ref(),
        version: act.household_version,
        new: act.new_household.as_ref(),
    };
    let joined = target.open(desk)?;
    if joined.household_number == left.household_number {
        return Err(Refusal::new(RefusalCode::HouseholdUnchanged, "迁入户就是现在的户").into());
    }
    Target::admits(&joined, &act.reason)?;
    let numbers: Vec<&str> = movers.iter().map(|m| m.citizen_number.as_str()).collect();
    write::relations_complete(&numbers, &act.relations)?;
    let today = desk.clock.today();
    let mut notes = Vec::new();
    for mover in &movers {
        history::end_stay(desk.connection, mover, left.head.as_deref(), today)?;
        let relation = &act.relations[&mover.citizen_number];
        let household = &joined.household_number;
        write::place(desk.connection, &mover.citizen_number, household, relation, today, MOVED)?;
        let details = json!({ "from_household": left.household_number, "from_address": left.address,
            "to_address": joined.address, "reason": act.reason, "relation": relation });
        notes.push(Note::new(&mover.citizen_number, household, details));
    }
    let leaving: BTreeSet<&str> = numbers.iter().copied().collect();
    let succession = Succession {
        new_head: act.new_head.as_deref(),
        relations: &act.remaining_relations,
        head_exception: act.head_exception.as_deref(),
    };
    let closed = leave::hand_on(desk.connection, today, &left, &leaving, &succession)?;
    let places: Vec<(&str, &str)> =
        numbers.iter().map(|number| (*number, act.relations[*number].as_str())).collect();
    target::settle(desk, &joined, &places)?;
    Ok(Change {
        person: numbers.first().map(|number| (*number).to_owned()),
        assigned: json!({ "household_number": joined.household_number,
            "booklet_number": joined.booklet_number, "former_household_closed": closed }),
        household: Some(joined.household_number),
        notes,
    })
}

//! Taking in for another station (跨所受理): whose household it is, and whether the matter may be taken in here.

use crate::case::Case;
use crate::context::Facts;
use crate::event::Event;
use crate::ids::UnitCode;
use crate::matter::Effect;
use crate::refusal::Refusal;
use std::collections::BTreeSet;

/// Places of a request whose value tells which household or person the register will change: their owner's unit
/// stands in the same look-up, under this place.
const OWNERS: [(&str, &str); 3] = [
    ("household_version", "household.owner_unit"),
    ("from_household_version", "household.owner_unit"),
    ("person_version", "owner_unit"),
];

/// What an acceptance says of the units whose households it is about, beside the unit that takes it in.
///
/// One rule for all matters: the households and persons that the act changes are those whose versions it hands over.
///
/// # Errors
/// [`Refusal::NotCrossStation`] when the matter has to be taken in by the station responsible.
pub(super) fn name_home_units(case: &Case, facts: &Facts<'_>) -> Result<Vec<Event>, Refusal> {
    let opening = case.opening.as_ref().ok_or(Refusal::NotOpen)?;
    let units: BTreeSet<UnitCode> = facts
        .definition
        .effects
        .iter()
        .flat_map(|effect| owners(effect, case))
        .filter(|unit| *unit != opening.unit)
        .collect();
    let mut events = Vec::new();
    for code in units {
        // A unit that this server does not know is the register's business: it says who is responsible.
        let Some(unit) = facts.roster.unit(&code) else { continue };
        if !facts.definition.cross_station {
            return Err(Refusal::NotCrossStation { unit: unit.name.clone() });
        }
        if !case.home_units.contains(&code) {
            events.push(Event::HomeUnitNamed { unit: code });
        }
    }
    Ok(events)
}

fn owners(effect: &Effect, case: &Case) -> Vec<UnitCode> {
    let of = |place: &str, lookup: &str| {
        let (_, owner) = OWNERS.iter().find(|(version, _)| *version == place)?;
        let answer = &case.lookups.get(lookup)?.answer;
        answer
            .values
            .get(*owner)
            .filter(|unit| !unit.is_empty())
            .and_then(|unit| UnitCode::try_from(unit.as_str()).ok())
    };
    effect.answers.iter().filter_map(|one| of(&one.place, &one.lookup)).collect()
}

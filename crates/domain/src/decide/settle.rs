//! What becomes of an act that the server did not place: a person decides, and the case remembers it.

use crate::case::Case;
use crate::context::{Context, Facts};
use crate::event::{Event, Settlement};
use crate::refusal::Refusal;

/// It changes nothing of the case itself: what was made again stands in acts of its own. Whoever works in the unit of
/// the case or above it may decide; that the act came from the same terminal, and has no place, the server knows.
pub(super) fn settle_act(
    settlement: &Settlement,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Result<Vec<Event>, Refusal> {
    let opening = case.opening.as_ref().ok_or(Refusal::NotOpen)?;
    if !facts.roster.covers(&context.actor.post.unit, &opening.unit) {
        return Err(Refusal::UnitNotAllowed);
    }
    if !settlement.given_up.is_empty() && settlement.reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    if case.settled.contains(&settlement.act) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::ActSettled(settlement.clone())])
}

//! Tying cases together: packages, one more for the same person, the same business again.

use super::at_own_counter;
use crate::case::Case;
use crate::context::{Context, Facts};
use crate::event::{CaseLink, Event, Relation};
use crate::refusal::Refusal;

/// A tie says where the case's data comes from and with which cases it is told together. It gives no right and takes
/// none: each case keeps its own flow and its own number.
pub(super) fn link(
    link: &CaseLink,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Result<Vec<Event>, Refusal> {
    at_own_counter(case, context, facts)?;
    let named = !link.package.is_empty();
    if link.other == case.id || named != (link.relation == Relation::Package) {
        return Err(Refusal::UnknownName { name: link.other.to_string() });
    }
    if case.links.contains(link) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::CaseLinked(link.clone())])
}

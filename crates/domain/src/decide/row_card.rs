//! A card read into a table of persons.

use super::at_own_counter;
use super::counter::{number_holds, with_filled};
use crate::arrival::CardValidity;
use crate::case::Case;
use crate::context::{Context, Facts};
use crate::event::{Event, FieldChange, Identity, Reading, ValueSource};
use crate::refusal::Refusal;
use crate::requirement::section_applies;
use crate::row_card::{next_row, row_of, takes_cards, values};

/// One card adds one row, or completes the row of the same person. A card that was read into the table already adds
/// nothing, and one that has expired proves nobody.
pub(super) fn read_row_card(
    section: &str,
    identity: &Identity,
    reading: &Reading,
    case: &Case,
    context: &Context,
    facts: &Facts<'_>,
) -> Result<Vec<Event>, Refusal> {
    at_own_counter(case, context, facts)?;
    let known = facts.definition.sections.iter().find(|one| one.id == section);
    let table = known
        .filter(|one| takes_cards(one) && section_applies(one, case))
        .ok_or_else(|| Refusal::UnknownName { name: section.to_owned() })?;
    number_holds(identity)?;
    if let CardValidity::Expired(last) = CardValidity::of(&identity.valid_until, context.time.day()) {
        return Err(Refusal::CardExpired { until: last.to_string() });
    }
    let row = row_of(table, &identity.number, case);
    let read_into = |row: u16| case.row_identities.contains_key(&(section.to_owned(), row));
    if row.is_some_and(read_into) {
        return Err(Refusal::CardAlreadyRead);
    }
    let row = row.unwrap_or_else(|| next_row(section, case));
    let change = |(field, value)| FieldChange { field, value, source: ValueSource::Card };
    let changes: Vec<FieldChange> = values(table, row, identity, case).into_iter().map(change).collect();
    let read = Event::RowIdentityRead {
        section: section.to_owned(),
        row,
        identity: identity.clone(),
        reading: reading.clone(),
    };
    Ok(with_filled(read, changes, case, facts))
}

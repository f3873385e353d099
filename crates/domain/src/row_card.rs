//! Identity cards read one after the other into a table of persons (连续读卡): which tables take them, and what a card
//! fills.
//!
//! A column names the part of the card that fills it (`card = "…"`); one that names none takes the part of its own
//! name, as the register's lists do. A table takes cards when one of its columns is the number that a person is known
//! by.

use crate::case::Case;
use crate::condition::Situation;
use crate::event::Identity;
use crate::ids::FieldPath;
use crate::matter::{Field, FieldKind, Section};

/// The part of a card that fills a column.
fn part<'i>(column: &Field, identity: &'i Identity) -> Option<&'i str> {
    let said = identity.part(column.card.as_deref().unwrap_or(&column.id));
    said.filter(|value| column.kind.typed() && !value.is_empty())
}

/// The column of the number that a person of the table is known by.
fn number_column(section: &Section) -> Option<&Field> {
    let is_number = |column: &&Field| {
        column.kind == FieldKind::IdNumber && column.card.as_deref().unwrap_or(&column.id) == "number"
    };
    section.fields.iter().find(is_number).filter(|_| section.table)
}

/// Whether cards may be read into a section one after the other.
#[must_use]
pub fn takes_cards(section: &Section) -> bool {
    number_column(section).is_some()
}

/// The row of a person with this number; none where nobody in the table has it.
#[must_use]
pub fn row_of(section: &Section, number: &str, case: &Case) -> Option<u16> {
    let column = number_column(section)?;
    let same = |row: &u16| {
        case.cell(&section.id, *row, &column.id).is_some_and(|one| one.eq_ignore_ascii_case(number))
    };
    case.rows(&section.id).into_iter().find(same)
}

/// The row below all that ever were: a number is given once, also to a row that was emptied.
#[must_use]
pub fn next_row(section: &str, case: &Case) -> u16 {
    let numbers = case.fields.keys().filter_map(|path| {
        let mut parts = path.as_str().splitn(3, '.');
        if parts.next() != Some(section) {
            return None;
        }
        parts.next()?.parse::<u16>().ok()
    });
    numbers.max().map_or(0, |last| last.saturating_add(1))
}

/// What a card fills in a row: columns whose value is not what the card says.
#[must_use]
pub fn values(section: &Section, row: u16, identity: &Identity, case: &Case) -> Vec<(FieldPath, String)> {
    let value = |column: &Field| {
        let said = part(column, identity)?;
        let path = FieldPath(format!("{}.{row}.{}", section.id, column.id));
        (case.value(&path) != Some(said)).then(|| (path, said.to_owned()))
    };
    section.fields.iter().filter_map(value).collect()
}

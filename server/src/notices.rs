//! Notices to the units whose households a case of another unit is about (跨所受理). The unit named reads the case
//! and its files; it can do nothing to it, and no third unit sees anything.

use crate::access;
use crate::fault::Result;
use crate::house::{House, Terminal, now, unit_code};
use crate::push::in_sight;
use crate::storage::{Work, next_number, one, values};
use domain::case::Case;
use domain::ids::UnitCode;
use domain::person::Roster;

/// The name of the lane in which the notices of a unit are numbered.
#[must_use]
pub fn lane(unit: &UnitCode) -> String {
    format!("notice:{unit}")
}

/// The units that are told of a case: those named in it that do not read it anyhow.
fn told<'c>(case: &'c Case, unit: &'c UnitCode, roster: &'c Roster) -> impl Iterator<Item = &'c UnitCode> {
    case.home_units
        .iter()
        .filter(move |home| **home != *unit && roster.unit(home).is_some() && !roster.covers(home, unit))
}

/// Numbers what is new of a case for each unit that is told of it; a unit named just now gets the whole case. Called
/// last in a push, as the counters are held until the commit.
///
/// # Errors
/// When the storage fails.
pub async fn number(
    house: &House,
    work: &mut dyn Work,
    terminal: &Terminal,
    case: &Case,
    unit: &UnitCode,
    version: u64,
    outbox: (u32, u64),
) -> Result<()> {
    if case.home_units.is_empty() {
        return Ok(());
    }
    let roster = house.rosters.present(house, work).await?.roster;
    let name = case.id.to_string();
    for home in told(case, unit, &roster) {
        let row = one(
            work,
            "SELECT version FROM notice WHERE case_id = $1 AND unit = $2 FOR UPDATE",
            values![name.clone(), home.as_str()],
        )
        .await?;
        let before = match row {
            Some(row) => {
                work.run(
                    "UPDATE notice SET version = $1 WHERE case_id = $2 AND unit = $3",
                    values![version, name.clone(), home.as_str()],
                )
                .await?;
                row.count(0)?
            }
            None => {
                work.run(
                    "INSERT INTO notice (case_id, unit, version, at) VALUES ($1, $2, $3, $4)",
                    values![name.clone(), home.as_str(), version, now()],
                )
                .await?;
                access::log(work, terminal, &lane(home), &name, "").await?;
                0
            }
        };
        let lane = lane(home);
        let count = u32::try_from(version - before).unwrap_or(u32::MAX);
        let end = next_number(work, &format!("change:{lane}"), count).await?;
        for (at, one) in (before + 1..=version).enumerate() {
            let position = end - i64::from(count) + 1 + at as i64;
            work.run(
                "INSERT INTO change (tree, position, unit, case_id, version, terminal, epoch, outbox_seq) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                values![
                    lane.clone(),
                    position,
                    home.as_str(),
                    name.clone(),
                    one,
                    terminal.id.to_string(),
                    outbox.0,
                    outbox.1
                ],
            )
            .await?;
        }
    }
    Ok(())
}

/// Whether a terminal may read a case: its unit's own, one below, or one that its unit is told of.
///
/// # Errors
/// When the storage fails.
pub async fn may_read(
    house: &House,
    work: &mut dyn Work,
    terminal: &Terminal,
    case: &str,
    unit: &UnitCode,
) -> Result<bool> {
    if in_sight(house, work, terminal, unit).await? {
        return Ok(true);
    }
    let row = one(
        work,
        "SELECT version FROM notice WHERE case_id = $1 AND unit = $2",
        values![case.to_owned(), terminal.unit.as_str()],
    )
    .await?;
    Ok(row.is_some())
}

/// Whether a terminal may read a file because of any case that names it.
///
/// # Errors
/// When the storage fails.
pub async fn may_read_blob(
    house: &House,
    work: &mut dyn Work,
    terminal: &Terminal,
    blob: &str,
) -> Result<bool> {
    let rows =
        work.rows("SELECT unit, case_id FROM blob_key WHERE blob = $1", values![blob.to_owned()]).await?;
    for row in rows {
        let case = row.text(1)?.to_owned();
        let unit = unit_code(row.text(0)?)?;
        if may_read(house, work, terminal, &case, &unit).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

//! Rosters: officers and units, version by version. Officers' names are sealed.

use crate::fault::{Fault, Result};
use crate::house::House;
use crate::library;
use crate::storage::{Work, one, values};
use domain::ids::UnitCode;
use domain::person::{Officer, Roster};
use protocol::edition::Edition;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A roster with the time of its rule.
#[derive(Debug, Clone)]
pub struct Ruling {
    /// The roster.
    pub roster: Arc<Roster>,
    /// When it was replaced; none while it is in force.
    pub superseded: Option<i64>,
}

/// Rosters read before.
#[derive(Default)]
pub struct Rosters {
    known: RwLock<HashMap<u64, Arc<Roster>>>,
}

impl Rosters {
    /// A roster by version.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn version(&self, house: &House, work: &mut dyn Work, version: u64) -> Result<Option<Ruling>> {
        let row =
            one(work, "SELECT version, superseded, sealed FROM roster WHERE version = $1", values![version])
                .await?;
        row.map(|row| self.read(house, &row)).transpose()
    }

    /// The roster in force; an empty one before the first.
    ///
    /// # Errors
    /// When the storage fails.
    pub async fn present(&self, house: &House, work: &mut dyn Work) -> Result<Ruling> {
        let row = one(
            work,
            "SELECT version, superseded, sealed FROM roster ORDER BY version DESC LIMIT 1",
            values![],
        )
        .await?;
        match row {
            Some(row) => self.read(house, &row),
            None => Ok(Ruling { roster: Arc::default(), superseded: None }),
        }
    }

    fn read(&self, house: &House, row: &crate::storage::Row) -> Result<Ruling> {
        let version = row.count(0)?;
        let superseded = if row.is_null(1) { None } else { Some(row.int(1)?) };
        if let Some(roster) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&version) {
            return Ok(Ruling { roster: Arc::clone(roster), superseded });
        }
        let bytes = house.keys.house().open(&place(version), row.bytes(2)?)?;
        let roster: Arc<Roster> =
            Arc::new(domain::cbor::from_slice(&bytes).map_err(|_| Fault::Stored("roster"))?);
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(version, Arc::clone(&roster));
        Ok(Ruling { roster, superseded })
    }
}

fn place(version: u64) -> String {
    format!("roster|{version}")
}

/// Puts a roster in force when it differs from the present one; its version is set here.
///
/// # Errors
/// When the storage fails.
pub async fn put_in_force(house: &House, work: &mut dyn Work, mut roster: Roster, now: i64) -> Result<u64> {
    let present = house.rosters.present(house, work).await?.roster;
    roster.version = present.version;
    if *present == roster {
        return Ok(present.version);
    }
    roster.version += 1;
    let version = roster.version;
    let sealed = house.keys.house().seal(&place(version), &domain::cbor::to_vec(&roster))?;
    work.run(
        "UPDATE roster SET superseded = $1 WHERE superseded IS NULL AND version < $2",
        values![now, version],
    )
    .await?;
    work.run("INSERT INTO roster (version, sealed, at) VALUES ($1, $2, $3)", values![version, sealed, now])
        .await?;
    // The counters of the trees stand before anybody counts, so that no two first comers make one at once.
    for unit in &roster.units {
        let name = format!("change:{}", tree(&roster, &unit.code));
        let known = one(work, "SELECT value FROM counter WHERE name = $1", values![name.clone()]).await?;
        if known.is_none() {
            work.run("INSERT INTO counter (name, value) VALUES ($1, $2)", values![name, 0_i64]).await?;
        }
    }
    let (_, edition) = library::present(work).await?;
    let empty = || Edition {
        definitions: std::collections::BTreeMap::new(),
        codes: domain::ids::ContentHash::ZERO,
        calendar: domain::ids::ContentHash::ZERO,
        packages: None,
        roster: 0,
        release: None,
    };
    let edition = Edition { roster: version, ..edition.unwrap_or_else(empty) };
    library::publish(work, &edition, now).await?;
    Ok(version)
}

/// The tree that a unit's changes are numbered in: its county, or the unit itself above counties. Trees are
/// numbered side by side, so that one county's commits never wait for another's.
#[must_use]
pub fn tree(roster: &Roster, unit: &UnitCode) -> UnitCode {
    roster
        .unit_at(unit, domain::flow::Level::County)
        .map_or_else(|| unit.clone(), |county| county.code.clone())
}

/// What a terminal of a unit is told of a roster: everybody who holds a post above, at or below the unit.
#[must_use]
pub fn told_to(roster: &Roster, unit: &UnitCode) -> Roster {
    let meets = |officer: &Officer| {
        officer.posts.iter().any(|post| roster.covers(&post.unit, unit) || roster.covers(unit, &post.unit))
    };
    Roster {
        version: roster.version,
        officers: roster.officers.iter().filter(|officer| meets(officer)).cloned().collect(),
        units: roster.units.clone(),
    }
}

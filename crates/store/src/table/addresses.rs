//! Standard addresses: the package in force and, beside it, the one that is coming.
//!
//! Two slots with the same tables. Pieces go into the slot that is not read; one transaction then makes it the one
//! that is read, so that no search ever sees half a package. An address is cut in two: the site (road, number,
//! estate) is indexed by single characters and initials, the rest (building, unit, room) lies beside its site in
//! order, and the index of a site knows which characters and numbers stand in its rests. Sites are far fewer than
//! addresses, which keeps index and file small.

mod find;

pub use find::{Found, find};

use super::{Bytes, signed, unsigned};
use crate::{Migration, Result, StoreError};
use domain::ids::ContentHash;
use rusqlite::{Connection, OptionalExtension};

/// Makes the tables of both slots.
pub const MIGRATION: Migration = Migration {
    name: "2026-11-22 addresses",
    sql: "CREATE TABLE address_package (
            slot INTEGER PRIMARY KEY,
            state TEXT NOT NULL,
            id BLOB NOT NULL,
            head BLOB NOT NULL,
            pieces INTEGER NOT NULL,
            batches INTEGER NOT NULL,
            rows INTEGER NOT NULL
          ) STRICT;
          CREATE TABLE address_site_0 (
            id INTEGER PRIMARY KEY, division TEXT NOT NULL, station TEXT NOT NULL, text TEXT NOT NULL
          ) STRICT;
          CREATE TABLE address_site_1 (
            id INTEGER PRIMARY KEY, division TEXT NOT NULL, station TEXT NOT NULL, text TEXT NOT NULL
          ) STRICT;
          CREATE TABLE address_room_0 (
            site INTEGER NOT NULL, place INTEGER NOT NULL, code TEXT NOT NULL, rest TEXT NOT NULL,
            PRIMARY KEY (site, place)
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE address_room_1 (
            site INTEGER NOT NULL, place INTEGER NOT NULL, code TEXT NOT NULL, rest TEXT NOT NULL,
            PRIMARY KEY (site, place)
          ) STRICT, WITHOUT ROWID;
          CREATE VIRTUAL TABLE address_search_0 USING fts5 (text, initials, area, content = '',
            tokenize = 'unicode61 remove_diacritics 0');
          CREATE VIRTUAL TABLE address_search_1 USING fts5 (text, initials, area, content = '',
            tokenize = 'unicode61 remove_diacritics 0');",
    breaking: false,
};

/// The index of a site knows the rests of its addresses too. A package from before is fetched again.
pub const RESTS_INDEXED: Migration = Migration {
    name: "2026-11-22 addresses found by their rests",
    sql: "CREATE VIRTUAL TABLE address_index_0 USING fts5 (text, initials, area, rest, content = '',
            prefix = '1 2',
            tokenize = 'unicode61 remove_diacritics 0');
          CREATE VIRTUAL TABLE address_index_1 USING fts5 (text, initials, area, rest, content = '',
            prefix = '1 2',
            tokenize = 'unicode61 remove_diacritics 0');
          DROP TABLE address_search_0;
          DROP TABLE address_search_1;
          UPDATE address_package SET state = 'old';",
    breaking: false,
};

/// Rows of the index that a site may have: one for each batch that brings addresses of it. More than the addresses
/// of a piece ([`SiteRow::id`] is another one in the next piece).
const ROWS_OF_SITE: i64 = 1 << 13;

/// State of a package that is not whole yet.
const COMING: &str = "coming";
/// Rows thrown away in one transaction: about ten milliseconds.
const SWEPT: u32 = 1_000;

/// One of the two places of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The first.
    First,
    /// The second.
    Second,
}

/// Statements of a slot: names of tables cannot be bound.
macro_rules! of_slot {
    ($slot:expr, $before:literal, $after:literal) => {
        match $slot {
            Slot::First => concat!($before, "_0", $after),
            Slot::Second => concat!($before, "_1", $after),
        }
    };
}
use of_slot;

impl Slot {
    fn number(self) -> i64 {
        match self {
            Self::First => 0,
            Self::Second => 1,
        }
    }

    fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }

    fn read(number: i64) -> Self {
        if number == 0 { Self::First } else { Self::Second }
    }
}

/// How far a coming package is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coming {
    /// Where it is put.
    pub slot: Slot,
    /// Pieces that are here whole.
    pub pieces: u32,
    /// Batches of the next piece that are here.
    pub batches: u32,
}

/// The package that is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Where it lies.
    pub slot: Slot,
    /// Its name.
    pub id: ContentHash,
    /// What it says of itself, as the caller encodes it.
    pub head: Vec<u8>,
    /// Addresses in it.
    pub rows: u64,
}

/// A site with the addresses in it, or with some more of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteRow {
    /// Number within the package; rises in the order in which addresses are offered. Below 2^50.
    pub id: i64,
    /// Code of the division.
    pub division: String,
    /// Code of the police station's unit.
    pub station: String,
    /// Road, number, estate.
    pub text: String,
    /// Initials in small letters.
    pub initials: Vec<String>,
    /// Place within the site (below 2^13), code and rest of each address.
    pub rooms: Vec<(u32, String, String)>,
}

/// The package that is searched; none before the first.
///
/// # Errors
/// When the database cannot be read.
pub fn present(connection: &Connection) -> Result<Option<Present>> {
    Ok(connection
        .prepare_cached("SELECT slot, id, head, rows FROM address_package WHERE state = 'present'")?
        .query_row([], |row| {
            Ok(Present {
                slot: Slot::read(row.get(0)?),
                id: row.get::<_, Bytes<ContentHash>>(1)?.0,
                head: row.get(2)?,
                rows: unsigned(row.get(3)?),
            })
        })
        .optional()?)
}

/// Begins a package, or finds how far it already is. None: the place is still being emptied, see [`sweep`]. What came
/// of another package that never got whole is given up.
///
/// # Errors
/// When the database cannot be written.
pub fn begin(connection: &Connection, id: ContentHash, head: &[u8]) -> Result<Option<Coming>> {
    let slot = present(connection)?.map_or(Slot::First, |one| one.slot.other());
    let known = connection
        .prepare_cached("SELECT state, id, pieces, batches FROM address_package WHERE slot = ?1")?
        .query_row([slot.number()], |row| {
            let coming = Coming { slot, pieces: row.get(2)?, batches: row.get(3)? };
            Ok((row.get::<_, String>(0)?, row.get::<_, Bytes<ContentHash>>(1)?.0, coming))
        })
        .optional()?;
    match known {
        Some((state, known, coming)) if state == COMING && known == id => return Ok(Some(coming)),
        Some(_) => {
            give_up(connection, slot)?;
            return Ok(None);
        }
        None => {}
    }
    connection
        .prepare_cached(
            "INSERT INTO address_package (slot, state, id, head, pieces, batches, rows)
             VALUES (?1, 'coming', ?2, ?3, 0, 0, 0)",
        )?
        .execute((slot.number(), Bytes(id), head))?;
    Ok(Some(Coming { slot, pieces: 0, batches: 0 }))
}

/// What lies in a slot is no longer wanted; [`sweep`] empties it.
///
/// # Errors
/// When the database cannot be written.
pub fn give_up(connection: &Connection, slot: Slot) -> Result<()> {
    connection
        .prepare_cached("UPDATE address_package SET state = 'old' WHERE slot = ?1")?
        .execute([slot.number()])?;
    Ok(())
}

/// Empties a part of a slot that is no longer wanted; whether anything is left to do. In parts, so that no
/// transaction keeps an officer's act waiting.
///
/// # Errors
/// When the database cannot be written.
pub fn sweep(connection: &Connection) -> Result<bool> {
    let old: Option<i64> = connection
        .prepare_cached("SELECT slot FROM address_package WHERE state = 'old'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let Some(slot) = old.map(Slot::read) else { return Ok(false) };
    let rooms = match slot {
        Slot::First => {
            "DELETE FROM address_room_0 WHERE (site, place) IN
               (SELECT site, place FROM address_room_0 ORDER BY site, place LIMIT ?1)"
        }
        Slot::Second => {
            "DELETE FROM address_room_1 WHERE (site, place) IN
               (SELECT site, place FROM address_room_1 ORDER BY site, place LIMIT ?1)"
        }
    };
    if connection.prepare_cached(rooms)?.execute([SWEPT])? > 0 {
        return Ok(true);
    }
    let sites = match slot {
        Slot::First => {
            "DELETE FROM address_site_0 WHERE id IN (SELECT id FROM address_site_0 ORDER BY id LIMIT ?1)"
        }
        Slot::Second => {
            "DELETE FROM address_site_1 WHERE id IN (SELECT id FROM address_site_1 ORDER BY id LIMIT ?1)"
        }
    };
    if connection.prepare_cached(sites)?.execute([SWEPT])? > 0 {
        return Ok(true);
    }
    let search = match slot {
        Slot::First => "INSERT INTO address_index_0 (address_index_0) VALUES ('delete-all')",
        Slot::Second => "INSERT INTO address_index_1 (address_index_1) VALUES ('delete-all')",
    };
    connection.execute(search, [])?;
    connection.prepare_cached("DELETE FROM address_package WHERE slot = ?1")?.execute([slot.number()])?;
    Ok(true)
}

/// Puts a batch of the next piece, and notes it in the same transaction. `last` ends the piece.
///
/// # Errors
/// When the database cannot be written; [`StoreError::Unreadable`] when the batch is not the next one.
pub fn put(connection: &Connection, at: Coming, sites: &[SiteRow], last: bool) -> Result<Coming> {
    let next = if last {
        Coming { pieces: at.pieces + 1, batches: 0, ..at }
    } else {
        Coming { batches: at.batches + 1, ..at }
    };
    let rooms: usize = sites.iter().map(|site| site.rooms.len()).sum();
    let noted = connection
        .prepare_cached(
            "UPDATE address_package SET pieces = ?2, batches = ?3, rows = rows + ?4
             WHERE slot = ?1 AND state = 'coming' AND pieces = ?5 AND batches = ?6",
        )?
        .execute((
            at.slot.number(),
            next.pieces,
            next.batches,
            signed(rooms as u64),
            at.pieces,
            at.batches,
        ))?;
    if noted != 1 {
        return Err(StoreError::Unreadable("addresses"));
    }
    let mut site_into = connection.prepare_cached(of_slot!(
        at.slot,
        "INSERT INTO address_site",
        " (id, division, station, text) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING"
    ))?;
    let mut search_into = connection.prepare_cached(of_slot!(
        at.slot,
        "INSERT INTO address_index",
        " (rowid, text, initials, area, rest) VALUES (?1, ?2, ?3, ?4, ?5)"
    ))?;
    let mut room_into = connection.prepare_cached(of_slot!(
        at.slot,
        "INSERT INTO address_room",
        " (site, place, code, rest) VALUES (?1, ?2, ?3, ?4)"
    ))?;
    for site in sites {
        // A site that a batch cuts in two has a row of the index for each part: what stands in one address is then
        // always in one row.
        site_into.execute((site.id, &site.division, &site.station, &site.text))?;
        if site.rooms.iter().any(|room| i64::from(room.0) >= ROWS_OF_SITE) {
            return Err(StoreError::Unreadable("addresses"));
        }
        let row = site.id * ROWS_OF_SITE + site.rooms.first().map_or(0, |room| i64::from(room.0));
        let rests = find::signs(site.rooms.iter().map(|(_, _, rest)| rest.as_str()));
        let area = format!("d{}", site.division);
        search_into.execute((row, find::spaced(&site.text), site.initials.join(" "), area, rests))?;
        for (place, code, rest) in &site.rooms {
            room_into.execute((site.id, place, code, rest))?;
        }
    }
    Ok(next)
}

/// Makes the coming package the one that is searched; the one before is swept away later.
///
/// # Errors
/// When the database cannot be written; [`StoreError::Unreadable`] when the package has not as many addresses.
pub fn put_in_force(connection: &Connection, at: Coming, rows: u32) -> Result<()> {
    give_up(connection, at.slot.other())?;
    let noted = connection
        .prepare_cached(
            "UPDATE address_package SET state = 'present' WHERE slot = ?1 AND state = 'coming' AND rows = ?2
             AND pieces = ?3 AND batches = 0",
        )?
        .execute((at.slot.number(), rows, at.pieces))?;
    if noted == 1 { Ok(()) } else { Err(StoreError::Unreadable("addresses")) }
}

//! Standard addresses: read from a file, cut into pieces, published to all terminals.
//!
//! Pieces are contents named by hash, so that the route of contents gives them; the package that names them is
//! signed. The pieces of the package in force and of the one before are kept (a terminal may be in the middle of
//! it), older ones go. Publishing tells terminals by a new version of the edition.

mod file;
mod initials;

use crate::fault::{Fault, Result};
use crate::house::{House, now};
use crate::keys::hash;
use crate::library;
use crate::storage::{Work, next_number, one, values};
use file::Row;
use protocol::addresses::{AddressPackage, AddressPiece, AddressPieceBody, AddressSite, PIECE_ROWS};
use protocol::credential::Signed;
use std::collections::BTreeMap;
use std::path::Path;

/// Divisions that no edition of GB/T 2260 has: invented data.
const DEMO: &str = "9999";

/// What is said of a package.
#[derive(Debug, Clone)]
pub struct AddressWords {
    /// In words what it is.
    pub title: String,
    /// Who made the data.
    pub source: String,
    /// Day of the data, `YYYY-MM-DD`.
    pub day: String,
}

/// The package in force; none before the first.
///
/// # Errors
/// When the storage fails.
pub async fn present(work: &mut dyn Work) -> Result<Option<Signed>> {
    let row = one(work, "SELECT body FROM address_package ORDER BY version DESC LIMIT 1", values![]).await?;
    row.map(|row| domain::cbor::from_slice(row.bytes(0)?).map_err(|_| Fault::Stored("address package")))
        .transpose()
}

/// Reads a file and publishes it. Gives the number of addresses.
///
/// # Errors
/// [`Fault::AddressFile`] with the lines that do not fit; when the storage fails.
pub async fn import(house: &House, path: &Path, words: &AddressWords) -> Result<u32> {
    words
        .day
        .parse::<jiff::civil::Date>()
        .map_err(|_| Fault::AddressFile(vec!["数据日期应写成 2026-01-31 的样子（参数 --day）".to_owned()]))?;
    let rows = file::read(path)?;
    let (package, pieces) = build(rows, words);
    let rows = package.rows;
    let signed = house.keys.sign(&package)?;
    let mut work = house.write().await?;
    publish(&mut *work, &signed, pieces).await?;
    work.commit().await?;
    house.ring();
    Ok(rows)
}

/// Sorts, cuts and describes.
fn build(mut rows: Vec<Row>, words: &AddressWords) -> (AddressPackage, Vec<Vec<u8>>) {
    rows.sort_by_cached_key(Row::order);
    let mut package = AddressPackage {
        title: words.title.clone(),
        source: words.source.clone(),
        day: words.day.clone(),
        demo: rows.iter().any(|row| row.division.starts_with(DEMO)),
        rows: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        divisions: BTreeMap::new(),
        stations: BTreeMap::new(),
        pieces: Vec::new(),
    };
    let mut bodies = Vec::new();
    let mut body = AddressPieceBody::default();
    let mut held = 0;
    for row in rows {
        if held == PIECE_ROWS {
            close(&mut body, &mut held, &mut package, &mut bodies);
        }
        let text = row.site();
        package.divisions.entry(row.division.clone()).or_insert(row.division_name);
        package.stations.entry(row.station.clone()).or_insert(row.station_name);
        let room = (row.code, row.rest);
        held += 1;
        match body.sites.last_mut() {
            Some(site)
                if site.text == text && site.division == row.division && site.station == row.station =>
            {
                site.rooms.push(room);
            }
            _ => {
                let initials =
                    if row.initials.is_empty() { initials::of(&row.road, &row.estate) } else { row.initials };
                body.sites.push(AddressSite {
                    division: row.division,
                    station: row.station,
                    text,
                    initials,
                    rooms: vec![room],
                });
            }
        }
    }
    close(&mut body, &mut held, &mut package, &mut bodies);
    (package, bodies)
}

fn close(
    body: &mut AddressPieceBody,
    held: &mut u32,
    package: &mut AddressPackage,
    bodies: &mut Vec<Vec<u8>>,
) {
    if *held == 0 {
        return;
    }
    let bytes = domain::cbor::to_vec(&std::mem::take(body));
    package.pieces.push(AddressPiece {
        hash: hash(&bytes),
        rows: std::mem::take(held),
        bytes: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
    });
    bodies.push(bytes);
}

async fn publish(work: &mut dyn Work, signed: &Signed, pieces: Vec<Vec<u8>>) -> Result<()> {
    let at = now();
    let version = next_number(work, "address_package", 1).await?;
    for bytes in pieces {
        let name = library::keep(work, "address_piece", bytes, at).await?.to_hex();
        work.run(
            "INSERT INTO address_piece (version, hash) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            values![version, name],
        )
        .await?;
    }
    work.run(
        "INSERT INTO address_package (version, body, at) VALUES ($1, $2, $3)",
        values![version, domain::cbor::to_vec(signed), at],
    )
    .await?;
    work.run("DELETE FROM address_piece WHERE version < $1", values![version - 1]).await?;
    work.run(
        "DELETE FROM content WHERE kind = $1 AND hash NOT IN (SELECT hash FROM address_piece)",
        values!["address_piece"],
    )
    .await?;
    // The same edition under a new number: every terminal is told, and asks for addresses too.
    if let (_, Some(edition)) = library::present(work).await? {
        library::publish(work, &edition, at).await?;
    }
    Ok(())
}

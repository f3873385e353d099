//! Who looked at what: a log whose lines are chained by hash. It names things, never people.

use crate::fault::Result;
use crate::house::{Terminal, now};
use crate::keys::hash;
use crate::storage::{Work, next_number, one, values};
use domain::ids::ContentHash;

/// The hash of a line.
#[must_use]
pub fn line_hash(
    position: i64,
    at: i64,
    terminal: &str,
    what: &str,
    case: &str,
    blob: &str,
    previous: &ContentHash,
) -> ContentHash {
    hash(&domain::cbor::to_vec(&(position, at, terminal, what, case, blob, previous.to_hex())))
}

/// Writes a line; the counter holds others back until the commit, so that the chain has no fork.
///
/// # Errors
/// When the storage fails.
pub async fn log(work: &mut dyn Work, terminal: &Terminal, what: &str, case: &str, blob: &str) -> Result<()> {
    let position = next_number(work, "access", 1).await?;
    let before = one(work, "SELECT hash FROM access_log WHERE position = $1", values![position - 1]).await?;
    let previous = before.map_or(Ok(ContentHash::ZERO), |row| row.hash(0))?;
    let at = now();
    let name = terminal.id.to_string();
    let hash = line_hash(position, at, &name, what, case, blob, &previous);
    work.run(
        "INSERT INTO access_log (position, at, terminal, what, case_id, blob, previous, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        values![position, at, name, what, case, blob, previous.0.to_vec(), hash.0.to_vec()],
    )
    .await?;
    Ok(())
}

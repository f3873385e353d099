//! How the store stands: counts, states, migrations, integrity. No content.

use super::scrub;
use domain::event::EventRecord;
use domain::ids::ContentHash;
use gm::sm3;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::table::outbox::{OutboxRow, OutboxState};
use store::{Connection, Store, blob_file, table};

/// Newest lines of the audit log in a bundle.
const AUDIT_LINES: u32 = 100;
/// Troubled acts in a bundle.
const TROUBLED: u32 = 100;
/// Files are read through so long; a citizen waits while the bundle is made.
const FILES_LIMIT: Duration = Duration::from_secs(10);

/// Everything; a part that fails says so by its code and leaves the rest alone.
pub(super) fn facts(
    store: &Store,
    officer: &dyn Fn(&str) -> String,
    outbox_code: &dyn Fn(&OutboxRow) -> String,
) -> Value {
    json!({
        "migrations": part(store, migrations),
        "rows": part(store, rows),
        "outbox": part(store, |db| outbox(db, outbox_code)),
        "audit": part(store, |db| audit(db, officer)),
        "pages": part(store, pages),
        "author_chain": part(store, author_chain),
        "files": part(store, |db| files(db, store)),
    })
}

fn part(store: &Store, read: impl FnOnce(&Connection) -> store::Result<Value>) -> Value {
    store.read(read).unwrap_or_else(|error| json!({ "failed": error.code() }))
}

fn texts(db: &Connection, sql: &str) -> store::Result<Vec<String>> {
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(rows)
}

fn migrations(db: &Connection) -> store::Result<Value> {
    let applied = texts(db, "SELECT name FROM migrations ORDER BY at")?;
    let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(json!({ "applied": applied, "user_version": version, "known": store::CURRENT.len() }))
}

fn rows(db: &Connection) -> store::Result<Value> {
    let tables = texts(
        db,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )?;
    let mut counts = serde_json::Map::new();
    for name in tables {
        let quoted = name.replace('"', "\"\"");
        let count: i64 = db.query_row(&format!("SELECT count(*) FROM \"{quoted}\""), [], |row| row.get(0))?;
        counts.insert(name, json!(count));
    }
    Ok(Value::Object(counts))
}

fn outbox(db: &Connection, code: &dyn Fn(&OutboxRow) -> String) -> store::Result<Value> {
    let troubled: Vec<Value> = table::outbox::of_state(db, OutboxState::Troubled, TROUBLED)?
        .iter()
        .map(|row| json!({ "seq": row.seq, "case": row.case, "made": row.made, "code": code(row) }))
        .collect();
    Ok(json!({
        "waiting": table::outbox::count(db, OutboxState::Waiting)?,
        "placed": table::outbox::count(db, OutboxState::Placed)?,
        "settled": table::outbox::count(db, OutboxState::Settled)?,
        "last": table::outbox::last(db)?,
        "troubled": troubled,
    }))
}

fn audit(db: &Connection, officer: &dyn Fn(&str) -> String) -> store::Result<Value> {
    let newest: Vec<Value> = table::audit::newest(db, AUDIT_LINES)?
        .into_iter()
        .map(|(at, who, what)| json!({ "at": at, "officer": officer(&who), "what": scrub(&what) }))
        .collect();
    Ok(json!({ "broken_at": table::audit::broken_at(db)?, "newest": newest }))
}

/// The HMAC of every page, then SQLite's own look at the order of pages.
fn pages(db: &Connection) -> store::Result<Value> {
    let report = gm::sqlite::check_pages(db)?;
    // Findings name pages, tables and row numbers, never a value.
    let findings = texts(db, "PRAGMA quick_check(20)")?;
    let remarks: Vec<String> = report.remarks.iter().map(|remark| scrub(remark)).collect();
    Ok(json!({ "damaged": report.damaged_pages, "remarks": remarks, "quick_check": findings }))
}

/// Whether the own events follow one another: numbers without gap, each naming the bytes before it.
fn author_chain(db: &Connection) -> store::Result<Value> {
    let chain = table::event::own_chain(db)?;
    let (mut seq, mut previous) = (0, ContentHash::ZERO);
    for row in &chain {
        let hash = ContentHash(sm3(&row.bytes).0);
        let follows = EventRecord::from_bytes(&row.bytes).is_ok_and(|record| {
            record.seq == seq + 1 && record.previous == previous && row.own_seq == Some(record.seq)
        });
        if !follows || hash != row.hash {
            return Ok(json!({ "events": chain.len(), "broken_at": row.own_seq }));
        }
        (seq, previous) = (seq + 1, hash);
    }
    Ok(json!({ "events": chain.len(), "broken_at": null }))
}

/// How many stored files are whole. What the time does not suffice for is counted as not looked at.
fn files(db: &Connection, store: &Store) -> store::Result<Value> {
    let all = table::blob::all_here(db)?;
    let begun = Instant::now();
    let (mut looked_at, mut damaged) = (0_usize, 0_usize);
    for row in &all {
        if begun.elapsed() > FILES_LIMIT {
            break;
        }
        looked_at += 1;
        damaged += usize::from(blob_file::read_sealed(store.folder(), row.id).is_err());
    }
    Ok(json!({
        "here": all.len(),
        "damaged": damaged,
        "not_looked_at": all.len() - looked_at,
        "unsent": table::blob::unsent_count(db)?,
    }))
}

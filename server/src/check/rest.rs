//! The numbering of changes, contents by hash, the access log, stored files.

use super::{Found, Report};
use crate::access::line_hash;
use crate::fault::Result;
use crate::house::House;
use crate::keys::hash;
use crate::storage::{Work, values};
use domain::ids::ContentHash;
use gm::Sm3Hasher;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use std::collections::{BTreeMap, BTreeSet};

/// How the lanes of notices begin.
const NOTICE: &str = "notice:";

/// Changes are numbered without gaps in each tree, and every event has one.
pub(super) async fn check_changes(work: &mut dyn Work, report: &mut Report, found: &Found) -> Result<()> {
    let rows = work
        .rows("SELECT tree, position, case_id, version FROM change ORDER BY tree, position", values![])
        .await?;
    let mut ends: BTreeMap<String, i64> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut notices = BTreeSet::new();
    for row in &rows {
        let tree = row.text(0)?.to_owned();
        let end = ends.entry(tree.clone()).or_insert(0);
        *end += 1;
        let position = row.int(1)?;
        report.must(position == *end, || format!("tree {tree}: change {end} is missing"));
        let event = (row.text(2)?.to_owned(), row.count(3)?);
        let new = if tree.starts_with(NOTICE) {
            notices.insert((tree.clone(), event.0, event.1))
        } else {
            seen.insert(event)
        };
        report.must(new, || format!("tree {tree}: change {position} tells an event again"));
    }
    check_notices(work, report, &seen, &notices).await?;
    for facts in found.placed.values() {
        let told = seen.contains(&(facts.case.clone(), facts.version));
        report.must(told, || format!("case {}, place {}: no change tells it", facts.case, facts.version));
    }
    report.must(seen.len() == found.placed.len(), || "changes that tell no event".to_owned());
    let counters = work.rows("SELECT name, value FROM counter", values![]).await?;
    for row in counters {
        if let Some(tree) = row.text(0)?.strip_prefix("change:") {
            let end = ends.get(tree).copied().unwrap_or(0);
            report.must(row.int(1)? == end, || format!("tree {tree}: the counter does not stand at its end"));
        }
    }
    Ok(())
}

/// A unit that is told of a case is told of all its events up to the noted one, and of no case without a notice.
async fn check_notices(
    work: &mut dyn Work,
    report: &mut Report,
    seen: &BTreeSet<(String, u64)>,
    told: &BTreeSet<(String, String, u64)>,
) -> Result<()> {
    let rows = work.rows("SELECT unit, case_id, version FROM notice", values![]).await?;
    let mut noted = BTreeSet::new();
    for row in rows {
        let (lane, case) = (format!("{NOTICE}{}", row.text(0)?), row.text(1)?.to_owned());
        noted.extend((1..=row.count(2)?).map(|version| (lane.clone(), case.clone(), version)));
    }
    report.must(noted == *told, || "notices tell other events than they note".to_owned());
    let real = told.iter().all(|(_, case, version)| seen.contains(&(case.clone(), *version)));
    report.must(real, || "notices that tell no event".to_owned());
    Ok(())
}

/// Every content is what its hash says.
pub(super) async fn check_contents(work: &mut dyn Work, report: &mut Report) -> Result<()> {
    for row in work.rows("SELECT hash, body FROM content", values![]).await? {
        let name = row.text(0)?;
        let fits = hash(row.bytes(1)?).to_hex() == name;
        report.must(fits, || format!("content {name} is not what its hash says"));
    }
    Ok(())
}

/// The access log is one chain.
pub(super) async fn check_access(work: &mut dyn Work, report: &mut Report) -> Result<()> {
    let rows = work
        .rows(
            "SELECT position, at, terminal, what, case_id, blob, previous, hash FROM access_log ORDER BY position",
            values![],
        )
        .await?;
    let mut head = ContentHash::ZERO;
    for (at, row) in rows.iter().enumerate() {
        report.accesses += 1;
        let position = row.int(0)?;
        let line = line_hash(
            position,
            row.int(1)?,
            row.text(2)?,
            row.text(3)?,
            row.text(4)?,
            row.text(5)?,
            &row.hash(6)?,
        );
        let fits = position == at as i64 + 1 && row.hash(6)? == head && row.hash(7)? == line;
        report.must(fits, || format!("access log: line {position} does not fit the one before"));
        head = row.hash(7)?;
    }
    Ok(())
}

/// Every whole file is what its name says.
pub(super) async fn check_blobs(house: &House, work: &mut dyn Work, report: &mut Report) -> Result<()> {
    let rows = work.rows("SELECT id, length FROM blob WHERE complete = 1 ORDER BY id", values![]).await?;
    for row in rows {
        report.blobs += 1;
        let name = row.text(0)?.to_owned();
        let pieces = work
            .rows(
                "SELECT piece, digest FROM blob_piece WHERE blob = $1 ORDER BY piece",
                values![name.clone()],
            )
            .await?;
        let mut hasher = Sm3Hasher::new();
        let mut length = 0;
        for piece in pieces {
            let folder = name.get(..2).unwrap_or_default();
            let path = Path::from(format!("blobs/{folder}/{name}/{}-{}", piece.int(0)?, piece.text(1)?));
            if let Ok(found) = house.objects.get(&path).await
                && let Ok(bytes) = found.bytes().await
            {
                length += bytes.len() as u64;
                hasher.update(&bytes);
            }
        }
        let whole = hasher.finish().to_string() == name && length == row.count(1)?;
        report.must(whole, || format!("blob {name} is not what its name says"));
    }
    Ok(())
}

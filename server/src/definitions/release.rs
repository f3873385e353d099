//! Releases as they are kept: one row each, with all that proves them.

use crate::fault::{Fault, Result, Unpublished};
use crate::keys::hash;
use crate::library::Library;
use crate::storage::{Row, Work, one, values};
use domain::difference::{DifferenceLine, between};
use domain::ids::{ContentHash, MatterId};
use protocol::credential::Signed;
use protocol::edition::{Release, ReleasedMatter, SignedRelease};

/// A release with all that proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it says.
    pub release: Release,
    /// Its proof.
    pub signed: SignedRelease,
}

/// One matter of a release that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterDifference {
    /// The matter.
    pub matter: MatterId,
    /// Its short name.
    pub name: String,
    /// Version before; none for a new matter.
    pub before: Option<u32>,
    /// Version now; none for one that is gone.
    pub after: Option<u32>,
    /// What changed inside.
    pub lines: Vec<DifferenceLine>,
}

/// What a release changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReleaseDifference {
    /// Matters that were added, changed or removed.
    pub matters: Vec<MatterDifference>,
    /// Titles of code tables that were added, changed or removed.
    pub tables: Vec<String>,
    /// Whether the calendar changed.
    pub calendar: bool,
    /// Whether a one-thing package changed.
    pub packages: bool,
}

/// Keeps a release.
///
/// # Errors
/// When the storage fails.
pub(super) async fn keep(work: &mut dyn Work, kept: &Kept) -> Result<()> {
    work.run(
        "INSERT INTO definition_release (number, body, signature, certificate, certificate_signature, at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        values![
            kept.release.number,
            kept.signed.release.bytes.clone(),
            kept.signed.release.signature.clone(),
            kept.signed.certificate.bytes.clone(),
            kept.signed.certificate.signature.clone(),
            kept.release.at
        ],
    )
    .await?;
    Ok(())
}

fn read(row: &Row) -> Result<Kept> {
    let release = Signed { bytes: row.bytes(0)?.to_vec(), signature: row.bytes(1)?.to_vec() };
    let certificate = Signed { bytes: row.bytes(2)?.to_vec(), signature: row.bytes(3)?.to_vec() };
    let read = domain::cbor::from_slice(&release.bytes).map_err(|_| Fault::Stored("definition release"))?;
    Ok(Kept { release: read, signed: SignedRelease { certificate, release } })
}

/// The release that was published last; none before the first.
///
/// # Errors
/// When the storage fails.
pub async fn present(work: &mut dyn Work) -> Result<Option<Kept>> {
    let row = one(
        work,
        "SELECT body, signature, certificate, certificate_signature FROM definition_release \
         ORDER BY number DESC LIMIT 1",
        values![],
    )
    .await?;
    row.map(|row| read(&row)).transpose()
}

/// A release by number.
///
/// # Errors
/// [`Unpublished::NoSuchRelease`] for a number that was never given.
pub async fn numbered(work: &mut dyn Work, number: u64) -> Result<Kept> {
    let row = one(
        work,
        "SELECT body, signature, certificate, certificate_signature FROM definition_release WHERE number = $1",
        values![number],
    )
    .await?;
    read(&row.ok_or(Fault::Unpublished(Unpublished::NoSuchRelease { number }))?)
}

/// All releases, oldest first.
///
/// # Errors
/// When the storage fails.
pub async fn all(work: &mut dyn Work) -> Result<Vec<Kept>> {
    let rows = work
        .rows(
            "SELECT body, signature, certificate, certificate_signature FROM definition_release ORDER BY number",
            values![],
        )
        .await?;
    rows.iter().map(read).collect()
}

/// What a release changed against the one before it.
///
/// # Errors
/// When the storage fails, or a definition of this release cannot be read by this program.
pub async fn difference(
    library: &Library,
    work: &mut dyn Work,
    release: &Release,
) -> Result<ReleaseDifference> {
    let before = match release.number {
        0 | 1 => None,
        number => Some(numbered(work, number - 1).await?.release),
    };
    let empty = std::collections::BTreeMap::new();
    let old = before.as_ref().map_or(&empty, |one| &one.matters);
    let mut found = ReleaseDifference::default();
    for (matter, after) in &release.matters {
        if old.get(matter).is_none_or(|before| before.definition != after.definition) {
            found.matters.push(changed(library, work, matter, old.get(matter), Some(after)).await?);
        }
    }
    for (matter, before) in old {
        if !release.matters.contains_key(matter) {
            found.matters.push(changed(library, work, matter, Some(before), None).await?);
        }
    }
    if let Some(before) = &before {
        found.calendar = before.calendar != release.calendar;
        found.packages = before.packages != release.packages;
        if before.codes != release.codes {
            found.tables = tables(library, work, &before.codes, &release.codes).await?;
        }
    }
    Ok(found)
}

async fn changed(
    library: &Library,
    work: &mut dyn Work,
    matter: &MatterId,
    before: Option<&ReleasedMatter>,
    after: Option<&ReleasedMatter>,
) -> Result<MatterDifference> {
    let mut sides = [None, None];
    for (side, named) in sides.iter_mut().zip([before, after]) {
        if let Some(named) = named {
            *side = library.definition(work, &named.definition).await?;
        }
    }
    let [old, new] = sides;
    let name = new.as_ref().or(old.as_ref()).map(|one| one.short.clone()).unwrap_or_default();
    let lines = match (&old, &new) {
        (Some(old), Some(new)) => between(old, new),
        _ => Vec::new(),
    };
    let version = |named: Option<&ReleasedMatter>| named.map(|one| one.version);
    Ok(MatterDifference {
        matter: matter.clone(),
        name,
        before: version(before),
        after: version(after),
        lines,
    })
}

async fn tables(
    library: &Library,
    work: &mut dyn Work,
    before: &ContentHash,
    after: &ContentHash,
) -> Result<Vec<String>> {
    let (Some(before), Some(after)) = (library.codes(work, before).await?, library.codes(work, after).await?)
    else {
        return Err(Fault::Stored("code tables"));
    };
    let new = after.tables.iter().filter_map(|(id, table)| match before.tables.get(id) {
        None => Some(format!("新增代码表“{}”", table.title)),
        Some(old) if old != table => Some(format!("修改代码表“{}”", table.title)),
        Some(_) => None,
    });
    let gone = before.tables.iter().filter(|(id, _)| !after.tables.contains_key(*id));
    Ok(new.chain(gone.map(|(_, table)| format!("取消代码表“{}”", table.title))).collect())
}

/// SM3 of a release's bytes, which the next one names.
#[must_use]
pub(super) fn name_of(kept: &Kept) -> ContentHash {
    hash(&kept.signed.release.bytes)
}

//! Publishing: check, compare with everything that was published before, sign, keep, put in force. All in one unit
//! of work: a release is there whole or not at all.

use super::release::{self, Kept, name_of};
use crate::fault::{Fault, Result, Unpublished};
use crate::house::House;
use crate::keys::hash;
use crate::library;
use crate::storage::{Work, next_number};
use domain::catalogue::Catalogue;
use domain::fault::{DefinitionFault, DefinitionFaults, Wrong};
use domain::ids::{ContentHash, MatterId};
use protocol::edition::{LARGEST_CONTENT, Origin, Release, ReleasedMatter};
use std::collections::BTreeMap;

/// The counter of releases: whoever publishes holds it until his work ends, so that two never get one number.
const COUNTER: &str = "definition_release";
/// Longest remark, in characters: a line or two of the list.
const LONGEST_REMARK: usize = 200;

/// What somebody wants to publish.
pub struct Draft<'a> {
    /// The definitions, checked.
    pub catalogue: &'a Catalogue,
    /// Who.
    pub author: &'a str,
    /// What for.
    pub remark: &'a str,
}

/// Publishes a catalogue; gives the number of the release.
///
/// # Errors
/// [`Fault::Definitions`] for a changed definition whose version was published before; [`Fault::Unpublished`] when
/// nothing differs or the remark is missing.
pub async fn publish(house: &House, work: &mut dyn Work, draft: &Draft<'_>, now: i64) -> Result<u64> {
    let remark = draft.remark.trim();
    if remark.is_empty() || remark.chars().count() > LONGEST_REMARK {
        return Err(Fault::Unpublished(Unpublished::Remark { longest: LONGEST_REMARK }));
    }
    put(house, work, draft.catalogue, draft.author, remark, Origin::Published, now).await
}

/// Puts the folder in force that the server was started with: as the first release, or after one that came about the
/// same way. What somebody published stays, whatever the folder says. Gives whether there is anything to be committed.
///
/// # Errors
/// When the storage fails. What cannot be published is written into the log, and the release in force stays.
pub async fn install(house: &House, work: &mut dyn Work, catalogue: &Catalogue, now: i64) -> Result<bool> {
    let present = release::present(work).await?;
    if present.is_some_and(|one| one.release.origin != Origin::Installed) {
        return Ok(false);
    }
    let installed = put(house, work, catalogue, "安装", "随程序安装", Origin::Installed, now).await;
    match installed {
        Ok(number) => {
            tracing::info!(number, "the installed definitions are in force");
            Ok(true)
        }
        // A server without matters of its own serves what its database holds.
        Err(Fault::Unpublished(Unpublished::Nothing { .. } | Unpublished::Empty)) => Ok(false),
        Err(Fault::Definitions(faults)) => {
            tracing::error!(%faults, "the installed definitions were not put in force; the release before stays");
            Ok(false)
        }
        Err(fault) => Err(fault),
    }
}

/// Publishes the contents of an earlier release as a new one; gives its number.
///
/// # Errors
/// [`Fault::Unpublished`] for a number that was never given or whose contents are in force; [`Fault::Stored`] when
/// this program cannot read one of its definitions any more.
pub async fn roll_back(
    house: &House,
    work: &mut dyn Work,
    number: u64,
    author: &str,
    remark: &str,
    now: i64,
) -> Result<u64> {
    let new = next(work).await?;
    let wanted = release::numbered(work, number).await?.release;
    for matter in wanted.matters.values() {
        if house.library.definition(work, &matter.definition).await?.is_none() {
            return Err(Fault::Stored("definition"));
        }
    }
    let remark = match remark.trim() {
        "" => format!("回退到第 {number} 版：{}", wanted.remark),
        words => words.to_owned(),
    };
    let remark = remark.chars().take(LONGEST_REMARK).collect();
    let release = Release {
        number: new,
        at: now,
        author: author.to_owned(),
        remark,
        origin: Origin::RolledBack { to: number },
        ..wanted
    };
    seal(house, work, release).await
}

/// The number of the next release. Read before anything else, so that writers side by side wait here.
async fn next(work: &mut dyn Work) -> Result<u64> {
    Ok(u64::try_from(next_number(work, COUNTER, 1).await?).unwrap_or_default())
}

async fn put(
    house: &House,
    work: &mut dyn Work,
    catalogue: &Catalogue,
    author: &str,
    remark: &str,
    origin: Origin,
    now: i64,
) -> Result<u64> {
    let number = next(work).await?;
    let matters: BTreeMap<MatterId, ReleasedMatter> = catalogue
        .matters
        .iter()
        .map(|(id, matter)| {
            let (version, definition) = (matter.definition.version, hash(&matter.bytes));
            (id.clone(), ReleasedMatter { version, definition })
        })
        .collect();
    if matters.is_empty() {
        return Err(Fault::Unpublished(Unpublished::Empty));
    }
    let before = release::all(work).await?;
    versions_rise(catalogue, &matters, &before)?;
    let codes = domain::cbor::to_vec(&catalogue.codes);
    let calendar = domain::cbor::to_vec(&catalogue.calendar);
    let packages = (!catalogue.packages.is_empty()).then(|| domain::cbor::to_vec(&catalogue.packages));
    let release = Release {
        number,
        at: now,
        author: author.to_owned(),
        remark: remark.to_owned(),
        origin,
        matters,
        codes: hash(&codes),
        calendar: hash(&calendar),
        packages: packages.as_deref().map(hash),
        previous: ContentHash::ZERO,
    };
    let packages = packages.into_iter().map(|body| ("packages", body));
    for (kind, body) in [("codes", codes), ("calendar", calendar)].into_iter().chain(packages) {
        library::keep(work, kind, fitting(body)?, now).await?;
    }
    for matter in catalogue.matters.values() {
        library::keep(work, "definition", fitting(matter.bytes.clone())?, now).await?;
    }
    seal(house, work, release).await
}

fn fitting(body: Vec<u8>) -> Result<Vec<u8>> {
    if body.len() > LARGEST_CONTENT {
        return Err(Fault::Unpublished(Unpublished::TooLarge { most: LARGEST_CONTENT }));
    }
    Ok(body)
}

/// A changed definition has a version above all that were ever published of its matter: `T001 第 3 版` is one thing
/// for ever, on every paper and in every event.
fn versions_rise(
    catalogue: &Catalogue,
    matters: &BTreeMap<MatterId, ReleasedMatter>,
    before: &[Kept],
) -> Result<()> {
    let mut faults = Vec::new();
    for (id, new) in matters {
        let published: Vec<&ReleasedMatter> =
            before.iter().filter_map(|kept| kept.release.matters.get(id)).collect();
        let highest = published.iter().map(|one| one.version).max().unwrap_or(0);
        if new.version > highest || published.contains(&new) {
            continue;
        }
        let file = catalogue.matters.get(id).map(|one| one.file.clone()).unwrap_or_default();
        let wrong = Wrong::Published { version: new.version, highest };
        faults.push(DefinitionFault { file, place: "version".to_owned(), wrong });
    }
    if faults.is_empty() { Ok(()) } else { Err(Fault::Definitions(DefinitionFaults(faults))) }
}

/// Signs a release, keeps it and puts it in force.
async fn seal(house: &House, work: &mut dyn Work, mut release: Release) -> Result<u64> {
    if let Some(before) = release::present(work).await? {
        let was = &before.release;
        let named = |one: &Release| (one.codes, one.calendar, one.packages);
        if was.matters == release.matters && named(was) == named(&release) {
            return Err(Fault::Unpublished(Unpublished::Nothing { number: was.number }));
        }
        release.previous = name_of(&before);
    }
    let signed = house.publisher.sign(&house.keys, &release)?;
    let kept = Kept { release, signed };
    release::keep(work, &kept).await?;
    library::put_in_force(work, &kept).await?;
    Ok(kept.release.number)
}

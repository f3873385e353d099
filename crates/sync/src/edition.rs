//! Keeps definitions, code tables, calendar, roster and number blocks up to date.

use crate::client::Channel;
use crate::core::Core;
use crate::credential::hash;
use crate::lane::{Next, Work};
use crate::release::{self, InForce};
use crate::{Result, SyncError, devices, numbers};
use domain::ids::ContentHash;
use domain::person::Roster;
use flate2::read::ZlibDecoder;
use futures::future::BoxFuture;
use protocol::edition::{Content, ContentsAnswer, ContentsRequest, Edition, MOST_CONTENTS, Release};
use std::io::Read as _;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::table::{audit, content, terminal};

/// A definition has some tens of kilobytes, the roster of a county about a megabyte.
const ANSWER: Duration = Duration::from_secs(30);
/// Changes are told by the pull; without a word the edition is asked for this often.
const SWEEP: Duration = Duration::from_secs(300);
/// Number blocks are counted this often without any wake.
const COUNT: Duration = Duration::from_secs(60);
/// Value of the terminal's table: CBOR of the [`Edition`] in force here.
const EDITION: &str = "edition";
/// Value of the terminal's table: CBOR of the [`Roster`] in force here.
const ROSTER: &str = "roster";
/// Value of the terminal's table: CBOR of [`InForce`]; empty when the server began anew.
pub(crate) const RELEASE: &str = "release";
/// Value of the terminal's table: CBOR of the edition refused last, by hash, and why; empty for none.
const REFUSED: &str = "release_refused";
/// Contents are kept in transactions of about so many bytes: no write transaction over 10 ms.
const ONE_WRITE: usize = 64 * 1024;

pub(crate) struct Upkeep {
    core: Arc<Core>,
    devices: devices::Told,
    asked: Mutex<Option<Instant>>,
}

impl Upkeep {
    pub(crate) fn new(core: &Arc<Core>) -> Self {
        Self { core: Arc::clone(core), devices: devices::Told::default(), asked: Mutex::new(None) }
    }
}

impl Work for Upkeep {
    fn round(&self) -> BoxFuture<'_, Result<Next>> {
        Box::pin(async {
            let due = self.core.edition_due.swap(false, Ordering::AcqRel) || self.is_old();
            let edition = if due { refresh(&self.core).await } else { Ok(()) };
            match &edition {
                Ok(()) if due => {
                    *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
                }
                Ok(()) => {}
                Err(_) => self.core.edition_due.store(true, Ordering::Release),
            }
            // Numbers do not wait for definitions that cannot be had.
            numbers::keep_stocked(&self.core).await?;
            edition?;
            devices::report(&self.core, &self.devices).await?;
            Ok(Next::Rest(COUNT))
        })
    }
}

impl Upkeep {
    fn is_old(&self) -> bool {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).is_none_or(|at| at.elapsed() > SWEEP)
    }
}

async fn refresh(core: &Arc<Core>) -> Result<()> {
    let edition: Edition = core.client.get(Channel::Call, "/v1/edition", ANSWER).await?;
    let known = core
        .blocking(|core| {
            Ok(core.store.read(|connection| {
                Ok((
                    terminal::get(connection, EDITION)?,
                    terminal::get(connection, ROSTER)?,
                    terminal::get(connection, RELEASE)?,
                ))
            })?)
        })
        .await?;
    let bytes = domain::cbor::to_vec(&edition);
    let roster: Option<Roster> = known.1.and_then(|bytes| domain::cbor::from_slice(&bytes).ok());
    let needs_roster = roster.is_none_or(|roster| roster.version != edition.roster);
    if known.0.as_ref() == Some(&bytes) && !needs_roster {
        return Ok(());
    }
    let here: Option<InForce> = known.2.and_then(|bytes| domain::cbor::from_slice(&bytes).ok());
    let proved = match prove_and_fetch(core, &edition, here).await {
        Ok(proved) => proved,
        Err(fault) => return refuse(core, &bytes, fault).await,
    };
    let roster: Option<Roster> =
        if needs_roster { Some(core.client.get(Channel::Call, "/v1/roster", ANSWER).await?) } else { None };
    // Between two answers a newer roster may have come in force; the newer edition follows with the next round.
    if roster.as_ref().is_some_and(|roster| roster.version < edition.roster) {
        return Err(SyncError::Unproven("roster"));
    }
    // Everything is here and proved: one transaction puts it in force, or nothing of it.
    core.blocking(move |core| {
        core.write(move |transaction| {
            if let Some(roster) = &roster {
                terminal::put(transaction, ROSTER, &domain::cbor::to_vec(roster))?;
            }
            if let Some(proved) = &proved {
                terminal::put(transaction, RELEASE, &domain::cbor::to_vec(proved))?;
            }
            terminal::put(transaction, REFUSED, &[])?;
            terminal::put(transaction, EDITION, &bytes)
        })
    })
    .await?;
    core.watcher.edition_changed();
    Ok(())
}

/// Proves a release and brings everything here that it names.
async fn prove_and_fetch(
    core: &Arc<Core>,
    edition: &Edition,
    here: Option<InForce>,
) -> Result<Option<InForce>> {
    let (server, wanted) = (core.server_key, edition.clone());
    let proved = core.blocking(move |_| release::prove(&server, &wanted, here.as_ref())).await?;
    let named = edition.definitions.values().chain([&edition.codes, &edition.calendar]);
    let named = named.chain(&edition.packages);
    let named: Vec<ContentHash> = named.filter(|name| **name != ContentHash::ZERO).copied().collect();
    fetch_contents(core, named).await?;
    let Some(signed) = edition.release.clone() else { return Ok(proved) };
    core.blocking(move |core| {
        let release: Release =
            domain::cbor::from_slice(&signed.release.bytes).map_err(|_| SyncError::Unproven("release"))?;
        for (matter, named) in &release.matters {
            let bytes = core.store.read(|connection| content::get(connection, named.definition))?;
            release::readable(matter, named, &bytes.ok_or(SyncError::Unproven("content"))?)?;
        }
        Ok(proved)
    })
    .await
}

/// Writes a refused release down once, and goes on with the one before.
async fn refuse(core: &Arc<Core>, edition: &[u8], fault: SyncError) -> Result<()> {
    let SyncError::Release(why) = fault else { return Err(fault) };
    let mark = domain::cbor::to_vec(&(hash(edition), why.code()));
    let now = core.server_time().unwrap_or_default();
    let new = core
        .blocking(move |core| {
            let known = core.store.read(|connection| terminal::get(connection, REFUSED))?;
            if known.as_ref() == Some(&mark) {
                return Ok(false);
            }
            core.write(move |transaction| {
                terminal::put(transaction, REFUSED, &mark)?;
                audit::append(transaction, now, "", &format!("release-refused code={}", why.code()))
            })?;
            Ok(true)
        })
        .await?;
    if new {
        tracing::error!(code = why.code(), "a release of definitions was refused");
        core.watcher.release_refused(why);
    }
    Err(why.into())
}

/// Brings contents here that are not here yet, many with one question, and keeps them piece by piece: however often
/// it is interrupted, it goes on where it was.
async fn fetch_contents(core: &Arc<Core>, names: Vec<ContentHash>) -> Result<()> {
    let mut missing = core
        .blocking(move |core| {
            Ok(core.store.read(|connection| {
                let mut missing = Vec::new();
                for name in names {
                    if content::get(connection, name)?.is_none() {
                        missing.push(name);
                    }
                }
                Ok(missing)
            })?)
        })
        .await?;
    while !missing.is_empty() {
        let names = missing.iter().take(MOST_CONTENTS).copied().collect();
        let request = ContentsRequest { names };
        let answer: ContentsAnswer =
            core.client.post(Channel::Call, "/v1/contents", &request, ANSWER).await?;
        let came = core.blocking(move |core| keep_contents(core, &request, &answer)).await?;
        if came.is_empty() {
            return Err(SyncError::Unproven("contents"));
        }
        missing.retain(|name| !came.contains(name));
    }
    Ok(())
}

/// Unpacks an answer, proves each content by its hash and keeps it; gives the names of what came.
fn keep_contents(
    core: &Core,
    request: &ContentsRequest,
    answer: &ContentsAnswer,
) -> Result<Vec<ContentHash>> {
    let wrong = || SyncError::Unproven("contents");
    if answer.length > ContentsAnswer::MOST_UNPACKED {
        return Err(wrong());
    }
    let mut plain = Vec::new();
    // One byte more than was said tells a lie, and nothing unpacks without end.
    ZlibDecoder::new(answer.packed.as_slice())
        .take(answer.length + 1)
        .read_to_end(&mut plain)
        .map_err(|_| wrong())?;
    if plain.len() as u64 != answer.length {
        return Err(wrong());
    }
    let contents: Vec<Content> = domain::cbor::from_slice(&plain).map_err(|_| wrong())?;
    let asked = |one: &Content| request.names.contains(&one.name) && hash(&one.bytes) == one.name;
    if !contents.iter().all(asked) {
        return Err(SyncError::Unproven("content"));
    }
    let came = contents.iter().map(|one| one.name).collect();
    let mut batch = Vec::new();
    let mut bytes = 0;
    for one in contents {
        bytes += one.bytes.len();
        batch.push(one);
        if bytes >= ONE_WRITE {
            keep_batch(core, std::mem::take(&mut batch))?;
            bytes = 0;
        }
    }
    keep_batch(core, batch)?;
    Ok(came)
}

fn keep_batch(core: &Core, batch: Vec<Content>) -> Result<()> {
    core.write(move |transaction| {
        for one in &batch {
            content::put(transaction, one.name, &one.bytes)?;
        }
        Ok(())
    })
}

/// Brings bytes here that are named by their hash. Nothing happens when they are here.
pub(crate) async fn fetch_content(core: &Arc<Core>, name: ContentHash) -> Result<()> {
    let here = core
        .blocking(move |core| {
            Ok(core.store.read(|connection| Ok(content::get(connection, name)?.is_some()))?)
        })
        .await?;
    if here {
        return Ok(());
    }
    let bytes = core.client.raw(Channel::Call, &format!("/v1/contents/{name}"), ANSWER).await?;
    core.blocking(move |core| {
        if hash(&bytes) != name {
            return Err(SyncError::Unproven("content"));
        }
        core.write(move |transaction| content::put(transaction, name, &bytes))
    })
    .await
}

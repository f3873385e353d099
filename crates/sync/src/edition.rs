//! Keeps definitions, code tables, calendar, roster and number blocks up to date.

use crate::client::Channel;
use crate::core::Core;
use crate::credential::hash;
use crate::lane::{Next, Work};
use crate::{Result, SyncError, numbers};
use domain::ids::ContentHash;
use domain::person::Roster;
use futures::future::BoxFuture;
use protocol::edition::Edition;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::table::{content, terminal};

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

pub(crate) struct Upkeep {
    core: Arc<Core>,
    asked: Mutex<Option<Instant>>,
}

impl Upkeep {
    pub(crate) fn new(core: &Arc<Core>) -> Self {
        Self { core: Arc::clone(core), asked: Mutex::new(None) }
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
                Ok((terminal::get(connection, EDITION)?, terminal::get(connection, ROSTER)?))
            })?)
        })
        .await?;
    let bytes = domain::cbor::to_vec(&edition);
    let roster: Option<Roster> = known.1.and_then(|bytes| domain::cbor::from_slice(&bytes).ok());
    let needs_roster = roster.is_none_or(|roster| roster.version != edition.roster);
    if known.0.as_ref() == Some(&bytes) && !needs_roster {
        return Ok(());
    }
    let named = edition.definitions.values().chain([&edition.codes, &edition.calendar]);
    for name in named.filter(|name| **name != ContentHash::ZERO) {
        fetch_content(core, *name).await?;
    }
    let roster: Option<Roster> =
        if needs_roster { Some(core.client.get(Channel::Call, "/v1/roster", ANSWER).await?) } else { None };
    // Between two answers a newer roster may have come in force; the newer edition follows with the next round.
    if roster.as_ref().is_some_and(|roster| roster.version < edition.roster) {
        return Err(SyncError::Unproven("roster"));
    }
    core.blocking(move |core| {
        core.write(move |transaction| {
            if let Some(roster) = &roster {
                terminal::put(transaction, ROSTER, &domain::cbor::to_vec(roster))?;
            }
            terminal::put(transaction, EDITION, &bytes)
        })
    })
    .await?;
    core.watcher.edition_changed();
    Ok(())
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

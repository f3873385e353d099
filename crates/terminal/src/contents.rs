//! Definitions, code tables, calendar and roster, read once from the store.

use crate::error::{Own, Result};
use domain::cbor;
use domain::code::CodeTables;
use domain::every_core;
use domain::ids::{ContentHash, MatterId};
use domain::limit::Calendar;
use domain::matter::MatterDefinition;
use domain::package::Package;
use domain::person::Roster;
use protocol::edition::Edition;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Store, table};

/// Name of the edition in the terminal table, as synchronisation keeps it.
pub(crate) const EDITION: &str = "edition";
/// Name of the roster in the terminal table, as synchronisation keeps it.
pub(crate) const ROSTER: &str = "roster";

/// Name of the release refused last in the terminal table, as synchronisation keeps it.
pub(crate) const RELEASE_REFUSED: &str = "release_refused";

#[derive(Default)]
pub(crate) struct Contents {
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    /// Counts the changes of what is in force: what was read before one is not remembered after it.
    turn: u64,
    definitions: HashMap<ContentHash, Arc<MatterDefinition>>,
    edition: Option<Arc<Current>>,
}

/// What is in force now.
pub(crate) struct Current {
    pub(crate) edition: Edition,
    pub(crate) codes: Arc<CodeTables>,
    pub(crate) calendar: Arc<Calendar>,
    pub(crate) roster: Arc<Roster>,
    pub(crate) packages: Arc<Vec<Package>>,
    pub(crate) addresses: Option<Arc<crate::address::Addresses>>,
}

impl Contents {
    /// Forgets what is in force, after a new edition arrived.
    pub(crate) fn refresh(&self) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.edition = None;
        cache.turn += 1;
    }

    pub(crate) fn definition(&self, store: &Store, hash: ContentHash) -> Result<Arc<MatterDefinition>> {
        let known = self.cache.lock().unwrap_or_else(PoisonError::into_inner).definitions.get(&hash).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let bytes = store.read(|db| table::content::get(db, hash))?.ok_or(Own::MatterUnknown)?;
        let definition = Arc::new(
            MatterDefinition::from_bytes(&bytes).map_err(|_| store::StoreError::Unreadable("content"))?,
        );
        self.cache
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .definitions
            .insert(hash, Arc::clone(&definition));
        Ok(definition)
    }

    /// All definitions in force. Those that are not in memory yet are read at once, and every core of the PC takes its
    /// share of them: the first list of matters of the day waits for this.
    pub(crate) fn definitions(&self, store: &Store, edition: &Edition) -> Result<Vec<Arc<MatterDefinition>>> {
        let wanted: Vec<ContentHash> = {
            let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            let all = edition.definitions.values();
            all.filter(|hash| !cache.definitions.contains_key(*hash)).copied().collect()
        };
        let texts = store.read(|db| {
            let text = |hash: &ContentHash| Ok((*hash, table::content::get(db, *hash)?));
            wanted.iter().map(text).collect::<store::Result<Vec<_>>>()
        })?;
        let found = every_core::each(&texts, |(hash, bytes)| -> Result<_> {
            let definition = MatterDefinition::from_bytes(bytes.as_ref().ok_or(Own::MatterUnknown)?);
            Ok((*hash, Arc::new(definition.map_err(|_| store::StoreError::Unreadable("content"))?)))
        });
        let found = found.into_iter().collect::<Result<Vec<_>>>()?;
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).definitions.extend(found);
        edition.definitions.values().map(|hash| self.definition(store, *hash)).collect()
    }

    pub(crate) fn current(&self, store: &Store) -> Result<Arc<Current>> {
        let turn = {
            let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(current) = &cache.edition {
                return Ok(Arc::clone(current));
            }
            cache.turn
        };
        let unreadable = |_| store::StoreError::Unreadable("edition");
        let (edition, roster) =
            store.read(|db| Ok((table::terminal::get(db, EDITION)?, table::terminal::get(db, ROSTER)?)))?;
        let edition: Edition = cbor::from_slice(&edition.ok_or(Own::NoEdition)?).map_err(unreadable)?;
        let roster: Roster = cbor::from_slice(&roster.ok_or(Own::NoEdition)?).map_err(unreadable)?;
        let content = |hash| -> Result<Vec<u8>> {
            Ok(store.read(|db| table::content::get(db, hash))?.ok_or(Own::NoEdition)?)
        };
        let codes: CodeTables = cbor::from_slice(&content(edition.codes)?).map_err(unreadable)?;
        let calendar: Calendar = cbor::from_slice(&content(edition.calendar)?).map_err(unreadable)?;
        let packages: Vec<Package> = match edition.packages {
            Some(name) => cbor::from_slice(&content(name)?).map_err(unreadable)?,
            None => Vec::new(),
        };
        let addresses = crate::address::Addresses::read(store)?.map(Arc::new);
        let current = Arc::new(Current {
            addresses,
            edition,
            codes: Arc::new(codes),
            calendar: Arc::new(calendar),
            packages: Arc::new(packages),
            roster: Arc::new(roster),
        });
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.turn == turn {
            cache.edition = Some(Arc::clone(&current));
        }
        Ok(current)
    }

    /// The definition of a matter that is in force, with its hash.
    pub(crate) fn matter(
        &self,
        store: &Store,
        matter: &MatterId,
    ) -> Result<(ContentHash, Arc<MatterDefinition>)> {
        let current = self.current(store)?;
        let hash = *current.edition.definitions.get(matter).ok_or(Own::MatterUnknown)?;
        Ok((hash, self.definition(store, hash)?))
    }
}

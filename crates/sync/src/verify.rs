//! Checks a page of changes before anything of it is kept: the server's places and their chain, the authors'
//! signatures up to the server's key, the hashes.

use crate::core::Core;
use crate::credential::{Paper, hash, prove};
use crate::{Result, SyncError};
use domain::event::{Event, EventRecord};
use domain::ids::{CaseId, ContentHash, EventId};
use protocol::credential::Signed;
use protocol::pull::{Change, Place};
use std::collections::{HashMap, HashSet};
use store::table::event::{self, EventRow};
use store::table::recheck;
use store::{Connection, StoreError};

/// One checked change.
pub(crate) enum Step {
    /// Keep a delegation.
    Delegation(Signed),
    /// Keep an event with its place.
    Place(Box<EventRow>),
    /// The event is here with this place already.
    Seen(EventId),
    /// The server, restored from a backup, gave the places from this version on to other events.
    Rewind(CaseId, u64),
    /// Forget a case.
    Forget(CaseId),
    /// Ask for the edition.
    Edition,
}

/// A checked page.
pub(crate) struct Page {
    pub(crate) steps: Vec<Step>,
    /// Definitions that opened cases keep and that are not here yet.
    pub(crate) definitions: Vec<ContentHash>,
}

/// The end of a case's chain of places: version and hash of the last place.
type Head = (u64, ContentHash);

struct Checker<'a> {
    core: &'a Core,
    connection: &'a Connection,
    rechecking: bool,
    papers: HashMap<ContentHash, Paper>,
    heads: HashMap<CaseId, Head>,
    fresh: HashSet<EventId>,
    page: Page,
}

pub(crate) fn check(core: &Core, changes: Vec<Change>) -> Result<Page> {
    // The store's own error type carries this crate's through its reader.
    let mut outcome = Err(SyncError::Stopped);
    core.store.read(|connection| {
        outcome = check_with(core, connection, changes);
        Ok(())
    })?;
    outcome
}

fn check_with(core: &Core, connection: &Connection, changes: Vec<Change>) -> Result<Page> {
    let mut checker = Checker {
        core,
        connection,
        rechecking: recheck::is_running(connection)?,
        papers: HashMap::new(),
        heads: HashMap::new(),
        fresh: HashSet::new(),
        page: Page { steps: Vec::with_capacity(changes.len()), definitions: Vec::new() },
    };
    for change in changes {
        checker.take(change)?;
    }
    Ok(checker.page)
}

impl Checker<'_> {
    fn take(&mut self, change: Change) -> Result<()> {
        match change {
            Change::Placed { event, signature, delegation, place } => {
                self.placed(event, signature, delegation, place)
            }
            Change::Delegation { delegation } => {
                let name = hash(&delegation.bytes);
                if !self.papers.contains_key(&name) {
                    let paper = Paper::prove(&delegation, &self.core.server_key)?;
                    self.papers.insert(name, paper);
                    self.page.steps.push(Step::Delegation(delegation));
                }
                Ok(())
            }
            Change::Edition => {
                self.page.steps.push(Step::Edition);
                Ok(())
            }
            Change::Forget { case } => {
                // Should the case come back, its chain is told from the beginning.
                self.heads.insert(case, (0, ContentHash::ZERO));
                self.page.steps.push(Step::Forget(case));
                Ok(())
            }
        }
    }

    fn placed(
        &mut self,
        bytes: Vec<u8>,
        signature: Vec<u8>,
        delegation: ContentHash,
        place: Signed,
    ) -> Result<()> {
        let record = EventRecord::from_bytes(&bytes).map_err(|_| SyncError::Unproven("event"))?;
        let name = hash(&bytes);
        prove(&self.core.server_key, &place, "place")?;
        let told: Place = domain::cbor::from_slice(&place.bytes).map_err(|_| SyncError::Unproven("place"))?;
        if told.case != record.case || told.event != name || told.version == 0 {
            return Err(SyncError::Unproven("place"));
        }
        let head = self.head(record.case)?;
        if told.version <= head.0 {
            if self.same_place(record.case, told.version, &place.bytes)? {
                self.page.steps.push(Step::Seen(record.id));
                return Ok(());
            }
            // Places are for ever, unless the server itself went back to a backup and says so.
            if !self.rechecking {
                return Err(SyncError::Unproven("a place was given twice"));
            }
            self.page.steps.push(Step::Rewind(record.case, told.version));
            let before = self.place_hash(record.case, told.version - 1)?;
            self.heads.insert(record.case, (told.version - 1, before));
        }
        let head = self.head(record.case)?;
        if told.version != head.0 + 1 || told.previous != head.1 {
            return Err(SyncError::Unproven("the chain of places has a gap"));
        }
        self.author(&record, &bytes, &signature, delegation, name)?;
        self.heads.insert(record.case, (told.version, hash(&place.bytes)));
        self.fresh.insert(record.id);
        self.note_definition(&record)?;
        self.page.steps.push(Step::Place(Box::new(EventRow {
            id: record.id,
            case: record.case,
            command: record.command,
            bytes,
            signature,
            delegation,
            hash: name,
            own_seq: None,
            version: Some(told.version),
            place: Some((place.bytes, place.signature)),
        })));
        Ok(())
    }

    /// The author: a known event unchanged, or a new one signed by whom its delegation names.
    fn author(
        &mut self,
        record: &EventRecord,
        bytes: &[u8],
        signature: &[u8],
        delegation: ContentHash,
        name: ContentHash,
    ) -> Result<()> {
        if let Some(known) = event::get(self.connection, record.id)? {
            // Proved when it was kept, or made here.
            return if known.hash == name { Ok(()) } else { Err(SyncError::Unproven("event")) };
        }
        if self.fresh.contains(&record.id) {
            return Err(SyncError::Unproven("an event has two places"));
        }
        if record.terminal == self.core.terminal {
            // An event of this very store that this store does not have: it is an old copy.
            if record.epoch == self.core.epoch {
                return Err(SyncError::Forked);
            }
            if record.epoch > self.core.epoch {
                return Err(SyncError::OldEpoch);
            }
        }
        if !self.papers.contains_key(&delegation) {
            let signed = crate::credential::delegation(self.connection, delegation)?
                .ok_or(SyncError::Unproven("no delegation"))?;
            self.papers.insert(delegation, Paper::read(&signed)?);
        }
        let paper = self.papers.get(&delegation).ok_or(SyncError::Unproven("no delegation"))?;
        let fits = paper.delegation.terminal == record.terminal
            && paper.certificate.officer == record.actor.officer
            && paper.delegation.post == record.actor.post;
        if fits && paper.signed(bytes, signature) { Ok(()) } else { Err(SyncError::Unproven("author")) }
    }

    fn head(&mut self, case: CaseId) -> Result<Head> {
        if let Some(head) = self.heads.get(&case) {
            return Ok(*head);
        }
        let version = event::server_version(self.connection, case)?;
        let head = (version, self.place_hash(case, version)?);
        self.heads.insert(case, head);
        Ok(head)
    }

    fn place_hash(&self, case: CaseId, version: u64) -> Result<ContentHash> {
        if version == 0 {
            return Ok(ContentHash::ZERO);
        }
        let bytes = self.place_bytes(case, version)?;
        bytes.map(|bytes| hash(&bytes)).ok_or(SyncError::Store(StoreError::Unreadable("event")))
    }

    fn same_place(&self, case: CaseId, version: u64, bytes: &[u8]) -> Result<bool> {
        Ok(self.place_bytes(case, version)?.is_some_and(|known| known == bytes))
    }

    /// The place of a version: of this page, or of the store.
    fn place_bytes(&self, case: CaseId, version: u64) -> Result<Option<Vec<u8>>> {
        let here = self.page.steps.iter().rev().find_map(|step| match step {
            Step::Place(row) if row.case == case && row.version == Some(version) => row.place.clone(),
            _ => None,
        });
        match here {
            Some((bytes, _)) => Ok(Some(bytes)),
            None => Ok(event::place_bytes(self.connection, case, version)?),
        }
    }

    fn note_definition(&mut self, record: &EventRecord) -> Result<()> {
        if let Event::CaseOpened { definition, .. } | Event::MovedToDefinition { definition, .. } =
            &record.event
            && !self.page.definitions.contains(definition)
            && store::table::content::get(self.connection, *definition)?.is_none()
        {
            self.page.definitions.push(*definition);
        }
        Ok(())
    }
}

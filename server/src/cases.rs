//! Cases as the server keeps them: routing columns in clear, events sealed under the case's key.

use crate::fault::{Fault, Result};
use crate::house::{House, unit_code};
use crate::keys::Seal;
use crate::storage::{Work, one, values};
use domain::case::Case;
use domain::event::EventRecord;
use domain::ids::{CaseId, ContentHash, TerminalId, UnitCode};
use gm::GmError;
use protocol::credential::Signed;
use serde::{Deserialize, Serialize};

/// A case's row with its key open.
pub struct CaseFile {
    /// The unit that it was opened in.
    pub unit: UnitCode,
    /// The tree that its changes are numbered in.
    pub tree: String,
    /// Its key.
    pub seal: Seal,
    /// Number of events placed.
    pub version: u64,
    /// SM3 of the last place.
    pub head: ContentHash,
}

/// An event as it is stored, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredEvent {
    /// The event, verbatim.
    #[serde(with = "serde_bytes")]
    pub event: Vec<u8>,
    /// The author's signature.
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
    /// The server's place.
    pub place: Signed,
}

/// An event at its place.
#[derive(Debug, Clone)]
pub struct PlacedEvent {
    /// Place in the case, from 1.
    pub version: u64,
    /// What happened.
    pub record: EventRecord,
}

/// Where in a case's file an event is sealed.
#[must_use]
pub fn event_place(version: u64) -> String {
    format!("event|{version}")
}

/// Finds a case's row and locks it until the work ends.
///
/// # Errors
/// When the storage fails; [`Fault::CaseDamaged`] when the key does not open.
pub async fn find(house: &House, work: &mut dyn Work, case: &CaseId) -> Result<Option<CaseFile>> {
    let row = one(
        work,
        "SELECT unit, tree, wrapped, version, head FROM case_file WHERE id = $1 FOR UPDATE",
        values![case.to_string()],
    )
    .await?;
    read(house, work, case, row).await
}

/// Finds a case's row without locking it.
///
/// # Errors
/// When the storage fails; [`Fault::CaseDamaged`] when the key does not open.
pub async fn look(house: &House, work: &mut dyn Work, case: &CaseId) -> Result<Option<CaseFile>> {
    let row = one(
        work,
        "SELECT unit, tree, wrapped, version, head FROM case_file WHERE id = $1",
        values![case.to_string()],
    )
    .await?;
    read(house, work, case, row).await
}

async fn read(
    house: &House,
    work: &mut dyn Work,
    case: &CaseId,
    row: Option<crate::storage::Row>,
) -> Result<Option<CaseFile>> {
    let Some(row) = row else { return Ok(None) };
    let unit = unit_code(row.text(0)?)?;
    let keys = house.keys.unit(work, &unit).await?;
    Ok(Some(CaseFile {
        seal: keys.case(&case.to_string(), row.bytes(2)?).map_err(of_case)?,
        tree: row.text(1)?.to_owned(),
        version: row.count(3)?,
        head: row.hash(4)?,
        unit,
    }))
}

/// The seal by the name that a row stores.
///
/// # Errors
/// When the storage fails or nothing has this name.
pub async fn seal_named(house: &House, work: &mut dyn Work, name: &str) -> Result<Seal> {
    match name.split_once(':') {
        Some(("unit", unit)) => {
            let unit = unit_code(unit)?;
            Ok(house.keys.unit(work, &unit).await?.seal(&unit))
        }
        Some(("case", case)) => {
            let case = case.parse().map_err(|_| Fault::Stored("name of a seal"))?;
            let file = look(house, work, &case).await?.ok_or(Fault::Stored("name of a seal"))?;
            Ok(file.seal)
        }
        _ => Err(Fault::Stored("name of a seal")),
    }
}

/// All events of a case in the order of their places.
///
/// # Errors
/// When the storage fails; [`Fault::CaseDamaged`] when an event does not open.
pub async fn events(work: &mut dyn Work, case: &CaseId, file: &CaseFile) -> Result<Vec<PlacedEvent>> {
    let rows = work
        .rows(
            "SELECT version, sealed FROM event WHERE case_id = $1 ORDER BY version",
            values![case.to_string()],
        )
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let version = row.count(0)?;
        let stored = open_event(file, version, row.bytes(1)?).map_err(of_case)?;
        let record = EventRecord::from_bytes(&stored.event).map_err(|_| Fault::CaseDamaged)?;
        found.push(PlacedEvent { version, record });
    }
    Ok(found)
}

/// What does not open of one case says nothing of the others, and is told apart from the server's own trouble.
fn of_case(fault: Fault) -> Fault {
    match fault {
        Fault::Stored(_) | Fault::Key(GmError::Aead) => Fault::CaseDamaged,
        other => other,
    }
}

/// Opens one event.
///
/// # Errors
/// When it was altered or moved.
pub fn open_event(file: &CaseFile, version: u64, sealed: &[u8]) -> Result<StoredEvent> {
    let bytes = if crate::mutants::planted("clear-events") {
        sealed.to_vec()
    } else {
        file.seal.open(&event_place(version), sealed)?
    };
    domain::cbor::from_slice(&bytes).map_err(|_| Fault::Stored("event"))
}

/// The case as all its events add up.
#[must_use]
pub fn today(case: CaseId, events: &[PlacedEvent]) -> Case {
    Case::replay(case, events.iter().map(|one| &one.record))
}

/// What an author knew: the events up to a version, and the author's own after it.
#[derive(Debug)]
pub struct Known {
    /// The case as the author saw it.
    pub case: Case,
    /// Events of others that the author did not know.
    pub others: Vec<PlacedEvent>,
}

/// Rebuilds what an author knew at its base.
#[must_use]
pub fn at_base(
    case: CaseId,
    events: &[PlacedEvent],
    version: u64,
    own: Option<(TerminalId, u32, u64)>,
) -> Known {
    let is_own = |one: &PlacedEvent| {
        own.is_some_and(|(terminal, epoch, seq)| {
            one.record.terminal == terminal && one.record.epoch == epoch && one.record.seq <= seq
        })
    };
    let mut at_base = Case::new(case);
    for one in events.iter().filter(|one| one.version <= version) {
        at_base.apply(&one.record);
    }
    let mut others = Vec::new();
    // The author's own stand in the author's order, which is the order of their places.
    for one in events.iter().filter(|one| one.version > version) {
        if is_own(one) {
            at_base.apply(&one.record);
        } else {
            others.push(one.clone());
        }
    }
    Known { case: at_base, others }
}

//! What others did, in the order of commits, cut by unit.
//!
//! Changes are numbered side by side in each tree of units; a cursor holds a number for each lane that the
//! terminal reads, bound to terminal and unit by the server's key.

use crate::cases::{self, CaseFile};
use crate::fault::{Fault, Result, told};
use crate::house::{House, Terminal, now};
use crate::rosters::tree;
use crate::storage::{Work, one, values};
use crate::{library, mutants, push};
use domain::ids::{CaseId, UnitCode};
use domain::person::Roster;
use protocol::credential::Signed;
use protocol::error::ErrorCode;
use protocol::pull::{Change, LONGEST_WAIT, MOST_CHANGES, PullAnswer, PullRequest};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use tokio::time::Instant;

/// What a cursor holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    terminal: String,
    unit: String,
    incarnation: u64,
    edition: i64,
    lanes: BTreeMap<String, i64>,
}

/// A cursor as it travels.
#[derive(Serialize, Deserialize)]
struct Sealed(#[serde(with = "serde_bytes")] Vec<u8>, #[serde(with = "serde_bytes")] Vec<u8>);

/// Changes of a whole tree, or of one unit in it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Lane {
    /// Name of the numbering: a tree of units, or the notices of one unit.
    tree: String,
    unit: Option<UnitCode>,
}

impl Lane {
    fn name(&self) -> String {
        self.unit.as_ref().map_or_else(|| self.tree.clone(), |unit| format!("{}/{unit}", self.tree))
    }
}

/// The lanes that a terminal of a unit reads: cases of the unit itself and of those below it.
fn lanes(roster: &Roster, unit: &UnitCode) -> Vec<Lane> {
    let everything = mutants::planted("no-scope");
    let mut found: Vec<Lane> = Vec::new();
    let mut below: Vec<UnitCode> = roster
        .units
        .iter()
        .map(|one| one.code.clone())
        .filter(|code| everything || roster.covers(unit, code))
        .collect();
    if !below.contains(unit) {
        below.push(unit.clone());
    }
    for code in below {
        let tree = tree(roster, &code);
        let whole = everything || roster.covers(unit, &tree);
        let lane = Lane { tree: tree.to_string(), unit: (!whole).then_some(code) };
        if !found.contains(&lane) {
            found.push(lane);
        }
    }
    // What concerns households of this very unit in cases of others.
    found.push(Lane { tree: crate::notices::lane(unit), unit: None });
    found
}

/// Answers with changes, waiting for some when there are none.
///
/// # Errors
/// [`ErrorCode::OldEpoch`], [`ErrorCode::Fork`]; [`ErrorCode::NotYours`] for a cursor of another terminal.
pub async fn pull(house: &House, terminal: &Terminal, request: &PullRequest) -> Result<PullAnswer> {
    terminal.check_epoch(request.epoch)?;
    let cursor = open_cursor(house, terminal, &request.cursor)?;
    let until = Instant::now() + Duration::from_millis(u64::from(request.wait.min(LONGEST_WAIT)));
    let mut bell = house.bell.subscribe();
    let mut stopping = house.stopping.clone();
    loop {
        bell.borrow_and_update();
        let answer = look(house, terminal, request, cursor.as_ref()).await?;
        let nothing = answer.changes.is_empty() && !answer.reset;
        if !nothing || Instant::now() >= until || *stopping.borrow() {
            return Ok(answer);
        }
        tokio::select! {
            _ = bell.changed() => {}
            _ = stopping.changed() => {}
            () = tokio::time::sleep_until(until) => {}
        }
    }
}

fn open_cursor(house: &House, terminal: &Terminal, bytes: &[u8]) -> Result<Option<Cursor>> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let foreign = || told(ErrorCode::NotYours);
    let Sealed(inner, tag) = domain::cbor::from_slice(bytes).map_err(|_| foreign())?;
    let tag: [u8; 32] = tag.try_into().map_err(|_| foreign())?;
    if !house.keys.cursor_holds(&inner, &tag) {
        return Err(foreign());
    }
    let cursor: Cursor = domain::cbor::from_slice(&inner).map_err(|_| foreign())?;
    if cursor.terminal != terminal.id.to_string() || cursor.unit != terminal.unit.as_str() {
        return Err(foreign());
    }
    Ok(Some(cursor))
}

fn seal_cursor(house: &House, cursor: &Cursor) -> Vec<u8> {
    let inner = domain::cbor::to_vec(cursor);
    let tag = house.keys.cursor_tag(&inner).to_vec();
    domain::cbor::to_vec(&Sealed(inner, tag))
}

async fn look(
    house: &House,
    terminal: &Terminal,
    request: &PullRequest,
    cursor: Option<&Cursor>,
) -> Result<PullAnswer> {
    let mut work = house.read().await?;
    let work = &mut *work;
    // Read before the changes: whatever this counts is then contained in them.
    let expected = push::stream(work, terminal, request.epoch, false).await?.expected;
    let roster = house.rosters.present(house, work).await?.roster;
    let lanes = lanes(&roster, &terminal.unit);
    let mut next = cursor.cloned().unwrap_or_else(|| Cursor {
        terminal: terminal.id.to_string(),
        unit: terminal.unit.to_string(),
        incarnation: house.incarnation,
        edition: 0,
        lanes: BTreeMap::new(),
    });
    let mut answer = PullAnswer {
        changes: Vec::new(),
        cursor: Vec::new(),
        more: false,
        reset: false,
        ack_through: expected - 1,
        now: now(),
        incarnation: house.incarnation,
    };
    if next.incarnation != house.incarnation || ahead(work, &lanes, &next).await? {
        answer.reset = true;
        answer.ack_through = 0;
        return Ok(answer);
    }
    let (edition, _) = library::present(work).await?;
    if edition > next.edition {
        answer.changes.push(Change::Edition);
        next.edition = edition;
    }
    let mut reader = Reader::default();
    let mut left = usize::try_from(request.limit).unwrap_or(MOST_CHANGES).clamp(1, MOST_CHANGES);
    for lane in &lanes {
        let at = next.lanes.entry(lane.name()).or_insert(0);
        let rows = after(work, lane, *at, left + 1).await?;
        answer.more |= rows.len() > left;
        for (position, case, version) in rows.into_iter().take(left) {
            reader.read(house, work, &case, version, &mut answer.changes).await?;
            *at = position;
            left -= 1;
        }
    }
    if answer.more {
        for lane in &lanes {
            let at = next.lanes.get(&lane.name()).copied().unwrap_or(0);
            if let Some(first) = first_own(work, terminal, request.epoch, lane, at).await? {
                answer.ack_through = answer.ack_through.min(first.saturating_sub(1));
            }
        }
    }
    answer.cursor = seal_cursor(house, &next);
    Ok(answer)
}

/// Whether a cursor lies ahead of the numbering: the server went back to an older state.
async fn ahead(work: &mut dyn Work, lanes: &[Lane], cursor: &Cursor) -> Result<bool> {
    for lane in lanes {
        let at = cursor.lanes.get(&lane.name()).copied().unwrap_or(0);
        if at == 0 {
            continue;
        }
        let counter = format!("change:{}", lane.tree);
        let row = one(work, "SELECT value FROM counter WHERE name = $1", values![counter]).await?;
        if row.map_or(Ok(0), |row| row.int(0))? < at {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn after(work: &mut dyn Work, lane: &Lane, at: i64, most: usize) -> Result<Vec<(i64, CaseId, u64)>> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = match &lane.unit {
        None => {
            work.rows(
                "SELECT position, case_id, version FROM change WHERE tree = $1 AND position > $2 \
                 ORDER BY position LIMIT $3",
                values![lane.tree.as_str(), at, most],
            )
            .await?
        }
        Some(unit) => {
            work.rows(
                "SELECT position, case_id, version FROM change WHERE tree = $1 AND unit = $2 \
                 AND position > $3 ORDER BY position LIMIT $4",
                values![lane.tree.as_str(), unit.as_str(), at, most],
            )
            .await?
        }
    };
    rows.iter().map(|row| Ok((row.int(0)?, row.parsed(1)?, row.count(2)?))).collect()
}

/// The terminal's own first act that lies behind a place of a lane.
async fn first_own(
    work: &mut dyn Work,
    terminal: &Terminal,
    epoch: u32,
    lane: &Lane,
    at: i64,
) -> Result<Option<u64>> {
    let row = one(
        work,
        "SELECT MIN(outbox_seq) FROM change WHERE terminal = $1 AND epoch = $2 AND tree = $3 AND position > $4",
        values![terminal.id.to_string(), epoch, lane.tree.as_str(), at],
    )
    .await?;
    Ok(row.filter(|row| !row.is_null(0)).map(|row| row.count(0)).transpose()?)
}

/// Reads events; cases and delegations once each.
#[derive(Default)]
struct Reader {
    files: HashMap<CaseId, CaseFile>,
    told: BTreeSet<String>,
}

impl Reader {
    async fn read(
        &mut self,
        house: &House,
        work: &mut dyn Work,
        case: &CaseId,
        version: u64,
        changes: &mut Vec<Change>,
    ) -> Result<()> {
        if !self.files.contains_key(case) {
            let file = cases::look(house, work, case).await?.ok_or(Fault::Stored("case"))?;
            self.files.insert(*case, file);
        }
        let row = one(
            work,
            "SELECT sealed, delegation FROM event WHERE case_id = $1 AND version = $2",
            values![case.to_string(), version],
        )
        .await?
        .ok_or(Fault::Stored("event"))?;
        let delegation = row.hash(1)?;
        let name = delegation.to_hex();
        if self.told.insert(name.clone()) {
            let paper = one(work, "SELECT body, signature FROM delegation WHERE hash = $1", values![name])
                .await?
                .ok_or(Fault::Stored("delegation"))?;
            let delegation = Signed { bytes: paper.bytes(0)?.to_vec(), signature: paper.bytes(1)?.to_vec() };
            changes.push(Change::Delegation { delegation });
        }
        let file = self.files.get(case).ok_or(Fault::Stored("case"))?;
        let stored = cases::open_event(file, version, row.bytes(0)?)?;
        changes.push(Change::Placed {
            event: stored.event,
            signature: stored.signature,
            delegation,
            place: stored.place,
        });
        Ok(())
    }
}

//! What lies on the disk after a death, read from a copy with this test's own statements, not with the store's code.

use domain::case::Case;
use domain::event::{BlobRef, Event, EventRecord};
use domain::ids::{CaseId, ContentHash, FieldPath};
use gm::DatabaseKey;
use rusqlite::{Connection, OpenFlags};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// What was found, by the names that windows use.
#[derive(Default)]
pub struct Disk {
    pub cases: BTreeMap<String, Case>,
    /// Text by case and field.
    pub drafts: BTreeMap<(String, String), String>,
    /// Acts in the outbox.
    pub acts: BTreeSet<String>,
    pub numbers_used: BTreeSet<String>,
    /// What is wrong whatever was said before.
    pub faults: Vec<String>,
}

/// A draft as the terminal writes it.
#[derive(Deserialize)]
struct Typed {
    values: Vec<(FieldPath, String)>,
}

struct Reader<'a> {
    connection: &'a Connection,
    store: PathBuf,
    disk: Disk,
}

impl Disk {
    /// Reads the profile's store.
    pub fn read(profile: &Path, key: &DatabaseKey) -> Self {
        let store = profile.join("store");
        // A copy: looking must not repair, and the next terminal has to find what the death left.
        let copy = tempfile::tempdir().unwrap();
        for name in ["terminal.db", "terminal.db-wal"] {
            if store.join(name).exists() {
                std::fs::copy(store.join(name), copy.path().join(name)).unwrap();
            }
        }
        let opened =
            gm::open_encrypted(&copy.path().join("terminal.db"), key, OpenFlags::SQLITE_OPEN_READ_WRITE);
        let connection = match opened {
            Ok(connection) => connection,
            Err(fault) => return Self::broken(format!("the database does not open: {fault}")),
        };
        let mut reader = Reader { connection: &connection, store, disk: Self::default() };
        if let Err(fault) = reader.read() {
            reader.fault(format!("the database does not read: {fault}"));
        }
        reader.disk
    }

    fn broken(fault: String) -> Self {
        Self { faults: vec![fault], ..Self::default() }
    }
}

fn name(bytes: &[u8]) -> String {
    Uuid::from_slice(bytes).map(|id| id.to_string()).unwrap_or_default()
}

impl Reader<'_> {
    fn fault(&mut self, fault: String) {
        self.disk.faults.push(fault);
    }

    fn read(&mut self) -> rusqlite::Result<()> {
        let sound: String = self.connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        if sound != "ok" {
            self.fault(format!("integrity: {sound}"));
        }
        self.chain()?;
        self.cases()?;
        self.drafts()?;
        self.outbox()?;
        self.numbers()?;
        self.files()
    }

    /// The terminal's own events follow one another without gap.
    fn chain(&mut self) -> rusqlite::Result<()> {
        let mut statement = self
            .connection
            .prepare("SELECT own_seq, bytes FROM event WHERE own_seq IS NOT NULL ORDER BY own_seq")?;
        let rows: Vec<(i64, Vec<u8>)> =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let (mut last, mut previous) = (0, ContentHash::ZERO);
        for (seq, bytes) in rows {
            let follows = EventRecord::from_bytes(&bytes).is_ok_and(|one| {
                i64::try_from(one.seq) == Ok(seq) && seq == last + 1 && one.previous == previous
            });
            if !follows {
                self.fault(format!("event {seq} does not follow the one before"));
            }
            (last, previous) = (seq, ContentHash(gm::sm3(&bytes).0));
        }
        Ok(())
    }

    fn cases(&mut self) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare(
            "SELECT case_id, bytes FROM event WHERE dropped = 0 ORDER BY version IS NULL, version, own_seq",
        )?;
        let rows: Vec<(Vec<u8>, Vec<u8>)> =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let mut numbers = BTreeMap::new();
        for (case, bytes) in rows {
            let case = name(&case);
            let Ok(record) = EventRecord::from_bytes(&bytes) else {
                self.fault(format!("an event of case {case} does not read"));
                continue;
            };
            if let Event::Submitted { number: Some(number), .. } = &record.event
                && let Some(before) = numbers.insert(number.clone(), record.command)
                && before != record.command
            {
                self.fault(format!("number {number} was printed twice"));
            }
            let id = CaseId(record.case.0);
            self.disk.cases.entry(case).or_insert_with(|| Case::new(id)).apply(&record);
        }
        let used: BTreeSet<String> = self.texts("SELECT number FROM number_used")?.into_iter().collect();
        for number in numbers.keys().filter(|number| !used.contains(*number)) {
            self.fault(format!("number {number} would be given again"));
        }
        Ok(())
    }

    fn drafts(&mut self) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare("SELECT case_id, typed FROM draft ORDER BY saved")?;
        let rows: Vec<(Vec<u8>, Vec<u8>)> =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        for (case, typed) in rows {
            let Ok(typed) = domain::cbor::from_slice::<Typed>(&typed) else {
                self.fault("a draft does not read".to_owned());
                continue;
            };
            for (field, text) in typed.values {
                self.disk.drafts.insert((name(&case), field.0), text);
            }
        }
        Ok(())
    }

    /// Every own event has its act, every act its events.
    fn outbox(&mut self) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare(
            "SELECT outbox.seq, outbox.command,
               (SELECT count(*) FROM event WHERE event.command = outbox.command AND own_seq IS NOT NULL)
             FROM outbox ORDER BY outbox.seq",
        )?;
        let rows: Vec<(i64, Vec<u8>, i64)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        for (at, (seq, command, events)) in (1..).zip(rows) {
            if seq != at || events == 0 {
                self.fault(format!("act {seq} at place {at} has {events} events"));
            }
            self.disk.acts.insert(name(&command));
        }
        let orphans: i64 = self.connection.query_row(
            "SELECT count(*) FROM event WHERE own_seq IS NOT NULL
               AND command NOT IN (SELECT command FROM outbox)",
            [],
            |row| row.get(0),
        )?;
        if orphans > 0 {
            self.fault(format!("{orphans} events have no act"));
        }
        Ok(())
    }

    fn numbers(&mut self) -> rusqlite::Result<()> {
        self.disk.numbers_used = self.texts("SELECT number FROM number_used")?.into_iter().collect();
        Ok(())
    }

    /// Every page and every stroke that an event names lies there whole.
    fn files(&mut self) -> rusqlite::Result<()> {
        let mut named: Vec<BlobRef> = Vec::new();
        for case in self.disk.cases.values() {
            named.extend(case.materials.values().flatten().map(|page| page.picture.clone()));
            named.extend(case.signatures.values().map(|one| one.strokes.clone()));
            named.extend(case.prints.iter().map(|(paper, _)| paper.pdf.clone()));
            named.extend(case.identities.values().filter_map(|one| one.identity.portrait.clone()));
        }
        for blob in named {
            let id = blob.id.to_hex();
            let key: Option<Vec<u8>> = self
                .connection
                .query_row("SELECT key FROM blob WHERE id = ?1", [blob.id.0.as_slice()], |row| row.get(0))
                .ok();
            let bytes = std::fs::read(self.store.join("blobs").join(&id[..2]).join(&id));
            let whole = bytes.is_ok_and(|bytes| gm::sm3(&bytes).0 == blob.id.0);
            if key.is_none() || !whole {
                self.fault(format!("an event names the file {id}: row {}, whole {whole}", key.is_some()));
            }
        }
        Ok(())
    }

    fn texts(&self, sql: &str) -> rusqlite::Result<Vec<String>> {
        self.connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
    }
}

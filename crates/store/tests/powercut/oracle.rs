//! What the child said, against what is on the disk. Reads the database with its own statements, not with the
//! store's code.

use domain::ids::ContentHash;
use gm::DatabaseKey;
use rusqlite::{Connection, OpenFlags};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[derive(Default)]
pub struct Oracle {
    events: BTreeMap<u64, (String, String)>,
    drafts: BTreeMap<String, u64>,
    numbers: BTreeSet<String>,
    blobs: BTreeSet<String>,
    faults: Vec<String>,
}

impl Oracle {
    pub fn heard(&mut self, line: &str) {
        let parts: Vec<&str> = line.split(' ').collect();
        match parts[..] {
            ["event", seq, hash, command] => {
                let seq: u64 = seq.parse().unwrap();
                let said = (hash.to_owned(), command.replace('-', ""));
                if self.events.insert(seq, said).is_some() {
                    self.faults.push(format!("event {seq} was saved twice"));
                }
            }
            ["draft", author, turn] => {
                let turn: u64 = turn.parse().unwrap();
                let last = self.drafts.entry(author.to_owned()).or_default();
                *last = turn.max(*last);
            }
            ["number", number] => {
                if !self.numbers.insert(number.to_owned()) {
                    self.faults.push(format!("number {number} was given twice"));
                }
            }
            ["blob", id] => {
                self.blobs.insert(id.to_owned());
            }
            _ => self.faults.push(format!("unknown line: {line}")),
        }
    }

    /// Everything that is wrong.
    pub fn check(&mut self, folder: &Path, key: &DatabaseKey) -> Vec<String> {
        let mut faults = std::mem::take(&mut self.faults);
        match gm::open_encrypted(&folder.join("terminal.db"), key, OpenFlags::SQLITE_OPEN_READ_WRITE) {
            Ok(connection) => {
                if let Err(fault) = self.look(&connection, folder, &mut faults) {
                    faults.push(format!("the database does not read: {fault}"));
                }
            }
            Err(fault) => faults.push(format!("the database does not open: {fault}")),
        }
        faults
    }

    fn look(&self, connection: &Connection, folder: &Path, faults: &mut Vec<String>) -> rusqlite::Result<()> {
        let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        if sound != "ok" {
            faults.push(format!("integrity: {sound}"));
        }
        self.chain(connection, faults)?;
        for (author, turn) in &self.drafts {
            let found: Option<Vec<u8>> = connection
                .query_row("SELECT typed FROM draft WHERE author = ?1", [author], |row| row.get(0))
                .ok();
            let kept = found.and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes);
            if kept.is_none_or(|kept| kept < *turn) {
                faults.push(format!("draft {turn} is gone, there is {kept:?}"));
            }
        }
        for number in &self.numbers {
            let used: u32 = connection.query_row(
                "SELECT count(*) FROM number_used WHERE number = ?1",
                [number],
                |row| row.get(0),
            )?;
            if used != 1 {
                faults.push(format!("number {number} would be given again"));
            }
        }
        self.files(connection, folder, faults)
    }

    fn chain(&self, connection: &Connection, faults: &mut Vec<String>) -> rusqlite::Result<()> {
        let mut statement = connection.prepare(
            "SELECT event.own_seq, event.bytes, lower(hex(event.hash)), lower(hex(outbox.command))
             FROM event LEFT JOIN outbox ON outbox.command = event.command AND outbox.seq = event.own_seq
             ORDER BY event.own_seq",
        )?;
        let mut rows = statement.query([])?;
        let (mut expected, mut previous) = (1_u64, ContentHash::ZERO.to_hex());
        let mut here = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let seq = u64::try_from(row.get::<_, i64>(0)?).unwrap();
            let bytes: Vec<u8> = row.get(1)?;
            let hash: String = row.get(2)?;
            let command: Option<String> = row.get(3)?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let mut lines = text.lines();
            let linked = lines.next() == Some(&expected.to_string()) && lines.next() == Some(&previous);
            if seq != expected || !linked || gm::sm3(&bytes).to_string() != hash {
                faults.push(format!("the chain breaks at {seq}"));
            }
            match command {
                Some(command) => {
                    here.insert(seq, (hash.clone(), command));
                }
                None => faults.push(format!("event {seq} has no act in the outbox")),
            }
            (expected, previous) = (seq + 1, hash);
        }
        for (seq, said) in &self.events {
            if here.get(seq) != Some(said) {
                faults.push(format!("event {seq} was saved and is gone"));
            }
        }
        Ok(())
    }

    fn files(
        &self,
        connection: &Connection,
        folder: &Path,
        faults: &mut Vec<String>,
    ) -> rusqlite::Result<()> {
        let mut statement = connection.prepare("SELECT lower(hex(id)) FROM blob WHERE here = 1")?;
        let rows: BTreeSet<String> =
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        for id in &rows {
            let path = folder.join("blobs").join(&id[..2]).join(id);
            let whole = std::fs::read(path).is_ok_and(|bytes| gm::sm3(&bytes).to_string() == *id);
            if !whole {
                faults.push(format!("a row names the file {id}, which is not there whole"));
            }
        }
        for id in self.blobs.difference(&rows) {
            faults.push(format!("file {id} was saved and has no row"));
        }
        Ok(())
    }
}

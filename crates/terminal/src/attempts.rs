//! Failed log-ins of this terminal: growing delay, lock after five.

use crate::error::{Result, TerminalError};
use gm::{HmacKey, MachineSecret, hmac_sm3};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// After so many wrong passwords the account is locked on this terminal.
const MOST: u32 = 5;
/// First delay; doubles with every failure. One second stops machines and hardly an officer who mistyped.
const FIRST_DELAY: i64 = 1_000;
/// A lock ends after a quarter of an hour, or with a log-in that the server accepts.
const LOCK: i64 = 15 * 60 * 1_000;

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Attempts {
    failures: u32,
    until: i64,
}

/// The file of failed log-ins. Names are tokens, so that the file tells nobody who works here.
pub(crate) struct AttemptBook<'a> {
    path: &'a Path,
    key: HmacKey,
}

impl<'a> AttemptBook<'a> {
    pub(crate) fn new(path: &'a Path, secret: &MachineSecret) -> Self {
        Self { path, key: HmacKey::from_bytes(*secret.expose()) }
    }

    fn token(&self, officer: &str) -> String {
        hmac_sm3(&self.key, format!("attempts/{officer}").as_bytes()).to_string()
    }

    fn load(&self) -> BTreeMap<String, Attempts> {
        std::fs::read(self.path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    fn save(&self, book: &BTreeMap<String, Attempts>) -> Result<()> {
        let bytes = serde_json::to_vec(book).unwrap_or_default();
        crate::vault::write_private(self.path, &bytes)
    }

    /// Whether somebody may try now; [`TerminalError::LoginLocked`] says when.
    pub(crate) fn may_try(&self, officer: &str, now: i64) -> Result<()> {
        let attempts = self.load().get(&self.token(officer)).copied().unwrap_or_default();
        let until = attempts.until;
        if until > now { Err(TerminalError::LoginLocked { until }) } else { Ok(()) }
    }

    pub(crate) fn failed(&self, officer: &str, now: i64) -> Result<()> {
        let mut book = self.load();
        let attempts = book.entry(self.token(officer)).or_default();
        attempts.failures += 1;
        attempts.until = if attempts.failures >= MOST {
            attempts.failures = 0;
            now + LOCK
        } else {
            now + (FIRST_DELAY << (attempts.failures - 1))
        };
        self.save(&book)
    }

    pub(crate) fn succeeded(&self, officer: &str) -> Result<()> {
        let mut book = self.load();
        if book.remove(&self.token(officer)).is_some() {
            self.save(&book)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_and_the_fifth_failure_locks() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("attempts.json");
        let secret = MachineSecret::generate().unwrap();
        let book = AttemptBook::new(&path, &secret);
        let mut now = 1_000_000;
        for delay in [1_000, 2_000, 4_000, 8_000, LOCK] {
            book.may_try("F0001", now).unwrap();
            book.failed("F0001", now).unwrap();
            let told = book.may_try("F0001", now + delay - 1);
            assert!(matches!(told, Err(TerminalError::LoginLocked { until }) if until == now + delay));
            now += delay;
        }
        book.may_try("F0001", now).unwrap();
        book.failed("F0001", now).unwrap();
        book.succeeded("F0001").unwrap();
        book.may_try("F0001", now).unwrap();
        assert!(!std::fs::read_to_string(&path).unwrap().contains("F0001"));
    }
}

//! A small pool of read connections.

use crate::Result;
use rusqlite::Connection;
use std::sync::{Condvar, Mutex, PoisonError};

pub(crate) struct Readers {
    idle: Mutex<Vec<Connection>>,
    returned: Condvar,
}

impl Readers {
    pub(crate) fn new(connections: Vec<Connection>) -> Self {
        Self { idle: Mutex::new(connections), returned: Condvar::new() }
    }

    pub(crate) fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = loop {
            if let Some(connection) = idle.pop() {
                break connection;
            }
            idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
        };
        drop(idle);
        // Given back even when the work panics; the transaction ends before, by its own drop.
        let back = GiveBack { readers: self, connection: Some(connection) };
        let Some(connection) = &back.connection else { return Err(crate::StoreError::Closed) };
        // One state for all statements of a piece of work: an event that gets its place between two of them would be
        // seen by neither.
        let snapshot = connection.unchecked_transaction()?;
        work(&snapshot)
    }
}

struct GiveBack<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl Drop for GiveBack<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            self.readers.returned.notify_one();
        }
    }
}

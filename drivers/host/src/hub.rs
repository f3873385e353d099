//! What all threads of the host share: the line to the terminal and the shared memory.

use std::collections::HashMap;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use driver_contract::wire::{FromHost, write_frame};
use driver_contract::{DeviceClass, Fault, FaultCode, Region, RegionBook, SharedArea};

/// How often a wait for shared memory looks whether the task was cancelled.
const LOOK: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(crate) struct Hub {
    pub(crate) class: DeviceClass,
    writer: Mutex<UnixStream>,
    area: SharedArea,
    pixels: Mutex<RegionBook>,
    released: Condvar,
    closing: AtomicBool,
    /// When each endless task last showed a sign of life.
    heartbeats: Mutex<HashMap<u64, Instant>>,
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What these locks guard is valid at every moment; a driver's panic does not spoil it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    pub(crate) fn new(class: DeviceClass, writer: UnixStream, area: SharedArea) -> Self {
        Self {
            class,
            writer: Mutex::new(writer),
            area,
            pixels: Mutex::new(RegionBook::new(SharedArea::PIXELS)),
            released: Condvar::new(),
            closing: AtomicBool::new(false),
            heartbeats: Mutex::default(),
        }
    }

    pub(crate) fn send(&self, message: &FromHost) {
        if let Err(error) = write_frame(&mut *locked(&self.writer), message) {
            // The terminal has gone; the reading side notices it too and ends the process.
            tracing::debug!(%error, "cannot reach the terminal");
            self.close();
        }
    }

    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
        self.released.notify_all();
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    pub(crate) fn document(&self, region: Region) -> Result<Vec<u8>, Fault> {
        let documents = SharedArea::DOCUMENTS;
        let bad = |detail: &str| Fault::new(FaultCode::BadParameters, self.class).with_detail(detail);
        if region.offset.saturating_add(region.length) > documents.offset + documents.length {
            return Err(bad("the document lies outside its part of the shared memory"));
        }
        self.area.read(region).map_err(|error| bad(&error.to_string()))
    }

    /// Lays a page into shared memory; waits for room for as long as `cancelled` says no.
    pub(crate) fn lay_page(&self, bytes: &[u8], cancelled: impl Fn() -> bool) -> Result<Region, Fault> {
        let fault = |code: FaultCode| Fault::new(code, self.class);
        let length = bytes.len() as u64;
        let mut book = locked(&self.pixels);
        if !book.could_hold(length) {
            return Err(fault(FaultCode::PageTooLarge));
        }
        let region = loop {
            if let Some(region) = book.take(length) {
                break region;
            }
            if cancelled() || self.is_closing() {
                return Err(fault(FaultCode::Cancelled));
            }
            book = self.released.wait_timeout(book, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        };
        drop(book);
        if let Err(error) = self.area.write(region, bytes) {
            self.release(region);
            return Err(fault(FaultCode::DriverFailed).with_detail(error.to_string()));
        }
        Ok(region)
    }

    /// Lays a picture into shared memory if there is room at this moment.
    pub(crate) fn lay_now(&self, bytes: &[u8]) -> Option<Region> {
        let region = locked(&self.pixels).take(bytes.len() as u64)?;
        if self.area.write(region, bytes).is_err() {
            self.release(region);
            return None;
        }
        Some(region)
    }

    /// Whether the terminal has not given the region back yet.
    pub(crate) fn is_taken(&self, region: Region) -> bool {
        locked(&self.pixels).has(region)
    }

    pub(crate) fn release(&self, region: Region) {
        if !locked(&self.pixels).give_back(region) {
            tracing::warn!("the terminal gave back a page that it did not have");
        }
        self.released.notify_all();
    }

    pub(crate) fn beat(&self, request: u64) {
        locked(&self.heartbeats).insert(request, Instant::now());
    }

    pub(crate) fn stop_beating(&self, request: u64) {
        locked(&self.heartbeats).remove(&request);
    }

    pub(crate) fn longest_silence(&self) -> Duration {
        locked(&self.heartbeats).values().map(Instant::elapsed).max().unwrap_or_default()
    }
}

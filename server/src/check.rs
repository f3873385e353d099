//! Proves a store from its rows alone: chains, hashes, signatures, numbers. Nothing of the code that takes acts is
//! used here, so that a fault in it does not hide itself.

mod addresses;
mod cases;
mod numbers;
mod outbox;
mod releases;
mod rest;

use crate::fault::Result;
use crate::house::House;
use domain::ids::ContentHash;
use serde::Serialize;
use std::collections::BTreeMap;

/// What was found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Cases read.
    pub cases: u64,
    /// Events proved.
    pub events: u64,
    /// Acts proved with their receipts.
    pub acts: u64,
    /// Printed numbers proved.
    pub numbers: u64,
    /// Stored files proved.
    pub blobs: u64,
    /// Releases of definitions proved.
    pub releases: u64,
    /// Lines of the access log proved.
    pub accesses: u64,
    /// What is wrong; names things, never people.
    pub faults: Vec<String>,
}

impl Report {
    fn must(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        if !holds {
            self.faults.push(fault());
        }
    }
}

/// What the cases tell for the other proofs.
#[derive(Default)]
struct Found {
    /// Events at their places by name: case, version, hash, previous of the author.
    placed: BTreeMap<String, PlacedFacts>,
    /// Numbers given out: case, number, terminal, epoch.
    numbers: Vec<(String, String, String, u32)>,
}

struct PlacedFacts {
    case: String,
    version: u64,
    hash: ContentHash,
    previous: ContentHash,
    author: (String, u32, u64),
}

/// Proves everything that is stored.
///
/// # Errors
/// When the storage cannot be read at all.
pub async fn check(house: &House) -> Result<Report> {
    let mut report = Report::default();
    let mut work = house.read().await?;
    let found = cases::check(house, &mut *work, &mut report).await?;
    outbox::check_chains(&mut *work, &mut report, &found).await?;
    outbox::check_acts(house, &mut *work, &mut report).await?;
    numbers::check(&mut *work, &mut report, &found).await?;
    rest::check_changes(&mut *work, &mut report, &found).await?;
    rest::check_contents(&mut *work, &mut report).await?;
    releases::check(house, &mut *work, &mut report).await?;
    addresses::check(house, &mut *work, &mut report).await?;
    rest::check_access(&mut *work, &mut report).await?;
    rest::check_blobs(house, &mut *work, &mut report).await?;
    Ok(report)
}

//! The register's own tests: its people, its demo people, its answers, its faults.

// The whole file is test code; its shared functions are not marked #[test], which is all clippy looks at.
#![allow(clippy::unwrap_used)]

#[path = "suite/acts.rs"]
mod acts;
#[path = "suite/api.rs"]
mod api;
#[path = "suite/births.rs"]
mod births;
#[path = "suite/cross_station.rs"]
mod cross_station;
#[path = "suite/definitions.rs"]
mod definitions;
#[path = "suite/entries.rs"]
mod entries;
#[path = "suite/faults.rs"]
mod faults;
#[path = "suite/handed.rs"]
mod handed;
#[path = "suite/handed_births.rs"]
mod handed_births;
#[path = "suite/handed_moves.rs"]
mod handed_moves;
#[path = "suite/handed_proofs.rs"]
mod handed_proofs;
#[path = "suite/handing.rs"]
mod handing;
#[path = "suite/items.rs"]
mod items;
#[path = "suite/leaving.rs"]
mod leaving;
#[path = "suite/migrations.rs"]
mod migrations;
#[path = "suite/moves.rs"]
mod moves;
#[path = "suite/people.rs"]
mod people;
#[path = "suite/process.rs"]
mod process;
#[path = "suite/proofs.rs"]
mod proofs;
#[path = "suite/random_acts.rs"]
mod random_acts;
#[path = "suite/refusals.rs"]
mod refusals;
#[path = "suite/running.rs"]
mod running;
#[path = "suite/unfinished.rs"]
mod unfinished;

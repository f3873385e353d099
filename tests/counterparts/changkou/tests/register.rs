//! The register's own tests: its people, its demo people, its answers, its faults.

// The whole file is test code; its shared functions are not marked #[test], which is all clippy looks at.
#![allow(clippy::unwrap_used)]

#[path = "suite/api.rs"]
mod api;
#[path = "suite/faults.rs"]
mod faults;
#[path = "suite/people.rs"]
mod people;
#[path = "suite/process.rs"]
mod process;
#[path = "suite/refusals.rs"]
mod refusals;
#[path = "suite/running.rs"]
mod running;

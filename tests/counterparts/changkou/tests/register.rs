//! The register's own tests: its people, its demo people, its answers, its faults.

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

//! Stories of the counter on real parts: server, register, device hosts, virtual devices, printer; the terminals run
//! in this process, behind the same commands as the windows.

// Tests may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::result_large_err)]

mod counter;
mod line;
mod settings;
mod shelf;
mod station;

mod addresses;
mod applicant;
mod batch;
mod birth;
mod business;
mod cameras;
mod clocks;
mod codes;
mod cross_station;
mod death;
mod devices;
mod effects;
mod hardened;
mod identity;
mod login;
mod matters;
mod mend;
mod new_definition;
mod new_matter;
mod offline;
mod pages;
mod papers;
mod reader;
mod recording;
mod results;
mod row_cards;
mod secrets;
mod small_devices;
mod training;

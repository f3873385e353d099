//! The driver against two counterparts that come with SANE: the `test` and the `pnm` back-end.
//!
//! SANE reads its folder of settings once per process, and wants to be initialised once; so each test
//! runs in a process of its own with a folder of its own.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]

mod bench;
mod faults;
mod listing;
mod pages;
mod stopping;

//! Random definitions, random commands, random histories.
//!
//! [`rules`] plays cases by the rules alone, on definitions made at random and on those that are shipped; [`broken`]
//! breaks definitions; [`agree`] plays the same at terminals whose acts a server judges from their bytes; [`differences`]
//! changes one fact of what a judgement stands on.
//!
//! `SEED` sets the seed, `HISTORIES`, `WORLDS` and `SEQUENCES` how many there are. A red run prints what gives it again.

// Seeds and counts are printed, so that a red run can be repeated.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs)]
// Small numbers that a seed draws.
#![allow(clippy::cast_possible_truncation)]

mod agree;
mod broken;
mod clerk;
mod desk;
mod dice;
mod differences;
mod history;
mod report;
mod rules;
mod site;
mod window;
mod world;

/// A number of the environment.
pub(crate) fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

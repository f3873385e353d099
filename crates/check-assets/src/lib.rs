//! Checks the assets of a catalogue without a screen: every file reads, every definition is compared with the entry of
//! the source that it was made from, and every matter is played to each of its ends.

pub mod coverage;
mod ends;
pub mod files;
mod fingers;
pub mod people;
pub mod plan;
pub mod play;
pub mod report;
pub mod schema;
pub mod source;
pub mod suite;
mod table;

//! Power cuts for tests: a SQLite VFS and a file layer that note what was written and not yet made durable. At a
//! chosen moment all of it is taken back, torn or left, as a disk without power may, and the process dies.
//!
//! A plain SIGKILL proves nothing about fsync: the system keeps what a killed program wrote. For tests only; no
//! program of the product depends on this crate.

// A test that cannot go on stops here and now.
#![allow(clippy::unwrap_used)]

mod files;
mod vfs;
mod world;

pub use files::CutFiles;
pub use vfs::{NAME, register, register_as_default};

/// From now on this many operations on the disk go well; at the last of them the power goes. `seed` decides what
/// is lost.
pub fn cut_after(operations: u64, seed: u64) {
    world::world().cut_after(operations, seed);
}

/// Operations on the disk so far.
#[must_use]
pub fn operations() -> u64 {
    world::world().operations()
}

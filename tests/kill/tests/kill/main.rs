//! The whole terminal killed while a case is taken in, by SIGKILL and by power cuts; the check of a terminal's data;
//! terminals of earlier versions taken over by this one.
//!
//! Server, register, card reader, scanner and printer live in this process. The terminal lives in a child, this same
//! program started anew, where somebody works at the counter: card, matter, fields key by key, scans, signature,
//! submission, receipt. It says on a pipe what was typed and what the terminal answered, until it dies at a seeded
//! moment. Then the disk is read by statements of this test's own, the next child shows the case and goes on with it,
//! and in the end the server must hold every act once.
//!
//! `KILLS` (or `ROUNDS`) sets the number of deaths (30 by default), `SEED` the seed. A third of the deaths come at points
//! between two steps that must not come apart (`store::failpoint`), half of them as power cuts. The report is
//! `target/report/crash.json`; the line is counted from it.

// Seeds and counts are printed, so that a red run can be repeated.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::result_large_err)]

mod child;
mod clerk;
mod damage;
mod deaths;
mod disk;
mod earlier;
mod journal;
mod lives;
mod profile;
mod words;

// One station and one way of asking for all tests of a whole counter.
#[path = "../../../story/tests/story/counter.rs"]
#[allow(dead_code)]
mod counter;
#[path = "../../../story/tests/story/station.rs"]
#[allow(dead_code)]
mod station;

//! The synchronisation against the real server, over lines that fail in every way.

// Seeds and counts are printed, so that a red run can be repeated.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod addresses;
mod conflict;
mod definitions;
mod lies;
mod line;
mod loss;
mod support;
mod together;

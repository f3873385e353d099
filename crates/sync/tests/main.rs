//! The synchronisation against the real server, over lines that fail in every way.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod conflict;
mod line;
mod loss;
mod support;
mod together;

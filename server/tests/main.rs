//! The server's story suite: every story runs on SQLite and on PostgreSQL.

// Tests may stop at the first surprise.
#![allow(clippy::unwrap_used, missing_docs)]

mod stories;
mod support;

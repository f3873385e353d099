//! The store as a whole: power cuts, tables, search, rebuilding, foreign files, databases of earlier versions.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod earlier;
mod opening;
mod powercut;
mod support;
mod tables;
mod work_list;

//! The store as a whole: power cuts, tables, search, rebuilding, foreign files, databases of earlier versions.

// Seeds and counts are printed, so that a red run can be repeated.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod address_oracle;
mod addresses;
mod earlier;
mod opening;
mod powercut;
mod support;
mod tables;
mod work_list;

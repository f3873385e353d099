//! Whole cases on the definitions that are shipped, decided and added up by the rules alone.
//!
//! Helpers outside of test functions may unwrap too: a broken fixture has to stop the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod birth;
mod blank;
mod broken;
mod calendar;
mod compat;
mod computed;
mod course;
mod cross_station;
mod daysheet;
mod death;
mod definition;
mod desk;
mod evaluation;
mod finding;
mod head_change;
mod head_rule;
mod id_card;
mod messages;
mod name_change;
mod offline;
mod package;
mod places;
mod promises;
mod proof;
mod properties;
mod refusals;
mod row_card;
mod samples;
mod settle;
mod source;
mod unfinished;

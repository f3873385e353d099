//! Pages drawn with a known truth, judged and mended; codes made by other programs, read.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

mod any;
mod codes;
mod defects;
mod draw;
mod finding;
mod foreign;
mod mending;
mod stillness;

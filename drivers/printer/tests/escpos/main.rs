//! Slips from the driver to a virtual receipt printer, which was written from the command reference a second time.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]

mod bench;
mod slips;
mod stopping;

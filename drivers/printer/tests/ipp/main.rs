//! The driver against `ippeveprinter` of CUPS, and against printers that are broken in ways it never is.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]

mod bench;
mod broken;
mod jobs;
mod trouble;

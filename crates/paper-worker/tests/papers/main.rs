//! The papers, made by the real worker process and judged by programs of others: poppler and qpdf.

// Helpers of tests are tests too: a failure here is a failure of the test that called.
#![allow(clippy::unwrap_used)]

mod bench;
mod contents;
mod process;
mod refusals;

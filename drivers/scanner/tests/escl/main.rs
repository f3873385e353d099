//! The driver for network scanners: its documents, and scans from a virtual scanner that shares no code with it.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

mod documents;
mod pages;

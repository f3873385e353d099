//! What a code may be; keys; the drivers against virtual scanners; a recording that plays again.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

mod reading;
mod scanners;

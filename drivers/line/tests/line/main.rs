//! Frames cut out of anything, and the models that come with the program.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

mod cutting;
mod models;

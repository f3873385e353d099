//! Signature pads: the protocols alone, and the drivers against virtual pads.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

mod evdev;
mod pads;
mod screen;
mod sheet;
mod stu;

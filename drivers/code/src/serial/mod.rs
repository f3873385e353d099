//! Scanners on a serial line, real or behind a USB bridge: a code and an end of line.

mod factory;
mod source;

pub use factory::SerialCodes;
pub use source::{SerialSource, Terminator};

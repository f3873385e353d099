//! Wacom's STU signature pads over hidraw.
//!
//! Reports: Wacom's STU SDK, `Protocol.hpp` and `Protocol.cpp` (report numbers, byte order and lengths), as Wacom
//! publishes it for developers.

mod factory;
mod pad;
mod protocol;
mod screen;

pub use factory::Stu;
pub use pad::StuPad;
pub use protocol::{Capability, Information, PenData, Report, VENDOR, parse_report};
pub use screen::{Encoding, Screen};

//! Drivers for signature pads.
//!
//! [`stu`]: Wacom's STU pads over hidraw. [`evdev`]: pen tablets, pen screens and touch screens that Linux knows by
//! itself. [`serial`]: pads on a serial line, described as data. What a signature must be is one rule for all of them:
//! [`Sheet`].

mod device;
mod error;
pub mod evdev;
pub mod serial;
mod sheet;
pub mod stu;

pub use device::{Pad, PadKey, PadNews};
pub use error::SignatureError;
pub use sheet::{Field, Sample, Sheet};

use driver_contract::DriverFactory;

/// Every driver of this crate.
#[must_use]
pub fn factories() -> Vec<Box<dyn DriverFactory>> {
    vec![Box::new(stu::Stu), Box::new(evdev::PenInput), Box::new(serial::SerialPad)]
}

/// Whether a fault was planted to prove that the tests find it:
///
/// | name | what breaks |
/// |---|---|
/// | `signature-outside-accepted` | points beside the writing field are taken |
#[cfg(feature = "mutants")]
fn planted(name: &str) -> bool {
    std::env::var("MUTANT").is_ok_and(|one| one == name)
}

/// Never in this build.
#[cfg(not(feature = "mutants"))]
const fn planted(_name: &str) -> bool {
    false
}

//! Drivers for code scanners (扫码枪).
//!
//! [`serial`]: scanners on a serial line. [`wedge`]: scanners that present themselves as a keyboard. What a code may
//! be is one rule for both: [`Reading`].

mod device;
mod error;
mod reading;
pub mod serial;
pub mod wedge;

pub use device::Scan;
pub use error::CodeError;
pub use reading::{Encoding, Reading, Rules};

use driver_contract::DriverFactory;

/// Every driver of this crate.
#[must_use]
pub fn factories() -> Vec<Box<dyn DriverFactory>> {
    vec![Box::new(serial::SerialCodes), Box::new(wedge::WedgeCodes)]
}

/// Whether a fault was planted to prove that the tests find it:
///
/// | name | what breaks |
/// |---|---|
/// | `code-length-not-checked` | a code may be of any length |
#[cfg(feature = "mutants")]
fn planted(name: &str) -> bool {
    std::env::var("MUTANT").is_ok_and(|one| one == name)
}

/// Never in this build.
#[cfg(not(feature = "mutants"))]
const fn planted(_name: &str) -> bool {
    false
}

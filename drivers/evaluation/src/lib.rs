//! Drivers for evaluation pads (评价器).
//!
//! No maker publishes such a pad's protocol; what they have in common is a frame, or a HID report of eight bytes, for
//! each key. So there is one driver, [`FrameEvaluation`], and a make is data: `assets/devices`.

mod device;
mod error;
mod factory;

pub use device::Talk;
pub use error::EvaluationError;
pub use factory::FrameEvaluation;

use driver_contract::DriverFactory;

/// Every driver of this crate.
#[must_use]
pub fn factories() -> Vec<Box<dyn DriverFactory>> {
    vec![Box::new(FrameEvaluation)]
}

/// Whether a fault was planted to prove that the tests find it:
///
/// | name | what breaks |
/// |---|---|
/// | `evaluation-stale-key-taken` | a key that was pressed before the question counts as its answer |
#[cfg(feature = "mutants")]
fn planted(name: &str) -> bool {
    std::env::var("MUTANT").is_ok_and(|one| one == name)
}

/// Never in this build.
#[cfg(not(feature = "mutants"))]
const fn planted(_name: &str) -> bool {
    false
}

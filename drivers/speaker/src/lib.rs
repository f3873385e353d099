//! Drivers for spoken prompts (语音播报). They work without a network.
//!
//! [`espeak`]: the program `espeak-ng`, one process a prompt.

mod error;
pub mod espeak;

pub use error::SpeechError;

use driver_contract::DriverFactory;

/// Every driver of this crate.
#[must_use]
pub fn factories() -> Vec<Box<dyn DriverFactory>> {
    vec![Box::new(espeak::Espeak)]
}

/// Whether a fault was planted to prove that the tests find it:
///
/// | name | what breaks |
/// |---|---|
/// | `speaker-sound-error-ignored` | what the program says on its standard error is not read |
#[cfg(feature = "mutants")]
fn planted(name: &str) -> bool {
    std::env::var("MUTANT").is_ok_and(|one| one == name)
}

/// Never in this build.
#[cfg(not(feature = "mutants"))]
const fn planted(_name: &str) -> bool {
    false
}

//! Drivers for queue callers (叫号器): the sign and the voice of the queue.
//!
//! [`frames`]: signs on a serial line, described as data. [`http`]: the queue's own server. Either way a call counts as made
//! only when the other side has confirmed it.

mod error;
pub mod frames;
pub mod http;

pub use error::CallError;

use driver_contract::DriverFactory;

/// Every driver of this crate.
#[must_use]
pub fn factories() -> Vec<Box<dyn DriverFactory>> {
    vec![Box::new(frames::FrameCaller), Box::new(http::HttpCaller)]
}

/// Whether a fault was planted to prove that the tests find it:
///
/// | name | what breaks |
/// |---|---|
/// | `caller-not-confirmed` | a call counts as made as soon as it is sent |
#[cfg(feature = "mutants")]
fn planted(name: &str) -> bool {
    std::env::var("MUTANT").is_ok_and(|one| one == name)
}

/// Never in this build.
#[cfg(not(feature = "mutants"))]
const fn planted(_name: &str) -> bool {
    false
}

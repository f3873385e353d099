//! Drivers for fingerprint sensors (指纹采集器).
//!
//! [`libfprint`] is the open way to the sensors that the system's own library knows. [`picture`] judges what any
//! sensor gave, so that the same picture is worth the same whoever made the sensor.

pub mod libfprint;
mod mutants;
pub mod picture;

use driver_contract::DriverFactory;

/// Every driver of this crate.
#[must_use]
pub fn factories() -> Vec<Box<dyn DriverFactory>> {
    vec![Box::new(libfprint::Libfprint::default())]
}

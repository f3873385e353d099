//! Drivers for UKeys (密码钥匙).
//!
//! [`skf`] speaks the interface of GM/T 0016 to the library of the key's maker.

mod mutants;
pub mod skf;

use driver_contract::DriverFactory;

/// Every driver of this crate.
#[must_use]
pub fn factories() -> Vec<Box<dyn DriverFactory>> {
    vec![Box::new(skf::Skf::default())]
}

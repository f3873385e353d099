//! Drivers for identity-card readers.
//!
//! [`samv`] speaks the protocol of the readers with a SAM_V security module over a serial line or USB.

mod mutants;
pub mod samv;

use driver_contract::DriverFactory;

/// Every driver of this crate.
#[must_use]
pub fn factories() -> Vec<Box<dyn DriverFactory>> {
    vec![Box::new(samv::SamvSerial), Box::new(samv::SamvUsb)]
}

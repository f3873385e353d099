//! Drivers for readers of chip cards (IC 卡读写器).
//!
//! [`pcsc`] reaches every reader that the system's smart-card service drives; [`card`] is what is said to the cards.

pub mod card;
mod mutants;
pub mod pcsc;

use driver_contract::DriverFactory;

/// Every driver of this crate.
#[must_use]
pub fn factories() -> Vec<Box<dyn DriverFactory>> {
    vec![Box::new(pcsc::Pcsc::default())]
}

//! Printers: network printers and print queues ([`ipp`]), receipt printers ([`escpos`]).
//!
//! A document counts as printed only when the printer itself says so. A job whose end cannot be learnt is a fault of
//! its own, never a silent second print.

pub mod escpos;
pub mod ipp;
mod mutants;

/// The factories of this crate.
#[must_use]
pub fn factories() -> Vec<Box<dyn driver_contract::DriverFactory>> {
    let mut factories: Vec<Box<dyn driver_contract::DriverFactory>> = vec![Box::new(ipp::IppFactory)];
    factories.extend(escpos::factories());
    factories
}

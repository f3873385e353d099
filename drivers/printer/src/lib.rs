//! Printers and print queues over IPP (RFC 8010, RFC 8011): network printers and CUPS queues alike.
//!
//! A document counts as printed only when the printer itself says so (job-state 9). A job whose end
//! cannot be learnt is a fault of its own, never a silent second print.

mod driver;
mod error;
mod follow;
mod mutants;
mod queue;
mod reason;
mod transport;

pub use driver::{DRIVER, IppFactory};
pub use error::PrintError;
pub use queue::{PrinterAttributes, Queue};

/// The factories of this crate.
#[must_use]
pub fn factories() -> Vec<Box<dyn driver_contract::DriverFactory>> {
    vec![Box::new(IppFactory)]
}

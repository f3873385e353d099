//! Scanners through SANE, scanners on the network that speak eSCL ([`escl`]), and document cameras ([`document`]).
//!
//! The library is loaded when it is first needed, so that a PC without it still starts everything else;
//! its absence is a typed fault. Other network scanners come through SANE's own back-ends.

mod capture;
pub mod document;
mod driver;
mod error;
pub mod escl;
mod ffi;
mod frame;
mod mutants;
mod option;
mod page;
mod setup;

pub use driver::{DRIVER, SaneFactory, fault};
pub use error::{ScanError, Status};
pub use ffi::{Handle, Library, Parameters, SaneDevice, Word};
pub use frame::{PAGE_LIMIT, Page, PageBuilder};
pub use option::{Constraint, OptionInfo, Unit, ValueKind};

/// The factories of this crate.
#[must_use]
pub fn factories() -> Vec<Box<dyn driver_contract::DriverFactory>> {
    let mut factories: Vec<Box<dyn driver_contract::DriverFactory>> =
        vec![Box::new(SaneFactory::default()), Box::new(escl::EsclFactory)];
    factories.extend(document::factories());
    factories
}

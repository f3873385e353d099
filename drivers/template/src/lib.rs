//! A driver to begin from: copy this folder to `drivers/<class>/src/<maker or protocol>`, or as a crate of its own.
//!
//! It is small and whole: an evaluation pad with five keys on a serial line, with a protocol made up for this purpose
//! (no maker's). It is compiled and tested with everything else, so that it never grows stale, and it is not in the
//! registry: no counter ever has it.
//!
//! | file | holds |
//! |---|---|
//! | [`frame`] | bytes in, values out; pure; no input makes it stumble |
//! | `device` | one question, one answer, tasks, cancellation |
//! | `factory` | what the host asks before a device is open |
//! | `error` | one enum, each case with its code of the catalogue |

mod device;
mod error;
mod factory;
pub mod frame;

pub use error::TemplateError;
pub use factory::TemplatePads;

use driver_contract::DriverFactory;

/// Every driver of this crate. A line in `drivers/host/src/registry.rs` makes the host know them.
#[must_use]
pub fn factories() -> Vec<Box<dyn DriverFactory>> {
    vec![Box::new(TemplatePads)]
}

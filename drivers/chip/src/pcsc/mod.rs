//! Readers behind the system's smart-card service (PC/SC, pcsc-lite): contact and contactless, whatever its drivers
//! know. The service, `pcscd`, is a program of its own; only its library is loaded here, when it is first needed.

mod device;
mod error;
mod factory;
mod ffi;
mod reading;

pub use error::PcscError;
pub use factory::Pcsc;

//! Sensors that libfprint 2 knows (some hundred built into or plugged into PCs; fprint.freedesktop.org lists them).
//!
//! The library is loaded when it is first needed and lives on one thread of its own, because its calls
//! belong to GLib's main loop; drivers and host talk to that thread. It compares prints only against templates that
//! it enrolled by itself, so no template and no comparison comes from here.

mod device;
mod error;
mod factory;
mod ffi;
mod sensors;

pub use error::{Retry, SensorError, Trouble};
pub use factory::Libfprint;

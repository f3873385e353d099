//! Any device, recorded and played again at the contract between host and driver.
//!
//! [`RecordedDevice`] stands in front of an open device and writes what it was asked and what it said; [`TapeFactory`] is
//! the driver `tape`, whose devices are such recordings. What a tape looks like, and what is personal in it, stands in
//! `driver_contract`.

mod blank;
mod factory;
mod player;
mod record;

pub use factory::{NAME, TapeFactory};
pub use player::{Pace, TapeDevice};
pub use record::RecordedDevice;

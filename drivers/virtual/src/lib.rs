//! Devices made of software that speak their real wire protocol, for training, demonstration and tests.
//!
//! Nothing here shares code with the drivers: what a virtual reader sends is written from the protocol
//! sheets a second time, so that a misreading in a driver is not answered by the same misreading here.

pub mod caller;
pub mod camera;
pub mod chip;
pub mod code;
pub mod control;
pub mod escl;
pub mod evaluation;
pub mod fingerprint;
pub mod gadget;
mod node;
pub mod receipt;
pub mod rehearsal;
pub mod samv;
pub mod signature;
mod tty;
mod uhid;

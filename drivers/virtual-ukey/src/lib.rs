//! A UKey made of software, behind the C interface of GM/T 0016-2012: for tests and for training, never for keys that
//! count. Its SM2 is that of `gm`; its keys lie open in a file.
//!
//! The folder that the variable `SKF_VIRTUAL` names holds `keys.json` ([`Keystore`]) and, where something is to go
//! wrong, `control.json` ([`Control`]). Both are read at every call, so that a key can be pulled and faults come and go
//! while a program has it open. Nothing here is shared with the driver.

mod entry;
mod exports;
mod store;
mod structure;

pub use store::{Container, Control, KeyFault, Keystore, VARIABLE};

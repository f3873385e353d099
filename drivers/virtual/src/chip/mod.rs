//! A social security card made of software, in a slot of vpcd (the virtual reader of the vsmartcard project).
//!
//! The reader, the service above it and the line between them are other people's programs; only the card is ours. Its
//! application is written from the public description a second time, without the driver's code.

mod card;
mod slot;

pub use card::{ChipFault, VirtualChipCard};
pub use slot::ChipSlot;

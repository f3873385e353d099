//! Pen tablets, pen screens and touch screens that the kernel knows, through evdev.

mod decoder;
mod factory;
mod pad;

pub use decoder::{Decoder, Group};
pub use factory::PenInput;
pub use pad::PenPad;

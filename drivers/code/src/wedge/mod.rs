//! Scanners that present themselves as a keyboard (keyboard wedge), through evdev.
//!
//! Told apart from typing by the device: the scanner's own node is grabbed, so that nothing it types reaches a form; and by
//! its speed, in case somebody grabbed a real keyboard.

mod factory;
mod keys;
mod source;

pub use factory::WedgeCodes;
pub use keys::{Keyboard, Stroke};
pub use source::WedgeSource;

//! Cameras that a photographer holds (DSLR and mirrorless), through libgphoto2 2.5.
//!
//! The library is loaded when it is first needed: a PC without it starts all the same. A shot is taken by the camera
//! itself, fetched and then deleted from it, so that no citizen's picture stays on its card.

mod body;
mod device;
mod factory;
mod failure;
mod ffi;
mod widgets;

pub use factory::Gphoto2;
pub use widgets::{is_automatic, number};

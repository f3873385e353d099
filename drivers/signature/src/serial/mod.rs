//! Pads on a serial line (or with HID reports) whose frames are described as data: `assets/devices`.

mod factory;
mod pad;

pub use factory::SerialPad;
pub use pad::FramePad;

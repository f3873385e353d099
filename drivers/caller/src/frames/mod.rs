//! Signs on a serial line whose frames are described as data: `assets/devices`.

mod device;
mod factory;

pub use device::SignTalk;
pub use factory::FrameCaller;

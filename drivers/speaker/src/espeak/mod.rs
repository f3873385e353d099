//! The program `espeak-ng`: offline, with a Mandarin voice (`cmn`) in its own data.

mod device;
mod factory;
mod process;
mod voices;

pub use factory::Espeak;
pub use voices::has_voice;

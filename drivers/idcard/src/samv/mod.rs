//! Readers with a SAM_V security module (居民身份证验证安全控制模块, GA 467), on a serial line or on USB.
//!
//! Frames, commands and status bytes follow the protocol sheets that reader makers publish (for example
//! eastcoms.com "SAM_V 通信协议"); the chip's text layouts follow the makers' developer notes and the
//! National Immigration Administration's notes on the 2023 permanent resident card.

mod device;
mod error;
mod factory;
mod factory_usb;
mod frame;
mod mask;
mod protocol;
mod reader;
mod rusb_pipes;
mod text;
mod usb;

pub use device::{Connect, SamvDevice};
pub use error::SamvError;
pub use factory::{BAUD_ALTERNATIVES, BAUD_DEFAULT, SamvSerial};
pub use factory_usb::SamvUsb;
pub use frame::{Answer, AnswerParser, FrameError, encode_answer, encode_command};
pub use mask::SamvMask;
pub use protocol::{Command, Status};
pub use reader::{CardBytes, Presence, SamId, SamvReader, Timing};
pub use text::{CardText, TextError, decode_text};
pub use usb::{Pipes, UsbLine};

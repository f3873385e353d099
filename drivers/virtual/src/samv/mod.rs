//! A virtual identity-card reader with a SAM_V module, at the end of a pseudo terminal or on USB.

mod card;
mod fault;
pub(crate) mod line;
mod module;
mod reader;
mod usb;

pub use card::{CardError, CardLayout, ValidUntil, VirtualCard, WLT_LENGTH};
pub use fault::ReaderFault;
pub use reader::{ReaderOptions, ReaderStatus, VirtualReader};
pub use usb::{UsbLayout, VirtualUsbReader};

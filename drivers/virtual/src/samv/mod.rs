//! A virtual identity-card reader with a SAM_V module, at the end of a pseudo terminal.

mod card;
mod fault;
pub(crate) mod line;
mod module;
mod reader;

pub use card::{CardError, CardLayout, ValidUntil, VirtualCard, WLT_LENGTH};
pub use fault::ReaderFault;
pub use reader::{ReaderOptions, ReaderStatus, VirtualReader};

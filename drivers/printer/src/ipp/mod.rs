//! Printers and print queues over IPP (RFC 8010, RFC 8011): network printers and CUPS queues alike.

mod driver;
mod error;
mod follow;
mod form;
mod queue;
mod reason;
mod transport;

pub use driver::{DRIVER, IppFactory};
pub use error::PrintError;
pub use queue::{Job, PrinterAttributes, Queue};

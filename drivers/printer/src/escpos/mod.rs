//! Receipt printers that understand ESC/POS, over TCP, on a serial line, or on USB.
//!
//! Source: Epson, "ESC/POS Command Reference for TM Printers" (download4.epson.biz/sec_pubs/pos/reference_en/escpos).
//!
//! A slip is a picture: fonts, code pages and kanji modes differ from make to make, dots do not. It goes out in bands,
//! and after each the printer is asked for a status *in its turn* (GS r): its answer says that the band was carried
//! out. Real-time questions (DLE EOT) tell why an answer does not come. A slip counts as printed when the status asked
//! for behind its cut was told.

mod answer;
mod command;
mod device;
mod error;
mod factory;
mod node;
mod raster;
mod settings;
mod slip;
mod status;
mod talk;
mod tcp;

pub use answer::{Answer, Answers};
pub use error::{Question, ReceiptError};
pub use factory::{NETWORK, SERIAL, USB};
pub use status::Status;

/// The factories of receipt printers, one for each kind of line.
#[must_use]
pub fn factories() -> Vec<Box<dyn driver_contract::DriverFactory>> {
    factory::all()
}

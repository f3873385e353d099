//! A virtual receipt printer: takes ESC/POS over TCP, on a pseudo terminal or as a USB gadget and keeps the slips as pictures.
//!
//! Written from Epson's "ESC/POS Command Reference for TM Printers". Real-time commands are carried out the moment they
//! come in, even within a picture; everything else waits its turn in a receive buffer of 4 KiB, and waits there for
//! paper and a closed cover. Without power the buffer is gone.

mod line;
mod machine;
mod paper;
mod printer;
mod stream;

pub use machine::ReceiptFault;
pub use paper::ReceiptSlip;
pub use printer::VirtualReceiptPrinter;

//! A scanner on the network that speaks eSCL, as its specification (Mopria Alliance, eSCL Technical Specification 2.97)
//! has it: a glass and a feeder for both sides, colour and grey, JPEG. sane-airscan accepts it.

mod documents;
mod fault;
mod http;
mod scanner;
mod state;

pub use fault::ScannerFault;
pub use scanner::NetworkScanner;

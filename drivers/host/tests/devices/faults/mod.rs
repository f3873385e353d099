//! Injected faults: each ends in a named fault, and the device can be used again as soon as it is whole.

pub(crate) mod camera;
mod chip;
mod code_scanner;
mod document_camera;
mod evaluation_pad;
mod fingerprint;
mod idcard;
mod network_scanner;
mod printer;
mod queue_caller;
pub(crate) mod receipt_printer;
mod scanner;
mod signature_pad;
mod speaker;
mod ukey;

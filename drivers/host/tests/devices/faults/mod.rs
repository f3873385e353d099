//! Injected faults: each ends in a named fault, and the device can be used again as soon as it is whole.

pub(crate) mod camera;
pub(crate) mod chip;
pub(crate) mod code_scanner;
pub(crate) mod document_camera;
pub(crate) mod evaluation_pad;
pub(crate) mod fingerprint;
pub(crate) mod idcard;
pub(crate) mod network_scanner;
mod printer;
pub(crate) mod queue_caller;
pub(crate) mod receipt_printer;
mod scanner;
pub(crate) mod signature_pad;
pub(crate) mod speaker;
pub(crate) mod ukey;

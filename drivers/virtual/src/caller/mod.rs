//! Virtual queue callers: a window's sign on a serial line, and a queue's server over HTTP.

mod server;
mod sign;

pub use server::{QueueServer, ServerFault};
pub use sign::{ShownCall, SignFault, VirtualSign};

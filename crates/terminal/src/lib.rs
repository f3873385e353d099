//! The use cases of the counter: everything an officer can do, without any window toolkit.
pub mod rpc;

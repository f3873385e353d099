//! Stories of the counter on real parts: server, register, device hosts, virtual devices, printer; the terminals run
//! in this process, behind the same commands as the windows.

// Tests may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::result_large_err)]

mod counter;
mod station;

mod birth;
mod matters;
mod secrets;

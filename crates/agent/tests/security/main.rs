//! The doors keep out everybody but their own window, whatever he sends.

#![allow(clippy::result_large_err, reason = "the wire form of a refusal")]

mod browser;
mod counter;

mod admission;
mod answers;
mod windows;

//! The doors keep out everybody but their own window, whatever he sends.

mod browser;
mod counter;

mod admission;
mod answers;
mod windows;

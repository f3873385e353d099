//! Makers' libraries: loaded inside a device host through one small C interface
//! (`include/window_terminal_driver.h`), and believed nothing.
//!
//! Whatever a library answers is checked like a stranger's message: texts for their length and form, outcomes for
//! their shape, pages for their size, faults for their code. What it does to its process is the host's affair: one
//! library, one process, which may die.

mod answer;
mod call;
mod error;
mod factory;
mod ffi;

pub use error::LibraryError;
pub use factory::LibraryFactory;

//! What the windows are shown. Everything a screen needs to draw and to offer: screens hold no rules.

mod business;
mod case;
mod course;
mod definition;
mod desk;
mod effect;
mod form;
mod mend;
mod shell;
mod window;

pub use business::*;
pub use case::*;
pub use course::*;
pub use definition::*;
pub use desk::*;
pub use effect::*;
pub use form::*;
pub use mend::*;
pub use shell::*;
pub use window::*;

//! Papers of the counter: orders for printed matter, and the client of the process that makes them.
//!
//! `paper` makes bytes and never prints; what speaks to a printer is `drivers/printer`. The type setter
//! needs some hundred megabytes of fonts and tens of megabytes of code, so it lives in a program of its
//! own (`paper-worker`), which [`PaperWorker`] starts when a paper is wanted, watches, and ends when no
//! paper was wanted for a while. This library holds what both sides agree on and nothing heavy.
//!
//! The way of one paper:
//!
//! 1. [`PaperWorker::current_print_set`] names the renderer, template and fonts of today;
//! 2. the print event stores that [`PrintSet`] (its time is the event's);
//! 3. [`PaperWorker::render`] turns a [`PrintOrder`] into PDF bytes. The same order with the same set gives
//!    the same bytes; a set that this installation no longer has is refused with
//!    [`PaperError::PrintSetUnavailable`], never silently made anew.
//!
//! Data reaches the worker through a pipe only: nothing personal stands in arguments, environment,
//! temporary files or logs.

mod cancel;
mod error;
mod frame;
mod message;
mod order;
mod running;
mod schema;
mod strokes;
mod template;
mod worker;

pub use cancel::Cancellation;
pub use error::{DataProblem, PaperError};
pub use frame::{FRAME_LIMIT, read_frame, write_frame};
pub use message::{FromWorker, PROTOCOL_VERSION, ToWorker};
pub use order::{MissingGlyphs, PrintOrder, PrintSet, Rendered, TemplateId};
pub use schema::{Field, FieldType, check};
pub use strokes::{Stroke, StrokePoint, Strokes};
pub use template::{Engine, TemplateSheet};
pub use worker::{DEBIAN_FONT_FOLDERS, PaperWorker, WorkerSettings};

//! Pictures of documents: judged, straightened, cut out, reduced, put on a sheet; codes on them read.
//!
//! Works on raw pixels alone: no file, no device, no clock. Every function takes pictures of any size, an empty one
//! included, needs memory in proportion to them, and gives a value or `None`; none panics.
//!
//! | module | what |
//! |---|---|
//! | [`judge`] | what is wrong with a page: too dark, too bright, blurred, glare, cut off, slanting, blank |
//! | [`find`] | the four corners of the one document in a picture |
//! | [`straighten`] | that document as a page of a known size; a slanting page set upright |
//! | [`skew`] | the slant of lines of text |
//! | [`reduce`] | colour, grey, black and white |
//! | [`sheet`] | both sides of a card on one A4 page, true to scale |
//! | [`still`] | when a document under a camera may be taken, and when it was changed |
//! | [`code`] | QR codes and bar codes |

pub mod code;
mod edge;
mod error;
pub mod find;
mod focus;
mod geometry;
mod ground;
pub mod judge;
mod picture;
mod plane;
pub mod reduce;
pub mod sheet;
pub mod skew;
pub mod still;
pub mod straighten;

pub use error::PictureError;
pub use geometry::{Format, Point, Quad};
pub use picture::{MOST_PIXELS, Picture};
pub use plane::Plane;

//! The type setter behind [`paper::PaperWorker`]: turns print orders into PDF bytes.
//!
//! A library, so that its tests and the proof tool can reach it; the product runs it as the program
//! `paper-worker`, which reads orders from standard input and answers on standard output ([`serve`]).
//!
//! Two ways to a page: flowing forms are set by typst as PDF/A-2b, small papers with exact places by
//! printpdf. Receipt printers get a picture of a flowing one. Both take glyphs from the same fixed faces ([`FontShelf`]), so a paper does not depend on what
//! else is installed on the PC.

mod files;
mod flow;
mod fontmap;
mod fonts;
mod harden;
mod hash;
mod ink;
mod picture;
mod placed;
mod prepare;
mod press;
mod qr;
mod serve;
mod setting;
mod world;

pub use files::TemplateFiles;
pub use fonts::{Face, FontShelf};
pub use harden::harden;
pub use press::Press;
pub use serve::serve;

//! The papers, made by the real worker process and judged by programs of others: poppler and qpdf.

mod bench;
mod contents;
mod process;
mod refusals;

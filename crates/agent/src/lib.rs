//! The agent host: the windows' commands over loopback HTTP, for browsers on this machine.
//!
//! Each window has a door of its own, an address `http://127.0.0.1:PORT`. A door is opened once, with the
//! one-time code of its first address; the answer is a cookie that only this door takes. Two doors, not two
//! paths of one: a browser keeps pages of different ports apart, so the applicant screen can reach nothing of
//! the officer window even when both are open in one browser.
//!
//! ```text
//! GET  /?code=…                   opens the door
//! GET  /                          the window's page; everything else of the page beside it
//! POST /rpc/{command}             200 and the answer; otherwise a refusal (code, sentence, cure, who)
//! GET  /changes                   server-sent events: `change`, and `gap` when some were lost
//! GET  /pictures/{blob}?side=N    JPEG, no side longer than N pixels
//! GET  /documents/{blob}          PDF
//! GET  /strokes/{blob}            JSON
//! ```

#![allow(
    clippy::result_large_err,
    reason = "the wire form of a refusal; one a call, and calls take milliseconds"
)]

mod changes;
mod commands;
mod door;
mod entry;
mod fault;
mod files;
mod guard;
mod host;
mod pages;

pub use commands::commands_of;
pub use door::{Agent, AgentSettings, serve};
pub use fault::AgentError;
pub use host::Host;

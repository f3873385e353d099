//! Every class of devices through the real host process: the faults that are injected (one test each, counted by
//! `make test-devices`), and what others wrote against which the drivers run (one module each).

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

mod captures;
mod counterparts;
mod faults;
mod flow;
mod hotplug;
mod library;
mod pcscd;
mod post;
mod recording;
mod vm;

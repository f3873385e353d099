//! The device host: one process per device class, in which the drivers run.
//!
//! The terminal starts it (see `driver_contract::HostClient`), talks to it over its standard input, and
//! shares one memory file with it as its standard output. When the terminal ends, the host ends.

mod configuration;
mod confine;
mod context;
mod hotplug;
mod hub;
mod registry;
mod search;
mod server;
mod stdio;
mod worker;

pub use configuration::HostConfiguration;
pub use confine::confine;
pub use registry::{all_factories, factories_of};
pub use server::{Service, serve};
pub use stdio::{Line, take_over};

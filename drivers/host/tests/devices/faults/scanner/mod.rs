//! Scanners: through SANE, and on the network.

mod escl;
mod sane;

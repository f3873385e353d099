//! The demo station: one PC with its server, the population register's counterpart, virtual devices, a
//! printer and two windows, 柜台一 and 所长室. Every program is the one that the product ships; only people, papers
//! and devices are invented.

pub mod addresses;
pub mod card;
pub mod child;
pub mod desktop;
pub mod place;
pub mod station;
pub mod window;

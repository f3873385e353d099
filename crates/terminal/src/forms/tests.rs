//! Every paper of every shipped matter, on cases that the rules made, against the templates' own sheets, and set by
//! the real worker.

mod bench;
mod course;
mod every;
mod papers;
mod register;
mod rendered;
mod stories;

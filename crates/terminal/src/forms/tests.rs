//! Every paper of every shipped matter, on cases that the rules made, against the templates' own sheets.

mod bench;
mod papers;
mod stories;

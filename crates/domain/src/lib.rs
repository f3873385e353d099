//! What a counter knows: matters, cases, forms, persons, units, rights, deadlines.
//!
//! Pure: no I/O, no clock, no random. [`decide::decide`] turns a command into events or a refusal,
//! [`case::Case::apply`] adds events up; both run on the terminal and on the server.

pub mod act;
pub mod address;
pub mod arrival;
pub mod batch;
pub mod carry;
pub mod case;
pub mod catalogue;
pub mod cbor;
pub mod code;
pub mod command;
pub mod compute;
pub mod condition;
pub mod consult;
pub mod context;
pub mod course;
pub mod daysheet;
pub mod decide;
pub mod device;
pub mod difference;
pub mod document_number;
pub mod duplicate;
pub mod effect;
pub mod event;
pub mod every_core;
pub mod fault;
pub mod finding;
pub mod fingerprint;
pub mod flow;
pub mod identity;
pub mod ids;
pub mod limit;
pub mod matter;
pub mod messages;
mod mutants;
pub mod number;
pub mod package;
pub mod path;
pub mod person;
pub mod queue;
pub mod refusal;
pub mod register;
pub mod requirement;
pub mod row_card;
pub mod rule;
pub mod situation;

//! Whole cases on the definitions that are shipped, decided and added up by the rules alone.

mod birth;
mod calendar;
mod compat;
mod death;
mod desk;
mod head_change;
mod head_rule;
mod id_card;
mod messages;
mod name_change;
mod offline;
mod proof;
mod properties;
mod refusals;
mod samples;
mod source;

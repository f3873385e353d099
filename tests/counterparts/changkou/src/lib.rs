//! The population register (常住人口信息管理系统, 常口) as a counterpart program.
//!
//! In the field the register is another system: it alone makes citizen and household numbers, it alone
//! knows whether a paper is genuine, and a case is finished only after it has taken the act over. Tests,
//! demonstrations and training need such a system on the other side of a real connection, with its own
//! process, its own data, its own rules and its own failures. This is that program. `API.md` describes
//! what it says over HTTP.
//!
//! It shares no code with the product, so that an error in the product's rules is met by a second opinion.

pub mod database;
pub mod demo;
pub mod effects;
pub mod history;
pub mod http;
pub mod model;
pub mod number;
pub mod papers;
pub mod population;
pub mod random;
pub mod records;
pub mod register;
pub mod relation;

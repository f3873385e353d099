//! The queue's own server, over HTTP: one POST a call, JSON both ways. What its fields are called is data.

mod device;
mod factory;
mod shape;

pub use factory::HttpCaller;
pub use shape::Shape;

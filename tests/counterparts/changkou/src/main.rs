//! placeholder until the server module stands
fn main() {}

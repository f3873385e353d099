//! What the process does to itself before it reads anything.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Most address space in bytes. Fonts map 250 MB and a large paper needs some hundred more; a template in an
/// endless loop must not take the counter PC's memory.
const ADDRESS_SPACE: u64 = 3 * 1024 * 1024 * 1024;

/// Forbids core dumps and reading by other processes of the same user, bounds memory, and silences panics
/// (their messages can quote the text that was being set).
pub fn harden() {
    std::panic::set_hook(Box::new(|_| {}));
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let space = Rlimit { current: Some(ADDRESS_SPACE), maximum: Some(ADDRESS_SPACE) };
    // A system that refuses one of these (a container's policy) still prints; the client sets no core either.
    let _ = setrlimit(Resource::Core, none);
    let _ = setrlimit(Resource::As, space);
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

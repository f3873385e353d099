//! Points at which tests end the program: between two steps that must not come apart. A program that is shipped (built
//! without debug assertions) has none of them.

#[cfg(debug_assertions)]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    struct Armed {
        name: String,
        left: AtomicU64,
        end: fn(),
    }

    static ARMED: OnceLock<Armed> = OnceLock::new();

    pub fn arm(name: &str, times: u64, end: fn()) -> bool {
        ARMED.set(Armed { name: name.to_owned(), left: AtomicU64::new(times.max(1)), end }).is_ok()
    }

    pub fn pass(name: &str) {
        let Some(armed) = ARMED.get().filter(|armed| armed.name == name) else { return };
        if armed.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            (armed.end)();
        }
    }
}

/// All points of the terminal, as `tests/kill` knows them.
pub const POINTS: [&str; 12] = [
    "event-without-outbox",
    "committed-not-woken",
    "window-not-told",
    "push-not-sent",
    "answer-not-kept",
    "answer-not-told",
    "page-not-applied",
    "page-without-cursor",
    "file-not-renamed",
    "file-without-row",
    "piece-not-noted",
    "complete-not-noted",
];

/// Ends the program with `end` when a point is passed so often. Programs never call it. False when one was armed
/// before, or where there are no points.
pub fn arm(name: &str, times: u64, end: fn()) -> bool {
    #[cfg(debug_assertions)]
    return armed::arm(name, times, end);
    #[cfg(not(debug_assertions))]
    {
        let _ = (name, times, end);
        false
    }
}

/// A point between two steps that must not come apart.
pub fn pass(name: &str) {
    #[cfg(debug_assertions)]
    armed::pass(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

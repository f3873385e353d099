//! Faults planted on purpose, to show that the test suites find them. Compiled only with the feature `mutants`.
//!
//! | name | what breaks |
//! |---|---|
//! | `reply-before-commit` | a push is answered before it is durable |
//! | `no-approver-check` | acts are placed without asking the rules |
//! | `no-idempotency` | a repeated act is judged and placed again |
//! | `no-scope` | pulls and blobs are not cut by unit |
//! | `clear-events` | events are stored without sealing |
//! | `context-not-compared` | what the context says is not held against envelopes and delegation |
//! | `clash-not-seen` | an act is placed past changes of others to what it reads or writes |

/// Whether the named fault is planted.
#[cfg(feature = "mutants")]
#[must_use]
pub fn planted(name: &str) -> bool {
    std::env::var("MUTANT").is_ok_and(|one| one == name)
}

/// Whether the named fault is planted: never in this build.
#[cfg(not(feature = "mutants"))]
#[must_use]
pub const fn planted(_name: &str) -> bool {
    false
}

//! Faults planted on purpose, to show that the test suites find them. Compiled only with the feature `mutants`.
//!
//! | name | what breaks |
//! |---|---|
//! | `nonce-not-checked` | a capture for another request is taken for an answer to this one |
//! | `number-not-masked` | a masked recording keeps the number of the card's holder |

/// Whether the named fault is planted.
#[cfg(feature = "mutants")]
pub(crate) fn planted(name: &str) -> bool {
    std::env::var("MUTANT").is_ok_and(|one| one == name)
}

/// Whether the named fault is planted: never in this build.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn planted(_name: &str) -> bool {
    false
}

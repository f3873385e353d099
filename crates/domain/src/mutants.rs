//! Faults planted on purpose, to show that the test suites find them. Compiled only with the feature `mutants`.
//!
//! | name | what breaks |
//! |---|---|
//! | `maker-may-review` | whoever took a case in may decide on it |
//! | `household-without-head` | a household may be left without an adult head |
//! | `every-material-tolerable` | an identity document may come later against a promise |
//! | `tolerance-forgotten` | a case ends while promised materials are missing |
//! | `locked-value-accepted` | what a card or the register said is changed without a reason |

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

//! Faults planted on purpose, to show that the test suites find them. Compiled only with the feature `mutants`.
//!
//! | name | what breaks |
//! |---|---|
//! | `printed-before-done` | a job counts as ended while the printer still works at it |
//! | `receipt-printed-before-done` | a slip counts as printed when its last byte was sent |

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

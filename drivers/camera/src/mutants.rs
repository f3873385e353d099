//! Faults planted on purpose, to show that the test suites find them. Compiled only with the feature `mutants`.
//!
//! | name | what breaks |
//! |---|---|
//! | `camera-frozen-taken` | a picture that does not move is taken for a live one |
//! | `camera-size-not-checked` | a picture of another size than the camera's is taken |

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

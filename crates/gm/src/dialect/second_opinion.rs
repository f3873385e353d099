//! Asking the crate `sm-crypto` without letting it harm us.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{GmError, Result};

/// Whether `sm-crypto` comes to the same `ours`. It panics on input it does not like, hence the guard; the
/// closures only read.
///
/// # Errors
/// [`GmError::SecondOpinion`] when it differs or panics.
pub(super) fn agree<T: PartialEq>(ours: &T, theirs: impl FnOnce() -> T) -> Result<()> {
    match catch_unwind(AssertUnwindSafe(theirs)) {
        Ok(value) if value == *ours => Ok(()),
        _ => Err(GmError::SecondOpinion),
    }
}

//! Cancelling a paper that is being made.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type Wake = Box<dyn Fn() + Send>;

#[derive(Default)]
struct State {
    cancelled: bool,
    wake: Option<Wake>,
}

/// Lets one thread cancel what another renders: the worker is killed, the order ends with
/// [`PaperError::Cancelled`](crate::PaperError::Cancelled). Clones share the same order; use one for each.
#[derive(Clone, Default)]
pub struct Cancellation(Arc<Mutex<State>>);

impl Cancellation {
    /// A cancellation that was not used yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels the order it was given to, now or as soon as it is given.
    pub fn cancel(&self) {
        let mut state = self.lock();
        state.cancelled = true;
        if let Some(wake) = &state.wake {
            wake();
        }
    }

    /// Whether [`Self::cancel`] was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.lock().cancelled
    }

    /// Calls `wake` on cancelling (at once if that happened before) for as long as the guard lives.
    pub(crate) fn waking(&self, wake: impl Fn() + Send + 'static) -> Waking<'_> {
        let mut state = self.lock();
        if state.cancelled {
            wake();
        }
        state.wake = Some(Box::new(wake));
        Waking(self)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the waking when dropped; after that no further call comes.
pub(crate) struct Waking<'a>(&'a Cancellation);

impl Drop for Waking<'_> {
    fn drop(&mut self) {
        self.0.lock().wake = None;
    }
}

//! A lane: one task that does rounds. It always has a timer or a round in flight; a failed round arms the next
//! timer itself, with full jitter, so that no terminal waits for an event that never comes and not all terminals
//! come back in the same second.

use crate::core::Core;
use crate::{Result, SyncError};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// When the next round begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// At once: there is more.
    Now,
    /// When somebody wakes the lane, and at the latest after this time.
    Rest(Duration),
}

/// What a lane does.
pub(crate) trait Work: Send + Sync + 'static {
    /// One round.
    fn round(&self) -> BoxFuture<'_, Result<Next>>;

    /// Longest pause after failures.
    fn longest_pause(&self) -> Duration {
        LONGEST_PAUSE
    }

    /// A round that takes longer hangs.
    fn longest_round(&self) -> Duration {
        LONGEST_ROUND
    }
}

/// A terminal that was cut off finds the server again within five minutes even if nothing wakes it.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// No request of the small lanes is waited for longer than about a minute.
const LONGEST_ROUND: Duration = Duration::from_secs(300);
/// Time that an overloaded PC may be late before the watchdog speaks of a dead timer.
const LATE: Duration = Duration::from_secs(30);
/// A lane that is woken again and again while it fails does at most this many rounds: one in this time.
const BREATH: Duration = Duration::from_millis(50);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// A round begins then.
    Timer(Instant),
    /// A round runs and must have ended by then.
    Flight(Instant),
}

/// Why a lane does not get on: the last fault, while rounds fail in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// Stable code.
    pub(crate) code: &'static str,
    /// Since when rounds end with it.
    pub(crate) since: Instant,
}

struct State {
    phase: Phase,
    failures: u32,
    held: Option<Held>,
}

pub(crate) struct Lane {
    pub(crate) name: &'static str,
    wake: Notify,
    state: Mutex<State>,
}

impl Lane {
    pub(crate) fn new(name: &'static str) -> Arc<Self> {
        let state = State { phase: Phase::Timer(Instant::now()), failures: 0, held: None };
        Arc::new(Self { name, wake: Notify::new(), state: Mutex::new(state) })
    }

    /// The next round begins at once; a wake during a round begins another after it.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn phase(&self) -> (Phase, u32) {
        let state = self.state();
        (state.phase, state.failures)
    }

    /// Why it does not get on; none while its rounds succeed.
    pub(crate) fn held(&self) -> Option<Held> {
        self.state().held
    }

    fn set(&self, phase: Phase, failures: u32) {
        let mut state = self.state();
        (state.phase, state.failures) = (phase, failures);
    }

    fn ended(&self, fault: Option<&'static str>) {
        let mut state = self.state();
        state.held = fault.map(|code| match state.held {
            Some(held) if held.code == code => held,
            _ => Held { code, since: Instant::now() },
        });
    }

    /// Whether the timer will fire, or the round can still end.
    pub(crate) fn is_alive(&self) -> bool {
        match self.phase().0 {
            Phase::Timer(due) | Phase::Flight(due) => due + LATE > Instant::now(),
        }
    }
}

pub(crate) async fn run(core: Arc<Core>, lane: Arc<Lane>, work: Arc<dyn Work>) {
    let mut failures = 0_u32;
    let mut due = Instant::now();
    let mut not_before = due;
    loop {
        lane.set(Phase::Timer(due), failures);
        tokio::select! {
            () = tokio::time::sleep_until(due) => {}
            () = lane.wake.notified() => tokio::time::sleep_until(not_before).await,
        }
        if core.ended() {
            return;
        }
        lane.set(Phase::Flight(Instant::now() + work.longest_round()), failures);
        let round = AssertUnwindSafe(work.round()).catch_unwind();
        let result = match tokio::time::timeout(work.longest_round(), round).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => {
                tracing::error!(lane = lane.name, "a round broke");
                Err(SyncError::Stopped)
            }
            Err(_) => Err(SyncError::Deadline),
        };
        let now = Instant::now();
        lane.ended(result.as_ref().err().map(SyncError::code));
        match result {
            Ok(next) => {
                if failures > 0 {
                    tracing::info!(lane = lane.name, failures, "the lane goes on");
                }
                failures = 0;
                not_before = now;
                due = match next {
                    Next::Now => now,
                    Next::Rest(longest) => now + longest,
                };
            }
            Err(fault) if fault.stops() => {
                core.stop_for(&fault);
                return;
            }
            Err(fault) => {
                core.saw_failure(&fault);
                failures = failures.saturating_add(1);
                let asked = fault.retry_after().unwrap_or_default().min(LONGEST_PAUSE);
                let wait = pause(failures, work.longest_pause(), random()).max(asked);
                tracing::debug!(lane = lane.name, code = fault.code(), failures, "a round failed: {fault}");
                not_before = now + asked.max(BREATH);
                due = now + wait.max(BREATH);
            }
        }
    }
}

/// How long to wait after failures in a row: two quick tries, then full jitter between nothing and a bound that
/// doubles from one second.
fn pause(failures: u32, longest: Duration, random: f64) -> Duration {
    let bound = match failures {
        0 | 1 => Duration::from_millis(200),
        2 => Duration::from_millis(500),
        more => Duration::from_secs(1).saturating_mul(1 << (more - 3).min(16)),
    };
    bound.min(longest).mul_f64(random)
}

/// Between 0 and 1. Without random bytes the pause is the longest: slow is safe.
fn random() -> f64 {
    gm::random::random_array::<4>()
        .map_or(1.0, |bytes| f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_says_why_it_does_not_get_on_and_since_when() {
        let lane = Lane::new("push");
        assert_eq!(lane.held(), None);
        lane.ended(Some("SYNC_DEADLINE"));
        let first = lane.held().unwrap();
        lane.ended(Some("SYNC_DEADLINE"));
        assert_eq!(lane.held(), Some(first), "the same cause has lasted since then");
        lane.ended(Some("SYNC_OFFLINE"));
        assert_eq!(lane.held().unwrap().code, "SYNC_OFFLINE");
        lane.ended(None);
        assert_eq!(lane.held(), None);
    }

    #[test]
    fn pauses_grow_to_their_bound_and_no_further() {
        let longest = Duration::from_secs(300);
        let bounds: Vec<Duration> = (1..40).map(|failures| pause(failures, longest, 1.0)).collect();
        assert_eq!(bounds[0], Duration::from_millis(200));
        assert_eq!(bounds[2], Duration::from_secs(1));
        assert_eq!(bounds[3], Duration::from_secs(2));
        assert!(bounds.is_sorted());
        assert_eq!(bounds.last(), Some(&longest));
        assert_eq!(pause(u32::MAX, longest, 0.0), Duration::ZERO);
    }
}

//! Trusted time: last server time plus boot-time clock elapsed; after a reboot the larger of wall clock and last
//! persisted time, marked unconfirmed (decided so that setting the PC's clock moves no deadline).

use domain::event::EventTime;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

struct Anchor {
    /// Trusted milliseconds at the anchor.
    trusted: i64,
    /// Boot-time clock at the anchor, milliseconds.
    boot: i64,
    confirmed: bool,
}

pub(crate) struct Clock {
    anchor: Mutex<Anchor>,
}

/// Milliseconds since boot, suspend included (CLOCK_BOOTTIME).
fn boot_milliseconds() -> i64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    now.tv_sec.saturating_mul(1000).saturating_add(now.tv_nsec / 1_000_000)
}

fn wall_milliseconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl Clock {
    /// Starts unconfirmed, from the larger of wall clock and the time persisted last.
    pub(crate) fn start(persisted: i64) -> Self {
        let anchor = Anchor {
            trusted: wall_milliseconds().max(persisted),
            boot: boot_milliseconds(),
            confirmed: false,
        };
        Self { anchor: Mutex::new(anchor) }
    }

    /// The server said what time it is.
    pub(crate) fn confirm(&self, server: i64) {
        let mut anchor = self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        *anchor = Anchor { trusted: server, boot: boot_milliseconds(), confirmed: true };
    }

    /// Never goes back behind a persisted time.
    pub(crate) fn at_least(&self, persisted: i64) {
        let mut anchor = self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        if !anchor.confirmed && anchor.trusted < persisted {
            anchor.trusted = persisted;
        }
    }

    pub(crate) fn now(&self) -> EventTime {
        let anchor = self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        EventTime {
            wall: wall_milliseconds(),
            trusted: anchor.trusted.saturating_add(boot_milliseconds().saturating_sub(anchor.boot)),
            confirmed: anchor.confirmed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_persisted_future_is_kept_and_the_server_corrects_it() {
        let future = wall_milliseconds() + 86_400_000;
        let clock = Clock::start(future);
        assert!(clock.now().trusted >= future);
        assert!(!clock.now().confirmed);
        clock.confirm(1_000);
        assert!(clock.now().trusted < 60_000);
        assert!(clock.now().confirmed);
    }
}

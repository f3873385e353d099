//! Trusted time: last server time plus boot-time clock elapsed. While the PC runs, its wall clock counts for nothing,
//! whatever it is set to and however often the program is begun anew. After a reboot the boot-time clock tells nothing of
//! the time in between: then the wall clock is taken, unconfirmed, as far as it can be right (not before the last time
//! that was kept, and not further from it than a terminal may be away from its server); otherwise the last time kept.

use crate::error::Result;
use domain::event::EventTime;
use gm::{HmacKey, MachineSecret, hmac_sm3};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Longest time off the server that a terminal is made for (30 days). A wall clock that shows more since the last time
/// kept was set wrong, or has lost its battery.
pub(crate) const LONGEST_AWAY: i64 = 30 * 24 * 3600 * 1000;
/// The time is kept anew when it is a minute old: what a reboot may lose at most.
const KEEP_EVERY: i64 = 60 * 1000;

/// The clocks of a PC.
pub trait TimeSource: Send + Sync {
    /// Milliseconds since 1970-01-01 UTC as the PC believes.
    fn wall(&self) -> i64;
    /// Milliseconds since the boot, suspend included.
    fn since_boot(&self) -> i64;
    /// Name of the boot; another after every start of the PC.
    fn boot(&self) -> String;
}

/// The clocks of this PC.
#[derive(Debug, Clone, Copy, Default)]
pub struct PcClocks;

impl TimeSource for PcClocks {
    fn wall(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn since_boot(&self) -> i64 {
        // CLOCK_BOOTTIME goes on while the PC sleeps, and nobody can set it.
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        now.tv_sec.saturating_mul(1000).saturating_add(now.tv_nsec / 1_000_000)
    }

    fn boot(&self) -> String {
        // Without it every start of the program counts as one of the PC: the time is then unconfirmed, not wrong.
        let name = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        name.trim().to_owned()
    }
}

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    trusted: i64,
    since_boot: i64,
    boot: String,
    confirmed: bool,
}

/// The file: what it holds, and the proof that this program wrote it.
#[derive(Serialize, Deserialize)]
struct File {
    kept: Kept,
    proof: String,
}

struct Anchor {
    /// Trusted milliseconds at the anchor.
    trusted: i64,
    /// The trusted time at the anchor is at least this, whatever the wall clock said.
    earliest: i64,
    /// Milliseconds since the boot at the anchor.
    since_boot: i64,
    confirmed: bool,
    /// Trusted time that was kept last.
    kept: i64,
}

pub(crate) struct Clock {
    source: Arc<dyn TimeSource>,
    path: PathBuf,
    key: HmacKey,
    anchor: Mutex<Anchor>,
}

impl Clock {
    /// Goes on from what was kept in a file.
    pub(crate) fn start(source: Arc<dyn TimeSource>, path: PathBuf, secret: &MachineSecret) -> Self {
        let key = HmacKey::from_bytes(*secret.expose());
        let kept = load(&path, &key);
        let anchor = begin(&*source, kept);
        Self { source, path, key, anchor: Mutex::new(anchor) }
    }

    fn anchor(&self) -> MutexGuard<'_, Anchor> {
        self.anchor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server said what time it is. Gives by how much the trusted time moved, in milliseconds.
    pub(crate) fn confirm(&self, server: i64) -> i64 {
        let moved = {
            let mut anchor = self.anchor();
            let since_boot = self.source.since_boot();
            let before = anchor.trusted.saturating_add(since_boot.saturating_sub(anchor.since_boot));
            let first = !anchor.confirmed;
            *anchor = Anchor {
                trusted: server,
                earliest: server,
                since_boot,
                confirmed: true,
                kept: if first { i64::MIN } else { anchor.kept },
            };
            server.saturating_sub(before)
        };
        self.keep();
        moved
    }

    /// Never goes back behind a persisted time.
    pub(crate) fn at_least(&self, persisted: i64) {
        let mut anchor = self.anchor();
        if anchor.confirmed {
            return;
        }
        let since_boot = self.source.since_boot();
        let gone = since_boot.saturating_sub(anchor.since_boot);
        anchor.trusted = anchor.trusted.saturating_add(gone).max(persisted);
        anchor.earliest = anchor.earliest.saturating_add(gone).max(persisted);
        anchor.since_boot = since_boot;
    }

    pub(crate) fn now(&self) -> EventTime {
        let anchor = self.anchor();
        let gone = self.source.since_boot().saturating_sub(anchor.since_boot);
        EventTime {
            wall: self.source.wall(),
            trusted: anchor.trusted.saturating_add(gone),
            confirmed: anchor.confirmed,
        }
    }

    /// It is not earlier than this: the time by which something may be held to have ended. A wall clock set ahead ends
    /// nothing.
    pub(crate) fn earliest(&self) -> i64 {
        let anchor = self.anchor();
        anchor.earliest.saturating_add(self.source.since_boot().saturating_sub(anchor.since_boot))
    }

    /// Keeps the time for the next start, when the one kept is a minute old. A disk that takes nothing any more shows
    /// itself where something is saved; the time is then kept later.
    pub(crate) fn keep(&self) {
        let kept = {
            let mut anchor = self.anchor();
            let since_boot = self.source.since_boot();
            let gone = since_boot.saturating_sub(anchor.since_boot);
            let trusted = anchor.trusted.saturating_add(gone);
            if trusted.saturating_sub(anchor.kept) < KEEP_EVERY && anchor.kept <= trusted {
                return;
            }
            anchor.kept = trusted;
            // An unconfirmed time came from the wall clock: it is no ground for the next start.
            let trusted = if anchor.confirmed { trusted } else { anchor.earliest.saturating_add(gone) };
            Kept { trusted, since_boot, boot: self.source.boot(), confirmed: anchor.confirmed }
        };
        if let Err(fault) = self.save(kept) {
            tracing::warn!(code = fault.code(), "the time was not kept");
        }
    }

    fn save(&self, kept: Kept) -> Result<()> {
        let proof = proof(&self.key, &kept);
        let bytes = serde_json::to_vec(&File { kept, proof }).unwrap_or_default();
        crate::vault::write_private(&self.path, &bytes)
    }
}

fn begin(source: &dyn TimeSource, kept: Option<Kept>) -> Anchor {
    let (wall, since_boot) = (source.wall(), source.since_boot());
    let anchor = |trusted: i64, earliest: i64, confirmed: bool| Anchor {
        trusted,
        earliest,
        since_boot,
        confirmed,
        kept: i64::MIN,
    };
    match kept {
        // The very first start: there is nothing else to go by, and nothing that could end.
        None => anchor(wall, i64::MIN / 2, false),
        Some(kept)
            if !kept.boot.is_empty() && kept.boot == source.boot() && kept.since_boot <= since_boot =>
        {
            let now = kept.trusted.saturating_add(since_boot - kept.since_boot);
            anchor(now, now, kept.confirmed)
        }
        Some(kept) => {
            let can_be = (kept.trusted..=kept.trusted.saturating_add(LONGEST_AWAY)).contains(&wall);
            anchor(if can_be { wall } else { kept.trusted }, kept.trusted, false)
        }
    }
}

fn proof(key: &HmacKey, kept: &Kept) -> String {
    let line = format!("clock/{}/{}/{}/{}", kept.trusted, kept.since_boot, kept.boot, kept.confirmed);
    hmac_sm3(key, line.as_bytes()).to_string()
}

fn load(path: &std::path::Path, key: &HmacKey) -> Option<Kept> {
    let file: File = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    (file.proof == proof(key, &file.kept)).then_some(file.kept)
}

#[cfg(test)]
mod tests;

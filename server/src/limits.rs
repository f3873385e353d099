//! How often a terminal may ask, and which nonces it used.

use domain::ids::{ContentHash, TerminalId};
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// So many nonces are remembered for each terminal: some minutes at the highest rate that is let through.
const NONCES: usize = 8192;

/// Nonces seen, with the content that they came with. Kept in memory: a repeated request is harmless by its own
/// idempotency, and only the holder of the terminal's key can put other content under a nonce; what is found here
/// is a terminal whose random source or store was copied.
#[derive(Default)]
pub struct Nonces {
    seen: Mutex<HashMap<TerminalId, Seen>>,
}

#[derive(Default)]
struct Seen {
    contents: HashMap<[u8; 16], ContentHash>,
    order: VecDeque<[u8; 16]>,
}

impl Nonces {
    /// Whether a nonce is new, or came with the same content before.
    #[must_use]
    pub fn accept(&self, terminal: TerminalId, nonce: [u8; 16], content: ContentHash) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen.entry(terminal).or_default();
        if let Some(before) = seen.contents.get(&nonce) {
            return *before == content;
        }
        seen.contents.insert(nonce, content);
        seen.order.push_back(nonce);
        if seen.order.len() > NONCES
            && let Some(oldest) = seen.order.pop_front()
        {
            seen.contents.remove(&oldest);
        }
        true
    }
}

/// A bucket of tokens for each terminal.
pub struct Rates {
    per_second: f64,
    buckets: Mutex<HashMap<TerminalId, (f64, Instant)>>,
}

impl Rates {
    /// So many requests a second; ten seconds' worth may come at once.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        Self { per_second: f64::from(per_second), buckets: Mutex::default() }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// Milliseconds after which there is one again.
    pub fn take(&self, terminal: TerminalId) -> Result<(), u32> {
        let most = self.per_second * 10.0;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let (tokens, at) = buckets.entry(terminal).or_insert((most, now));
        *tokens = (*tokens + now.duration_since(*at).as_secs_f64() * self.per_second).min(most);
        *at = now;
        if *tokens >= 1.0 {
            *tokens -= 1.0;
            Ok(())
        } else {
            // At least a millisecond, at most the wait for one token.
            Err((1000.0 / self.per_second).ceil().max(1.0) as u32)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_goes_with_one_content() {
        let nonces = Nonces::default();
        let terminal = TerminalId(uuid::Uuid::from_u128(1));
        assert!(nonces.accept(terminal, [1; 16], ContentHash([1; 32])));
        assert!(nonces.accept(terminal, [1; 16], ContentHash([1; 32])));
        assert!(!nonces.accept(terminal, [1; 16], ContentHash([2; 32])));
    }

    #[test]
    fn who_asks_too_often_waits() {
        let rates = Rates::new(1);
        let terminal = TerminalId(uuid::Uuid::from_u128(1));
        for _ in 0..10 {
            assert!(rates.take(terminal).is_ok());
        }
        assert!(rates.take(terminal).is_err());
        assert!(rates.take(TerminalId(uuid::Uuid::from_u128(2))).is_ok());
    }
}

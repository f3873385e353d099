//! Sessions of the admin page: in memory only, short, and gone with the process.

use crate::fault::Result;
use domain::ids::OfficerId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Name of the cookie.
pub const COOKIE: &str = "definitions";
/// A session ends when nothing was done for so long, milliseconds.
const IDLE: i64 = 15 * 60 * 1000;
/// More sessions at once than administrators of a county; the oldest gives way.
const MOST: usize = 16;

/// A session.
#[derive(Clone)]
pub struct Session {
    /// Who.
    pub officer: OfficerId,
    /// What every form of the page carries.
    pub token: String,
    name: String,
    used: i64,
}

impl Session {
    /// Whether a form comes from a page of this session.
    pub fn fits(&self, token: &str) -> bool {
        gm::sm3(token.as_bytes()) == gm::sm3(self.token.as_bytes())
    }
}

/// All sessions.
#[derive(Default)]
pub struct Sessions(Mutex<HashMap<String, Session>>);

impl Sessions {
    /// Begins one; gives the value of its cookie.
    ///
    /// # Errors
    /// When the random source fails.
    pub fn begin(&self, officer: &OfficerId, now: i64) -> Result<String> {
        let (name, token) = (fresh()?, fresh()?);
        let session = Session { officer: officer.clone(), token, name: name.clone(), used: now };
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, one| now - one.used < IDLE);
        if sessions.len() >= MOST
            && let Some(oldest) = sessions.values().min_by_key(|one| one.used).map(|one| one.name.clone())
        {
            sessions.remove(&oldest);
        }
        sessions.insert(name.clone(), session);
        Ok(name)
    }

    /// A session by its cookie, while it lasts.
    pub fn find(&self, name: &str, now: i64) -> Option<Session> {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let session = sessions.get_mut(name).filter(|one| now - one.used < IDLE)?;
        session.used = now;
        Some(session.clone())
    }

    /// Ends a session.
    pub fn end(&self, session: &Session) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&session.name);
    }
}

fn fresh() -> Result<String> {
    let bytes: [u8; 32] = gm::random::random_array()?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

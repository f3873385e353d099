//! The one-time code of a door, and the cookie that it turns into.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

/// Random bytes of a code or cookie: 128 bits cannot be guessed.
const SECRET_LENGTH: usize = 16;

/// What opens a door: a code that works once, then a cookie.
#[derive(Debug)]
pub(crate) struct Entry {
    cookie: String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    code: Option<String>,
    token: Option<String>,
}

impl Entry {
    /// A new entry for the door on `port`, and its code. A browser sends cookies to all ports of a host: the
    /// port in the name keeps the doors of several profiles from overwriting one another's.
    pub(crate) fn new(port: u16) -> Result<(Self, String), getrandom::Error> {
        let code = secret()?;
        let state = Mutex::new(State { code: Some(code.clone()), token: None });
        Ok((Self { cookie: format!("window-{port}"), state }, code))
    }

    /// Takes the code. The answer is the value of `Set-Cookie`; none when the code is wrong or used.
    pub(crate) fn redeem(&self, code: &str) -> Option<String> {
        let token = secret().ok()?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !same(state.code.as_deref()?, code) {
            return None;
        }
        state.code = None;
        let cookie = format!("{}={token}; Path=/; HttpOnly; SameSite=Strict", self.cookie);
        state.token = Some(token);
        Some(cookie)
    }

    /// Whether one of the values of the `Cookie` headers opens this door.
    pub(crate) fn admits<'a>(&self, mut cookies: impl Iterator<Item = &'a str>) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(token) = state.token.as_deref() else { return false };
        cookies.any(|header| {
            header
                .split(';')
                .filter_map(|pair| pair.trim().split_once('='))
                .any(|(name, value)| name == self.cookie && same(token, value))
        })
    }
}

fn secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; SECRET_LENGTH];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// Compares without telling by its time where the first difference is.
fn same(kept: &str, given: &str) -> bool {
    kept.len() == given.len()
        && kept.bytes().zip(given.bytes()).fold(0, |differs, (one, other)| differs | (one ^ other)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_works_once_and_its_cookie_opens_one_door() {
        let (entry, code) = Entry::new(1).expect("random");
        let (other, _) = Entry::new(1).expect("random");
        assert!(!entry.admits(["window-1="].into_iter()), "nothing opens before the code");
        assert!(entry.redeem("0").is_none());
        let cookie = entry.redeem(&code).expect("the right code");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
        let value = cookie.split(';').next().expect("a value");
        assert!(entry.admits([value].into_iter()));
        assert!(entry.admits([format!("a=b; {value}").as_str()].into_iter()));
        assert!(!other.admits([value].into_iter()));
        assert!(entry.redeem(&code).is_none(), "a code was taken twice");
    }

    #[test]
    fn codes_differ() {
        let codes: std::collections::HashSet<_> = (0..64).map(|_| Entry::new(1).expect("random").1).collect();
        assert_eq!(codes.len(), 64);
        assert!(codes.iter().all(|code| code.len() == 2 * SECRET_LENGTH));
    }
}

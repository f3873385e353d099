//! A mark in the salt that opens every database file.
//!
//! ```text
//! 0   random              8 bytes
//! 8   file mark           first 4 bytes of SM3("window-sm4 file" | random)
//! 12  key mark            first 4 bytes of HMAC-SM3(key, "window-sm4 key" | random | file mark)
//! ```
//!
//! SQLCipher uses the salt only to derive the page HMAC key from the raw key. That key is random and never
//! shared, so 64 random bits in the salt are plenty; the 32 bits of key mark tell nothing usable about it.

use crate::digest::hmac_fixed;
use crate::{DatabaseKey, Result, random, sm3};

/// What the first bytes of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// No salt yet: a new file, or one whose creation was cut off before its first sector was durable.
    Absent,
    /// Ours, under this key.
    ThisKey,
    /// Ours, under another key.
    OtherKey,
    /// Not ours, or the salt is damaged.
    Foreign,
}

/// A salt for a new file under `key`.
pub(super) fn fresh_salt(key: &DatabaseKey) -> Result<[u8; 16]> {
    let random: [u8; 8] = random::random_array()?;
    let mut salt = [0; 16];
    salt[..8].copy_from_slice(&random);
    salt[8..12].copy_from_slice(&file_mark(&random));
    let key_mark = key_mark(&salt, key);
    salt[12..].copy_from_slice(&key_mark);
    Ok(salt)
}

/// Reads the mark out of a file's first 16 bytes.
pub(super) fn read(head: &[u8; 16], key: &DatabaseKey) -> Mark {
    if head == &[0; 16] {
        return Mark::Absent;
    }
    if file_mark(&head[..8]) != head[8..12] {
        return Mark::Foreign;
    }
    if key_mark(head, key) == head[12..] { Mark::ThisKey } else { Mark::OtherKey }
}

fn file_mark(random: &[u8]) -> [u8; 4] {
    first_four(&sm3(&[b"window-sm4 file".as_slice(), random].concat()).0)
}

fn key_mark(salt: &[u8; 16], key: &DatabaseKey) -> [u8; 4] {
    first_four(&hmac_fixed(key.expose(), &[b"window-sm4 key", &salt[..12]]).0)
}

fn first_four(value: &[u8; 32]) -> [u8; 4] {
    [value[0], value[1], value[2], value[3]]
}

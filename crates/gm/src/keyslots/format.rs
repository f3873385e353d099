//! Version 1 of `keyslots.json`.
//!
//! ```json
//! { "format": "window-keyslots", "version": 1, "checksum": "<SM3 of the content's JSON>", "content": "<JSON>" }
//! ```
//!
//! The content is a JSON text inside the JSON, so that the checksum is over exactly the bytes that are read and
//! no second spelling of a number or a reordering can slip between.

use serde::{Deserialize, Serialize};

use crate::digest::MAX_ITERATIONS;
use crate::envelope::OVERHEAD_BYTES;
use crate::{DatabaseKey, GmError, Result, Sm3Hash, aead, serde_bytes_or_hex, sm3};

const FORMAT: &str = "window-keyslots";
const VERSION: u64 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outer {
    format: String,
    version: u64,
    checksum: Sm3Hash,
    content: String,
}

/// What is read before anything else, whatever the version adds.
#[derive(Deserialize)]
struct Label {
    format: String,
    version: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Content {
    #[serde(with = "fixed")]
    pub(super) key_check: [u8; 8],
    pub(super) users: Vec<UserSlot>,
    pub(super) escrow: Vec<Escrow>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) ukeys: Vec<UKeySlot>,
}

impl Content {
    pub(super) fn empty(key_check: [u8; 8]) -> Self {
        Self { key_check, users: Vec::new(), escrow: Vec::new(), ukeys: Vec::new() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserSlot {
    pub(super) token: Sm3Hash,
    #[serde(with = "fixed")]
    pub(super) salt: [u8; 16],
    pub(super) iterations: u32,
    #[serde(with = "fixed")]
    pub(super) nonce: [u8; 12],
    #[serde(with = "variable")]
    pub(super) wrapped: Vec<u8>,
}

impl UserSlot {
    /// Binds the wrapped key to its slot's parameters.
    pub(super) fn aad(&self) -> Vec<u8> {
        [b"user slot 1".as_slice(), &self.token.0, &self.salt, &self.iterations.to_be_bytes()].concat()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Escrow {
    /// SM3 of the server's public key.
    pub(super) recipient: Sm3Hash,
    #[serde(with = "variable")]
    pub(super) envelope: Vec<u8>,
}

/// A slot that a UKey opens (GM/T 0016). Kept as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UKeySlot {
    /// SM3 of the public key in the device, by which the right slot is found.
    pub recipient: Sm3Hash,
    /// The key container's name in the device.
    pub container: String,
    /// The SM2 envelope (C1 C3 C2) of the database key.
    #[serde(with = "variable")]
    pub envelope: Vec<u8>,
}

pub(super) fn encode(content: &Content) -> Result<Vec<u8>> {
    let content =
        serde_json::to_string(content).map_err(|_| GmError::KeySlotsDamaged("cannot be written"))?;
    let outer =
        Outer { format: FORMAT.to_owned(), version: VERSION, checksum: sm3(content.as_bytes()), content };
    let mut bytes =
        serde_json::to_vec_pretty(&outer).map_err(|_| GmError::KeySlotsDamaged("cannot be written"))?;
    bytes.push(b'\n');
    Ok(bytes)
}

pub(super) fn decode(bytes: &[u8]) -> Result<Content> {
    let label: Label =
        serde_json::from_slice(bytes).map_err(|_| GmError::KeySlotsDamaged("not in the expected form"))?;
    if label.format != FORMAT {
        return Err(GmError::KeySlotsDamaged("another format"));
    }
    if label.version != VERSION {
        return Err(GmError::KeySlotsVersion(label.version));
    }
    let outer: Outer =
        serde_json::from_slice(bytes).map_err(|_| GmError::KeySlotsDamaged("not in the expected form"))?;
    if sm3(outer.content.as_bytes()) != outer.checksum {
        return Err(GmError::KeySlotsDamaged("the checksum differs"));
    }
    let content: Content =
        serde_json::from_str(&outer.content).map_err(|_| GmError::KeySlotsDamaged("a slot is malformed"))?;
    check(&content)?;
    Ok(content)
}

/// Whole but senseless values, which only another program can have written.
fn check(content: &Content) -> Result<()> {
    let users_fit = content.users.iter().all(|slot| {
        slot.wrapped.len() == DatabaseKey::BYTES + aead::TAG_BYTES
            && (1..=MAX_ITERATIONS).contains(&slot.iterations)
    });
    let escrow_fits =
        content.escrow.iter().all(|slot| slot.envelope.len() == DatabaseKey::BYTES + OVERHEAD_BYTES);
    if users_fit && escrow_fits { Ok(()) } else { Err(GmError::KeySlotsDamaged("a slot is malformed")) }
}

mod fixed {
    use super::serde_bytes_or_hex as both;
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        both::serialize(bytes, serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        both::deserialize(deserializer)
    }
}

mod variable {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(deserializer)?).map_err(|_| D::Error::custom("not hexadecimal"))
    }
}

//! Names of things. Every identifier is a type of its own, so that a case is never taken for an event.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;
use uuid::Uuid;

/// Reads a UUID as text or as bytes, whichever is there. Inside a tagged enum serde reads from a buffer that no
/// longer knows the format, so the format cannot be asked.
struct UuidVisitor;

impl serde::de::Visitor<'_> for UuidVisitor {
    type Value = Uuid;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a UUID")
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Uuid, E> {
        Uuid::parse_str(text).map_err(E::custom)
    }
    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Uuid, E> {
        Uuid::from_slice(bytes).map_err(E::custom)
    }
}

/// Reads a hash as text or as bytes, for the same reason.
struct HashVisitor;

impl serde::de::Visitor<'_> for HashVisitor {
    type Value = ContentHash;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a hash of 32 bytes")
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ContentHash, E> {
        ContentHash::from_hex(text).ok_or_else(|| E::custom("not 64 hexadecimal digits"))
    }
    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<ContentHash, E> {
        bytes.try_into().map(ContentHash).map_err(|_| E::custom("not 32 bytes"))
    }
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(pub Uuid);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(UuidVisitor).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self(Uuid::parse_str(text)?))
            }
        }
    };
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, JsonSchema)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(pub String);

        impl $name {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

uuid_id! {
    /// One applicant's business on one matter (办件).
    CaseId
}
uuid_id! {
    /// One event of a case. UUIDv7, made by the terminal that authors it.
    EventId
}
uuid_id! {
    /// One command of an officer; a repeat with the same id returns the first result.
    CommandId
}
uuid_id! {
    /// One counter PC profile (窗口终端), given at enrolment.
    TerminalId
}
uuid_id! {
    /// One scanned page.
    PageId
}

text_id! {
    /// Name of an officer in the roster, the log-in name (警号 or 辅警编号).
    OfficerId
}
text_id! {
    /// Name of a matter definition, e.g. `T001`.
    MatterId
}
text_id! {
    /// Name of a material within a matter.
    MaterialId
}
text_id! {
    /// Name of a situation question within a matter.
    QuestionId
}
text_id! {
    /// Name of a signature slot within a matter: `applicant`, `father`, `household_head` ….
    SlotId
}
text_id! {
    /// Name of a step within a flow.
    StepId
}
text_id! {
    /// Name of a form field: `section.field`, in a table section `section.row.field` with `row` from 0.
    FieldPath
}

/// Code of a unit (派出所, 分局 …): 12 digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct UnitCode(String);

impl UnitCode {
    /// The twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is not twelve digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a unit code has twelve digits")]
pub struct NotAUnitCode;

impl TryFrom<String> for UnitCode {
    type Error = NotAUnitCode;
    fn try_from(text: String) -> Result<Self, NotAUnitCode> {
        if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text))
        } else {
            Err(NotAUnitCode)
        }
    }
}

impl TryFrom<&str> for UnitCode {
    type Error = NotAUnitCode;
    fn try_from(text: &str) -> Result<Self, NotAUnitCode> {
        Self::try_from(text.to_owned())
    }
}

impl From<UnitCode> for String {
    fn from(code: UnitCode) -> Self {
        code.0
    }
}

impl fmt::Display for UnitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An SM3 hash (GB/T 32905-2016), 32 bytes. This crate only carries hashes; `gm` computes them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, TS)]
#[ts(type = "string")]
pub struct ContentHash(pub [u8; 32]);

impl ContentHash {
    /// The hash before the first link of a chain.
    pub const ZERO: Self = Self([0; 32]);

    /// 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl Serialize for ContentHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&self.to_hex())
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HashVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_code_has_twelve_digits() {
        assert!(UnitCode::try_from("999901001000").is_ok());
        assert!(UnitCode::try_from("99990100100").is_err());
        assert!(UnitCode::try_from("99990100100a").is_err());
    }

    #[test]
    fn names_survive_inside_tagged_enums() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "type", content = "data")]
        enum Tagged {
            One { hash: ContentHash, page: PageId },
        }
        let one = Tagged::One { hash: ContentHash([200; 32]), page: PageId(Uuid::from_u128(7)) };
        let bytes = crate::cbor::to_vec(&one);
        assert_eq!(crate::cbor::from_slice::<Tagged>(&bytes).unwrap(), one);
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<Tagged>(&json).unwrap(), one);
    }

    #[test]
    fn a_hash_survives_both_dialects() {
        let hash = ContentHash(std::array::from_fn(|at| u8::try_from(at).unwrap()));
        let json = serde_json::to_string(&hash).unwrap();
        assert_eq!(serde_json::from_str::<ContentHash>(&json).unwrap(), hash);
        let mut cbor = Vec::new();
        ciborium::into_writer(&hash, &mut cbor).unwrap();
        assert_eq!(cbor.len(), 34, "a byte string, not an array");
        assert_eq!(ciborium::from_reader::<ContentHash, _>(&cbor[..]).unwrap(), hash);
    }
}

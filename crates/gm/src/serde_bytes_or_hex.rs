//! Fixed byte strings in serde: bytes in binary formats, hexadecimal in formats people read.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserializer, Serializer};

/// Writes `bytes` as a byte string, or as lower-case hexadecimal where the format is for people.
pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        serializer.serialize_str(&hex::encode(bytes))
    } else {
        serializer.serialize_bytes(bytes)
    }
}

/// Reads exactly `N` bytes in either form.
pub(crate) fn deserialize<'de, const N: usize, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<[u8; N], D::Error> {
    if deserializer.is_human_readable() {
        deserializer.deserialize_str(Exactly::<N>)
    } else {
        deserializer.deserialize_bytes(Exactly::<N>)
    }
}

struct Exactly<const N: usize>;

impl<'de, const N: usize> Visitor<'de> for Exactly<N> {
    type Value = [u8; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{N} bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let mut bytes = [0; N];
        hex::decode_to_slice(text, &mut bytes)
            .map_err(|_| E::custom(format_args!("not {N} bytes in hex")))?;
        Ok(bytes)
    }

    // Formats without a byte string type of their own give numbers one by one.
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut bytes = [0; N];
        for (position, slot) in bytes.iter_mut().enumerate() {
            *slot = items.next_element()?.ok_or_else(|| A::Error::invalid_length(position, &self))?;
        }
        if items.next_element::<u8>()?.is_some() {
            return Err(A::Error::invalid_length(N + 1, &self));
        }
        Ok(bytes)
    }
}

//! Deterministic CBOR (RFC 8949 §4.2.1): the bytes that are hashed, signed and kept for ever.

use ciborium::Value;
use serde::{Serialize, de::DeserializeOwned};
use std::cmp::Ordering;

/// Bytes that do not read as the expected thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the bytes do not read: {0}")]
pub struct CborFault(String);

/// Encodes with sorted map keys and shortest forms, so that equal things have equal bytes.
///
/// # Panics
/// Never for this crate's types: they hold no floats, and every map key is text.
#[must_use]
pub fn to_vec<T: Serialize>(thing: &T) -> Vec<u8> {
    let mut value = Value::serialized(thing).unwrap_or(Value::Null);
    sort(&mut value);
    let mut bytes = Vec::new();
    // Writing to a Vec cannot fail.
    let written = ciborium::into_writer(&value, &mut bytes);
    debug_assert!(written.is_ok());
    bytes
}

/// Decodes; trailing bytes are an error.
///
/// # Errors
/// [`CborFault`] with the place that does not read.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CborFault> {
    let mut rest = bytes;
    let thing: T = ciborium::from_reader(&mut rest).map_err(|fault| CborFault(fault.to_string()))?;
    if rest.is_empty() { Ok(thing) } else { Err(CborFault(format!("{} bytes too many", rest.len()))) }
}

/// A tree as the thing that it stands for.
pub(crate) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, CborFault> {
    value.deserialized().map_err(|fault| CborFault(fault.to_string()))
}

fn sort(value: &mut Value) {
    match value {
        Value::Map(entries) => {
            for (key, item) in entries.iter_mut() {
                sort(key);
                sort(item);
            }
            entries.sort_by(|(one, _), (other, _)| order(one, other));
        }
        Value::Array(items) => items.iter_mut().for_each(sort),
        Value::Tag(_, inner) => sort(inner),
        _ => {}
    }
}

/// Core deterministic order: by the bytes of the encoded keys. A text begins with its length, and a longer length has
/// greater bytes, so texts need not be encoded for it.
fn order(one: &Value, other: &Value) -> Ordering {
    if let (Value::Text(one), Value::Text(other)) = (one, other) {
        return (one.len(), one.as_bytes()).cmp(&(other.len(), other.as_bytes()));
    }
    encoded(one).cmp(&encoded(other))
}

fn encoded(key: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to a Vec cannot fail.
    let written = ciborium::into_writer(key, &mut bytes);
    debug_assert!(written.is_ok());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn equal_maps_have_equal_bytes() {
        let forward: HashMap<&str, u8> = [("b", 1), ("aa", 2), ("a", 3)].into();
        let bytes = to_vec(&forward);
        // map(3) "a"→3, "b"→1, "aa"→2: shorter keys first, then by byte.
        assert_eq!(bytes, [0xa3, 0x61, b'a', 3, 0x61, b'b', 1, 0x62, b'a', b'a', 2]);
    }

    /// Texts are put in the order of their encoded bytes, across every width of the length.
    #[test]
    fn texts_stand_in_the_order_of_their_bytes() {
        let lengths = [0, 1, 2, 22, 23, 24, 25, 255, 256, 257, 65_535, 65_536];
        let texts = lengths.iter().flat_map(|length| ["a", "b"].map(|letter| letter.repeat(*length)));
        let keys: Vec<Value> = texts.chain(["啊".to_owned(), "啊a".to_owned()]).map(Value::Text).collect();
        for one in &keys {
            for other in &keys {
                assert_eq!(order(one, other), encoded(one).cmp(&encoded(other)));
            }
        }
        let number = Value::Integer(7.into());
        assert_eq!(order(&number, &keys[0]), encoded(&number).cmp(&encoded(&keys[0])));
    }

    /// Longer than the reader's own room, alone and inside a thing that is told by its type.
    #[test]
    fn texts_of_any_length_come_back() {
        use crate::event::Event;
        for length in [0, 23, 255, 4095, 4096, 4097, 70_000] {
            let text = "字".repeat(length);
            assert_eq!(from_slice::<String>(&to_vec(&text)).unwrap(), text);
            let event = Event::Withdrawn { reason: text };
            assert_eq!(from_slice::<Event>(&to_vec(&event)).unwrap(), event);
        }
    }

    #[test]
    fn bytes_too_many_are_refused() {
        let mut bytes = to_vec(&7u8);
        bytes.push(0);
        assert!(from_slice::<u8>(&bytes).is_err());
        assert!(from_slice::<u8>(&[]).is_err());
    }
}

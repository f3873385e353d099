//! The byte layouts of GM/T 0016-2012 (section 6.4) and their lists of names. Pure: bytes in, values out.

/// Bits of an SM2 coordinate.
const SM2_BITS: u32 = 256;

/// Bytes of an SM2 coordinate or number.
const SM2_BYTES: usize = 32;

/// Bytes that the standard keeps for a coordinate: 512 bits, right-aligned.
const WIDE: usize = 64;

/// `ECCPUBLICKEYBLOB`.
#[repr(C, packed(1))]
#[derive(Clone, Copy)]
pub struct PublicKeyBlob {
    /// Bits of the curve.
    pub bits: u32,
    /// Right-aligned.
    pub x: [u8; WIDE],
    /// Right-aligned.
    pub y: [u8; WIDE],
}

/// `ECCSIGNATUREBLOB`.
#[repr(C, packed(1))]
#[derive(Clone, Copy)]
pub struct SignatureBlob {
    /// Right-aligned.
    pub r: [u8; WIDE],
    /// Right-aligned.
    pub s: [u8; WIDE],
}

fn narrow(wide: &[u8; WIDE]) -> Option<[u8; SM2_BYTES]> {
    let (zeros, number) = wide.split_last_chunk::<SM2_BYTES>()?;
    zeros.iter().all(|byte| *byte == 0).then_some(*number)
}

fn widen(number: &[u8]) -> [u8; WIDE] {
    let mut wide = [0; WIDE];
    for (place, byte) in wide.iter_mut().rev().zip(number.iter().rev()) {
        *place = *byte;
    }
    wide
}

impl PublicKeyBlob {
    /// Bytes of the blob.
    pub const LENGTH: usize = 4 + 2 * WIDE;

    /// Reads the blob's bytes.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (bits, rest) = bytes.split_first_chunk::<4>()?;
        let (x, y) = rest.split_first_chunk::<WIDE>()?;
        Some(Self { bits: u32::from_le_bytes(*bits), x: *x, y: y.try_into().ok()? })
    }

    /// The point as 04, x and y; `None` if it is no point of SM2's size.
    #[must_use]
    pub fn point(&self) -> Option<[u8; 65]> {
        if self.bits != SM2_BITS {
            return None;
        }
        let mut point = [4; 65];
        point[1..33].copy_from_slice(&narrow(&{ self.x })?);
        point[33..].copy_from_slice(&narrow(&{ self.y })?);
        Some(point)
    }

    /// From a point that begins with 04.
    #[must_use]
    pub fn of(point: &[u8; 65]) -> Self {
        Self { bits: SM2_BITS, x: widen(&point[1..33]), y: widen(&point[33..]) }
    }
}

impl SignatureBlob {
    /// Nothing yet.
    pub const EMPTY: Self = Self { r: [0; WIDE], s: [0; WIDE] };

    /// r and s; `None` if one is larger than SM2's numbers.
    #[must_use]
    pub fn signature(&self) -> Option<[u8; 64]> {
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&narrow(&{ self.r })?);
        signature[32..].copy_from_slice(&narrow(&{ self.s })?);
        Some(signature)
    }

    /// From r and s.
    #[must_use]
    pub fn of(signature: &[u8; 64]) -> Self {
        Self { r: widen(&signature[..32]), s: widen(&signature[32..]) }
    }
}

/// `ECCCIPHERBLOB`: x, y, hash, length, cipher text.
#[derive(Clone)]
pub struct CipherBlob(Vec<u8>);

impl CipherBlob {
    /// Bytes before the cipher text.
    pub const HEAD: usize = 2 * WIDE + 32 + 4;

    /// Longest plain text that is taken: what is decrypted with SM2 is a key, or a little more.
    pub const LONGEST: usize = 4096;

    /// From C1 (without its 04), C3 and C2; `None` for another length.
    #[must_use]
    pub fn of(cipher_text: &[u8]) -> Option<Self> {
        let (point, rest) = cipher_text.split_first_chunk::<64>()?;
        let (hash, cipher) = rest.split_first_chunk::<32>()?;
        if cipher.is_empty() || cipher.len() > Self::LONGEST {
            return None;
        }
        let mut bytes = Vec::with_capacity(Self::HEAD + cipher.len());
        bytes.extend(widen(&point[..32]));
        bytes.extend(widen(&point[32..]));
        bytes.extend(hash);
        bytes.extend((cipher.len() as u32).to_le_bytes());
        bytes.extend(cipher);
        Some(Self(bytes))
    }

    /// The blob's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Length of the plain text.
    #[must_use]
    pub fn plain_length(&self) -> usize {
        self.0.len() - Self::HEAD
    }
}

/// Takes a list of names apart: each ends with a zero, the list with another. Some libraries leave the last one out.
#[must_use]
pub fn names(list: &[u8]) -> Vec<String> {
    list.split(|byte| *byte == 0)
        .take_while(|name| !name.is_empty())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect()
}

/// Text in a field of fixed length: up to its first zero.
#[must_use]
pub(super) fn field(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn layouts_are_the_standards() {
        assert_eq!(size_of::<PublicKeyBlob>(), 132);
        assert_eq!(size_of::<SignatureBlob>(), 128);
        let blob = CipherBlob::of(&[7; 64 + 32 + 5]).unwrap();
        assert_eq!(blob.bytes().len(), 128 + 32 + 4 + 5);
        assert_eq!(&blob.bytes()[160..164], &[5, 0, 0, 0]);
        assert_eq!(blob.plain_length(), 5);
        assert!(CipherBlob::of(&[7; 96]).is_none() && CipherBlob::of(&[]).is_none());
    }

    #[test]
    fn lists_end_with_one_zero_or_two() {
        assert_eq!(names(b"one\0two\0\0"), ["one", "two"]);
        assert_eq!(names(b"one\0two"), ["one", "two"]);
        assert_eq!(names(b"one\0\0behind\0"), ["one"]);
        assert!(names(b"").is_empty() && names(b"\0\0").is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = names(&bytes);
            let _ = field(&bytes);
            if let Some(blob) = PublicKeyBlob::parse(&bytes) {
                prop_assert_eq!(bytes.len(), PublicKeyBlob::LENGTH);
                let _ = blob.point();
            }
            if let Some(blob) = CipherBlob::of(&bytes) {
                prop_assert_eq!(blob.plain_length(), bytes.len() - 96);
            }
        }

        #[test]
        fn numbers_survive(point in any::<[u8; 32]>(), other in any::<[u8; 32]>()) {
            let signature: [u8; 64] = [point, other].concat().try_into().unwrap();
            prop_assert_eq!(SignatureBlob::of(&signature).signature(), Some(signature));
            let mut key = [4; 65];
            key[1..].copy_from_slice(&signature);
            prop_assert_eq!(PublicKeyBlob::of(&key).point(), Some(key));
        }
    }
}

//! SM3 (GB/T 32905-2016), HMAC over it (GB/T 15852.2) and PBKDF2 (GB/T 40645 with HMAC-SM3).

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sm3::Digest;
use zeroize::Zeroizing;

use crate::{GmError, HmacKey, Result, serde_bytes_or_hex};

/// An SM3 value, 256 bits. Bytes in binary formats, lower-case hexadecimal as text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sm3Hash(pub [u8; 32]);

impl Sm3Hash {
    /// Length in bytes.
    pub const BYTES: usize = 32;

    /// The value's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Takes a value of a length known only at run time.
    ///
    /// # Errors
    /// [`GmError::Length`] for anything but 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self> {
        bytes.try_into().map(Self).map_err(|_| GmError::Length {
            what: "an SM3 value",
            expected: 32,
            got: bytes.len(),
        })
    }
}

impl fmt::Display for Sm3Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Sm3Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sm3Hash({self})")
    }
}

impl FromStr for Sm3Hash {
    type Err = GmError;

    fn from_str(text: &str) -> Result<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| GmError::Hex("the SM3 value"))?;
        Ok(Self(bytes))
    }
}

impl AsRef<[u8]> for Sm3Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<[u8; 32]> for Sm3Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl Serialize for Sm3Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serde_bytes_or_hex::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Sm3Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        serde_bytes_or_hex::deserialize(deserializer).map(Self)
    }
}

/// SM3 of one piece.
#[must_use]
pub fn sm3(bytes: &[u8]) -> Sm3Hash {
    Sm3Hash(sm3::Sm3::digest(bytes).into())
}

/// SM3 of data that arrives in pieces; also a [`std::io::Write`].
#[derive(Clone, Default)]
pub struct Sm3Hasher(sm3::Sm3);

impl Sm3Hasher {
    /// An empty hasher.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The value over all pieces.
    #[must_use]
    pub fn finish(self) -> Sm3Hash {
        Sm3Hash(self.0.finalize().into())
    }
}

impl fmt::Debug for Sm3Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sm3Hasher")
    }
}

impl std::io::Write for Sm3Hasher {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// HMAC-SM3 with raw key bytes of any length.
pub(crate) fn hmac_parts(key: &[u8], parts: &[&[u8]]) -> Result<Sm3Hash> {
    // HMAC takes keys of every length; the error type only exists for other constructions.
    let mut mac = Hmac::<sm3::Sm3>::new_from_slice(key).map_err(|_| GmError::Length {
        what: "an HMAC key",
        expected: HmacKey::BYTES,
        got: key.len(),
    })?;
    for part in parts {
        mac.update(part);
    }
    Ok(Sm3Hash(mac.finalize().into_bytes().into()))
}

/// HMAC-SM3 with a key of fixed length, over the parts in a row. Cannot fail.
pub(crate) fn hmac_fixed<const N: usize>(key: &[u8; N], parts: &[&[u8]]) -> Sm3Hash {
    const { assert!(N <= 64, "longer keys are hashed first") };
    // Keys shorter than the block of 64 bytes are padded with zeros (RFC 2104), so the padded key is the same.
    let mut block = Zeroizing::new([0; 64]);
    block[..N].copy_from_slice(key);
    let mut mac = Hmac::<sm3::Sm3>::new((&*block).into());
    for part in parts {
        mac.update(part);
    }
    Sm3Hash(mac.finalize().into_bytes().into())
}

/// HMAC-SM3 of `message`.
///
/// Compare results that came from outside with [`verify_hmac_sm3`], which takes constant time.
#[must_use]
pub fn hmac_sm3(key: &HmacKey, message: &[u8]) -> Sm3Hash {
    hmac_fixed(key.expose(), &[message])
}

/// Whether `tag` is the HMAC-SM3 of `message`, in constant time.
#[must_use]
pub fn verify_hmac_sm3(key: &HmacKey, message: &[u8], tag: &Sm3Hash) -> bool {
    crate::secret::equal_in_constant_time(&hmac_sm3(key, message).0, &tag.0)
}

/// Most iterations accepted, so that a forged file cannot hold the program for hours: about 20 s on a slow PC.
pub const MAX_ITERATIONS: u32 = 20_000_000;

/// Least result of [`calibrate_iterations`]: what OWASP asks of PBKDF2-HMAC-SHA-512 (210,000, 2023), the
/// published figure nearest in work per round. A PC that is busy while it measures must not end lower.
pub const MIN_CALIBRATED_ITERATIONS: u32 = 210_000;

/// PBKDF2 with HMAC-SM3, 32 bytes out.
///
/// # Errors
/// [`GmError::Iterations`] when `iterations` is 0 or above [`MAX_ITERATIONS`].
pub fn pbkdf2_hmac_sm3(password: &[u8], salt: &[u8], iterations: u32) -> Result<Zeroizing<[u8; 32]>> {
    if iterations == 0 || iterations > MAX_ITERATIONS {
        return Err(GmError::Iterations(iterations));
    }
    let mut key = Zeroizing::new([0; 32]);
    pbkdf2_into(password, salt, iterations, key.as_mut_slice())?;
    Ok(key)
}

/// PBKDF2 with HMAC-SM3 into a slice of any length.
pub(crate) fn pbkdf2_into(password: &[u8], salt: &[u8], iterations: u32, key: &mut [u8]) -> Result<()> {
    pbkdf2::pbkdf2::<Hmac<sm3::Sm3>>(password, salt, iterations, key)
        .map_err(|_| GmError::Iterations(iterations))
}

/// How many PBKDF2 iterations take `min_duration` on this PC, never under [`MIN_CALIBRATED_ITERATIONS`].
///
/// The fastest of several short runs counts, so that a busy moment does not lower the result.
///
/// # Errors
/// Only what [`pbkdf2_hmac_sm3`] may return.
pub fn calibrate_iterations(min_duration: Duration) -> Result<u32> {
    const PROBE: u32 = 20_000;
    let mut fastest = Duration::MAX;
    for _ in 0..3 {
        let begin = Instant::now();
        let key = pbkdf2_hmac_sm3(b"calibration", b"calibration salt", PROBE)?;
        std::hint::black_box(&key);
        fastest = fastest.min(begin.elapsed());
    }
    let per_probe = fastest.as_nanos().max(1);
    let wanted = min_duration.as_nanos().saturating_mul(u128::from(PROBE)).div_ceil(per_probe);
    let wanted = u32::try_from(wanted).unwrap_or(MAX_ITERATIONS);
    Ok(wanted.clamp(MIN_CALIBRATED_ITERATIONS, MAX_ITERATIONS))
}

#[cfg(test)]
mod tests;

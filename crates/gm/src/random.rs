//! Random bytes from the operating system.
//!
//! There is deliberately no fallback: a predictable nonce gives an SM2 private key away.

use sm2::elliptic_curve::rand_core::{TryCryptoRng, TryRng};
use zeroize::Zeroizing;

use crate::{GmError, Result};

/// Fills the whole slice.
///
/// # Errors
/// [`GmError::Random`] when the operating system refuses; the slice must then not be used.
pub fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|_| GmError::Random)
}

/// A fresh array.
///
/// # Errors
/// [`GmError::Random`] when the operating system refuses.
pub fn random_array<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0_u8; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

/// A fresh array that wipes itself.
///
/// # Errors
/// [`GmError::Random`] when the operating system refuses.
pub fn random_secret<const N: usize>() -> Result<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0_u8; N]);
    fill(bytes.as_mut_slice())?;
    Ok(bytes)
}

/// The same source in the shape the curve crate asks for.
pub(crate) struct OsRandom;

/// Why [`OsRandom`] gave nothing.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub(crate) struct OsRandomError;

impl TryRng for OsRandom {
    type Error = OsRandomError;

    fn try_next_u32(&mut self) -> std::result::Result<u32, Self::Error> {
        let mut bytes = [0_u8; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_ne_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> std::result::Result<u64, Self::Error> {
        let mut bytes = [0_u8; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_ne_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> std::result::Result<(), Self::Error> {
        getrandom::fill(bytes).map_err(|_| OsRandomError)
    }
}

impl TryCryptoRng for OsRandom {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_arrays_differ_and_no_byte_position_is_stuck() {
        let mut seen = [[false; 256]; 16];
        for _ in 0..256 {
            for (position, byte) in random_array::<16>().unwrap().into_iter().enumerate() {
                seen[position][usize::from(byte)] = true;
            }
        }
        // 256 draws of a byte show about 162 different values; under 100 would be a stuck source.
        assert!(seen.iter().all(|values| values.iter().filter(|hit| **hit).count() > 100));
        assert_ne!(*random_secret::<32>().unwrap(), *random_secret::<32>().unwrap());
    }

    #[test]
    fn the_curve_side_reads_the_same_source() {
        let mut source = OsRandom;
        assert_ne!(source.try_next_u64().unwrap(), source.try_next_u64().unwrap());
        let drawn: Vec<u32> = (0..8).map(|_| source.try_next_u32().unwrap()).collect();
        assert!(drawn.iter().any(|value| *value != drawn[0]));
    }
}

//! Small secrets sealed to an SM2 public key (GB/T 32918.4), in the order C1 C3 C2 of GM/T 0009.
//!
//! For keys and the like. Files go through [`crate::blob`], with only their key in an envelope.

use sm2::pke::{DecryptingKey, EncryptingKey, Mode};
use zeroize::Zeroizing;

use crate::random::OsRandom;
use crate::{GmError, Result, SigningKey, VerifyingKey};

/// Longest secret in bytes. Keys have 16 to 32, a PKCS#8 key about 150; more belongs into a blob.
pub const MAX_SECRET_BYTES: usize = 4096;

/// What an envelope adds: the point C1 (65 bytes) and the SM3 value C3 (32 bytes).
pub const OVERHEAD_BYTES: usize = 97;

/// Seals `secret` so that only the holder of the private half of `recipient` opens it.
///
/// # Errors
/// [`GmError::EnvelopeSize`] for an empty or too long secret, [`GmError::Random`] when the operating system
/// gives no random bytes.
pub fn seal_to(recipient: &VerifyingKey, secret: &[u8]) -> Result<Vec<u8>> {
    seal_ordered(recipient, secret, Mode::C1C3C2)
}

impl SigningKey {
    /// Opens what [`seal_to`] sealed to this key. The point, the length and C3 are all checked.
    ///
    /// # Errors
    /// [`GmError::Envelope`] for anything torn, altered or sealed to another key.
    pub fn open_sealed(&self, envelope: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        open_ordered(self, envelope, Mode::C1C3C2)
    }
}

pub(crate) fn seal_ordered(recipient: &VerifyingKey, secret: &[u8], order: Mode) -> Result<Vec<u8>> {
    if secret.is_empty() || secret.len() > MAX_SECRET_BYTES {
        return Err(GmError::EnvelopeSize { max: MAX_SECRET_BYTES, got: secret.len() });
    }
    // Sizes and key are checked, so only the random source can still fail.
    EncryptingKey::new_with_mode(recipient.point()?, order)
        .encrypt(&mut OsRandom, secret)
        .map_err(|_| GmError::Random)
}

pub(crate) fn open_ordered(key: &SigningKey, envelope: &[u8], order: Mode) -> Result<Zeroizing<Vec<u8>>> {
    // One form only: a compressed C1 would be a second spelling of the same secret.
    let right_form = envelope.first() == Some(&0x04)
        && envelope.len() > OVERHEAD_BYTES
        && envelope.len() <= OVERHEAD_BYTES + MAX_SECRET_BYTES;
    if !right_form {
        return Err(GmError::Envelope);
    }
    DecryptingKey::new_with_mode(key.secret().to_nonzero_scalar(), order)
        .decrypt(envelope)
        .map(Zeroizing::new)
        .map_err(|_| GmError::Envelope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    #[test]
    fn every_length_near_a_block_edge_comes_back_leading_zeros_included() {
        let key = SigningKey::generate().unwrap();
        for length in [1, 2, 15, 16, 31, 32, 33, 64, 65, MAX_SECRET_BYTES] {
            for fill in [0_u8, 0x5A] {
                let secret = vec![fill; length];
                let envelope = seal_to(&key.verifying_key(), &secret).unwrap();
                assert_eq!(envelope.len(), length + OVERHEAD_BYTES);
                assert_eq!(*key.open_sealed(&envelope).unwrap(), secret);
            }
        }
    }

    #[test]
    fn sizes_outside_the_limits_are_refused() {
        let key = SigningKey::generate().unwrap().verifying_key();
        for length in [0, MAX_SECRET_BYTES + 1] {
            let refused = seal_to(&key, &vec![1; length]).unwrap_err();
            assert_eq!(refused.code(), "GM_ENVELOPE_SIZE");
        }
    }

    #[test]
    fn any_flipped_bit_any_cut_and_any_other_key_is_an_error() {
        let key = SigningKey::generate().unwrap();
        let envelope = seal_to(&key.verifying_key(), b"sixteen byte key").unwrap();
        for position in 0..envelope.len() {
            let mut altered = envelope.clone();
            altered[position] ^= 1 << (position % 8);
            assert_eq!(key.open_sealed(&altered).unwrap_err().code(), "GM_ENVELOPE", "byte {position}");
            assert!(key.open_sealed(&envelope[..position]).is_err(), "cut at {position}");
        }
        let mut longer = envelope.clone();
        longer.push(0);
        assert!(key.open_sealed(&longer).is_err());
        assert!(SigningKey::generate().unwrap().open_sealed(&envelope).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, rng_seed: RngSeed::Fixed(2026), failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400), tag in any::<bool>()) {
            let key = SigningKey::from_bytes(&[7; 32]).unwrap();
            let mut bytes = bytes;
            if tag && !bytes.is_empty() {
                bytes[0] = 4;
            }
            prop_assert!(key.open_sealed(&bytes).is_err());
        }
    }
}

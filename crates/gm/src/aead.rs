//! SM4-GCM as RFC 8998 profiles it: 96-bit nonce, 128-bit tag behind the ciphertext.

use aes_gcm::AesGcm;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use sm4::Sm4;
use zeroize::Zeroizing;

use crate::{GmError, Result, Sm4Key, random};

type Sm4Gcm = AesGcm<Sm4, U12>;

/// A nonce of 96 bits. It must never be used twice under one key.
pub type Nonce = [u8; 12];

/// Length of a nonce in bytes.
pub const NONCE_BYTES: usize = 12;

/// Length of the tag in bytes.
pub const TAG_BYTES: usize = 16;

/// Encrypts and authenticates: ciphertext, then the tag.
///
/// The caller vouches that `nonce` was never used with `key` before; [`seal_random`] does that itself.
///
/// # Errors
/// [`GmError::TooLong`] above 2^36 - 32 bytes.
pub fn seal(key: &Sm4Key, nonce: &Nonce, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>> {
    seal_raw(key.expose(), nonce, aad, plaintext)
}

/// Checks and decrypts what [`seal`] gave.
///
/// # Errors
/// [`GmError::Aead`] when key, nonce, associated data or bytes differ in any bit.
pub fn open(key: &Sm4Key, nonce: &Nonce, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    open_raw(key.expose(), nonce, aad, sealed)
}

/// As [`seal`] under a random nonce, which stands in front of the ciphertext.
///
/// Good for up to 2^32 messages under one key (NIST SP 800-38D section 8.3).
///
/// # Errors
/// [`GmError::Random`], [`GmError::TooLong`].
pub fn seal_random(key: &Sm4Key, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>> {
    let nonce: Nonce = random::random_array()?;
    let sealed = seal(key, &nonce, aad, plaintext)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Opens what [`seal_random`] gave.
///
/// # Errors
/// [`GmError::Aead`] when it is cut, altered, or key or associated data differ.
pub fn open_random(key: &Sm4Key, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(GmError::Aead)?;
    open(key, nonce, aad, sealed)
}

pub(crate) fn seal_raw(key: &[u8; 16], nonce: &Nonce, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>> {
    Sm4Gcm::new(key.into())
        .encrypt(nonce.into(), Payload { msg: plaintext, aad })
        .map_err(|_| GmError::TooLong)
}

pub(crate) fn open_raw(
    key: &[u8; 16],
    nonce: &Nonce,
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>> {
    Sm4Gcm::new(key.into())
        .decrypt(nonce.into(), Payload { msg: sealed, aad })
        .map(Zeroizing::new)
        .map_err(|_| GmError::Aead)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sm4::cipher::{BlockCipherDecrypt, BlockCipherEncrypt};

    fn bytes(text: &str) -> Vec<u8> {
        hex::decode(text).unwrap()
    }

    // GB/T 32907-2016 annex A.1 and A.2.
    #[test]
    fn sm4_block_once_and_a_million_times() {
        let key: [u8; 16] = bytes("0123456789abcdeffedcba9876543210").try_into().unwrap();
        let cipher = Sm4::new(&key.into());
        let mut block = key.into();
        cipher.encrypt_block(&mut block);
        assert_eq!(block.as_slice(), bytes("681edf34d206965e86b3e94f536e4246"));
        cipher.decrypt_block(&mut block);
        assert_eq!(block.as_slice(), key);
        for _ in 0..1_000_000 {
            cipher.encrypt_block(&mut block);
        }
        assert_eq!(block.as_slice(), bytes("595298c7c6fd271f0402f804c33d3f66"));
    }

    // RFC 8998 appendix A.1.
    #[test]
    fn the_example_of_rfc_8998() {
        let key = Sm4Key::from_slice(&bytes("0123456789ABCDEFFEDCBA9876543210")).unwrap();
        let nonce: Nonce = bytes("00001234567800000000ABCD").try_into().unwrap();
        let aad = bytes("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
        let plaintext = bytes(
            "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD\
             EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA",
        );
        let sealed = seal(&key, &nonce, &aad, &plaintext).unwrap();
        let ciphertext = bytes(
            "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735\
             D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D",
        );
        assert_eq!(sealed[..64], ciphertext);
        assert_eq!(sealed[64..], bytes("83DE3541E4C2B58177E065A9BF7B62EC"));
        assert_eq!(*open(&key, &nonce, &aad, &sealed).unwrap(), plaintext);
    }

    #[test]
    fn every_flipped_bit_cut_and_foreign_context_is_an_error() {
        let key = Sm4Key::generate().unwrap();
        let sealed = seal_random(&key, b"case 1", b"secret").unwrap();
        assert_eq!(*open_random(&key, b"case 1", &sealed).unwrap(), b"secret");
        for bit in 0..sealed.len() * 8 {
            let mut altered = sealed.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open_random(&key, b"case 1", &altered).unwrap_err().code(), "GM_SEAL");
        }
        for length in 0..sealed.len() {
            assert!(open_random(&key, b"case 1", &sealed[..length]).is_err());
        }
        assert!(open_random(&key, b"case 2", &sealed).is_err());
        assert!(open_random(&Sm4Key::generate().unwrap(), b"case 1", &sealed).is_err());
    }

    #[test]
    fn the_same_message_is_never_sealed_to_the_same_bytes() {
        let key = Sm4Key::generate().unwrap();
        assert_ne!(seal_random(&key, b"", b"m").unwrap(), seal_random(&key, b"", b"m").unwrap());
    }
}

//! The known defects of `sm-crypto` 0.1.9, one test each. A test that fails here means that an upgrade has mended
//! something: read the new source, then decide anew what the crate may be used for.

use std::panic::catch_unwind;

use sm_crypto::sm2::{Decrypt, Encrypt};
use sm_crypto::sm4::{CryptSM4CBC, CryptSM4ECB};

use super::*;

const PRIVATE: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";

fn public() -> String {
    public_key_to_hex(
        &SigningKey::from_bytes(&hex::decode(PRIVATE).unwrap().try_into().unwrap()).unwrap().verifying_key(),
    )
}

fn encrypted(plaintext: &[u8]) -> Vec<u8> {
    Encrypt::new(&public()).encrypt(plaintext)
}

fn panics<T>(action: impl FnOnce() -> T + std::panic::UnwindSafe) -> bool {
    catch_unwind(action).is_err()
}

/// Its random source falls back to the clock when the operating system fails, which would give a signing key
/// away, and it computes on big integers in variable time. That is seen only in the source, so the reviewed
/// release is pinned here.
#[test]
fn the_reviewed_release_is_the_one_in_use() {
    let lock = include_str!("../../../../Cargo.lock");
    assert!(lock.contains("name = \"sm-crypto\"\nversion = \"0.1.9\"\n"));
}

#[test]
fn sm2_decryption_loses_leading_zero_bytes() {
    let ciphertext = encrypted(&[0, 0, 1, 2, 3]);
    assert_eq!(Decrypt::new(PRIVATE).decrypt(&ciphertext), [1, 2, 3]);
    let ours = SigningKey::from_bytes(&hex::decode(PRIVATE).unwrap().try_into().unwrap()).unwrap();
    let opened = decrypt_hex(&ours, &hex::encode(&ciphertext), CipherOrder::C1C3C2).unwrap();
    assert_eq!(*opened, [0, 0, 1, 2, 3]);
}

#[test]
fn sm2_decryption_never_checks_c3() {
    let mut ciphertext = encrypted(b"salary=0000100");
    let last = ciphertext.len() - 1;
    ciphertext[last] ^= 1;
    assert_eq!(Decrypt::new(PRIVATE).decrypt(&ciphertext), b"salary=0000101");
    ciphertext[64..96].fill(0);
    assert_eq!(Decrypt::new(PRIVATE).decrypt(&ciphertext), b"salary=0000101");
}

#[test]
fn sm2_decryption_with_a_wrong_key_gives_garbage_instead_of_an_error() {
    let garbage = Decrypt::new(&"11".repeat(32)).decrypt(&encrypted(b"sixteen byte key"));
    assert!(!garbage.is_empty() && garbage != b"sixteen byte key");
}

#[test]
fn sm2_decryption_takes_a_point_off_the_curve() {
    let mut ciphertext = encrypted(b"sixteen byte key");
    ciphertext[63] ^= 1;
    assert!(!panics(|| Decrypt::new(PRIVATE).decrypt(&ciphertext)));
}

#[test]
fn sm2_encryption_takes_a_public_key_off_the_curve() {
    let mut bytes = hex::decode(public()).unwrap();
    bytes[63] ^= 1;
    let off_curve = hex::encode(bytes);
    assert!(public_key_from_hex(&off_curve).is_err());
    assert_eq!(Encrypt::new(&off_curve).encrypt(b"x").len(), 97);
}

#[test]
fn sm2_panics_on_short_input() {
    for length in [0, 1, 64, 95] {
        assert!(panics(|| Decrypt::new(PRIVATE).decrypt(&vec![1; length])), "{length} bytes");
    }
    assert!(panics(|| Decrypt::new(PRIVATE).decrypt_c1c2c3(&[1; 40])));
    assert!(panics(|| Decrypt::new(PRIVATE).decrypt_asna1(b"no DER")));
    assert!(panics(|| Decrypt::new(PRIVATE).decrypt_hex("not hex")));
}

#[test]
fn sm2_has_no_empty_message() {
    // The new order gives nothing at all, the old one panics, and the nothing cannot be decrypted.
    assert!(encrypted(b"").is_empty());
    assert!(panics(|| Encrypt::new(&public()).encrypt_c1c2c3(b"")));
}

#[test]
fn sm4_panics_on_torn_and_wrongly_padded_input() {
    let (key, iv) = ([1; 16], [0; 16]);
    assert!(panics(|| CryptSM4CBC::new(&key, &iv).decrypt_cbc(&[0; 15])));
    assert!(panics(|| CryptSM4ECB::new(&key).decrypt_ecb(&[0; 17])));
    // A block whose decryption ends in a byte that is no padding count.
    let unpadded = Sm4Key::from_bytes(key);
    let two_blocks = hex::decode(sm4_ecb_to_hex(&unpadded, &[0xEE; 16]).unwrap()).unwrap();
    assert!(panics(|| CryptSM4ECB::new(&key).decrypt_ecb(&two_blocks[..16])));
    assert!(panics(|| CryptSM4CBC::new(&key, &iv).decrypt_cbc(&two_blocks[..16])));
    assert!(panics(|| CryptSM4CBC::new(&[1; 15], &iv)));
}

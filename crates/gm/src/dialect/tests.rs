use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sm_crypto::sm2::{Encrypt, Sign, Verify};

use super::*;

/// The same cases every time, so that a failure repeats.
fn fixed(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(2026),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn key(bytes: [u8; 32]) -> SigningKey {
    SigningKey::from_bytes(&bytes).unwrap_or_else(|_| SigningKey::from_bytes(&[1; 32]).unwrap())
}

proptest! {
    // sm-crypto's SM2 takes tens of milliseconds a call in a debug build; a dozen cases keep it near two seconds.
    #![proptest_config(fixed(12))]

    #[test]
    fn both_engines_agree_on_signatures(seed: [u8; 32], message in proptest::collection::vec(any::<u8>(), 0..200)) {
        let key = key(seed);
        let public = public_key_to_hex(&key.verifying_key());
        let private = hex::encode(key.to_bytes());
        prop_assert_eq!(&sm_crypto::sm2::pk_from_sk(&private), &public);

        let ours = sign_to_hex(&key, &message).unwrap();
        verify_hex(&key.verifying_key(), &message, &ours).unwrap();

        let theirs = Signature::from_der(&Sign::new(&private).sign_der(&message, true)).unwrap();
        key.verifying_key().verify(&message, &theirs).unwrap();

        let mut other = message.clone();
        other.push(0);
        prop_assert!(key.verifying_key().verify(&other, &theirs).is_err());
        prop_assert!(!Verify::new(&public).verify_der(&other, &theirs.to_der().unwrap(), true));
    }

    #[test]
    fn we_open_what_they_encrypt(seed: [u8; 32], plaintext in proptest::collection::vec(any::<u8>(), 1..200)) {
        let key = key(seed);
        let public = public_key_to_hex(&key.verifying_key());
        let theirs = Encrypt::new(&public);
        let new_order = theirs.encrypt_hex(&plaintext);
        prop_assert_eq!(&*decrypt_hex(&key, &new_order, CipherOrder::C1C3C2).unwrap(), &plaintext);
        let old_order = hex::encode(theirs.encrypt_c1c2c3(&plaintext));
        prop_assert_eq!(&*decrypt_hex(&key, &old_order, CipherOrder::C1C2C3).unwrap(), &plaintext);
    }
}

proptest! {
    #![proptest_config(fixed(256))]

    #[test]
    fn both_engines_agree_on_sm3(message in proptest::collection::vec(any::<u8>(), 0..1100)) {
        prop_assert_eq!(sm3_to_hex(&message).unwrap(), sm_crypto::sm3::sm3_hash(&message));
    }

    #[test]
    fn both_engines_agree_on_sm4(key: [u8; 16], iv: [u8; 16], text in proptest::collection::vec(any::<u8>(), 0..100)) {
        let theirs = sm_crypto::sm4::CryptSM4CBC::new(&key, &iv);
        let ours = Sm4Key::from_bytes(key);
        let cbc = sm4_cbc_to_hex(&ours, &iv, &text).unwrap();
        prop_assert_eq!(&cbc, &theirs.encrypt_cbc_hex(&text));
        prop_assert_eq!(&*sm4_cbc_from_hex(&ours, &iv, &cbc).unwrap(), &text);
        prop_assert_eq!(&theirs.decrypt_cbc_hex(&cbc), &text);

        let ecb = sm4_ecb_to_hex(&ours, &text).unwrap();
        prop_assert_eq!(&ecb, &sm_crypto::sm4::CryptSM4ECB::new(&key).encrypt_ecb_hex(&text));
        prop_assert_eq!(&*sm4_ecb_from_hex(&ours, &ecb).unwrap(), &text);
    }

    #[test]
    fn torn_and_foreign_text_is_an_error_and_never_a_panic(text in "[0-9a-g]{0,260}") {
        let key = SigningKey::from_bytes(&[9; 32]).unwrap();
        prop_assert!(decrypt_hex(&key, &text, CipherOrder::C1C3C2).is_err());
        prop_assert!(decrypt_hex(&key, &text, CipherOrder::C1C2C3).is_err());
        let _ = sm4_cbc_from_hex(&Sm4Key::from_bytes([1; 16]), &[0; 16], &text);
        let _ = sm4_ecb_from_hex(&Sm4Key::from_bytes([1; 16]), &text);
        prop_assert!(verify_hex(&key.verifying_key(), b"m", &text).is_err());
        prop_assert!(public_key_from_hex(&text).is_err());
    }
}

#[test]
fn keys_and_ciphertexts_travel_with_and_without_their_prefix() {
    let key = SigningKey::generate().unwrap();
    let public = public_key_to_hex(&key.verifying_key());
    assert_eq!(public.len(), 128);
    assert_eq!(public_key_from_hex(&public).unwrap(), key.verifying_key());
    assert_eq!(public_key_from_hex(&format!("04{public}")).unwrap(), key.verifying_key());
    assert!(public_key_from_hex(&format!("03{public}")).is_err());

    for order in [CipherOrder::C1C3C2, CipherOrder::C1C2C3] {
        let text = encrypt_to_hex(&key.verifying_key(), b"secret", order).unwrap();
        assert_eq!(text.len(), 2 * (64 + 32 + 6));
        assert_eq!(*decrypt_hex(&key, &text, order).unwrap(), b"secret");
        assert_eq!(*decrypt_hex(&key, &format!("04{text}"), order).unwrap(), b"secret");
        let other = if order == CipherOrder::C1C3C2 { CipherOrder::C1C2C3 } else { CipherOrder::C1C3C2 };
        assert_eq!(decrypt_hex(&key, &text, other).unwrap_err().code(), "GM_ENVELOPE");
    }
}

#[test]
fn a_point_that_begins_with_04_is_not_mistaken_for_a_prefix() {
    let key = SigningKey::from_bytes(&[3; 32]).unwrap();
    let found = (0..5000).find_map(|_| {
        let text = encrypt_to_hex(&key.verifying_key(), b"x", CipherOrder::C1C3C2).unwrap();
        text.starts_with("04").then_some(text)
    });
    // One point in 256 does; 5000 tries miss all of them once in 300 million runs.
    assert_eq!(*decrypt_hex(&key, &found.unwrap(), CipherOrder::C1C3C2).unwrap(), b"x");
}

#[test]
fn bad_padding_is_told() {
    let key = Sm4Key::from_bytes([1; 16]);
    let text = sm4_cbc_to_hex(&key, &[0; 16], b"message").unwrap();
    assert_eq!(sm4_cbc_from_hex(&key, &[0; 16], &text[..30]).unwrap_err().code(), "GM_PADDING");
    assert_eq!(sm4_cbc_from_hex(&key, &[0; 16], "").unwrap_err().code(), "GM_PADDING");
    assert_eq!(sm4_cbc_from_hex(&key, &[0; 16], "xy").unwrap_err().code(), "GM_HEX");
    // Flipping the IV's last bit changes the count, which the other padding bytes contradict.
    let mut iv = [0; 16];
    iv[15] = 1;
    assert_eq!(sm4_cbc_from_hex(&key, &iv, &text).unwrap_err().code(), "GM_PADDING");
}

#[test]
fn a_disagreeing_or_panicking_second_opinion_stops_everything() {
    assert!(second_opinion::agree(&1, || 1).is_ok());
    assert_eq!(second_opinion::agree(&1, || 2).unwrap_err().code(), "GM_SECOND_OPINION");
    let panicked =
        second_opinion::agree(&1, || if std::hint::black_box(true) { panic!("expected") } else { 1 });
    assert_eq!(panicked.unwrap_err().code(), "GM_SECOND_OPINION");
}

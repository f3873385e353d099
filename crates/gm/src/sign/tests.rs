use super::*;
use sm2::dsa::signature::hazmat::PrehashSigner as _;

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

// GB/T 32918.5-2017 annex A: the curve's key pair and the signature of "message digest".
const PRIVATE: &str = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";
const PUBLIC: &str = "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020\
                      CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";
const R: &str = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3";
const S: &str = "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA";

#[test]
fn the_standards_example_verifies_and_nothing_near_it_does() {
    let key = SigningKey::from_bytes(&bytes(PRIVATE)).unwrap();
    let public = VerifyingKey::from_bytes(&bytes(PUBLIC)).unwrap();
    assert_eq!(key.verifying_key(), public);

    let signature = Signature(bytes(&format!("{R}{S}")));
    public.verify(b"message digest", &signature).unwrap();
    assert_eq!(public.verify(b"message digesT", &signature).unwrap_err().code(), "GM_SIGNATURE");
    for bit in 0..512 {
        let mut altered = signature;
        altered.0[bit / 8] ^= 1 << (bit % 8);
        assert!(public.verify(b"message digest", &altered).is_err(), "bit {bit}");
    }
}

#[test]
fn own_signatures_verify_and_repeat() {
    let key = SigningKey::generate().unwrap();
    for message in [b"".as_slice(), b"a", &[0; 1000]] {
        let signature = key.sign(message).unwrap();
        assert_eq!(signature, key.sign(message).unwrap());
        key.verifying_key().verify(message, &signature).unwrap();
        assert!(SigningKey::generate().unwrap().verifying_key().verify(message, &signature).is_err());
        assert_eq!(Signature::from_der(&signature.to_der().unwrap()).unwrap(), signature);
    }
}

#[test]
fn another_identifier_gives_a_signature_that_does_not_hold() {
    let key = SigningKey::from_bytes(&bytes(PRIVATE)).unwrap();
    let foreign = sm2::dsa::SigningKey::new("", key.secret()).unwrap();
    let signature: sm2::dsa::Signature = foreign.try_sign(b"m").unwrap();
    assert!(key.verifying_key().verify(b"m", &Signature(signature.to_bytes().into())).is_err());
    // A bare hash without the identifier's Z does not hold either.
    let bare: sm2::dsa::Signature = foreign.sign_prehash(&sm3(b"m").0).unwrap();
    assert!(key.verifying_key().verify(b"m", &Signature(bare.to_bytes().into())).is_err());
}

#[test]
fn containers_round_trip() {
    let key = SigningKey::generate().unwrap();
    let raw = SigningKey::from_bytes(&key.to_bytes()).unwrap();
    let der = SigningKey::from_pkcs8_der(&key.to_pkcs8_der().unwrap()).unwrap();
    assert_eq!(raw.verifying_key(), key.verifying_key());
    assert_eq!(der.verifying_key(), key.verifying_key());
    assert_eq!(der.to_bytes(), key.to_bytes());
}

#[test]
fn impossible_keys_are_refused() {
    let mut order = ORDER_MINUS_ONE;
    order[31] += 1;
    for bad in [[0; 32], ORDER_MINUS_ONE, order, [0xFF; 32]] {
        assert_eq!(SigningKey::from_bytes(&bad).unwrap_err().code(), "GM_PRIVATE_KEY");
    }
    assert!(SigningKey::from_pkcs8_der(b"not a container").is_err());

    let good: [u8; 65] = bytes(PUBLIC);
    let mut off_curve = good;
    off_curve[64] ^= 1;
    let mut hybrid = good;
    hybrid[0] = 6;
    for bad in [[0; 65], [4; 65], off_curve, hybrid] {
        assert_eq!(VerifyingKey::from_bytes(&bad).unwrap_err().code(), "GM_PUBLIC_KEY");
    }
    // The compressed form of a good key has 33 bytes and is not taken.
    assert!(VerifyingKey::from_slice(&[&[3_u8], &good[1..33]].concat()).is_err());
    assert!(VerifyingKey::from_slice(&good[..64]).is_err());
}

#[test]
fn serde_keeps_the_bytes_and_checks_the_point() {
    let key = SigningKey::generate().unwrap();
    let signature = key.sign(b"m").unwrap();
    let mut cbor = Vec::new();
    ciborium::into_writer(&(key.verifying_key(), signature), &mut cbor).unwrap();
    // One array head, then two byte strings of 65 and 64 bytes with two head bytes each.
    assert_eq!(cbor.len(), 1 + 2 + 65 + 2 + 64);
    let (public, read): (VerifyingKey, Signature) = ciborium::from_reader(cbor.as_slice()).unwrap();
    assert_eq!((public, read), (key.verifying_key(), signature));

    let json = serde_json::to_string(&public).unwrap();
    assert_eq!(serde_json::from_str::<VerifyingKey>(&json).unwrap(), public);
    assert!(serde_json::from_str::<VerifyingKey>(&format!("\"{}\"", "04".repeat(65))).is_err());
}

#[test]
fn a_private_key_is_not_printed() {
    let key = SigningKey::from_bytes(&bytes(PRIVATE)).unwrap();
    let printed = format!("{key:?}").to_uppercase();
    assert!(!printed.contains(&PRIVATE[..8]));
}

#[test]
fn a_digest_of_the_standards_example_verifies() {
    // e = H(Z || M) of GB/T 32918.5-2017 annex A.2.
    let digest = bytes("F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640");
    let public = VerifyingKey::from_bytes(&bytes(PUBLIC)).unwrap();
    public.verify_digest(&digest, &Signature(bytes(&format!("{R}{S}")))).unwrap();
    let key = SigningKey::from_bytes(&bytes(PRIVATE)).unwrap();
    let signature = key.sign_digest(&digest).unwrap();
    // The same as of the message, since both begin from the same digest.
    public.verify(b"message digest", &signature).unwrap();
    assert!(public.verify_digest(&[0; 32], &signature).is_err());
}

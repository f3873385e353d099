use super::*;

// GB/T 32905-2016, annex A.1 and A.2.
#[test]
fn the_standards_two_examples() {
    assert_eq!(sm3(b"abc").to_string(), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    assert_eq!(
        sm3(&b"abcd".repeat(16)).to_string(),
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    );
}

#[test]
fn pieces_give_the_same_value_as_the_whole() {
    let data: Vec<u8> = (0..1000_u32).map(|i| (i % 251) as u8).collect();
    for cut in [0, 1, 55, 56, 63, 64, 65, 999, 1000] {
        let mut hasher = Sm3Hasher::new();
        hasher.update(&data[..cut]);
        std::io::Write::write_all(&mut hasher, &data[cut..]).unwrap();
        assert_eq!(hasher.finish(), sm3(&data), "cut at {cut}");
    }
}

#[test]
fn text_form_round_trips_and_refuses_the_rest() {
    let value = sm3(b"abc");
    assert_eq!(value.to_string().parse::<Sm3Hash>().unwrap(), value);
    for bad in ["", "66c7", &"g".repeat(64), &"0".repeat(66)] {
        assert!(bad.parse::<Sm3Hash>().is_err());
    }
}

#[test]
fn serde_writes_bytes_in_cbor_and_hex_in_json() {
    let value = sm3(b"abc");
    let json = serde_json::to_string(&value).unwrap();
    assert_eq!(json, format!("\"{value}\""));
    assert_eq!(serde_json::from_str::<Sm3Hash>(&json).unwrap(), value);

    let mut cbor = Vec::new();
    ciborium::into_writer(&value, &mut cbor).unwrap();
    // RFC 8949: major type 2, one length byte.
    assert_eq!(cbor[..2], [0x58, 32]);
    assert_eq!(cbor[2..], value.0);
    assert_eq!(ciborium::from_reader::<Sm3Hash, _>(cbor.as_slice()).unwrap(), value);

    let mut short = Vec::new();
    ciborium::into_writer(&ciborium::Value::Bytes(vec![0; 31]), &mut short).unwrap();
    assert!(ciborium::from_reader::<Sm3Hash, _>(short.as_slice()).is_err());
}

// The HMAC of RFC 2104 written out over SM3, as a check on the crate's wiring.
fn hmac_by_definition(key: &[u8], message: &[u8]) -> Sm3Hash {
    let mut block = [0_u8; 64];
    if key.len() > 64 {
        block[..32].copy_from_slice(&sm3(key).0);
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner: Vec<u8> = block.iter().map(|b| b ^ 0x36).chain(message.iter().copied()).collect();
    let outer: Vec<u8> = block.iter().map(|b| b ^ 0x5c).chain(sm3(&inner).0).collect();
    sm3(&outer)
}

#[test]
fn hmac_follows_its_definition() {
    let key = HmacKey::from_bytes(std::array::from_fn(|i| i as u8));
    for length in [0, 1, 63, 64, 65, 500] {
        let message = vec![0x5A; length];
        let tag = hmac_sm3(&key, &message);
        assert_eq!(tag, hmac_by_definition(key.expose(), &message));
        assert_eq!(tag, hmac_parts(key.expose(), &[&message[..length / 2], &message[length / 2..]]).unwrap());
        assert!(verify_hmac_sm3(&key, &message, &tag));
        let mut other = tag;
        other.0[31] ^= 1;
        assert!(!verify_hmac_sm3(&key, &message, &other));
    }
    let long = [7_u8; 100];
    assert_eq!(hmac_parts(&long, &[b"m"]).unwrap(), hmac_by_definition(&long, b"m"));
}

#[test]
fn pbkdf2_follows_its_definition() {
    // RFC 8018 section 5.2 for a single output block of 32 bytes.
    let mut round = hmac_by_definition(b"password", b"saltsalt\x00\x00\x00\x01");
    let mut expected = round.0;
    for _ in 1..7 {
        round = hmac_by_definition(b"password", &round.0);
        expected.iter_mut().zip(round.0).for_each(|(sum, byte)| *sum ^= byte);
    }
    assert_eq!(*pbkdf2_hmac_sm3(b"password", b"saltsalt", 7).unwrap(), expected);
}

#[test]
fn iteration_counts_have_limits() {
    assert!(matches!(pbkdf2_hmac_sm3(b"p", b"s", 0), Err(GmError::Iterations(0))));
    assert!(pbkdf2_hmac_sm3(b"p", b"s", MAX_ITERATIONS + 1).is_err());
}

#[test]
fn calibration_never_goes_under_the_floor_and_grows_with_the_duration() {
    assert_eq!(calibrate_iterations(Duration::ZERO).unwrap(), MIN_CALIBRATED_ITERATIONS);
    assert_eq!(calibrate_iterations(Duration::from_secs(3600)).unwrap(), MAX_ITERATIONS);
}

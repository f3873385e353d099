//! Counterparts made by others: the OpenSSL program and a database of stock SQLCipher.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use gm::{DatabaseKey, GmError, Signature, SigningKey, VerifyingKey, open_encrypted, sm3};
use rusqlite::{Connection, OpenFlags};

/// OpenSSL takes an empty identifier unless told, so it is always told.
const ID: &str = "distid:1234567812345678";

fn openssl(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("openssl").current_dir(folder).args(arguments).output().unwrap_or_else(|error| {
        panic!("the program openssl (Debian package openssl, 3.0 or later) is needed here: {error}")
    })
}

fn openssl_ok(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = openssl(folder, arguments);
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A fresh SM2 key as PKCS#8 in key.der. Asked for DER directly, genpkey gives the older SEC 1 form.
fn generate_key(folder: &Path) {
    openssl_ok(folder, &["genpkey", "-algorithm", "SM2", "-out", "key.pem"]);
    openssl_ok(
        folder,
        &["pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER", "-out", "key.der"],
    );
}

const VERIFY: [&str; 13] = [
    "pkeyutl",
    "-verify",
    "-rawin",
    "-digest",
    "sm3",
    "-pkeyopt",
    ID,
    "-pubin",
    "-inkey",
    "public.pem",
    "-in",
    "message",
    "-sigfile",
];

#[test]
fn openssl_verifies_our_signatures_and_refuses_altered_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for round in 0_u8..8 {
        let key = SigningKey::generate().unwrap();
        fs::write(path.join("key.der"), &*key.to_pkcs8_der().unwrap()).unwrap();
        openssl_ok(path, &["pkey", "-inform", "DER", "-in", "key.der", "-pubout", "-out", "public.pem"]);
        let message = vec![round; usize::from(round) * 97];
        fs::write(path.join("message"), &message).unwrap();
        let signature = key.sign(&message).unwrap();
        fs::write(path.join("signature"), signature.to_der().unwrap()).unwrap();
        openssl_ok(path, &[VERIFY.as_slice(), &["signature"]].concat());

        fs::write(path.join("message"), [message.as_slice(), b"!"].concat()).unwrap();
        assert!(!openssl(path, &[VERIFY.as_slice(), &["signature"]].concat()).status.success());
    }
}

#[test]
fn we_verify_openssl_signatures_and_read_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for round in 0_u8..8 {
        generate_key(path);
        let key = SigningKey::from_pkcs8_der(&fs::read(path.join("key.der")).unwrap()).unwrap();
        let spki =
            openssl_ok(path, &["pkey", "-inform", "DER", "-in", "key.der", "-pubout", "-outform", "DER"]);
        // SubjectPublicKeyInfo ends in the uncompressed point.
        let public = VerifyingKey::from_slice(&spki[spki.len() - 65..]).unwrap();
        assert_eq!(key.verifying_key(), public);

        let message = vec![round; usize::from(round) * 61 + 1];
        fs::write(path.join("message"), &message).unwrap();
        let sign = |extra: &[&str]| {
            let common =
                ["pkeyutl", "-sign", "-rawin", "-digest", "sm3", "-keyform", "DER", "-inkey", "key.der"];
            let der = openssl_ok(path, &[common.as_slice(), &["-in", "message"], extra].concat());
            Signature::from_der(&der).unwrap()
        };
        let signature = sign(&["-pkeyopt", ID]);
        public.verify(&message, &signature).unwrap();
        assert!(matches!(public.verify(&message[1..], &signature), Err(GmError::Signature)));
        // Without the option OpenSSL uses an empty identifier: well formed, but not a GM/T 0009 signature.
        assert!(matches!(public.verify(&message, &sign(&[])), Err(GmError::Signature)));
    }
}

#[test]
fn openssl_agrees_on_sm3_hmac_and_sm4_cbc() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for length in [0, 1, 15, 16, 55, 56, 64, 1000] {
        let message: Vec<u8> = (0..length).map(|i| (i * 7) as u8).collect();
        fs::write(path.join("message"), &message).unwrap();
        assert_eq!(openssl_ok(path, &["dgst", "-sm3", "-binary", "message"]), sm3(&message).0);

        let key = gm::HmacKey::from_bytes([0x42; 32]);
        let macopt = format!("hexkey:{}", "42".repeat(32));
        let arguments = ["dgst", "-sm3", "-mac", "HMAC", "-macopt", &macopt, "-binary", "message"];
        assert_eq!(openssl_ok(path, &arguments), gm::hmac_sm3(&key, &message).0);

        let (key, iv) = ("0f".repeat(16), "a5".repeat(16));
        let theirs = openssl_ok(path, &["enc", "-sm4-cbc", "-K", &key, "-iv", &iv, "-in", "message"]);
        let ours = gm::dialect::sm4_cbc_to_hex(&gm::Sm4Key::from_bytes([0x0F; 16]), &[0xA5; 16], &message);
        let theirs: String = theirs.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(ours.unwrap(), theirs);
    }
}

#[test]
fn openssl_opens_our_envelopes_and_we_open_its() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    generate_key(path);
    let key = SigningKey::from_pkcs8_der(&fs::read(path.join("key.der")).unwrap()).unwrap();
    let inkey = ["-keyform", "DER", "-inkey", "key.der"];
    for length in [1_usize, 16, 32, 33, 150] {
        let secret: Vec<u8> = (0..length).map(|i| i as u8).collect();
        let ours = gm::envelope::seal_to(&key.verifying_key(), &secret).unwrap();
        fs::write(path.join("envelope"), as_der(&ours)).unwrap();
        let arguments = [["pkeyutl", "-decrypt"].as_slice(), &inkey, &["-in", "envelope"]].concat();
        assert_eq!(openssl_ok(path, &arguments), secret);

        fs::write(path.join("secret"), &secret).unwrap();
        let arguments = [["pkeyutl", "-encrypt"].as_slice(), &inkey, &["-in", "secret"]].concat();
        let theirs = from_der(&openssl_ok(path, &arguments));
        assert_eq!(*key.open_sealed(&theirs).unwrap(), secret);
    }
}

/// 04 x y C3 C2 as the sequence of GM/T 0009 section 7.2: two integers and two octet strings.
fn as_der(raw: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for coordinate in [&raw[1..33], &raw[33..65]] {
        let skip = coordinate.iter().take_while(|byte| **byte == 0).count().min(31);
        let mut integer = coordinate[skip..].to_vec();
        if integer[0] & 0x80 != 0 {
            integer.insert(0, 0);
        }
        body.extend(tagged(0x02, &integer));
    }
    body.extend(tagged(0x04, &raw[65..97]));
    body.extend(tagged(0x04, &raw[97..]));
    tagged(0x30, &body)
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        short @ 0..=127 => out.push(short as u8),
        middle @ 128..=255 => out.extend([0x81, middle as u8]),
        long => out.extend([0x82, (long >> 8) as u8, long as u8]),
    }
    out.extend_from_slice(content);
    out
}

fn from_der(der: &[u8]) -> Vec<u8> {
    fn take<'a>(input: &mut &'a [u8]) -> &'a [u8] {
        let (head, length) = match input[1] {
            0x81 => (3, usize::from(input[2])),
            0x82 => (4, usize::from(input[2]) << 8 | usize::from(input[3])),
            short => (2, usize::from(short)),
        };
        let (content, rest) = input[head..].split_at(length);
        *input = rest;
        content
    }
    let mut input = der;
    let mut body = take(&mut input);
    let mut raw = vec![0x04];
    for _ in 0..2 {
        let integer = take(&mut body);
        let digits = &integer[integer.len().saturating_sub(32)..];
        raw.extend(std::iter::repeat_n(0, 32 - digits.len()));
        raw.extend_from_slice(digits);
    }
    raw.extend_from_slice(take(&mut body));
    raw.extend_from_slice(take(&mut body));
    raw
}

/// The only test of this program that opens databases, because the stock provider has to come first.
#[test]
fn a_database_of_stock_sqlcipher_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stock.db");
    let raw_key = format!("x'{}'", "2a".repeat(32));
    let stock = Connection::open(&path).unwrap();
    stock.pragma_update(None, "key", &raw_key).unwrap();
    stock.pragma_update(None, "journal_mode", "WAL").unwrap();
    stock.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1);").unwrap();
    // Copied as after a crash, with a log that is not yet in the file.
    let crashed = folder.path().join("crashed.db");
    fs::copy(&path, &crashed).unwrap();
    fs::copy(folder.path().join("stock.db-wal"), folder.path().join("crashed.db-wal")).unwrap();
    drop(stock);

    let key = DatabaseKey::from_bytes([0x2A; 16]);
    for file in [&path, &crashed] {
        let before = fs::read(file).unwrap();
        let refused = open_encrypted(file, &key, OpenFlags::default()).unwrap_err();
        assert_eq!(refused.code(), "GM_NOT_A_DATABASE", "{refused}");
        assert_eq!(fs::read(file).unwrap(), before);
    }
    assert!(folder.path().join("crashed.db-wal").exists(), "the foreign log must stay");

    // The same process makes SM4 databases afterwards, and plain connections stay plain.
    let own = open_encrypted(&folder.path().join("own.db"), &key, OpenFlags::default()).unwrap();
    own.execute_batch("CREATE TABLE t (x)").unwrap();
    let plain = folder.path().join("plain.db");
    Connection::open(&plain).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(fs::read(&plain).unwrap().starts_with(b"SQLite format 3\0"));
}

//! The searcher finds what is planted, in every form, and nothing in what is sealed.

use super::searcher::Searcher;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use std::io::Write as _;

const NAME: &str = "沈𠮷㛃";
const NUMBER: &str = "99990119900101901X";
const PHONE: &str = "19900000001";

/// What stands around the planted word: bytes without order, always the same.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .collect()
}

fn between(planted: &[u8]) -> Vec<u8> {
    let mut bytes = noise(70_001);
    bytes.extend_from_slice(planted);
    bytes.extend(noise(5_003));
    bytes
}

fn zlib(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::new(level));
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[test]
fn every_planted_form_is_found() {
    let searcher = Searcher::new([NAME, NUMBER, PHONE]);
    for word in [NAME, NUMBER, PHONE] {
        let text = format!("a text with {word} in it");
        let wide: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = wide.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = wide.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&little).unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
        raw.write_all(text.as_bytes()).unwrap();
        let mut stream = b"<< /Filter /FlateDecode >>\nstream\r\n".to_vec();
        stream.extend(raw.finish().unwrap());
        let mut torn = zlib(text.repeat(4_000).as_bytes(), 6);
        torn.truncate(torn.len() / 2);
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let planted = [
            ("UTF-8", text.clone().into_bytes()),
            ("UTF-16LE", little),
            ("UTF-16BE", big),
            ("hexadecimal", hex.into_bytes()),
            ("JSON", serde_json::to_vec(&text).unwrap()),
            ("deflate, stored", zlib(text.as_bytes(), 0)),
            ("deflate, fast", zlib(text.as_bytes(), 1)),
            ("deflate, best", zlib(text.as_bytes(), 9)),
            ("deflate, torn", torn),
            ("deflate in a PDF stream", stream),
            ("gzip", gzip.finish().unwrap()),
            ("base64", STANDARD.encode(&text).into_bytes()),
            ("base64, one sign later", format!("x{}", STANDARD.encode(&text)).into_bytes()),
            ("base64 of the word alone", STANDARD.encode(word).into_bytes()),
            ("base64 for addresses", URL_SAFE_NO_PAD.encode(&text).into_bytes()),
            ("base64 of deflate", STANDARD.encode(zlib(text.as_bytes(), 6)).into_bytes()),
            ("deflate of base64", zlib(STANDARD.encode(&text).as_bytes(), 6)),
        ];
        for (form, bytes) in planted {
            assert!(searcher.deep(&bytes).contains(word), "{word} alone as {form}");
            assert!(searcher.deep(&between(&bytes)).contains(word), "{word} as {form}");
        }
    }
    for (name, bytes) in [
        ("周念安", &[0xd6, 0xdc, 0xc4, 0xee, 0xb0, 0xb2][..]),
        // A sign that GBK does not have.
        ("沈𠮷", &[0xc9, 0xf2, 0x95, 0x34, 0xb2, 0x35][..]),
    ] {
        assert!(Searcher::new([name]).deep(&between(bytes)).contains(name), "{name} as GB18030");
    }
}

#[test]
fn stored_pictures_and_papers_are_found_by_their_beginning() {
    let searcher = Searcher::new([]);
    let beginnings: [&[u8]; 4] = [
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"%PDF-1.7\n",
        b"DEMO CARD, NOT A PICTURE\0",
    ];
    for beginning in beginnings {
        assert_eq!(searcher.deep(&between(beginning)).len(), 1);
        assert_eq!(searcher.deep(&between(&zlib(beginning, 6))).len(), 1);
    }
}

#[test]
fn what_is_sealed_holds_nothing() {
    let searcher = Searcher::new([NAME, NUMBER, PHONE]);
    assert!(searcher.deep(&noise(2_000_000)).is_empty());
    let key = gm::Sm4Key::from_slice(&noise(16)).unwrap();
    let sealed = gm::aead::seal_random(&key, b"story", NAME.repeat(10_000).as_bytes()).unwrap();
    assert!(searcher.deep(&sealed).is_empty());
}

//! Looks for many words at once, in every form, also inside what was packed or written as base64.

use super::forms;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine as _, alphabet};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use std::collections::{BTreeSet, HashMap};
use std::io::Read;

/// Packed in base64 in packed: deeper nothing of the program packs.
const DEPTH: u32 = 3;
/// Most bytes taken out of one packed stream: a page at 600 dpi is smaller.
const MOST_UNPACKED: u64 = 256 << 20;
/// A run of base64 of one name of two signs.
const SHORTEST_RUN: usize = 8;

/// How stored pictures and papers begin.
const BEGINNINGS: &[(&str, &[u8])] = &[
    ("JPEG (JFIF)", b"\xff\xd8\xff\xe0\x00\x10JFIF\0"),
    ("JPEG (bare)", b"\xff\xd8\xff\xdb\x00\x43"),
    ("PNG", b"\x89PNG\r\n\x1a\n"),
    ("PDF", b"%PDF-"),
    ("portrait of a card", b"DEMO CARD, NOT A PICTURE\0"),
];

pub struct Searcher {
    needles: Vec<(String, Vec<u8>)>,
    /// Whether two bytes begin a needle.
    heads: Vec<bool>,
    by_head: HashMap<[u8; 2], Vec<usize>>,
}

impl Searcher {
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut needles: Vec<(String, Vec<u8>)> = BEGINNINGS
            .iter()
            .map(|(what, bytes)| ((*what).to_owned(), bytes.to_vec()))
            .chain(
                words
                    .into_iter()
                    .flat_map(|word| forms::of(word).into_iter().map(move |form| (word.to_owned(), form))),
            )
            .collect();
        // EXIF: a length stands between marker and word.
        needles.push(("JPEG (EXIF)".to_owned(), b"Exif\0\0MM".to_vec()));
        needles.push(("JPEG (EXIF)".to_owned(), b"Exif\0\0II".to_vec()));
        let mut heads = vec![false; 1 << 16];
        let mut by_head: HashMap<[u8; 2], Vec<usize>> = HashMap::new();
        for (at, (_, form)) in needles.iter().enumerate() {
            heads[place(form[0], form[1])] = true;
            by_head.entry([form[0], form[1]]).or_default().push(at);
        }
        Self { needles, heads, by_head }
    }

    /// What stands in `bytes` as it is.
    pub fn plain(&self, bytes: &[u8]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (at, pair) in bytes.windows(2).enumerate() {
            if !self.heads[place(pair[0], pair[1])] {
                continue;
            }
            for needle in &self.by_head[&[pair[0], pair[1]]] {
                let (what, form) = &self.needles[*needle];
                if bytes[at..].starts_with(form) {
                    found.insert(what.clone());
                }
            }
        }
        found
    }

    /// What stands in `bytes`, also packed or as base64.
    pub fn deep(&self, bytes: &[u8]) -> BTreeSet<String> {
        self.look(bytes, DEPTH)
    }

    fn look(&self, bytes: &[u8], depth: u32) -> BTreeSet<String> {
        let mut found = self.plain(bytes);
        if depth > 0 {
            for inner in unpacked(bytes).into_iter().chain(from_base64(bytes)) {
                found.extend(self.look(&inner, depth - 1));
            }
        }
        found
    }
}

fn place(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

/// Everything that can be unpacked: zlib and gzip by their first bytes, raw deflate in the streams of a PDF and the
/// entries of a ZIP. A stream that breaks off gives what came until then.
fn unpacked(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut inner = Vec::new();
    let mut take = |reader: &mut dyn Read| {
        let mut out = Vec::new();
        let _ = reader.take(MOST_UNPACKED).read_to_end(&mut out);
        if out.len() >= 4 {
            inner.push(out);
        }
    };
    for (at, pair) in bytes.windows(2).enumerate() {
        let rest = &bytes[at..];
        match pair {
            [0x78, 0x01 | 0x5e | 0x9c | 0xda] => take(&mut ZlibDecoder::new(rest)),
            [0x1f, 0x8b] => take(&mut MultiGzDecoder::new(rest)),
            [b's', b't'] if rest.starts_with(b"stream") => {
                let data = &rest[6..];
                let data = data.strip_prefix(b"\r").unwrap_or(data);
                take(&mut DeflateDecoder::new(data.strip_prefix(b"\n").unwrap_or(data)));
            }
            [b'P', b'K'] if rest.starts_with(b"PK\x03\x04") && rest.len() > 30 => {
                let skip = |at| usize::from(u16::from_le_bytes([rest[at], rest[at + 1]]));
                take(&mut DeflateDecoder::new(rest.get(30 + skip(26) + skip(28)..).unwrap_or_default()));
            }
            _ => {}
        }
    }
    inner
}

/// Runs of the alphabet of base64 read as base64. The first signs of a run may belong to something else: each of the
/// four places where it can begin is tried.
fn from_base64(bytes: &[u8]) -> Vec<Vec<u8>> {
    let sign = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    // How a text ends is no part of the question.
    let lenient = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let mut inner = Vec::new();
    for run in bytes.split(|byte| !sign(byte)).filter(|run| run.len() >= SHORTEST_RUN) {
        let alphabet = if run.contains(&b'-') || run.contains(&b'_') {
            &alphabet::URL_SAFE
        } else {
            &alphabet::STANDARD
        };
        let engine = GeneralPurpose::new(alphabet, lenient);
        for begin in 0..4 {
            let part = &run[begin..];
            // One sign alone is no byte: it belongs to what follows.
            let whole = part.len() - usize::from(part.len() % 4 == 1);
            if let Ok(read) = engine.decode(&part[..whole]) {
                inner.push(read);
            }
        }
    }
    inner
}

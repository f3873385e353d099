//! Every input of the corpus, and thousands of seeded mutations of each, through its target. What libFuzzer ever found
//! lies there as an input.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise, its helpers too")]

use fastrand::Rng;
use fuzz_targets::TARGETS;
use std::path::Path;

/// Mutations of one input; `FUZZ_MUTATIONS` for more.
const MUTATIONS: usize = 2000;
/// Longest input: the largest message of a device in the corpus, and some.
const LONGEST: usize = 8192;

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|_| panic!("a corpus is missing: {}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// One change as a bad line makes it: a flipped bit, a lost or doubled piece, an extreme value, a piece of another input.
fn mutate(bytes: &mut Vec<u8>, others: &[Vec<u8>], random: &mut Rng) {
    let length = bytes.len();
    match random.usize(0..7) {
        0 if length > 0 => bytes[random.usize(0..length)] ^= 1 << random.usize(0..8),
        1 if length > 0 => bytes[random.usize(0..length)] = [0, 1, 0x7f, 0x80, 0xff][random.usize(0..5)],
        2 if length > 0 => bytes.truncate(random.usize(0..length)),
        3 if length > 1 => {
            let from = random.usize(0..length);
            let to = random.usize(from..length);
            bytes.drain(from..to);
        }
        4 if length > 1 => {
            let from = random.usize(0..length);
            let piece = bytes[from..random.usize(from..length)].to_vec();
            let at = random.usize(0..length);
            bytes.splice(at..at, piece);
        }
        5 => {
            let other = &others[random.usize(0..others.len())];
            if !other.is_empty() {
                let from = random.usize(0..other.len());
                bytes.extend(&other[from..]);
            }
        }
        _ => bytes.insert(random.usize(0..=length), random.u8(..)),
    }
    bytes.truncate(LONGEST);
}

#[test]
fn no_target_stumbles_over_its_corpus_and_its_mutations() {
    let mutations =
        std::env::var("FUZZ_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(MUTATIONS);
    let seed: u64 = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_123);
    for target in TARGETS {
        let inputs = corpus(target.name);
        assert!(!inputs.is_empty(), "{}: an empty corpus", target.name);
        let mut random = Rng::with_seed(seed);
        for input in &inputs {
            (target.run)(input);
            let mut bytes = input.clone();
            for round in 0..mutations {
                if round % 16 == 0 {
                    bytes.clone_from(input);
                }
                mutate(&mut bytes, &inputs, &mut random);
                let shown = bytes.clone();
                let ended = std::panic::catch_unwind(|| (target.run)(&shown));
                assert!(ended.is_ok(), "{} with seed {seed}: {}", target.name, hex(&bytes));
            }
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

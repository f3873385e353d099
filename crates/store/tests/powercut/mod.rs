//! Power cuts and kills. A child process works on a store and says what was saved; it dies at a random moment; what
//! it said must be there. The child is this same test program, started anew.
//!
//! `ROUNDS` sets the number of rounds (60 by default), `SEED` the first seed.

mod child;
mod oracle;

use crate::support::Random;
use gm::DatabaseKey;
use oracle::Oracle;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use store::{Options, Store};

/// Rounds on one store before a new one is begun.
const ROUNDS_PER_STORE: u64 = 10;

const KEY: [u8; 16] = [0x5A; 16];

#[test]
fn what_was_saved_survives_kills_and_power_cuts() {
    let rounds = std::env::var("ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let found = run(rounds, None);
    assert!(found.saved > rounds, "almost nothing was saved before the deaths: {}", found.saved);
    println!("{rounds} rounds, {} cuts, {} things saved", found.cuts, found.saved);
    assert_eq!(found.faults, Vec::<String>::new());
}

/// The same rounds must find a store that does not wait for the disk.
#[cfg(feature = "mutants")]
#[test]
fn commits_that_do_not_wait_for_the_disk_are_found() {
    assert_ne!(run(20, Some("synchronous=OFF")).faults, Vec::<String>::new());
}

/// The same rounds must find files whose names are not durable.
#[cfg(feature = "mutants")]
#[test]
fn names_that_do_not_reach_the_disk_are_found() {
    assert_ne!(run(20, Some("directory-fsync-removed")).faults, Vec::<String>::new());
}

/// The same rounds must find answers that come too early.
#[cfg(feature = "mutants")]
#[test]
fn answers_before_the_commit_are_found() {
    assert_ne!(run(20, Some("answer-before-commit")).faults, Vec::<String>::new());
}

/// The child's work; does nothing unless it was started as one.
#[test]
#[ignore = "the child process of the others"]
fn child_process() {
    child::run();
}

#[derive(Default)]
struct Found {
    cuts: u64,
    saved: u64,
    faults: Vec<String>,
}

fn run(rounds: u64, mutant: Option<&str>) -> Found {
    let seed = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        since.as_nanos() as u64 | 1
    });
    println!("SEED={seed}");
    let mut random = Random(seed);
    let mut found = Found::default();
    let mut done = 0;
    while done < rounds && found.faults.is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let key = DatabaseKey::from_bytes(KEY);
        drop(Store::create(folder.path(), &key, &Options::default()).unwrap());
        let mut oracle = Oracle::default();
        for _ in 0..ROUNDS_PER_STORE.min(rounds - done) {
            let cut = random.below(2) == 0;
            let round_seed = random.next();
            let kill_after = (!cut).then(|| Duration::from_millis(20 + random.below(160)));
            found.saved += one_life(folder.path(), round_seed, kill_after, mutant, &mut oracle);
            found.cuts += u64::from(cut);
            done += 1;
            found.faults = oracle.check(folder.path(), &key);
            if !found.faults.is_empty() {
                println!("round {done}, cut {cut}, seed {round_seed}");
                break;
            }
        }
    }
    found
}

/// One child until its death. Gives how many things it said were saved.
fn one_life(
    folder: &Path,
    seed: u64,
    kill_after: Option<Duration>,
    mutant: Option<&str>,
    oracle: &mut Oracle,
) -> u64 {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "powercut::child_process", "--ignored", "--nocapture", "--test-threads=1"])
        .env("STORE_FOLDER", folder)
        .env("STORE_SEED", seed.to_string())
        .env("STORE_CUT", if kill_after.is_some() { "no" } else { "yes" })
        .env("MUTANT", mutant.map(str::to_owned).or_else(|| std::env::var("MUTANT").ok()).unwrap_or_default())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let killer = kill_after.map(|after| {
        let id = child.id();
        std::thread::spawn(move || {
            std::thread::sleep(after);
            id
        })
    });
    let reader = std::thread::spawn(move || lines.map_while(std::result::Result::ok).collect::<Vec<_>>());
    if let Some(killer) = killer {
        killer.join().unwrap();
        child.kill().unwrap();
    }
    let status = child.wait().unwrap();
    assert!(!status.success(), "the child ended by itself");
    let mut saved = 0;
    for line in reader.join().unwrap() {
        // The test program's own lines stand between; a line that was not finished is not an answer.
        if let Some(line) = line.strip_prefix('@')
            && let Some(line) = line.strip_suffix(';')
        {
            oracle.heard(line);
            saved += 1;
        }
    }
    saved
}

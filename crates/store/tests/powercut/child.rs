//! The process that dies.

use super::KEY;
use crate::support::{Random, append};
use domain::ids::{CaseId, CommandId};
use domain::number::{NumberBlock, NumberKind};
use gm::{DatabaseKey, SigningKey};
use powercut::CutFiles;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use store::table::draft::{self, DraftRow};
use store::table::{blob, number};
use store::{Options, Priority, Store, blob_file};
use uuid::Uuid;

/// An answer to whoever waits: said only after the write returned.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "@{line};");
    let _ = out.flush();
}

pub fn run() {
    let Ok(folder) = std::env::var("STORE_FOLDER") else { return };
    let folder = PathBuf::from(folder);
    let seed: u64 = std::env::var("STORE_SEED").unwrap().parse().unwrap();
    let mut random = Random(seed | 1);
    let cut = std::env::var("STORE_CUT").is_ok_and(|value| value == "yes");
    if cut {
        powercut::register();
        // From the first pages of the opening to some hundred transactions later, with checkpoints between.
        let scale = [30, 300, 3000][usize::try_from(random.below(3)).unwrap()];
        powercut::cut_after(1 + random.below(scale), random.next());
    }
    let options = Options { vfs: cut.then(|| powercut::NAME.to_owned()) };
    let key = DatabaseKey::from_bytes(KEY);
    let store = Arc::new(Store::open(&folder, &key, &options).unwrap());
    let workers = [random.next() | 1, random.next() | 1].map(|seed| {
        let (store, folder) = (Arc::clone(&store), folder.clone());
        std::thread::spawn(move || work(&store, &folder, Random(seed), cut))
    });
    for worker in workers {
        worker.join().unwrap();
    }
}

fn work(store: &Store, folder: &std::path::Path, mut random: Random, cut: bool) {
    let key = SigningKey::from_bytes(&[9; 32]).unwrap();
    let author = format!("A{}", random.next());
    for turn in 1_u64.. {
        let (case, command) = (CaseId(random.uuid()), CommandId(random.uuid()));
        let content = random.next();
        match random.below(5) {
            0 | 1 => {
                let signer = SigningKey::from_bytes(&key.to_bytes()).unwrap();
                let (seq, hash) = store
                    .write(Priority::Interactive, move |tx| append(tx, &signer, case, command, content))
                    .unwrap();
                say(&format!("event {seq} {hash} {command}"));
            }
            2 => {
                let row = DraftRow {
                    case: CaseId(Uuid::nil()),
                    section: "s".to_owned(),
                    author: author.clone(),
                    typed: turn.to_be_bytes().to_vec(),
                    saved: 0,
                };
                store.write(Priority::Interactive, move |tx| draft::put(tx, &row)).unwrap();
                say(&format!("draft {author} {turn}"));
            }
            3 => {
                let taken = store.write(Priority::Interactive, move |tx| take(tx, command)).unwrap();
                say(&format!("number {taken}"));
            }
            _ => {
                let size = usize::try_from(random.below(40_000)).unwrap();
                let bytes: Vec<u8> = (0..size).map(|at| (at as u64 ^ content) as u8).collect();
                let made = if cut {
                    blob_file::write_with(&CutFiles, folder, Some(case), &bytes, "image/png")
                } else {
                    blob_file::write(folder, Some(case), &bytes, "image/png")
                };
                let (reference, row) = made.unwrap();
                store.write(Priority::Background, move |tx| blob::put(tx, &row)).unwrap();
                say(&format!("blob {}", reference.id));
            }
        }
    }
}

/// Takes the next number; leases a block of ten when none is left.
fn take(tx: &store::Transaction<'_>, command: CommandId) -> store::Result<String> {
    let unit = domain::ids::UnitCode::try_from("999901001000").unwrap();
    let kind = NumberKind::Acceptance;
    let serial = match number::peek(tx, kind, unit.as_str(), 2026)? {
        Some(serial) => serial,
        None => {
            let used: u32 = tx.query_row("SELECT count(*) FROM number_used", [], |row| row.get(0))?;
            let block = NumberBlock {
                unit: unit.clone(),
                kind,
                year: 2026,
                terminal: domain::ids::TerminalId(Uuid::nil()),
                epoch: 1,
                first: used + 1,
                last: used + 10,
            };
            number::add_block(tx, &block)?;
            used + 1
        }
    };
    let printed = domain::number::format(kind, &unit, 2026, serial);
    number::take(tx, kind, unit.as_str(), 2026, serial, &printed, command)?;
    Ok(printed)
}

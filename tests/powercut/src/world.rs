//! What was written and is not yet durable, of the database and of the files beside it. A cut takes it back, tears
//! it or leaves it, as a disk without power may.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// A disk writes sectors of 512 bytes whole or not at all.
const SECTOR: usize = 512;

/// A change of a file's content.
pub enum Change {
    Write { offset: u64, before: Vec<u8>, length_before: u64, after: Vec<u8> },
    Truncate { cut_off: Vec<u8>, length_after: u64 },
}

#[derive(Default)]
pub struct World {
    changes: BTreeMap<PathBuf, Vec<Change>>,
    /// Files and folders whose names are not durable yet.
    new_names: BTreeSet<PathBuf>,
    operations: u64,
    cut_at: Option<u64>,
    random: u64,
}

static WORLD: LazyLock<Mutex<World>> = LazyLock::new(Mutex::default);

/// Everything that touches the disk holds this while it does: a cut stops all of it at one moment.
pub fn world() -> MutexGuard<'static, World> {
    WORLD.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub fn operations(&self) -> u64 {
        self.operations
    }

    pub fn cut_after(&mut self, operations: u64, seed: u64) {
        self.cut_at = Some(self.operations + operations);
        self.random = seed | 1;
    }

    /// Counts an operation; at the chosen one the power goes.
    pub fn step(&mut self) {
        self.operations += 1;
        if self.cut_at.is_some_and(|at| self.operations >= at) {
            self.cut();
        }
    }

    pub fn changed(&mut self, file: &Path, change: Change) {
        self.changes.entry(file.to_owned()).or_default().push(change);
    }

    pub fn synced(&mut self, file: &Path) {
        self.changes.remove(file);
    }

    pub fn named(&mut self, name: &Path) {
        self.new_names.insert(name.to_owned());
    }

    pub fn renamed(&mut self, from: &Path, to: &Path) {
        if let Some(changes) = self.changes.remove(from) {
            self.changes.insert(to.to_owned(), changes);
        }
        self.new_names.remove(from);
        self.new_names.insert(to.to_owned());
    }

    pub fn folder_synced(&mut self, folder: &Path) {
        self.new_names.retain(|name| name.parent() != Some(folder));
    }

    pub fn gone(&mut self, file: &Path) {
        self.changes.remove(file);
        self.new_names.remove(file);
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        self.random.wrapping_mul(0x2545_f491_4f6c_dd1d) % bound
    }

    /// Half of all cuts lose everything that was not durable, the others an arbitrary part.
    fn cut(&mut self) {
        let everything = self.below(2) == 0;
        for (path, changes) in std::mem::take(&mut self.changes) {
            let Ok(file) = OpenOptions::new().read(true).write(true).open(&path) else { continue };
            for change in changes.iter().rev() {
                take_back(&file, change);
            }
            for change in &changes {
                let fate = if everything { 0 } else { self.below(3) };
                match fate {
                    0 => {}
                    1 => do_again(&file, change, usize::MAX),
                    _ => {
                        let sectors = usize::try_from(self.below(8)).unwrap_or(0);
                        do_again(&file, change, sectors * SECTOR);
                    }
                }
            }
        }
        // Shorter paths first: a folder that is lost takes its files with it.
        for name in std::mem::take(&mut self.new_names) {
            if everything || self.below(2) == 0 {
                let _ = if name.is_dir() { fs::remove_dir_all(&name) } else { fs::remove_file(&name) };
            }
        }
        std::process::abort();
    }
}

fn take_back(file: &File, change: &Change) {
    match change {
        Change::Write { offset, before, length_before, .. } => {
            file.write_all_at(before, *offset).unwrap();
            if file.metadata().unwrap().len() > *length_before {
                file.set_len(*length_before).unwrap();
            }
        }
        Change::Truncate { cut_off, length_after } => file.write_all_at(cut_off, *length_after).unwrap(),
    }
}

fn do_again(file: &File, change: &Change, most: usize) {
    match change {
        Change::Write { offset, after, .. } => {
            file.write_all_at(&after[..after.len().min(most)], *offset).unwrap();
        }
        Change::Truncate { length_after, .. } => {
            if most == usize::MAX {
                file.set_len(*length_after).unwrap();
            }
        }
    }
}

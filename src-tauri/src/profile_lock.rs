//! One program per profile.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};

/// Name of the lock in the profile's folder.
const LOCK: &str = "window.lock";

/// Who has the profile.
#[derive(Debug)]
pub(crate) enum Holder {
    /// This program, until the lock is dropped.
    Us(ProfileLock),
    /// The process of this number; its window was called to the front.
    Other(String),
}

/// A held profile. The system gives it back when the program ends, however it ends.
#[derive(Debug)]
pub(crate) struct ProfileLock {
    _file: File,
}

impl ProfileLock {
    /// Takes the profile in `folder`.
    ///
    /// # Errors
    /// The lock file cannot be written.
    pub(crate) fn take(folder: &Path) -> anyhow::Result<Holder> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(folder.join(LOCK))
            .context("the profile's lock")?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {
                file.set_len(0)?;
                file.rewind()?;
                write!(file, "{}", std::process::id())?;
                Ok(Holder::Us(Self { _file: file }))
            }
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let mut process = String::new();
                file.read_to_string(&mut process)?;
                if let Some(process) = process.trim().parse().ok().and_then(Pid::from_raw) {
                    // Gone in the same moment: then there is nothing to bring to the front.
                    let _ = kill_process(process, Signal::USR2);
                }
                Ok(Holder::Other(process))
            }
            Err(error) => Err(error).context("the profile's lock"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_held_once_and_given_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let Holder::Us(first) = ProfileLock::take(folder.path()).expect("the lock") else {
            panic!("it was free")
        };
        // As a lock of another process that left no number behind: nobody is called.
        std::fs::write(folder.path().join(LOCK), "").expect("the lock file");
        assert!(matches!(ProfileLock::take(folder.path()), Ok(Holder::Other(_))));
        drop(first);
        assert!(matches!(ProfileLock::take(folder.path()), Ok(Holder::Us(_))));
        let number = std::fs::read_to_string(folder.path().join(LOCK)).expect("the lock file");
        assert_eq!(number, std::process::id().to_string());
    }
}

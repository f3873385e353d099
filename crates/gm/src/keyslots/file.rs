//! Reading and replacing the small file.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use crate::{GmError, Result};

/// More than a thousand slots; a larger file is not ours and is not taken into memory.
const MAX_BYTES: u64 = 1 << 20;

pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(GmError::KeySlotsDamaged("far too large"));
    }
    Ok(bytes)
}

/// Writes beside, makes it durable, then renames over: a power cut leaves one whole file.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let beside = name_beside(path)?;
    let written = write_durably(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    if let Err(error) = written {
        // The error is what counts; a leftover is overwritten by the next attempt.
        let _ = fs::remove_file(&beside);
        return Err(error.into());
    }
    sync_folder(path)?;
    Ok(())
}

fn name_beside(path: &Path) -> Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| std::io::Error::from(std::io::ErrorKind::InvalidInput))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(".new");
    Ok(path.with_file_name(beside))
}

fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the rename itself durable; without this a power cut may bring the old name back.
#[cfg(unix)]
fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Windows journals renames itself and does not open folders as files.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}

//! Encrypted files beside the database, named by the SM3 of their bytes.

use crate::error::doing;
use crate::table::blob::BlobRow;
use crate::{Result, StoreError};
use domain::event::BlobRef;
use domain::ids::{CaseId, ContentHash};
use gm::BlobKey;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

const FOLDER: &str = "blobs";
const UNFINISHED: &str = "part";

/// Where a file lies.
#[must_use]
pub fn path(folder: &Path, id: ContentHash) -> PathBuf {
    let hex = id.to_hex();
    folder.join(FOLDER).join(&hex[..2]).join(hex)
}

/// Encrypts content into a durable file. The returned row is put into the database afterwards: a row never names
/// a file that is not there, a file without row is swept.
///
/// # Errors
/// When the file cannot be written.
pub fn write(folder: &Path, case: Option<CaseId>, content: &[u8], media: &str) -> Result<(BlobRef, BlobRow)> {
    let (sealed, bytes) = gm::blob::encrypt(content)?;
    let id = ContentHash(sealed.id.0);
    write_sealed(folder, id, &bytes)?;
    let reference = BlobRef {
        id,
        content: ContentHash(sealed.plaintext_hash.0),
        length: content.len() as u64,
        media: media.to_owned(),
    };
    let row = BlobRow {
        id,
        case,
        content: reference.content,
        length: reference.length,
        media: media.to_owned(),
        key: sealed.key.expose().to_vec(),
        here: true,
        sent: false,
    };
    Ok((reference, row))
}

/// Writes ciphertext that came from the server; its hash must be its name.
///
/// # Errors
/// [`StoreError::BlobDamaged`] when it is not.
pub fn write_sealed(folder: &Path, id: ContentHash, bytes: &[u8]) -> Result<()> {
    if gm::sm3(bytes).0 != id.0 {
        return Err(StoreError::BlobDamaged);
    }
    let target = path(folder, id);
    if target.exists() {
        return Ok(());
    }
    let parent = target.parent().unwrap_or(folder);
    fs::create_dir_all(parent).map_err(doing("made"))?;
    let part = target.with_extension(UNFINISHED);
    let mut file = File::create(&part).map_err(doing("made"))?;
    file.write_all(bytes).map_err(doing("written"))?;
    file.sync_all().map_err(doing("made durable"))?;
    fs::rename(&part, &target).map_err(doing("renamed"))?;
    for folder in [parent, parent.parent().unwrap_or(folder)] {
        File::open(folder).and_then(|one| one.sync_all()).map_err(doing("made durable"))?;
    }
    Ok(())
}

/// The ciphertext.
///
/// # Errors
/// [`StoreError::BlobDamaged`] when it is gone or does not have its hash.
pub fn read_sealed(folder: &Path, id: ContentHash) -> Result<Vec<u8>> {
    let bytes = fs::read(path(folder, id)).map_err(|_| StoreError::BlobDamaged)?;
    if gm::sm3(&bytes).0 == id.0 { Ok(bytes) } else { Err(StoreError::BlobDamaged) }
}

/// The content.
///
/// # Errors
/// [`StoreError::BlobDamaged`] when it is gone or does not read with its key.
pub fn read(folder: &Path, row: &BlobRow) -> Result<Vec<u8>> {
    let bytes = read_sealed(folder, row.id)?;
    let key = BlobKey::from_slice(&row.key)?;
    Ok(gm::blob::decrypt(&key, &bytes)?.to_vec())
}

/// Takes away files that were not finished when the program ended.
pub(crate) fn sweep(folder: &Path) -> Result<()> {
    let Ok(groups) = fs::read_dir(folder.join(FOLDER)) else { return Ok(()) };
    for group in groups.flatten() {
        let Ok(files) = fs::read_dir(group.path()) else { continue };
        for file in files.flatten() {
            if file.path().extension().is_some_and(|end| end == UNFINISHED) {
                fs::remove_file(file.path()).map_err(doing("removed"))?;
            }
        }
    }
    Ok(())
}

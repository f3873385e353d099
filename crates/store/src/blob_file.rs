//! Encrypted files beside the database, named by the SM3 of their bytes.

use crate::error::doing;
use crate::table::blob::BlobRow;
use crate::{Result, StoreError};
use domain::event::BlobRef;
use domain::ids::{CaseId, ContentHash};
use gm::BlobKey;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// What a durable file is made with. The system's own does for the program; tests put one in between that loses
/// on demand what was not yet made durable.
pub trait FileLayer {
    /// Makes a folder and those above it. Its name is durable after the folder around it was.
    ///
    /// # Errors
    /// What the system says.
    fn make_folder(&self, folder: &Path) -> io::Result<()>;
    /// Writes a file, not durably.
    ///
    /// # Errors
    /// What the system says.
    fn write(&self, file: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Makes the content of a file durable.
    ///
    /// # Errors
    /// What the system says.
    fn sync_file(&self, file: &Path) -> io::Result<()>;
    /// Renames a file over another.
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes the names in a folder durable.
    ///
    /// # Errors
    /// What the system says.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// The operating system's files.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemFiles;

impl FileLayer for SystemFiles {
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)
    }

    fn write(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        File::create(file)?.write_all(bytes)
    }

    fn sync_file(&self, file: &Path) -> io::Result<()> {
        File::options().write(true).open(file)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }
}

/// What lies under every file of this process; the system's own unless a test put another there.
static LAYER: OnceLock<&'static (dyn FileLayer + Sync)> = OnceLock::new();

/// Puts a file layer under every file that this process writes from now on, for power-cut tests of a whole terminal.
/// Programs never call it. False when one lies there already; that one stays.
pub fn put_under_all(layer: &'static (dyn FileLayer + Sync)) -> bool {
    LAYER.set(layer).is_ok()
}

fn layer() -> &'static dyn FileLayer {
    match LAYER.get() {
        Some(layer) => *layer,
        None => &SystemFiles,
    }
}

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
    write_with(layer(), folder, case, content, media)
}

/// As [`write`], through another file layer.
///
/// # Errors
/// When the file cannot be written.
pub fn write_with(
    layer: &dyn FileLayer,
    folder: &Path,
    case: Option<CaseId>,
    content: &[u8],
    media: &str,
) -> Result<(BlobRef, BlobRow)> {
    let (sealed, bytes) = gm::blob::encrypt(content)?;
    let id = ContentHash(sealed.id.0);
    write_sealed_with(layer, folder, id, &bytes)?;
    crate::failpoint::pass("file-without-row");
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
    write_sealed_with(layer(), folder, id, bytes)
}

/// As [`write_sealed`], through another file layer.
///
/// # Errors
/// [`StoreError::BlobDamaged`] when the hash is not the name.
pub fn write_sealed_with(layer: &dyn FileLayer, folder: &Path, id: ContentHash, bytes: &[u8]) -> Result<()> {
    if gm::sm3(bytes).0 != id.0 {
        return Err(StoreError::BlobDamaged);
    }
    let target = path(folder, id);
    let group = target.parent().unwrap_or(folder);
    if !target.exists() {
        layer.make_folder(group).map_err(doing("made"))?;
        let part = target.with_extension(UNFINISHED);
        layer.write(&part, bytes).map_err(doing("written"))?;
        layer.sync_file(&part).map_err(doing("made durable"))?;
        crate::failpoint::pass("file-not-renamed");
        layer.rename(&part, &target).map_err(doing("renamed"))?;
    }
    if crate::planted("directory-fsync-removed") {
        return Ok(());
    }
    // Every name on the way down may be new; a file that was there may have come a moment ago from a program that
    // ended before this line.
    for folder in [group, &folder.join(FOLDER), folder] {
        layer.sync_folder(folder).map_err(doing("made durable"))?;
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

/// Takes away files that were not finished when the program ended, and finished ones that no row names.
pub(crate) fn sweep(folder: &Path, named: &HashSet<ContentHash>) -> Result<()> {
    let Ok(groups) = fs::read_dir(folder.join(FOLDER)) else { return Ok(()) };
    for group in groups.flatten() {
        let Ok(files) = fs::read_dir(group.path()) else { continue };
        for file in files.flatten() {
            let name = file.file_name();
            let unfinished = file.path().extension().is_some_and(|end| end == UNFINISHED);
            let nameless =
                name.to_str().and_then(ContentHash::from_hex).is_some_and(|id| !named.contains(&id));
            if unfinished || nameless {
                fs::remove_file(file.path()).map_err(doing("removed"))?;
            }
        }
    }
    Ok(())
}

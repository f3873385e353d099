//! Font files mapped into memory.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;

/// Bytes of a font file; clones share the mapping.
#[derive(Clone)]
pub struct FontBytes(Arc<Mmap>);

impl FontBytes {
    /// Maps a file.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        // SAFETY: the mapping is read-only and private. It would be unsound if the file were changed in place
        // while we read it; system fonts belong to root and a package upgrade replaces a file by renaming,
        // which leaves the mapped one as it was. Reading them to the heap instead would cost 200 MB.
        let map = unsafe { Mmap::map(&file)? };
        Ok(Self(Arc::new(map)))
    }
}

impl AsRef<[u8]> for FontBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

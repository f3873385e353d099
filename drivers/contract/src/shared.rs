//! The memory file that terminal and host share: documents in, pixels out.
//!
//! Read and written with `pread` and `pwrite` on a sealed memfd rather than mapped: one copy of a page
//! costs milliseconds, and a process on the other side can then neither move the ground under a slice nor
//! raise SIGBUS in the terminal.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;

use rustix::fs::{
    FallocateFlags, MemfdFlags, SealFlags, fallocate, fcntl_add_seals, ftruncate, memfd_create,
};

use crate::Region;

/// The terminal's end or the host's end of the shared memory.
#[derive(Debug)]
pub struct SharedArea {
    file: File,
}

impl SharedArea {
    /// The part for documents on their way to the host: 64 MiB, several times the largest print.
    pub const DOCUMENTS: Region = Region { offset: 0, length: 64 << 20 };
    /// The part for pixels on their way to the terminal: 256 MiB. An A3 page at 600 dpi in colour takes
    /// 209 MB. Only pages of memory in use count; the rest is address space.
    pub const PIXELS: Region = Region { offset: 64 << 20, length: 256 << 20 };

    /// Makes and seals the memory file: it can neither shrink nor grow any more.
    ///
    /// # Errors
    /// The system call's error.
    pub fn create() -> std::io::Result<Self> {
        let fd = memfd_create("device-pixels", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        ftruncate(&fd, Self::PIXELS.offset + Self::PIXELS.length)?;
        fcntl_add_seals(&fd, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
        Ok(Self { file: File::from(fd) })
    }

    /// The host's end: the file it inherited.
    ///
    /// # Errors
    /// Not a memory file of the right size.
    pub fn inherited(fd: OwnedFd) -> std::io::Result<Self> {
        let file = File::from(fd);
        let length = file.metadata()?.len();
        if length != Self::PIXELS.offset + Self::PIXELS.length {
            return Err(std::io::Error::other("the inherited file is not the shared memory"));
        }
        Ok(Self { file })
    }

    /// A second handle on the same memory, to be inherited by a child.
    ///
    /// # Errors
    /// The system call's error.
    pub fn duplicate(&self) -> std::io::Result<OwnedFd> {
        Ok(self.file.try_clone()?.into())
    }

    /// Writes at the start of a region.
    ///
    /// # Errors
    /// More bytes than the region holds; the system call's error.
    pub fn write(&self, region: Region, bytes: &[u8]) -> std::io::Result<()> {
        if bytes.len() as u64 > region.length {
            return Err(std::io::Error::other("more bytes than the region holds"));
        }
        self.file.write_all_at(bytes, region.offset)
    }

    /// Copies a region out.
    ///
    /// # Errors
    /// A region outside the file; the system call's error.
    pub fn read(&self, region: Region) -> std::io::Result<Vec<u8>> {
        let inside = |part: Region| {
            region.offset >= part.offset
                && region
                    .offset
                    .checked_add(region.length)
                    .is_some_and(|end| end <= part.offset + part.length)
        };
        if !inside(Self::DOCUMENTS) && !inside(Self::PIXELS) {
            return Err(std::io::Error::other("region outside the shared memory"));
        }
        let length = usize::try_from(region.length).map_err(std::io::Error::other)?;
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, region.offset)?;
        Ok(bytes)
    }

    /// Gives a region's memory back to the system, which also wipes it: what was scanned or printed does
    /// not stay.
    ///
    /// # Errors
    /// The system call's error.
    pub fn wipe(&self, region: Region) -> std::io::Result<()> {
        if region.length > 0 {
            fallocate(
                &self.file,
                FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE,
                region.offset,
                region.length,
            )?;
        }
        Ok(())
    }
}

/// Who has which piece of one part of the shared memory.
#[derive(Debug)]
pub struct RegionBook {
    part: Region,
    taken: Vec<Region>,
}

impl RegionBook {
    /// An empty book for a part.
    #[must_use]
    pub const fn new(part: Region) -> Self {
        Self { part, taken: Vec::new() }
    }

    /// The first free place of that length; `None` while there is none.
    pub fn take(&mut self, length: u64) -> Option<Region> {
        // Whole pages, so that wiping one region leaves its neighbours alone.
        const PAGE: u64 = 4096;
        let room = length.max(1).div_ceil(PAGE) * PAGE;
        let mut offset = self.part.offset;
        let mut place = self.taken.len();
        for (index, region) in self.taken.iter().enumerate() {
            if region.offset - offset >= room {
                place = index;
                break;
            }
            offset = region.offset + region.length.max(1).div_ceil(PAGE) * PAGE;
        }
        if offset + room > self.part.offset + self.part.length {
            return None;
        }
        let region = Region { offset, length };
        self.taken.insert(place, region);
        Some(region)
    }

    /// Whether a region of that length could ever be taken.
    #[must_use]
    pub const fn could_hold(&self, length: u64) -> bool {
        length <= self.part.length
    }

    /// Whether somebody has the region.
    #[must_use]
    pub fn has(&self, region: Region) -> bool {
        self.taken.contains(&region)
    }

    /// Gives a region back; `false` if it was not taken.
    pub fn give_back(&mut self, region: Region) -> bool {
        let before = self.taken.len();
        self.taken.retain(|taken| *taken != region);
        self.taken.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_end_writes_the_other_reads_until_wiped() {
        let terminal = SharedArea::create().unwrap();
        let host = SharedArea::inherited(terminal.duplicate().unwrap()).unwrap();
        let region = Region { offset: SharedArea::PIXELS.offset, length: 5 };
        host.write(region, b"pixel").unwrap();
        assert_eq!(terminal.read(region).unwrap(), b"pixel");
        terminal.wipe(region).unwrap();
        assert_eq!(host.read(region).unwrap(), [0; 5]);
    }

    #[test]
    fn the_size_is_sealed() {
        let area = SharedArea::create().unwrap();
        assert!(area.file.set_len(10).is_err());
        assert!(area.file.set_len(1 << 40).is_err());
        let beyond = Region { offset: SharedArea::PIXELS.offset + SharedArea::PIXELS.length - 1, length: 2 };
        assert!(area.read(beyond).is_err());
        assert!(area.read(Region { offset: u64::MAX, length: 2 }).is_err());
    }

    #[test]
    fn regions_never_overlap_and_come_back() {
        let mut book = RegionBook::new(Region { offset: 4096, length: 4096 * 4 });
        let first = book.take(5000).unwrap();
        let second = book.take(4096).unwrap();
        assert_eq!((first.offset, second.offset), (4096, 4096 * 3));
        assert!(book.take(4097).is_none());
        assert!(book.give_back(first));
        assert!(!book.give_back(first));
        assert_eq!(book.take(8192).unwrap().offset, 4096);
        assert!(book.could_hold(4096 * 4) && !book.could_hold(4096 * 4 + 1));
    }
}

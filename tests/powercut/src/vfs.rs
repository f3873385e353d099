//! A SQLite VFS over the system's that notes what is written and not yet synced.
//!
//! The only unsafe code of these tests: SQLite's interface is C. Every function below is called by SQLite with
//! pointers that its documentation promises (sqlite.org/c3ref/vfs.html, sqlite.org/c3ref/io_methods.html).

#![allow(unsafe_code)]

use crate::world::{Change, world};
use rusqlite::ffi;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::ptr;

/// Name of the VFS.
pub const NAME: &str = "powercut";
const C_NAME: &CStr = c"powercut";

/// A file: SQLite's part, then ours, then behind it in the same memory the system VFS's own file.
#[repr(C)]
struct CutFile {
    base: ffi::sqlite3_file,
    real: *mut ffi::sqlite3_file,
    /// None for temporary files without name.
    path: *mut PathBuf,
}

/// Makes the VFS known by its name. Databases that ask for no VFS get the system's.
pub fn register() {
    register_with(false);
}

/// Puts the VFS under every database of this process that is opened from now on.
pub fn register_as_default() {
    register_with(true);
}

fn register_with(default: bool) {
    // SAFETY: the system VFS lives as long as the process; the copy is leaked, as a registered VFS must be.
    unsafe {
        let system = ffi::sqlite3_vfs_find(ptr::null());
        assert!(!system.is_null());
        let mut vfs = *system;
        vfs.zName = C_NAME.as_ptr();
        vfs.pNext = ptr::null_mut();
        let own = c_int::try_from(size_of::<CutFile>()).unwrap();
        vfs.szOsFile = own + (*system).szOsFile;
        vfs.pAppData = system.cast::<c_void>();
        vfs.xOpen = Some(open);
        vfs.xDelete = Some(delete);
        vfs.xAccess = Some(access);
        vfs.xFullPathname = Some(full_path);
        let vfs = Box::leak(Box::new(vfs));
        assert_eq!(ffi::sqlite3_vfs_register(vfs, c_int::from(default)), ffi::SQLITE_OK);
    }
}

/// SAFETY: `vfs` is ours, whose `pAppData` is the system VFS.
unsafe fn system(vfs: *mut ffi::sqlite3_vfs) -> *mut ffi::sqlite3_vfs {
    unsafe { (*vfs).pAppData.cast() }
}

/// SAFETY: `name` is null or a string of SQLite.
unsafe fn path_of(name: *const c_char) -> Option<PathBuf> {
    if name.is_null() {
        return None;
    }
    let bytes = unsafe { CStr::from_ptr(name) }.to_bytes();
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let mut world = world();
    // SAFETY: SQLite gives `szOsFile` bytes at `file`: ours first, the system's behind.
    unsafe {
        let own = file.cast::<CutFile>();
        let real = own.add(1).cast::<ffi::sqlite3_file>();
        let path = path_of(name);
        let existed = path.as_ref().is_none_or(|path| path.exists());
        (*own).base.pMethods = ptr::null();
        (*own).real = real;
        (*own).path = ptr::null_mut();
        let system = system(vfs);
        let result = ((*system).xOpen.unwrap())(system, name, real, flags, out);
        if result == ffi::SQLITE_OK {
            (*own).base.pMethods = &raw const METHODS;
            if let Some(path) = path {
                if !existed && path.exists() {
                    world.named(&path);
                }
                (*own).path = Box::into_raw(Box::new(path));
            }
        }
        result
    }
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    let mut world = world();
    world.step();
    // SAFETY: as SQLite promises.
    unsafe {
        let system = system(vfs);
        let result = ((*system).xDelete.unwrap())(system, name, sync);
        if let Some(path) = path_of(name) {
            world.gone(&path);
        }
        result
    }
}

unsafe extern "C" fn access(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: passed on.
    unsafe { ((*system(vfs)).xAccess.unwrap())(system(vfs), name, flags, out) }
}

unsafe extern "C" fn full_path(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    length: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: passed on.
    unsafe { ((*system(vfs)).xFullPathname.unwrap())(system(vfs), name, length, out) }
}

/// SAFETY: `file` is one that [`open`] filled.
unsafe fn parts<'a>(file: *mut ffi::sqlite3_file) -> (*mut ffi::sqlite3_file, &'a ffi::sqlite3_io_methods) {
    unsafe {
        let real = (*file.cast::<CutFile>()).real;
        (real, &*(*real).pMethods)
    }
}

/// SAFETY: as [`parts`].
unsafe fn name<'a>(file: *mut ffi::sqlite3_file) -> Option<&'a PathBuf> {
    unsafe { (*file.cast::<CutFile>()).path.as_ref() }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let _world = world();
    // SAFETY: SQLite closes a file once.
    unsafe {
        let (real, methods) = parts(file);
        let result = (methods.xClose.unwrap())(real);
        let path = (*file.cast::<CutFile>()).path;
        if !path.is_null() {
            drop(Box::from_raw(path));
            (*file.cast::<CutFile>()).path = ptr::null_mut();
        }
        result
    }
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, amount: c_int, at: i64) -> c_int {
    // SAFETY: passed on.
    unsafe {
        let (real, methods) = parts(file);
        (methods.xRead.unwrap())(real, to, amount, at)
    }
}

/// SAFETY: as [`parts`].
unsafe fn length_of(file: *mut ffi::sqlite3_file) -> i64 {
    let mut length = 0;
    unsafe {
        let (real, methods) = parts(file);
        assert_eq!((methods.xFileSize.unwrap())(real, &raw mut length), ffi::SQLITE_OK);
    }
    length
}

/// What stands in a file now. SAFETY: as [`parts`].
unsafe fn content(file: *mut ffi::sqlite3_file, at: i64, amount: i64) -> Vec<u8> {
    let there = (unsafe { length_of(file) } - at).clamp(0, amount);
    let mut bytes = vec![0_u8; usize::try_from(there).unwrap()];
    if there > 0 {
        let count = c_int::try_from(there).unwrap();
        let result = unsafe { read(file, bytes.as_mut_ptr().cast(), count, at) };
        assert_eq!(result, ffi::SQLITE_OK);
    }
    bytes
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    amount: c_int,
    at: i64,
) -> c_int {
    let mut world = world();
    world.step();
    // SAFETY: SQLite gives `amount` bytes at `from`.
    unsafe {
        if let Some(path) = name(file) {
            let change = Change::Write {
                offset: u64::try_from(at).unwrap(),
                before: content(file, at, i64::from(amount)),
                length_before: u64::try_from(length_of(file)).unwrap(),
                after: std::slice::from_raw_parts(from.cast(), usize::try_from(amount).unwrap()).to_vec(),
            };
            world.changed(path, change);
        }
        let (real, methods) = parts(file);
        (methods.xWrite.unwrap())(real, from, amount, at)
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    let mut world = world();
    world.step();
    // SAFETY: passed on.
    unsafe {
        if let Some(path) = name(file) {
            let cut_off = content(file, length, i64::MAX);
            if !cut_off.is_empty() {
                let length_after = u64::try_from(length).unwrap();
                world.changed(path, Change::Truncate { cut_off, length_after });
            }
        }
        let (real, methods) = parts(file);
        (methods.xTruncate.unwrap())(real, length)
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    let mut world = world();
    world.step();
    // SAFETY: as `parts`. The disk is not bothered: what is durable is this world's to say.
    unsafe {
        if let Some(path) = name(file) {
            world.synced(path);
            // The system VFS makes the name of a new log durable with its first sync (os_unix.c, DIRSYNC).
            if let Some(folder) = path.parent() {
                world.folder_synced(folder);
            }
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn size(file: *mut ffi::sqlite3_file, out: *mut i64) -> c_int {
    // SAFETY: passed on.
    unsafe {
        let (real, methods) = parts(file);
        (methods.xFileSize.unwrap())(real, out)
    }
}

macro_rules! passed_on {
    ($($name:ident = $method:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {$(
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $argument: $kind)*) -> $answer {
            // SAFETY: passed on.
            unsafe {
                let (real, methods) = parts(file);
                (methods.$method.unwrap())(real $(, $argument)*)
            }
        }
    )*};
}

passed_on! {
    lock = xLock(level: c_int) -> c_int;
    unlock = xUnlock(level: c_int) -> c_int;
    check_lock = xCheckReservedLock(out: *mut c_int) -> c_int;
    control = xFileControl(op: c_int, argument: *mut c_void) -> c_int;
    sector = xSectorSize() -> c_int;
    characteristics = xDeviceCharacteristics() -> c_int;
    shm_map = xShmMap(page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int;
    shm_lock = xShmLock(offset: c_int, count: c_int, flags: c_int) -> c_int;
    shm_barrier = xShmBarrier() -> ();
    shm_unmap = xShmUnmap(delete: c_int) -> c_int;
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    // Version 2: no memory-mapped reads past this layer.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_lock),
    xFileControl: Some(control),
    xSectorSize: Some(sector),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

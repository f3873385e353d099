//! The two things rusqlite does not offer: the file behind a connection, and a key that is no SQL text.
#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};
use std::ptr;

use rusqlite::{Connection, ffi};

use crate::{GmError, Result};

/// The first 16 bytes of the main database file, read through the connection's own VFS.
///
/// A file that is shorter, or no file at all, reads as zeros: SQLite itself decides whether a journal restores
/// it. Nothing is locked or written.
pub(super) fn read(connection: &Connection) -> Result<[u8; 16]> {
    let mut head = [0_u8; 16];
    let mut file: *mut ffi::sqlite3_file = ptr::null_mut();
    // SAFETY: the handle is live for as long as `connection` is borrowed; the call stores a pointer to the
    // pager's file object, whose methods are called only if they are there and before anything can close it.
    let rc = unsafe {
        let rc = ffi::sqlite3_file_control(
            connection.handle(),
            c"main".as_ptr(),
            ffi::SQLITE_FCNTL_FILE_POINTER,
            (&raw mut file).cast::<c_void>(),
        );
        if rc != ffi::SQLITE_OK || file.is_null() {
            return Err(GmError::NotADatabase);
        }
        let Some(methods) = (*file).pMethods.as_ref() else {
            // A database in memory has no file.
            return Ok(head);
        };
        let (Some(size_of), Some(read)) = (methods.xFileSize, methods.xRead) else {
            return Err(GmError::NotADatabase);
        };
        let mut size: ffi::sqlite3_int64 = 0;
        let rc = size_of(file, &raw mut size);
        if rc != ffi::SQLITE_OK {
            return Err(sqlite_error(rc));
        }
        if size < 16 {
            return Ok(head);
        }
        read(file, head.as_mut_ptr().cast::<c_void>(), 16, 0)
    };
    if rc == ffi::SQLITE_OK { Ok(head) } else { Err(sqlite_error(rc)) }
}

/// Hands the key to SQLCipher without it becoming part of an SQL statement.
pub(super) fn set_key(connection: &Connection, specification: &[u8]) -> Result<()> {
    let length = c_int::try_from(specification.len()).map_err(|_| GmError::Provider)?;
    // SAFETY: SQLCipher copies `length` bytes from the slice before it returns; the handle is live.
    let rc = unsafe {
        ffi::sqlite3_key_v2(
            connection.handle(),
            c"main".as_ptr(),
            specification.as_ptr().cast::<c_void>(),
            length,
        )
    };
    if rc == ffi::SQLITE_OK { Ok(()) } else { Err(sqlite_error(rc)) }
}

fn sqlite_error(rc: c_int) -> GmError {
    GmError::Sqlite(rusqlite::Error::SqliteFailure(ffi::Error::new(rc), None))
}

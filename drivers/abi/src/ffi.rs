//! The C interface as Rust sees it, and the loading of a library.
//!
//! With `call.rs` the only files of this crate with `unsafe`.
#![allow(unsafe_code)]

use std::ffi::{c_char, c_void};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::str::FromStr;

use driver_contract::DeviceClass;

use crate::error::LibraryError;

/// `WTD_ABI`.
pub(crate) const ABI: u32 = 1;
/// `WTD_OK`.
pub(crate) const OK: i32 = 0;
/// `WTD_END`.
pub(crate) const END: i32 = 1;

/// Longest text that is taken from a library: the longest message between host and terminal.
pub(crate) const LONGEST_TEXT: usize = driver_contract::wire::LONGEST_FRAME as usize;

#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Text {
    pub(crate) bytes: *const c_char,
    pub(crate) length: usize,
}

impl Text {
    pub(crate) const fn of(text: &str) -> Self {
        Self { bytes: text.as_ptr().cast(), length: text.len() }
    }

    /// Copies the text; `None` if it is too long, null or no UTF-8.
    ///
    /// # Safety
    /// `bytes` is null or points at `length` readable bytes. A library that lies here ends its own process.
    pub(crate) unsafe fn copy(self) -> Option<String> {
        if self.bytes.is_null() || self.length > LONGEST_TEXT {
            return None;
        }
        // SAFETY: as the caller promises.
        let bytes = unsafe { std::slice::from_raw_parts(self.bytes.cast::<u8>(), self.length) };
        String::from_utf8(bytes.to_vec()).ok()
    }
}

#[repr(C)]
pub(crate) struct RawPage {
    pub(crate) number: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) stride: u32,
    pub(crate) dpi: u32,
    pub(crate) format: u32,
}

#[repr(C)]
pub(crate) struct RawHost {
    pub(crate) size: u32,
    pub(crate) this: *mut c_void,
    pub(crate) answer: extern "C" fn(*mut c_void, Text),
    pub(crate) cancelled: extern "C" fn(*mut c_void) -> i32,
    pub(crate) told: extern "C" fn(*mut c_void) -> i32,
    pub(crate) event: extern "C" fn(*mut c_void, Text),
    pub(crate) page: extern "C" fn(*mut c_void, *const RawPage, *const u8, usize) -> i32,
    pub(crate) picture: extern "C" fn(*mut c_void, Text, u32, u32, *const u8, usize) -> i32,
    pub(crate) document: extern "C" fn(*mut c_void, u64, *mut u8, usize) -> usize,
}

type ListFn = unsafe extern "C" fn(*const RawHost, Text) -> i32;
type OpenFn = unsafe extern "C" fn(*const RawHost, Text, Text, *mut *mut c_void) -> i32;
type RunFn = unsafe extern "C" fn(*const RawHost, *mut c_void, Text) -> i32;
type CloseFn = unsafe extern "C" fn(*mut c_void);

#[repr(C)]
struct RawDriver {
    abi: u32,
    size: u32,
    name: *const c_char,
    device_class: *const c_char,
    list: Option<ListFn>,
    open: Option<OpenFn>,
    run: Option<RunFn>,
    close: Option<CloseFn>,
}

/// A loaded library. It is never unloaded: its threads may run on.
#[derive(Debug, Clone)]
pub(crate) struct Driver {
    pub(crate) name: String,
    pub(crate) class: DeviceClass,
    list: ListFn,
    open: OpenFn,
    run: RunFn,
    close: CloseFn,
}

impl Driver {
    /// Loads a library whose file nobody but its owner, root or this account, may change.
    pub(crate) fn load(path: &Path) -> Result<Self, LibraryError> {
        let found = std::fs::metadata(path).map_err(|_| LibraryError::Untrusted)?;
        let ours = [0, std::fs::metadata("/proc/self").map_or(0, |own| own.uid())];
        // 022: the rights of group and others to write.
        if !found.is_file() || found.mode() & 0o022 != 0 || !ours.contains(&found.uid()) {
            return Err(LibraryError::Untrusted);
        }
        // SAFETY: runs the library's initialisers; what they do is confined to this process, which serves this
        // library alone.
        let library = unsafe { libloading::Library::new(path) }
            .map_err(|error| LibraryError::Loader(error.to_string()))?;
        let library = std::mem::ManuallyDrop::new(library);
        type Entry = unsafe extern "C" fn() -> *const RawDriver;
        // SAFETY: the symbol's type is that of the header.
        let entry = unsafe { library.get::<Entry>(b"window_terminal_driver_v1\0") };
        let entry = entry.map_err(|_| LibraryError::Interface)?;
        // SAFETY: the header's promise: a struct that lives as long as the library.
        let raw = unsafe { entry().as_ref() }.ok_or(LibraryError::Interface)?;
        if raw.abi != ABI || (raw.size as usize) < size_of::<RawDriver>() {
            return Err(LibraryError::Interface);
        }
        let (Some(list), Some(open), Some(run), Some(close)) = (raw.list, raw.open, raw.run, raw.close)
        else {
            return Err(LibraryError::Interface);
        };
        let name = name_of(raw.name).ok_or(LibraryError::Name)?;
        let class = name_of(raw.device_class).ok_or(LibraryError::Name)?;
        // Device classes are written with _, names with -.
        if name.contains('_') {
            return Err(LibraryError::Name);
        }
        let class = DeviceClass::from_str(&class).map_err(|_| LibraryError::Name)?;
        Ok(Self { name, class, list, open, run, close })
    }

    pub(crate) fn list(&self, host: &RawHost, configured: &str) -> i32 {
        // SAFETY: the header's contract; `host` and the text live until the call is over.
        unsafe { (self.list)(host, Text::of(configured)) }
    }

    pub(crate) fn open(&self, host: &RawHost, local: &str, configured: &str) -> (i32, Handle) {
        let mut handle = std::ptr::null_mut();
        // SAFETY: as above; `handle` is a place for one pointer.
        let code = unsafe { (self.open)(host, Text::of(local), Text::of(configured), &raw mut handle) };
        (code, Handle(handle))
    }

    pub(crate) fn run(&self, host: &RawHost, handle: &Handle, task: &str) -> i32 {
        // SAFETY: as above; the handle is the library's own and not closed.
        unsafe { (self.run)(host, handle.0, Text::of(task)) }
    }

    pub(crate) fn close(&self, handle: &Handle) {
        // SAFETY: called once for each handle that `open` gave.
        unsafe { (self.close)(handle.0) }
    }
}

/// The library's own word for an open device.
#[derive(Debug)]
pub(crate) struct Handle(*mut c_void);

impl Handle {
    pub(crate) fn is_null(&self) -> bool {
        self.0.is_null()
    }
}

// SAFETY: the interface promises that calls for one device may come from any thread, one after the other.
unsafe impl Send for Handle {}

/// Longest name of a driver or class, in bytes.
const LONGEST_NAME: usize = 64;

/// Letters, digits, `-` and `_`, as names and classes have. No byte is looked at behind one that is none of them, or
/// behind the longest name: the zero byte that should end it may be missing.
fn name_of(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    let mut name = String::new();
    for place in 0..=LONGEST_NAME {
        // SAFETY: the header's promise: ended by a zero byte, which none of the bytes before was.
        match unsafe { *text.cast::<u8>().add(place) } {
            0 => return (!name.is_empty()).then_some(name),
            byte if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' => name.push(byte.into()),
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_does_not_end_is_none() {
        let name = |bytes: &[u8]| name_of(bytes.as_ptr().cast());
        assert_eq!(name(b"acme-s20\0"), Some("acme-s20".to_owned()));
        let mut longest = [b'a'; LONGEST_NAME + 1];
        assert_eq!(name(&longest), None, "nothing behind it is looked at");
        longest[LONGEST_NAME] = 0;
        assert_eq!(name(&longest).map(|name| name.len()), Some(LONGEST_NAME));
        assert_eq!(
            [name(b"\0"), name(b"acme s20\0"), name(b"\xff"), name_of(std::ptr::null())],
            [None, None, None, None]
        );
    }
}

//! The SM4 provider for SQLCipher: the C interface and its registration.
#![allow(unsafe_code)]

use std::ffi::{c_char, c_int, c_uchar, c_void};
use std::mem::size_of;
use std::sync::Mutex;
use std::{ptr, slice};

use cbc::cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use rusqlite::{Connection, ffi};
use sm4::Sm4;

use crate::digest::{hmac_parts, pbkdf2_into};
use crate::{GmError, Result, random};

/// What `PRAGMA cipher_provider` answers on a connection that uses SM4 pages.
pub const PROVIDER_NAME: &str = "window-sm4";

/// The SQLCipher release whose provider interface this module was written against. Another release may have
/// another structure, so registration refuses it.
pub const SQLCIPHER_RELEASE: &str = "4.19.";

const KEY_BYTES: usize = 16;
const BLOCK_BYTES: usize = 16;
const HMAC_BYTES: usize = 32;

/// `struct sqlcipher_provider` of SQLCipher 4.19 (src/sqlcipher.h), field by field.
#[repr(C)]
struct Provider {
    init: Option<unsafe extern "C" fn() -> c_int>,
    shutdown: Option<unsafe extern "C" fn()>,
    get_provider_name: unsafe extern "C" fn(*mut c_void) -> *const c_char,
    add_random: unsafe extern "C" fn(*mut c_void, *const c_void, c_int) -> c_int,
    random: unsafe extern "C" fn(*mut c_void, *mut c_void, c_int) -> c_int,
    hmac: unsafe extern "C" fn(
        *mut c_void,
        c_int,
        *const c_uchar,
        c_int,
        *const c_uchar,
        c_int,
        *const c_uchar,
        c_int,
        *mut c_uchar,
    ) -> c_int,
    kdf: unsafe extern "C" fn(
        *mut c_void,
        c_int,
        *const c_uchar,
        c_int,
        *const c_uchar,
        c_int,
        c_int,
        c_int,
        *mut c_uchar,
    ) -> c_int,
    cipher: unsafe extern "C" fn(
        *mut c_void,
        c_int,
        *const c_uchar,
        c_int,
        *const c_uchar,
        *const c_uchar,
        c_int,
        *mut c_uchar,
    ) -> c_int,
    get_cipher: unsafe extern "C" fn(*mut c_void) -> *const c_char,
    get_key_sz: unsafe extern "C" fn(*mut c_void) -> c_int,
    get_iv_sz: unsafe extern "C" fn(*mut c_void) -> c_int,
    get_block_sz: unsafe extern "C" fn(*mut c_void) -> c_int,
    get_hmac_sz: unsafe extern "C" fn(*mut c_void, c_int) -> c_int,
    ctx_init: unsafe extern "C" fn(*mut *mut c_void) -> c_int,
    ctx_free: unsafe extern "C" fn(*mut *mut c_void) -> c_int,
    fips_status: unsafe extern "C" fn(*mut c_void) -> c_int,
    get_provider_version: unsafe extern "C" fn(*mut c_void) -> *const c_char,
    next: *mut Provider,
}

// SAFETY: exported by the SQLCipher amalgamation that rusqlite bundles; signatures as in its header.
unsafe extern "C" {
    fn sqlcipher_malloc(size: u64) -> *mut c_void;
    fn sqlcipher_free(memory: *mut c_void, size: u64);
    fn sqlcipher_register_provider(provider: *mut Provider) -> c_int;
}

/// Makes SM4 the page cipher of every database keyed from now on. Called by every open; once is enough.
///
/// Also silences SQLCipher's own log, which otherwise goes to stderr.
///
/// # Errors
/// [`GmError::SqlcipherRelease`] when another SQLCipher was linked, [`GmError::Provider`] when it refuses.
pub fn register_provider() -> Result<()> {
    static REGISTERED: Mutex<bool> = Mutex::new(false);
    // The flag is set last, so a panic cannot have left it wrong.
    let mut registered = REGISTERED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if *registered {
        return Ok(());
    }
    // Opening anything initialises the library, which a provider needs.
    let library = Connection::open_in_memory()?;
    let release: String = library
        .query_row("PRAGMA cipher_version", [], |row| row.get(0))
        .map_err(|_| GmError::SqlcipherRelease)?;
    if !release.starts_with(SQLCIPHER_RELEASE) {
        return Err(GmError::SqlcipherRelease);
    }
    // "off" is the only word for silence; any other would be taken for a file name.
    library.query_row("PRAGMA cipher_log = off", [], |_| Ok(()))?;
    hand_over()?;
    *registered = true;
    Ok(())
}

fn hand_over() -> Result<()> {
    let size = size_of::<Provider>() as u64;
    // SAFETY: SQLCipher frees the structure itself at exit, hence its own allocator, which aligns to 8 bytes as
    // pointers need. It is fully written before it is handed over, and only freed here if it was refused.
    unsafe {
        let memory = sqlcipher_malloc(size).cast::<Provider>();
        if memory.is_null() || !memory.is_aligned() {
            return Err(GmError::Provider);
        }
        memory.write(PROVIDER);
        if sqlcipher_register_provider(memory) != ffi::SQLITE_OK {
            sqlcipher_free(memory.cast::<c_void>(), size);
            return Err(GmError::Provider);
        }
    }
    Ok(())
}

const PROVIDER: Provider = Provider {
    init: None,
    shutdown: None,
    get_provider_name,
    add_random,
    random: fill_random,
    hmac,
    kdf,
    cipher,
    get_cipher,
    get_key_sz,
    get_iv_sz,
    get_block_sz,
    get_hmac_sz,
    ctx_init,
    ctx_free,
    fips_status,
    get_provider_version,
    next: ptr::null_mut(),
};

unsafe extern "C" fn get_provider_name(_: *mut c_void) -> *const c_char {
    c"window-sm4".as_ptr()
}

unsafe extern "C" fn get_provider_version(_: *mut c_void) -> *const c_char {
    c"1".as_ptr()
}

unsafe extern "C" fn get_cipher(_: *mut c_void) -> *const c_char {
    c"sm4-cbc".as_ptr()
}

unsafe extern "C" fn get_key_sz(_: *mut c_void) -> c_int {
    KEY_BYTES as c_int
}

unsafe extern "C" fn get_iv_sz(_: *mut c_void) -> c_int {
    BLOCK_BYTES as c_int
}

unsafe extern "C" fn get_block_sz(_: *mut c_void) -> c_int {
    BLOCK_BYTES as c_int
}

// Every algorithm label means SM3 here.
unsafe extern "C" fn get_hmac_sz(_: *mut c_void, _algorithm: c_int) -> c_int {
    HMAC_BYTES as c_int
}

// The functions keep no state between calls.
unsafe extern "C" fn ctx_init(context: *mut *mut c_void) -> c_int {
    if !context.is_null() {
        // SAFETY: SQLCipher passes the address of its context pointer.
        unsafe { context.write(ptr::null_mut()) };
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn ctx_free(context: *mut *mut c_void) -> c_int {
    // SAFETY: as above.
    unsafe { ctx_init(context) }
}

unsafe extern "C" fn fips_status(_: *mut c_void) -> c_int {
    0
}

// The operating system's source needs nothing added.
unsafe extern "C" fn add_random(_: *mut c_void, _: *const c_void, _: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn fill_random(_: *mut c_void, buffer: *mut c_void, length: c_int) -> c_int {
    // SAFETY: SQLCipher passes a buffer of `length` bytes that it owns.
    let buffer = unsafe { bytes_mut(buffer.cast(), length) };
    answer(&buffer.map(random::fill))
}

unsafe extern "C" fn hmac(
    _: *mut c_void,
    _algorithm: c_int,
    key: *const c_uchar,
    key_length: c_int,
    first: *const c_uchar,
    first_length: c_int,
    second: *const c_uchar,
    second_length: c_int,
    out: *mut c_uchar,
) -> c_int {
    // SAFETY: each pointer comes with its length from SQLCipher (null with zero for an absent part); `out` has
    // room for what get_hmac_sz announces and overlaps none of the inputs.
    let parts = unsafe {
        (|| {
            Some((
                bytes(key, key_length)?,
                bytes(first, first_length)?,
                bytes(second, second_length)?,
                bytes_mut(out, HMAC_BYTES as c_int)?,
            ))
        })()
    };
    answer(&parts.map(|(key, first, second, out)| {
        out.copy_from_slice(&hmac_parts(key, &[first, second])?.0);
        Ok(())
    }))
}

unsafe extern "C" fn kdf(
    _: *mut c_void,
    _algorithm: c_int,
    password: *const c_uchar,
    password_length: c_int,
    salt: *const c_uchar,
    salt_length: c_int,
    iterations: c_int,
    key_length: c_int,
    key: *mut c_uchar,
) -> c_int {
    // SAFETY: each pointer comes with its length from SQLCipher; `key` overlaps none of the inputs (SQLCipher
    // derives the page key and the HMAC key into separate allocations).
    let parts = unsafe {
        (|| Some((bytes(password, password_length)?, bytes(salt, salt_length)?, bytes_mut(key, key_length)?)))(
        )
    };
    let iterations = u32::try_from(iterations).ok().filter(|count| *count > 0);
    answer(
        &parts
            .zip(iterations)
            .map(|((password, salt, key), iterations)| pbkdf2_into(password, salt, iterations, key)),
    )
}

unsafe extern "C" fn cipher(
    _: *mut c_void,
    mode: c_int,
    key: *const c_uchar,
    key_length: c_int,
    iv: *const c_uchar,
    input: *const c_uchar,
    length: c_int,
    out: *mut c_uchar,
) -> c_int {
    // SAFETY: SQLCipher passes `length` bytes of input, as much room for output, and an IV of the announced 16
    // bytes. Input and output may be one buffer, so the bytes are moved before any slice over them exists.
    let parts = unsafe {
        let key: Option<&[u8; KEY_BYTES]> = bytes(key, key_length).and_then(|key| key.try_into().ok());
        let iv: Option<[u8; BLOCK_BYTES]> = bytes(iv, BLOCK_BYTES as c_int).and_then(|iv| iv.try_into().ok());
        if let (false, Ok(count)) = (input.is_null() || out.is_null(), usize::try_from(length)) {
            ptr::copy(input, out, count);
            key.zip(iv).zip(bytes_mut(out, length))
        } else {
            None
        }
    };
    let Some(((key, iv), page)) = parts else { return ffi::SQLITE_ERROR };
    let (blocks, rest) = Array::slice_as_chunks_mut(page);
    if !rest.is_empty() {
        return ffi::SQLITE_ERROR;
    }
    // SQLCIPHER_DECRYPT is 0, SQLCIPHER_ENCRYPT is 1.
    match mode {
        0 => cbc::Decryptor::<Sm4>::new(key.into(), &iv.into()).decrypt_blocks(blocks),
        1 => cbc::Encryptor::<Sm4>::new(key.into(), &iv.into()).encrypt_blocks(blocks),
        _ => return ffi::SQLITE_ERROR,
    }
    ffi::SQLITE_OK
}

fn answer(done: &Option<Result<()>>) -> c_int {
    if let Some(Ok(())) = done { ffi::SQLITE_OK } else { ffi::SQLITE_ERROR }
}

/// A C array as a slice; an absent one of length zero is empty.
///
/// # Safety
/// `pointer` is null or points to `length` initialised bytes that nobody changes for `'a`.
unsafe fn bytes<'a>(pointer: *const c_uchar, length: c_int) -> Option<&'a [u8]> {
    match usize::try_from(length).ok()? {
        0 => Some(&[]),
        _ if pointer.is_null() => None,
        // SAFETY: the caller's promise.
        count => Some(unsafe { slice::from_raw_parts(pointer, count) }),
    }
}

/// A C array to be written.
///
/// # Safety
/// `pointer` is null or points to `length` initialised bytes that nobody else uses for `'a`.
unsafe fn bytes_mut<'a>(pointer: *mut c_uchar, length: c_int) -> Option<&'a mut [u8]> {
    match usize::try_from(length).ok()? {
        0 => Some(&mut []),
        _ if pointer.is_null() => None,
        // SAFETY: the caller's promise.
        count => Some(unsafe { slice::from_raw_parts_mut(pointer, count) }),
    }
}

//! The C interface of pcsc-lite (winscard.h), loaded when it is first needed.
//!
//! The only file of this crate with `unsafe`. On Linux the header's `DWORD` and `LONG` are the machine's `long`. The
//! library locks every context by itself; only `SCardCancel` is meant to come from another thread.
#![allow(unsafe_code)]

use std::ffi::{CString, OsStr, c_char, c_long, c_ulong, c_void};
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use super::error::{NO_READERS, PcscError};

/// Longest list of readers that is believed: pcsc-lite has at most 16 of 128 bytes each.
const LONGEST_LIST: usize = 16 * 1024;

/// Longest answer of a short APDU: 256 bytes and a status, and what pcsc-lite adds (MAX_BUFFER_SIZE).
const LONGEST_ANSWER: usize = 264;

/// `SCARD_SCOPE_SYSTEM`.
const SCOPE_SYSTEM: c_ulong = 2;
/// `SCARD_SHARE_SHARED`.
const SHARED: c_ulong = 2;
/// `SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1`.
const ANY_PROTOCOL: c_ulong = 3;
/// `SCARD_RESET_CARD`: nothing that was selected stays selected for the next program.
const RESET_CARD: c_ulong = 1;
/// `SCARD_LEAVE_CARD`.
const LEAVE_CARD: c_ulong = 0;

/// `SCARD_STATE_EMPTY`.
const STATE_EMPTY: c_ulong = 0x10;
/// `SCARD_STATE_PRESENT`.
const STATE_PRESENT: c_ulong = 0x20;
/// `SCARD_STATE_MUTE`.
const STATE_MUTE: c_ulong = 0x200;
/// `SCARD_STATE_UNKNOWN | SCARD_STATE_IGNORE | SCARD_STATE_UNAVAILABLE`: no such reader.
const STATE_GONE: c_ulong = 0x1 | 0x4 | 0x8;

#[repr(C)]
struct ReaderState {
    reader: *const c_char,
    own: *mut c_void,
    current: c_ulong,
    now: c_ulong,
    atr_length: c_ulong,
    /// `MAX_ATR_SIZE`, ISO/IEC 7816-3.
    atr: [u8; 33],
}

#[repr(C)]
struct IoRequest {
    protocol: c_ulong,
    length: c_ulong,
}

type ConnectFn =
    unsafe extern "C" fn(c_long, *const c_char, c_ulong, c_ulong, *mut c_long, *mut c_ulong) -> c_long;
type TransmitFn = unsafe extern "C" fn(
    c_long,
    *const IoRequest,
    *const u8,
    c_ulong,
    *mut IoRequest,
    *mut u8,
    *mut c_ulong,
) -> c_long;
type EstablishFn = unsafe extern "C" fn(c_ulong, *const c_void, *const c_void, *mut c_long) -> c_long;
type ListFn = unsafe extern "C" fn(c_long, *const c_char, *mut c_char, *mut c_ulong) -> c_long;

struct Functions {
    establish: EstablishFn,
    release: unsafe extern "C" fn(c_long) -> c_long,
    cancel: unsafe extern "C" fn(c_long) -> c_long,
    list: ListFn,
    status_change: unsafe extern "C" fn(c_long, c_ulong, *mut ReaderState, c_ulong) -> c_long,
    connect: ConnectFn,
    disconnect: unsafe extern "C" fn(c_long, c_ulong) -> c_long,
    begin: unsafe extern "C" fn(c_long) -> c_long,
    end: unsafe extern "C" fn(c_long, c_ulong) -> c_long,
    transmit: TransmitFn,
}

/// The loaded library. Never unmapped: a call that is stuck in it may come back late.
pub(super) struct Library {
    functions: Functions,
    _code: ManuallyDrop<libloading::Library>,
}

/// The library's answer as a result. Its errors have 32 bits, whatever the width of `long`.
fn check(raw: c_long, during: &'static str) -> Result<(), PcscError> {
    let code = (raw as u64 & 0xffff_ffff) as u32;
    if code == 0 { Ok(()) } else { Err(PcscError::Service { code, during }) }
}

impl Library {
    /// Loads the library called `name`.
    pub(super) fn load(name: &OsStr) -> Result<Arc<Self>, PcscError> {
        // SAFETY: loading runs the library's initialisers; the name comes from this crate, and pcsc-lite's touch
        // nothing of this process.
        let code = unsafe { libloading::Library::new(name) }
            .map_err(|error| PcscError::LibraryMissing(error.to_string()))?;
        macro_rules! symbol {
            ($name:literal) => {
                // SAFETY: the type written at each place of use is the prototype in winscard.h; the pointer stays
                // valid because the library is never unmapped.
                *unsafe { code.get(concat!($name, "\0").as_bytes()) }
                    .map_err(|_| PcscError::LibraryUnfit($name))?
            };
        }
        let functions = Functions {
            establish: symbol!("SCardEstablishContext"),
            release: symbol!("SCardReleaseContext"),
            cancel: symbol!("SCardCancel"),
            list: symbol!("SCardListReaders"),
            status_change: symbol!("SCardGetStatusChange"),
            connect: symbol!("SCardConnect"),
            disconnect: symbol!("SCardDisconnect"),
            begin: symbol!("SCardBeginTransaction"),
            end: symbol!("SCardEndTransaction"),
            transmit: symbol!("SCardTransmit"),
        };
        Ok(Arc::new(Self { functions, _code: ManuallyDrop::new(code) }))
    }

    /// A line to the service.
    pub(super) fn context(self: &Arc<Self>) -> Result<Context, PcscError> {
        let mut handle = 0;
        // SAFETY: the two reserved pointers are null, `handle` outlives the call.
        let raw =
            unsafe { (self.functions.establish)(SCOPE_SYSTEM, ptr::null(), ptr::null(), &raw mut handle) };
        check(raw, "SCardEstablishContext")?;
        Ok(Context { library: Arc::clone(self), handle })
    }
}

/// How a reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// No card.
    Empty,
    /// A card.
    Card,
    /// A card that does not answer.
    Mute,
    /// There is no such reader.
    NoReader,
}

/// A reader's state and the card's answer to reset.
pub(super) struct Seen {
    pub(super) field: Field,
    pub(super) atr: Vec<u8>,
    raw: c_ulong,
}

/// A line to the service (`SCARDCONTEXT`).
pub(super) struct Context {
    library: Arc<Library>,
    handle: c_long,
}

impl Context {
    /// The names of the readers that are there.
    pub(super) fn readers(&self) -> Result<Vec<String>, PcscError> {
        let mut length = LONGEST_LIST as c_ulong;
        let mut names = vec![0_u8; LONGEST_LIST];
        // SAFETY: the context lives, null asks for every group, the buffer has `length` bytes.
        let raw = unsafe {
            (self.library.functions.list)(
                self.handle,
                ptr::null(),
                names.as_mut_ptr().cast(),
                &raw mut length,
            )
        };
        match check(raw, "SCardListReaders") {
            Err(PcscError::Service { code: NO_READERS, .. }) => return Ok(Vec::new()),
            other => other?,
        }
        names.truncate(length as usize);
        let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
    }

    /// Waits until a reader stands otherwise than it was `seen`, for `limit` at most.
    pub(super) fn watch(
        &self,
        reader: &CString,
        seen: Option<&Seen>,
        limit: Duration,
    ) -> Result<Seen, PcscError> {
        let mut state = ReaderState {
            reader: reader.as_ptr(),
            own: ptr::null_mut(),
            // 0 is SCARD_STATE_UNAWARE: the answer comes at once.
            current: seen.map_or(0, |seen| seen.raw),
            now: 0,
            atr_length: 0,
            atr: [0; 33],
        };
        let wait = c_ulong::try_from(limit.as_millis()).unwrap_or(1000);
        // SAFETY: the context lives; one state, whose name outlives the call.
        let raw = unsafe { (self.library.functions.status_change)(self.handle, wait, &raw mut state, 1) };
        check(raw, "SCardGetStatusChange")?;
        let field = if state.now & STATE_GONE != 0 {
            Field::NoReader
        } else if state.now & STATE_MUTE != 0 {
            Field::Mute
        } else if state.now & STATE_PRESENT != 0 {
            Field::Card
        } else {
            debug_assert!(state.now & STATE_EMPTY != 0 || state.now == 0);
            Field::Empty
        };
        let length = usize::try_from(state.atr_length).unwrap_or(0).min(state.atr.len());
        Ok(Seen { field, atr: state.atr[..length].to_vec(), raw: state.now })
    }

    /// Connects to the card in a reader and keeps others from talking to it meanwhile.
    pub(super) fn connect(&self, reader: &CString) -> Result<Card, PcscError> {
        let (mut handle, mut protocol) = (0, 0);
        // SAFETY: the context lives; name, `handle` and `protocol` outlive the call.
        let raw = unsafe {
            (self.library.functions.connect)(
                self.handle,
                reader.as_ptr(),
                SHARED,
                ANY_PROTOCOL,
                &raw mut handle,
                &raw mut protocol,
            )
        };
        check(raw, "SCardConnect")?;
        let card = Card { library: Arc::clone(&self.library), handle, protocol };
        // SAFETY: connected just above.
        check(unsafe { (self.library.functions.begin)(handle) }, "SCardBeginTransaction")?;
        Ok(card)
    }

    /// Ends a wait of this line, from any thread.
    pub(super) fn cancel(&self) {
        // SAFETY: the context lives as long as `self`; the header allows this call from any thread.
        unsafe { (self.library.functions.cancel)(self.handle) };
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: established once, released once.
        unsafe { (self.library.functions.release)(self.handle) };
    }
}

/// A connected card (`SCARDHANDLE`).
pub(super) struct Card {
    library: Arc<Library>,
    handle: c_long,
    protocol: c_ulong,
}

impl Card {
    /// Gives the card a command and takes its answer, status included.
    pub(super) fn transmit(&self, command: &[u8]) -> Result<Vec<u8>, PcscError> {
        let size = std::mem::size_of::<IoRequest>() as c_ulong;
        let request = IoRequest { protocol: self.protocol, length: size };
        let mut answer = vec![0_u8; LONGEST_ANSWER];
        let mut length = answer.len() as c_ulong;
        // SAFETY: the card is connected; both buffers have the lengths that are given, and outlive the call.
        let raw = unsafe {
            (self.library.functions.transmit)(
                self.handle,
                &raw const request,
                command.as_ptr(),
                command.len() as c_ulong,
                ptr::null_mut(),
                answer.as_mut_ptr(),
                &raw mut length,
            )
        };
        check(raw, "SCardTransmit")?;
        answer.truncate(length as usize);
        Ok(answer)
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        // SAFETY: connected once; the transaction, if it was begun, ends here, and the connection after it.
        unsafe {
            (self.library.functions.end)(self.handle, LEAVE_CARD);
            (self.library.functions.disconnect)(self.handle, RESET_CARD);
        }
    }
}

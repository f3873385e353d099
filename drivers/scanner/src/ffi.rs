//! The C interface of SANE (sane.h, API version 1), loaded when it is first needed.
//!
//! The only file of this crate with `unsafe`. What it offers is safe to call from any thread: every call
//! for one device takes that device's lock, except [`Handle::cancel`], which the SANE standard (§4.3.11)
//! allows at any time from anywhere.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, OsStr, c_char, c_int, c_void};
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{ScanError, Status};
use crate::option::{Constraint, OptionInfo, Unit, ValueKind};

/// `SANE_Word`, and with it `SANE_Bool` and `SANE_Fixed`: four bytes each, never a C `bool`.
pub type Word = c_int;

/// Longest constraint list that is believed; a driver that names more is broken.
const LIST_LIMIT: usize = 4096;

#[repr(C)]
struct RawDevice {
    name: *const c_char,
    vendor: *const c_char,
    model: *const c_char,
    kind: *const c_char,
}

#[repr(C)]
struct RawDescriptor {
    name: *const c_char,
    title: *const c_char,
    description: *const c_char,
    kind: c_int,
    unit: c_int,
    size: Word,
    capabilities: Word,
    constraint_kind: c_int,
    constraint: *const c_void,
}

/// What one frame looks like (`SANE_Parameters`).
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct Parameters {
    /// `SANE_Frame`: 0 gray, 1 RGB, 2 to 4 one colour of a three-pass scan.
    pub format: c_int,
    /// `SANE_Bool`: no further frame belongs to this page.
    pub last_frame: Word,
    /// Bytes of one line, padding included.
    pub bytes_per_line: Word,
    /// Pixels of one line.
    pub pixels_per_line: Word,
    /// Lines, or -1 where the device cannot know.
    pub lines: Word,
    /// Bits of one sample.
    pub depth: Word,
}

type OpenFn = unsafe extern "C" fn(*const c_char, *mut *mut c_void) -> c_int;
type DescriptorFn = unsafe extern "C" fn(*mut c_void, Word) -> *const RawDescriptor;
type ControlFn = unsafe extern "C" fn(*mut c_void, Word, c_int, *mut c_void, *mut Word) -> c_int;
type ReadFn = unsafe extern "C" fn(*mut c_void, *mut u8, Word, *mut Word) -> c_int;
type DevicesFn = unsafe extern "C" fn(*mut *const *const RawDevice, Word) -> c_int;

struct Functions {
    exit: unsafe extern "C" fn(),
    devices: DevicesFn,
    open: OpenFn,
    close: unsafe extern "C" fn(*mut c_void),
    descriptor: DescriptorFn,
    control: ControlFn,
    start: unsafe extern "C" fn(*mut c_void) -> c_int,
    parameters: unsafe extern "C" fn(*mut c_void, *mut Parameters) -> c_int,
    read: ReadFn,
    cancel: unsafe extern "C" fn(*mut c_void),
}

/// `sane_init` may be called once only until `sane_exit`; this says who has the turn.
static LIVE: AtomicBool = AtomicBool::new(false);

/// A device as the library lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaneDevice {
    /// The library's name for it, for example `epson2:libusb:001:004`.
    pub name: String,
    /// Its maker.
    pub vendor: String,
    /// Its model.
    pub model: String,
    /// What it is, for example `flatbed scanner`.
    pub kind: String,
}

/// The loaded and initialised library. Dropping the last reference calls `sane_exit`.
pub struct Library {
    functions: Functions,
    /// Orders the calls that are not bound to a device: SANE promises re-entrance for none of them.
    turn: Mutex<()>,
    scanning: AtomicUsize,
    /// Never unmapped: back-ends leave threads and exit handlers behind that point into the code.
    _code: ManuallyDrop<libloading::Library>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: not null; SANE promises a NUL-terminated string that lives until the call that made it is
    // repeated, and it is copied before this function returns.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}

impl Library {
    /// Loads the library called `name` and initialises it.
    ///
    /// # Errors
    /// [`ScanError::LibraryMissing`] if it is not installed, [`ScanError::LibraryUnfit`] if it is not
    /// SANE 1, [`ScanError::LibraryInUse`] if this process has it loaded already.
    pub fn load(name: &OsStr) -> Result<Arc<Self>, ScanError> {
        if LIVE.swap(true, Ordering::SeqCst) {
            return Err(ScanError::LibraryInUse);
        }
        let loaded = Self::load_alone(name);
        if loaded.is_err() {
            LIVE.store(false, Ordering::SeqCst);
        }
        loaded.map(Arc::new)
    }

    fn load_alone(name: &OsStr) -> Result<Self, ScanError> {
        // SAFETY: loading runs the library's initialisers. The name comes from this crate or from the
        // administrator's configuration; libsane's initialisers touch nothing of this process.
        let code = unsafe { libloading::Library::new(name) }.map_err(|error| ScanError::LibraryMissing {
            library: name.to_string_lossy().into_owned(),
            reason: error.to_string(),
        })?;
        macro_rules! symbol {
            ($name:literal) => {
                // SAFETY: the type written at each place of use is the prototype in sane.h; the pointer
                // stays valid because the library is never unmapped.
                *unsafe { code.get(concat!($name, "\0").as_bytes()) }
                    .map_err(|_| ScanError::LibraryUnfit { reason: concat!("no symbol ", $name).into() })?
            };
        }
        let init: unsafe extern "C" fn(*mut Word, *const c_void) -> c_int = symbol!("sane_init");
        let functions = Functions {
            exit: symbol!("sane_exit"),
            devices: symbol!("sane_get_devices"),
            open: symbol!("sane_open"),
            close: symbol!("sane_close"),
            descriptor: symbol!("sane_get_option_descriptor"),
            control: symbol!("sane_control_option"),
            start: symbol!("sane_start"),
            parameters: symbol!("sane_get_parameters"),
            read: symbol!("sane_read"),
            cancel: symbol!("sane_cancel"),
        };
        let mut version: Word = 0;
        // SAFETY: `version` outlives the call; a null callback means that no password is ever asked for.
        let status = unsafe { init(&raw mut version, ptr::null()) };
        Status::check(status, "sane_init")?;
        if version >> 24 != 1 {
            // SAFETY: initialised just above, nothing is open.
            unsafe { (functions.exit)() };
            return Err(ScanError::LibraryUnfit { reason: format!("API version {}", version >> 24) });
        }
        Ok(Self {
            functions,
            turn: Mutex::new(()),
            scanning: AtomicUsize::new(0),
            _code: ManuallyDrop::new(code),
        })
    }

    /// The devices the library can see now. Takes up to some seconds where network scanners are looked for.
    ///
    /// # Errors
    /// The library's status.
    pub fn devices(&self) -> Result<Vec<SaneDevice>, ScanError> {
        let _turn = lock(&self.turn);
        let mut list: *const *const RawDevice = ptr::null();
        // SAFETY: `list` outlives the call; 0 is SANE_FALSE: network scanners too.
        let status = unsafe { (self.functions.devices)(&raw mut list, 0) };
        Status::check(status, "sane_get_devices")?;
        let mut devices = Vec::new();
        for place in 0..LIST_LIMIT {
            if list.is_null() {
                break;
            }
            // SAFETY: the list ends with a null pointer, and no place after that is looked at. It stays
            // valid until the next `sane_get_devices`, which the lock keeps away.
            let Some(device) = (unsafe { (*list.add(place)).as_ref() }) else { break };
            devices.push(SaneDevice {
                name: text(device.name),
                vendor: text(device.vendor),
                model: text(device.model),
                kind: text(device.kind),
            });
        }
        Ok(devices)
    }

    /// Opens the device that the library calls `name`.
    ///
    /// # Errors
    /// The library's status; an unknown name is [`Status::Invalid`].
    pub fn open(self: &Arc<Self>, name: &str) -> Result<Handle, ScanError> {
        let name = CString::new(name)
            .map_err(|_| ScanError::Status { status: Status::Invalid, during: "sane_open" })?;
        let _turn = lock(&self.turn);
        let mut raw = ptr::null_mut();
        // SAFETY: `name` and `raw` outlive the call.
        let status = unsafe { (self.functions.open)(name.as_ptr(), &raw mut raw) };
        Status::check(status, "sane_open")?;
        Ok(Handle { library: Arc::clone(self), raw, calls: Mutex::new(()) })
    }

    /// Whether a device of this process is delivering pixels now.
    #[must_use]
    pub fn is_scanning(&self) -> bool {
        self.scanning.load(Ordering::SeqCst) > 0
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        // SAFETY: every handle holds a reference to the library, so none is open any more.
        unsafe { (self.functions.exit)() };
        LIVE.store(false, Ordering::SeqCst);
    }
}

/// An open device. Dropping it closes it.
pub struct Handle {
    library: Arc<Library>,
    raw: *mut c_void,
    calls: Mutex<()>,
}

// SAFETY: SANE binds a handle to no thread; it only forbids two calls at once, which `calls` prevents.
unsafe impl Send for Handle {}
// SAFETY: as above; `cancel`, the one call without the lock, is allowed at any time by the standard.
unsafe impl Sync for Handle {}

impl Handle {
    /// The description of one option, copied; `None` past the last.
    pub(crate) fn describe(&self, index: Word) -> Option<OptionInfo> {
        let _call = lock(&self.calls);
        // SAFETY: the handle is open; the answer is null or points to a descriptor that stays valid until
        // an option is set, which the lock keeps away while it is copied.
        let raw = unsafe { (self.library.functions.descriptor)(self.raw, index).as_ref() }?;
        Some(OptionInfo {
            index,
            name: text(raw.name),
            kind: ValueKind::from_raw(raw.kind),
            unit: Unit::from_raw(raw.unit),
            size: usize::try_from(raw.size).unwrap_or(0),
            capabilities: raw.capabilities,
            constraint: constraint(raw),
        })
    }

    /// Reads `count` words of an option.
    pub(crate) fn get_words(&self, index: Word, count: usize) -> Result<Vec<Word>, ScanError> {
        let mut words = vec![0; count.max(1)];
        self.control(index, 0, words.as_mut_ptr().cast())?;
        Ok(words)
    }

    /// Sets the words of an option; afterwards `words` holds what the device took. Gives the info flags.
    pub(crate) fn set_words(&self, index: Word, words: &mut [Word]) -> Result<Word, ScanError> {
        self.control(index, 1, words.as_mut_ptr().cast())
    }

    /// Sets a string option whose buffer is `size` bytes; the caller has checked that the text fits.
    pub(crate) fn set_text(&self, index: Word, value: &str, size: usize) -> Result<Word, ScanError> {
        let mut buffer = vec![0_u8; size.max(value.len()) + 1];
        buffer[..value.len()].copy_from_slice(value.as_bytes());
        self.control(index, 1, buffer.as_mut_ptr().cast())
    }

    /// `action` is `SANE_Action`: 0 get, 1 set. `value` must point to as many bytes as the descriptor's
    /// size says; the callers above see to it.
    fn control(&self, index: Word, action: c_int, value: *mut c_void) -> Result<Word, ScanError> {
        let _call = lock(&self.calls);
        let mut info: Word = 0;
        // SAFETY: the handle is open, the buffer behind `value` is as long as the descriptor says and
        // lives until after the call, and so does `info`.
        let status =
            unsafe { (self.library.functions.control)(self.raw, index, action, value, &raw mut info) };
        Status::check(status, "sane_control_option")?;
        Ok(info)
    }

    /// Begins a frame.
    pub(crate) fn start(&self) -> Result<(), ScanError> {
        let _call = lock(&self.calls);
        // SAFETY: the handle is open.
        Status::check(unsafe { (self.library.functions.start)(self.raw) }, "sane_start")
    }

    /// What the frame that was begun looks like.
    pub(crate) fn parameters(&self) -> Result<Parameters, ScanError> {
        let _call = lock(&self.calls);
        let mut parameters = Parameters::default();
        // SAFETY: the handle is open; `parameters` has the layout of sane.h and outlives the call.
        let status = unsafe { (self.library.functions.parameters)(self.raw, &raw mut parameters) };
        Status::check(status, "sane_get_parameters")?;
        Ok(parameters)
    }

    /// Reads some pixels into `buffer`; `None` at the end of the frame. May give 0 bytes.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> Result<Option<usize>, ScanError> {
        let _call = lock(&self.calls);
        let room = Word::try_from(buffer.len()).unwrap_or(Word::MAX);
        let mut length: Word = 0;
        // SAFETY: the handle is open; the library writes at most `room` bytes, which `buffer` has.
        let status =
            unsafe { (self.library.functions.read)(self.raw, buffer.as_mut_ptr(), room, &raw mut length) };
        if status == Status::END_OF_FRAME {
            return Ok(None);
        }
        Status::check(status, "sane_read")?;
        Ok(Some(usize::try_from(length).unwrap_or(0).min(buffer.len())))
    }

    /// Ends the scan that runs, from any thread; ends it properly after the last frame too.
    pub(crate) fn cancel(&self) {
        // SAFETY: the handle is open as long as `self` lives; SANE allows this call at any time.
        unsafe { (self.library.functions.cancel)(self.raw) };
    }

    /// Counts this device among those that deliver pixels, until the answer is dropped.
    pub(crate) fn scanning(&self) -> Scanning<'_> {
        self.library.scanning.fetch_add(1, Ordering::SeqCst);
        Scanning(&self.library.scanning)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let _turn = lock(&self.library.turn);
        // SAFETY: opened by this library, closed once, and nobody else can hold a reference to it now.
        unsafe { (self.library.functions.close)(self.raw) };
    }
}

/// See [`Handle::scanning`].
pub(crate) struct Scanning<'a>(&'a AtomicUsize);

impl Drop for Scanning<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn constraint(raw: &RawDescriptor) -> Constraint {
    if raw.constraint.is_null() {
        return Constraint::None;
    }
    match raw.constraint_kind {
        1 => {
            // SAFETY: constraint kind 1 means that the pointer leads to a SANE_Range: three words.
            let range = unsafe { &*raw.constraint.cast::<[Word; 3]>() };
            Constraint::Range { least: range[0], most: range[1], step: range[2] }
        }
        2 => {
            let list = raw.constraint.cast::<Word>();
            // SAFETY: kind 2 is a list of words whose first says how many follow.
            let count = usize::try_from(unsafe { *list }).unwrap_or(0).min(LIST_LIMIT);
            // SAFETY: as above; the words lie directly behind the count.
            Constraint::Words(unsafe { std::slice::from_raw_parts(list.add(1), count) }.to_vec())
        }
        3 => {
            let list = raw.constraint.cast::<*const c_char>();
            let mut texts = Vec::new();
            for place in 0..LIST_LIMIT {
                // SAFETY: kind 3 is a list of strings that ends with a null pointer; no place after
                // that is looked at.
                let entry = unsafe { *list.add(place) };
                if entry.is_null() {
                    break;
                }
                texts.push(text(entry));
            }
            Constraint::Texts(texts)
        }
        _ => Constraint::None,
    }
}

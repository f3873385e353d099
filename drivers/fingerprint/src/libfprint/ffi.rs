//! The C interface of libfprint 2 (fp-context.h, fp-device.h, fp-image.h of release 1.94) and the few calls of GLib
//! that go with it, loaded when it is first needed.
//!
//! The only file of this crate with `unsafe`. Except [`Cancellable`], nothing here may leave the thread that made
//! it: libfprint's calls turn GLib's default main loop, which belongs to one thread at a time. The types are neither
//! `Send` nor `Sync`, so the compiler sees to it.
#![allow(unsafe_code)]

use std::ffi::{CStr, OsStr, c_char, c_int, c_uint, c_ulong, c_void};
use std::mem::ManuallyDrop;
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;

use super::error::SensorError;

/// `FP_DEVICE_FEATURE_CAPTURE`.
const FEATURE_CAPTURE: c_int = 1;
/// `FP_FINGER_STATUS_PRESENT`.
const FINGER_PRESENT: c_int = 1 << 1;
/// Pixels to the millimetre where a driver tells none: 500 dpi, as libfprint itself assumes (fp_image_get_ppmm).
const USUAL_PPMM: f64 = 19.685;
/// Most pixels that a picture may have: five inches square at 1000 dpi.
const MOST_PIXELS: usize = 25_000_000;

#[repr(C)]
struct RawError {
    domain: u32,
    code: c_int,
    message: *mut c_char,
}

#[repr(C)]
struct RawArray {
    items: *mut *mut c_void,
    length: c_uint,
}

type Object = *mut c_void;
type Handler = unsafe extern "C" fn(Object, *mut c_void, *mut c_void);
type ConnectFn =
    unsafe extern "C" fn(Object, *const c_char, Option<Handler>, *mut c_void, *mut c_void, c_int) -> c_ulong;
type SyncFn = unsafe extern "C" fn(Object, Object, *mut *mut RawError) -> c_int;
type CaptureFn = unsafe extern "C" fn(Object, c_int, Object, *mut *mut RawError) -> Object;

struct Functions {
    context_new: unsafe extern "C" fn() -> Object,
    devices: unsafe extern "C" fn(Object) -> *mut RawArray,
    driver: unsafe extern "C" fn(Object) -> *const c_char,
    device_id: unsafe extern "C" fn(Object) -> *const c_char,
    device_name: unsafe extern "C" fn(Object) -> *const c_char,
    features: unsafe extern "C" fn(Object) -> c_int,
    finger_status: unsafe extern "C" fn(Object) -> c_int,
    open: SyncFn,
    close: SyncFn,
    capture: CaptureFn,
    image_width: unsafe extern "C" fn(Object) -> c_uint,
    image_height: unsafe extern "C" fn(Object) -> c_uint,
    image_ppmm: unsafe extern "C" fn(Object) -> f64,
    image_data: unsafe extern "C" fn(Object, *mut usize) -> *const u8,
    iterate: unsafe extern "C" fn(*mut c_void, c_int) -> c_int,
    object_ref: unsafe extern "C" fn(Object) -> Object,
    object_unref: unsafe extern "C" fn(Object),
    object_get: unsafe extern "C" fn(Object, *const c_char, ...),
    connect: ConnectFn,
    disconnect: unsafe extern "C" fn(Object, c_ulong),
    error_free: unsafe extern "C" fn(*mut RawError),
    quark_name: unsafe extern "C" fn(u32) -> *const c_char,
    cancellable_new: unsafe extern "C" fn() -> Object,
    cancellable_cancel: unsafe extern "C" fn(Object),
}

/// The loaded library. Never unmapped: GLib's types stay registered for the life of the process.
pub(super) struct Library {
    functions: Functions,
    _code: ManuallyDrop<libloading::Library>,
}

fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: not null; the library gives NUL-terminated strings that live as long as their object, and it is copied
    // before this function returns.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}

impl Library {
    /// Loads the library called `name`.
    pub(super) fn load(name: &OsStr) -> Result<Arc<Self>, SensorError> {
        // SAFETY: loading runs the library's initialisers; the name comes from this crate. libfprint and GLib touch
        // nothing of this process when they are loaded.
        let code = unsafe { libloading::Library::new(name) }
            .map_err(|error| SensorError::LibraryMissing(error.to_string()))?;
        macro_rules! symbol {
            ($name:literal) => {
                // SAFETY: the type written at each place of use is the prototype in the header; the pointer stays
                // valid because the library is never unmapped. GLib's symbols are found too, because a look-up goes
                // through what the library itself is linked with.
                *unsafe { code.get(concat!($name, "\0").as_bytes()) }
                    .map_err(|_| SensorError::LibraryUnfit($name))?
            };
        }
        let functions = Functions {
            context_new: symbol!("fp_context_new"),
            devices: symbol!("fp_context_get_devices"),
            driver: symbol!("fp_device_get_driver"),
            device_id: symbol!("fp_device_get_device_id"),
            device_name: symbol!("fp_device_get_name"),
            features: symbol!("fp_device_get_features"),
            finger_status: symbol!("fp_device_get_finger_status"),
            open: symbol!("fp_device_open_sync"),
            close: symbol!("fp_device_close_sync"),
            capture: symbol!("fp_device_capture_sync"),
            image_width: symbol!("fp_image_get_width"),
            image_height: symbol!("fp_image_get_height"),
            image_ppmm: symbol!("fp_image_get_ppmm"),
            image_data: symbol!("fp_image_get_data"),
            iterate: symbol!("g_main_context_iteration"),
            object_ref: symbol!("g_object_ref"),
            object_unref: symbol!("g_object_unref"),
            object_get: symbol!("g_object_get"),
            connect: symbol!("g_signal_connect_data"),
            disconnect: symbol!("g_signal_handler_disconnect"),
            error_free: symbol!("g_error_free"),
            quark_name: symbol!("g_quark_to_string"),
            cancellable_new: symbol!("g_cancellable_new"),
            cancellable_cancel: symbol!("g_cancellable_cancel"),
        };
        Ok(Arc::new(Self { functions, _code: ManuallyDrop::new(code) }))
    }

    /// A new search for sensors.
    pub(super) fn context(self: &Arc<Self>) -> Context {
        // SAFETY: no arguments; the object is ours.
        let raw = unsafe { (self.functions.context_new)() };
        Context { library: Arc::clone(self), raw }
    }

    /// Lets the main loop do what has piled up: sensors that came or went.
    pub(super) fn settle(&self) {
        // SAFETY: null is the default loop; 0 means that nothing is waited for.
        while unsafe { (self.functions.iterate)(ptr::null_mut(), 0) } != 0 {}
    }

    /// What stops one capture.
    pub(super) fn cancellable(self: &Arc<Self>) -> Cancellable {
        // SAFETY: no arguments; the object is ours.
        let raw = unsafe { (self.functions.cancellable_new)() };
        Cancellable { library: Arc::clone(self), raw }
    }

    /// Turns an answer into a result and frees the library's error.
    fn check(&self, good: bool, error: *mut RawError) -> Result<(), SensorError> {
        if error.is_null() {
            return if good { Ok(()) } else { Err(SensorError::from_library("", 0)) };
        }
        // SAFETY: not null, so the library made it; it is ours to read and free, once. Its message is not read: it
        // may hold anything.
        let (domain, code) = unsafe { ((*error).domain, (*error).code) };
        // SAFETY: any number may be asked for; the answer is a static string or null.
        let domain = text(unsafe { (self.functions.quark_name)(domain) });
        // SAFETY: see above.
        unsafe { (self.functions.error_free)(error) };
        Err(SensorError::from_library(&domain, code))
    }
}

/// One search for sensors (`FpContext`).
pub(super) struct Context {
    library: Arc<Library>,
    raw: Object,
}

impl Context {
    /// The sensors that are there now.
    pub(super) fn devices(&self) -> Vec<Device> {
        // SAFETY: the context lives; the array stays its own and is read before anything else is called.
        let Some(array) = (unsafe { (self.library.functions.devices)(self.raw).as_ref() }) else {
            return Vec::new();
        };
        (0..array.length as usize)
            .map(|place| {
                // SAFETY: `items` has `length` places, each with a living device; taking a reference keeps it.
                let raw = unsafe { (self.library.functions.object_ref)(*array.items.add(place)) };
                Device(Rc::new(Held { library: Arc::clone(&self.library), raw }))
            })
            .collect()
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: ours, dropped once.
        unsafe { (self.library.functions.object_unref)(self.raw) };
    }
}

struct Held {
    library: Arc<Library>,
    raw: Object,
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: the reference was taken when it was made, and is given back once.
        unsafe { (self.library.functions.object_unref)(self.raw) };
    }
}

/// One sensor (`FpDevice`).
#[derive(Clone)]
pub(super) struct Device(Rc<Held>);

/// A picture as the library gave it: normalised, ridges dark.
pub(super) struct Picture {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Pixels to the millimetre.
    pub(super) ppmm: f64,
    pub(super) pixels: Vec<u8>,
}

impl Device {
    fn functions(&self) -> &Functions {
        &self.0.library.functions
    }

    /// The library's name for the kind of sensor, for example `elan`.
    pub(super) fn driver(&self) -> String {
        // SAFETY: the device lives as long as `self`.
        text(unsafe { (self.functions().driver)(self.0.raw) })
    }

    /// What tells two of a kind apart; "0" for most.
    pub(super) fn id(&self) -> String {
        // SAFETY: as above.
        text(unsafe { (self.functions().device_id)(self.0.raw) })
    }

    /// The sensor's name in words.
    pub(super) fn name(&self) -> String {
        // SAFETY: as above.
        text(unsafe { (self.functions().device_name)(self.0.raw) })
    }

    /// Whether it gives pictures.
    pub(super) fn gives_pictures(&self) -> bool {
        // SAFETY: as above.
        unsafe { (self.functions().features)(self.0.raw) & FEATURE_CAPTURE != 0 }
    }

    /// Whether it was unplugged.
    pub(super) fn is_removed(&self) -> bool {
        let mut removed: c_int = 0;
        // SAFETY: `removed` is a boolean property (gboolean is an int), the list ends with null.
        unsafe {
            (self.functions().object_get)(
                self.0.raw,
                c"removed".as_ptr(),
                &raw mut removed,
                ptr::null::<c_char>(),
            );
        }
        removed != 0
    }

    pub(super) fn open(&self) -> Result<(), SensorError> {
        let mut error = ptr::null_mut();
        // SAFETY: the device lives; null means that opening is not cancelled; `error` outlives the call.
        let good = unsafe { (self.functions().open)(self.0.raw, ptr::null_mut(), &raw mut error) };
        self.0.library.check(good != 0, error)
    }

    pub(super) fn close(&self) -> Result<(), SensorError> {
        let mut error = ptr::null_mut();
        // SAFETY: as for `open`.
        let good = unsafe { (self.functions().close)(self.0.raw, ptr::null_mut(), &raw mut error) };
        self.0.library.check(good != 0, error)
    }

    /// Waits for a finger and takes one picture. `noticed` hears whenever a finger comes or goes.
    pub(super) fn capture(
        &self,
        cancel: &Cancellable,
        noticed: &mut dyn FnMut(bool),
    ) -> Result<Picture, SensorError> {
        let mut watch = Watch { finger_status: self.functions().finger_status, noticed };
        // SAFETY: the handler is called on this thread only, while the capture below runs, and is taken off before
        // `watch` goes.
        let handler = unsafe {
            (self.functions().connect)(
                self.0.raw,
                c"notify::finger-status".as_ptr(),
                Some(finger_changed),
                (&raw mut watch).cast(),
                ptr::null_mut(),
                0,
            )
        };
        let mut error = ptr::null_mut();
        // SAFETY: device and cancellable live; 1 asks it to wait for a finger; `error` outlives the call.
        let image = unsafe { (self.functions().capture)(self.0.raw, 1, cancel.raw, &raw mut error) };
        // SAFETY: connected above, taken off once.
        unsafe { (self.functions().disconnect)(self.0.raw, handler) };
        let image = (!image.is_null()).then(|| Held { library: Arc::clone(&self.0.library), raw: image });
        self.0.library.check(image.is_some(), error)?;
        let Some(image) = image else { return Err(SensorError::from_library("", 0)) };
        self.picture(&image)
    }

    fn picture(&self, image: &Held) -> Result<Picture, SensorError> {
        let functions = self.functions();
        // SAFETY: the image lives until the end of the caller.
        let (width, height) =
            unsafe { ((functions.image_width)(image.raw), (functions.image_height)(image.raw)) };
        // SAFETY: as above.
        let told = unsafe { (functions.image_ppmm)(image.raw) };
        let ppmm = if told.is_finite() && told > 0.0 { told } else { USUAL_PPMM };
        let mut length = 0;
        // SAFETY: as above; `length` outlives the call.
        let data = unsafe { (functions.image_data)(image.raw, &raw mut length) };
        if data.is_null() || length > MOST_PIXELS || length as u64 != u64::from(width) * u64::from(height) {
            return Err(crate::picture::Flaw::NoPicture.into());
        }
        // SAFETY: the library says that `data` has `length` bytes, which belong to the image; they are copied.
        let pixels = unsafe { std::slice::from_raw_parts(data, length) }.to_vec();
        Ok(Picture { width, height, ppmm, pixels })
    }
}

struct Watch<'a> {
    finger_status: unsafe extern "C" fn(Object) -> c_int,
    noticed: &'a mut dyn FnMut(bool),
}

/// The library's word that a finger came or went.
unsafe extern "C" fn finger_changed(device: Object, _what: *mut c_void, watch: *mut c_void) {
    // SAFETY: `watch` is what `capture` gave, which waits on this very thread until the library comes back.
    let watch = unsafe { &mut *watch.cast::<Watch<'_>>() };
    // SAFETY: the library calls with the device that changed.
    let status = unsafe { (watch.finger_status)(device) };
    (watch.noticed)(status & FINGER_PRESENT != 0);
}

/// What stops one capture, from any thread.
pub(super) struct Cancellable {
    library: Arc<Library>,
    raw: Object,
}

// SAFETY: GLib documents that `g_cancellable_cancel` may be called from any thread; references are counted atomically.
unsafe impl Send for Cancellable {}
// SAFETY: as above.
unsafe impl Sync for Cancellable {}

impl Cancellable {
    pub(super) fn cancel(&self) {
        // SAFETY: it lives as long as `self`.
        unsafe { (self.library.functions.cancellable_cancel)(self.raw) };
    }
}

impl Drop for Cancellable {
    fn drop(&mut self) {
        // SAFETY: ours, dropped once.
        unsafe { (self.library.functions.object_unref)(self.raw) };
    }
}

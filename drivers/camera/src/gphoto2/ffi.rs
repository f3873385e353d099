//! The C interface of libgphoto2 2.5 (gphoto2-camera.h, -abilities-list.h, -widget.h, -file.h), loaded when it is first
//! needed. With `body.rs` the only file of this crate with `unsafe`.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::ffi::{CStr, CString, OsStr, c_char, c_int, c_uint, c_ulong, c_void};
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::{Arc, Mutex};

use super::failure::meaning;
use crate::error::CameraError;

/// `GP_CONTEXT_FEEDBACK_CANCEL`.
const CANCEL: c_int = 1;
/// Most characters that are kept of what the library says.
const LONGEST_WORDS: usize = 1000;

type Raw = *mut c_void;

/// `CameraAbilities`.
#[repr(C)]
#[derive(Clone)]
pub(super) struct Abilities {
    pub(super) model: [c_char; 128],
    pub(super) status: c_int,
    pub(super) port: c_int,
    pub(super) speed: [c_int; 64],
    pub(super) operations: c_int,
    pub(super) file_operations: c_int,
    pub(super) folder_operations: c_int,
    pub(super) usb: [c_int; 5],
    pub(super) library: [c_char; 1024],
    pub(super) id: [c_char; 1024],
    pub(super) device_type: c_int,
    pub(super) reserved: [c_int; 7],
}

/// `CameraFilePath`.
#[repr(C)]
pub(super) struct FilePath {
    pub(super) name: [c_char; 128],
    pub(super) folder: [c_char; 1024],
}

type Said = unsafe extern "C" fn(Raw, *const c_char, *mut c_void);
type Asked = unsafe extern "C" fn(Raw, *mut c_void) -> c_int;
type One = unsafe extern "C" fn(Raw) -> c_int;
type Two = unsafe extern "C" fn(Raw, Raw) -> c_int;
type Three = unsafe extern "C" fn(Raw, Raw, Raw) -> c_int;
type New = unsafe extern "C" fn(*mut Raw) -> c_int;

pub(super) struct Functions {
    pub(super) context_new: unsafe extern "C" fn() -> Raw,
    pub(super) context_unref: unsafe extern "C" fn(Raw),
    pub(super) set_error: unsafe extern "C" fn(Raw, Option<Said>, *mut c_void),
    pub(super) set_cancel: unsafe extern "C" fn(Raw, Option<Asked>, *mut c_void),
    pub(super) list_new: New,
    pub(super) list_free: One,
    pub(super) list_count: One,
    pub(super) list_name: unsafe extern "C" fn(Raw, c_int, *mut *const c_char) -> c_int,
    pub(super) list_value: unsafe extern "C" fn(Raw, c_int, *mut *const c_char) -> c_int,
    pub(super) autodetect: Two,
    pub(super) abilities_new: New,
    pub(super) abilities_free: One,
    pub(super) abilities_load: Two,
    pub(super) abilities_lookup: unsafe extern "C" fn(Raw, *const c_char) -> c_int,
    pub(super) abilities_get: unsafe extern "C" fn(Raw, c_int, *mut Abilities) -> c_int,
    pub(super) ports_new: New,
    pub(super) ports_free: One,
    pub(super) ports_load: One,
    pub(super) ports_lookup: unsafe extern "C" fn(Raw, *const c_char) -> c_int,
    pub(super) ports_get: unsafe extern "C" fn(Raw, c_int, *mut Raw) -> c_int,
    pub(super) camera_new: New,
    pub(super) camera_unref: One,
    pub(super) set_abilities: unsafe extern "C" fn(Raw, Abilities) -> c_int,
    pub(super) set_port: Two,
    pub(super) init: Two,
    pub(super) exit: Two,
    pub(super) capture: unsafe extern "C" fn(Raw, c_int, *mut FilePath, Raw) -> c_int,
    pub(super) capture_preview: Three,
    pub(super) list_folders: unsafe extern "C" fn(Raw, *const c_char, Raw, Raw) -> c_int,
    pub(super) list_files: unsafe extern "C" fn(Raw, *const c_char, Raw, Raw) -> c_int,
    pub(super) file_get: unsafe extern "C" fn(Raw, *const c_char, *const c_char, c_int, Raw, Raw) -> c_int,
    pub(super) file_delete: unsafe extern "C" fn(Raw, *const c_char, *const c_char, Raw) -> c_int,
    pub(super) file_new: New,
    pub(super) file_unref: One,
    pub(super) file_data: unsafe extern "C" fn(Raw, *mut *const c_char, *mut c_ulong) -> c_int,
    pub(super) get_config: unsafe extern "C" fn(Raw, *const c_char, *mut Raw, Raw) -> c_int,
    pub(super) set_config: unsafe extern "C" fn(Raw, *const c_char, Raw, Raw) -> c_int,
    pub(super) widget_unref: One,
    pub(super) widget_type: unsafe extern "C" fn(Raw, *mut c_int) -> c_int,
    pub(super) widget_get: unsafe extern "C" fn(Raw, *mut c_void) -> c_int,
    pub(super) widget_set: unsafe extern "C" fn(Raw, *const c_void) -> c_int,
    pub(super) widget_readonly: unsafe extern "C" fn(Raw, *mut c_int) -> c_int,
    pub(super) widget_choices: One,
    pub(super) widget_choice: unsafe extern "C" fn(Raw, c_int, *mut *const c_char) -> c_int,
}

/// The loaded library. Never unmapped: it loads drivers of its own, which stay.
pub(super) struct Library {
    pub(super) functions: Functions,
    /// Searching loads drivers with libltdl, which is not made for two threads.
    pub(super) searching: Mutex<()>,
    _code: ManuallyDrop<libloading::Library>,
}

/// Whether the task is to stop; asked by the library while it works.
pub(super) type Stop<'a> = &'a dyn Fn() -> bool;

/// What a call of the library says and asks meanwhile.
struct Talk<'a> {
    said: RefCell<String>,
    stop: Stop<'a>,
}

unsafe extern "C" fn said(_context: Raw, words: *const c_char, talk: *mut c_void) {
    // SAFETY: `talk` is what `Library::call` gave, which waits on this very thread until the library comes back.
    let talk = unsafe { &*talk.cast::<Talk<'_>>() };
    let words = text(words);
    let mut said = talk.said.borrow_mut();
    let room = LONGEST_WORDS.saturating_sub(said.len());
    said.extend(words.chars().take(room));
}

unsafe extern "C" fn is_stopped(_context: Raw, talk: *mut c_void) -> c_int {
    // SAFETY: as above.
    let talk = unsafe { &*talk.cast::<Talk<'_>>() };
    if (talk.stop)() { CANCEL } else { 0 }
}

pub(super) fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: not null; the library gives NUL-terminated strings, which are copied before anything else is called.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}

pub(super) fn c_string(text: &str) -> Result<CString, CameraError> {
    CString::new(text).map_err(|_| CameraError::Settings("a name with a zero byte".to_owned()))
}

impl Library {
    /// Loads the library called `name`.
    pub(super) fn load(name: &OsStr) -> Result<Arc<Self>, CameraError> {
        // SAFETY: loading runs the library's initialisers; the name comes from this crate. libgphoto2 touches nothing
        // of this process when it is loaded.
        let code = unsafe { libloading::Library::new(name) }
            .map_err(|error| CameraError::LibraryMissing(error.to_string()))?;
        macro_rules! symbol {
            ($name:literal) => {
                // SAFETY: the type written at each place of use is the prototype in the header; the pointer stays
                // valid because the library is never unmapped. The ports' symbols are found too, because a look-up
                // goes through what the library itself is linked with.
                *unsafe { code.get(concat!($name, "\0").as_bytes()) }
                    .map_err(|_| CameraError::LibraryMissing(format!("no symbol {}", $name)))?
            };
        }
        let functions = Functions {
            context_new: symbol!("gp_context_new"),
            context_unref: symbol!("gp_context_unref"),
            set_error: symbol!("gp_context_set_error_func"),
            set_cancel: symbol!("gp_context_set_cancel_func"),
            list_new: symbol!("gp_list_new"),
            list_free: symbol!("gp_list_free"),
            list_count: symbol!("gp_list_count"),
            list_name: symbol!("gp_list_get_name"),
            list_value: symbol!("gp_list_get_value"),
            autodetect: symbol!("gp_camera_autodetect"),
            abilities_new: symbol!("gp_abilities_list_new"),
            abilities_free: symbol!("gp_abilities_list_free"),
            abilities_load: symbol!("gp_abilities_list_load"),
            abilities_lookup: symbol!("gp_abilities_list_lookup_model"),
            abilities_get: symbol!("gp_abilities_list_get_abilities"),
            ports_new: symbol!("gp_port_info_list_new"),
            ports_free: symbol!("gp_port_info_list_free"),
            ports_load: symbol!("gp_port_info_list_load"),
            ports_lookup: symbol!("gp_port_info_list_lookup_path"),
            ports_get: symbol!("gp_port_info_list_get_info"),
            camera_new: symbol!("gp_camera_new"),
            camera_unref: symbol!("gp_camera_unref"),
            set_abilities: symbol!("gp_camera_set_abilities"),
            set_port: symbol!("gp_camera_set_port_info"),
            init: symbol!("gp_camera_init"),
            exit: symbol!("gp_camera_exit"),
            capture: symbol!("gp_camera_capture"),
            capture_preview: symbol!("gp_camera_capture_preview"),
            list_folders: symbol!("gp_camera_folder_list_folders"),
            list_files: symbol!("gp_camera_folder_list_files"),
            file_get: symbol!("gp_camera_file_get"),
            file_delete: symbol!("gp_camera_file_delete"),
            file_new: symbol!("gp_file_new"),
            file_unref: symbol!("gp_file_unref"),
            file_data: symbol!("gp_file_get_data_and_size"),
            get_config: symbol!("gp_camera_get_single_config"),
            set_config: symbol!("gp_camera_set_single_config"),
            widget_unref: symbol!("gp_widget_unref"),
            widget_type: symbol!("gp_widget_get_type"),
            widget_get: symbol!("gp_widget_get_value"),
            widget_set: symbol!("gp_widget_set_value"),
            widget_readonly: symbol!("gp_widget_get_readonly"),
            widget_choices: symbol!("gp_widget_count_choices"),
            widget_choice: symbol!("gp_widget_get_choice"),
        };
        Ok(Arc::new(Self { functions, searching: Mutex::new(()), _code: ManuallyDrop::new(code) }))
    }

    /// Calls the library with a context of its own; an answer below zero is an error.
    pub(super) fn call(&self, stop: Stop<'_>, call: impl FnOnce(Raw) -> c_int) -> Result<c_int, CameraError> {
        let talk = Talk { said: RefCell::new(String::new()), stop };
        let data = (&raw const talk).cast_mut().cast::<c_void>();
        // SAFETY: the context is ours; `talk` outlives it, and both callbacks run inside `call` on this thread only.
        let context = unsafe {
            let context = (self.functions.context_new)();
            (self.functions.set_error)(context, Some(said), data);
            (self.functions.set_cancel)(context, Some(is_stopped), data);
            context
        };
        let answer = call(context);
        // SAFETY: made above, given back once. Drivers take the context of each call anew.
        unsafe {
            (self.functions.set_error)(context, None, ptr::null_mut());
            (self.functions.set_cancel)(context, None, ptr::null_mut());
            (self.functions.context_unref)(context);
        }
        if answer < 0 { Err(meaning(answer, &talk.said.borrow())) } else { Ok(answer) }
    }

    pub(super) fn made(self: &Arc<Self>, new: New, free: One) -> Result<Made, CameraError> {
        let mut raw = ptr::null_mut();
        // SAFETY: `raw` outlives the call and is set when the answer is good.
        let answer = unsafe { new(&raw mut raw) };
        if answer < 0 || raw.is_null() {
            return Err(meaning(answer.min(-1), ""));
        }
        Ok(Made { raw, free, _library: Arc::clone(self) })
    }

    pub(super) fn pairs(&self, list: &Made) -> Vec<(String, String)> {
        // SAFETY: the list lives.
        let count = unsafe { (self.functions.list_count)(list.raw) }.max(0);
        let word = |get: unsafe extern "C" fn(Raw, c_int, *mut *const c_char) -> c_int, place: c_int| {
            let mut pointer = ptr::null();
            // SAFETY: the list lives; the string is the list's own and is copied at once.
            let answer = unsafe { get(list.raw, place, &raw mut pointer) };
            if answer < 0 { String::new() } else { text(pointer) }
        };
        let functions = &self.functions;
        (0..count)
            .map(|place| (word(functions.list_name, place), word(functions.list_value, place)))
            .collect()
    }
}

/// Something that the library made and that is given back.
pub(super) struct Made {
    pub(super) raw: Raw,
    pub(super) free: One,
    pub(super) _library: Arc<Library>,
}

impl Drop for Made {
    fn drop(&mut self) {
        // SAFETY: made by the library, given back once.
        unsafe { (self.free)(self.raw) };
    }
}

const _: () = {
    // As the header counts it on the 64-bit systems that we run on.
    assert!(size_of::<Abilities>() == 128 + 4 * (2 + 64 + 3 + 5) + 2048 + 4 * 8);
    assert!(size_of::<c_uint>() == 4);
};

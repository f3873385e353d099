//! A camera through the C interface: what can be asked of it. With `ffi.rs` the only file of this crate with `unsafe`.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_int};
use std::ptr;
use std::sync::{Arc, PoisonError};

use super::failure::meaning;
use super::ffi::{Abilities, FilePath, Functions, Library, Made, Stop, c_string, text};
use crate::error::CameraError;

/// `GP_OPERATION_CAPTURE_PREVIEW`.
const CAPTURE_PREVIEW: c_int = 1 << 3;
/// `GP_OPERATION_CAPTURE_IMAGE` and `GP_OPERATION_TRIGGER_CAPTURE`.
const CAPTURES: c_int = 1 | 1 << 5;
/// `GP_CAPTURE_IMAGE`.
const CAPTURE_IMAGE: c_int = 0;
/// `GP_FILE_TYPE_NORMAL`.
const FILE_NORMAL: c_int = 1;
/// `GP_WIDGET_TEXT`, `_RADIO`, `_MENU`: those whose value is a string.
const STRINGS: [c_int; 3] = [2, 5, 6];
/// Longest file that is fetched: the raw files of 50-megapixel cameras, which we do not take, have some 100 MB.
const LONGEST_FILE: usize = 128 << 20;
/// Most choices of a setting; cameras have up to a hundred.
const MOST_CHOICES: c_int = 1000;

/// Something that was found on a port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Detected {
    pub(super) model: String,
    pub(super) port: String,
    /// It can be told to take a picture; telephones and music players cannot.
    pub(super) shoots: bool,
}

impl Library {
    /// What is plugged in.
    pub(super) fn detect(self: &Arc<Self>) -> Result<Vec<Detected>, CameraError> {
        let _alone = self.searching.lock().unwrap_or_else(PoisonError::into_inner);
        let list = self.made(self.functions.list_new, self.functions.list_free)?;
        // SAFETY: the list lives.
        self.call(&|| false, |context| unsafe { (self.functions.autodetect)(list.raw, context) })?;
        let found = self.pairs(&list);
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let models = self.models()?;
        let told = found.into_iter().map(|(model, port)| {
            let abilities = self.abilities(&models, &model);
            let shoots = abilities.is_ok_and(|abilities| abilities.operations & CAPTURES != 0);
            Detected { model, port, shoots }
        });
        Ok(told.collect())
    }

    /// Everything that the library knows.
    fn models(self: &Arc<Self>) -> Result<Made, CameraError> {
        let models = self.made(self.functions.abilities_new, self.functions.abilities_free)?;
        // SAFETY: the list lives.
        self.call(&|| false, |context| unsafe { (self.functions.abilities_load)(models.raw, context) })?;
        Ok(models)
    }

    fn abilities(&self, models: &Made, model: &str) -> Result<Abilities, CameraError> {
        let model = c_string(model)?;
        let check = |answer: c_int| if answer < 0 { Err(meaning(answer, "")) } else { Ok(answer) };
        // SAFETY: numbers and letters only: all zeros is one of them.
        let mut abilities: Abilities = unsafe { std::mem::zeroed() };
        // SAFETY: the list lives; `abilities` outlives the call and is laid out as the header says.
        unsafe {
            let place = check((self.functions.abilities_lookup)(models.raw, model.as_ptr()))?;
            check((self.functions.abilities_get)(models.raw, place, &raw mut abilities))?;
        }
        Ok(abilities)
    }

    /// Opens a model at a port.
    pub(super) fn open(self: &Arc<Self>, model: &str, port: &str) -> Result<Body, CameraError> {
        let alone = self.searching.lock().unwrap_or_else(PoisonError::into_inner);
        let functions = &self.functions;
        let port = c_string(port)?;
        let check = |answer: c_int| if answer < 0 { Err(meaning(answer, "")) } else { Ok(answer) };
        let abilities = self.abilities(&self.models()?, model)?;
        let ports = self.made(functions.ports_new, functions.ports_free)?;
        let camera = self.made(functions.camera_new, functions.camera_unref)?;
        let previews = abilities.operations & CAPTURE_PREVIEW != 0;
        // SAFETY: as above; the port's description belongs to `ports` and is copied by the call.
        unsafe {
            check((functions.ports_load)(ports.raw))?;
            let place = check((functions.ports_lookup)(ports.raw, port.as_ptr()))?;
            let mut info = ptr::null_mut();
            check((functions.ports_get)(ports.raw, place, &raw mut info))?;
            check((functions.set_abilities)(camera.raw, abilities))?;
            check((functions.set_port)(camera.raw, info))?;
        }
        // SAFETY: the camera lives.
        let init = self.call(&|| false, |context| unsafe { (functions.init)(camera.raw, context) });
        // Gone before it was there: it was never found.
        init.map_err(|error| if error == CameraError::Unplugged { CameraError::NotFound } else { error })?;
        drop(alone);
        Ok(Body { library: Arc::clone(self), camera, previews })
    }
}

/// A setting with choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) value: String,
    pub(super) choices: Vec<String>,
    pub(super) fixed: bool,
}

/// An open camera.
pub(super) struct Body {
    library: Arc<Library>,
    camera: Made,
    pub(super) previews: bool,
}

// SAFETY: libgphoto2 allows a camera to be used from any thread, by one at a time; `Body` is never shared.
unsafe impl Send for Body {}

impl Body {
    fn functions(&self) -> &Functions {
        &self.library.functions
    }

    fn file(&self) -> Result<Made, CameraError> {
        self.library.made(self.functions().file_new, self.functions().file_unref)
    }

    fn bytes(&self, file: &Made) -> Result<Vec<u8>, CameraError> {
        let (mut data, mut length) = (ptr::null(), 0);
        // SAFETY: the file lives; both places outlive the call.
        let answer = unsafe { (self.functions().file_data)(file.raw, &raw mut data, &raw mut length) };
        let length = length as usize;
        if answer < 0 || data.is_null() || length > LONGEST_FILE {
            return Err(meaning(answer.min(-102), ""));
        }
        // SAFETY: the library says that `data` has `length` bytes, which belong to the file; they are copied.
        Ok(unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length) }.to_vec())
    }

    /// One picture of the viewfinder.
    pub(super) fn preview(&self, stop: Stop<'_>) -> Result<Vec<u8>, CameraError> {
        let file = self.file()?;
        let call = |context| {
            // SAFETY: camera and file live.
            unsafe { (self.functions().capture_preview)(self.camera.raw, file.raw, context) }
        };
        self.library.call(stop, call)?;
        self.bytes(&file)
    }

    /// Takes a picture; gives folder and name of it on the camera.
    pub(super) fn capture(&self, stop: Stop<'_>) -> Result<(String, String), CameraError> {
        let mut path = FilePath { name: [0; 128], folder: [0; 1024] };
        let call = |context| {
            // SAFETY: the camera lives; `path` outlives the call.
            unsafe { (self.functions().capture)(self.camera.raw, CAPTURE_IMAGE, &raw mut path, context) }
        };
        self.library.call(stop, call)?;
        // The library ends its strings; the last byte makes sure.
        (path.name[127], path.folder[1023]) = (0, 0);
        Ok((text(path.folder.as_ptr()), text(path.name.as_ptr())))
    }

    /// Fetches a file.
    pub(super) fn fetch(&self, folder: &str, name: &str, stop: Stop<'_>) -> Result<Vec<u8>, CameraError> {
        let (folder, name) = (c_string(folder)?, c_string(name)?);
        let file = self.file()?;
        let call = |context| {
            // SAFETY: everything given lives until after the call.
            unsafe {
                let get = self.functions().file_get;
                get(self.camera.raw, folder.as_ptr(), name.as_ptr(), FILE_NORMAL, file.raw, context)
            }
        };
        self.library.call(stop, call)?;
        self.bytes(&file)
    }

    /// Deletes a file on the camera.
    pub(super) fn delete(&self, folder: &str, name: &str) -> Result<(), CameraError> {
        let (folder, name) = (c_string(folder)?, c_string(name)?);
        let call = |context| {
            // SAFETY: everything given lives until after the call.
            unsafe {
                (self.functions().file_delete)(self.camera.raw, folder.as_ptr(), name.as_ptr(), context)
            }
        };
        self.library.call(&|| false, call).map(drop)
    }

    /// Names in a folder: of files, or of folders.
    pub(super) fn names(
        &self,
        folder: &str,
        files: bool,
        stop: Stop<'_>,
    ) -> Result<Vec<String>, CameraError> {
        let folder = c_string(folder)?;
        let functions = self.functions();
        let list = self.library.made(functions.list_new, functions.list_free)?;
        let get = if files { functions.list_files } else { functions.list_folders };
        // SAFETY: everything given lives until after the call.
        let call = |context| unsafe { get(self.camera.raw, folder.as_ptr(), list.raw, context) };
        self.library.call(stop, call)?;
        Ok(self.library.pairs(&list).into_iter().map(|(name, _)| name).collect())
    }

    fn widget(&self, name: &CStr) -> Result<Made, CameraError> {
        let mut raw = ptr::null_mut();
        let call = |context| {
            // SAFETY: everything given lives until after the call.
            unsafe { (self.functions().get_config)(self.camera.raw, name.as_ptr(), &raw mut raw, context) }
        };
        self.library.call(&|| false, call)?;
        if raw.is_null() {
            return Err(CameraError::Unsupported);
        }
        let widget = Made { raw, free: self.functions().widget_unref, _library: Arc::clone(&self.library) };
        let mut kind = 0;
        // SAFETY: the widget lives.
        let answer = unsafe { (self.functions().widget_type)(widget.raw, &raw mut kind) };
        if answer < 0 || !STRINGS.contains(&kind) { Err(CameraError::Unsupported) } else { Ok(widget) }
    }

    /// A setting of that name, if its value is one of words.
    pub(super) fn setting(&self, name: &str) -> Result<Setting, CameraError> {
        let widget = self.widget(&c_string(name)?)?;
        let functions = self.functions();
        let (mut value, mut fixed): (*const c_char, c_int) = (ptr::null(), 0);
        // SAFETY: the widget lives and its value is a string (looked at above); it is copied before the widget goes.
        let count = unsafe {
            (functions.widget_get)(widget.raw, (&raw mut value).cast());
            (functions.widget_readonly)(widget.raw, &raw mut fixed);
            (functions.widget_choices)(widget.raw)
        };
        let choices = (0..count.clamp(0, MOST_CHOICES)).filter_map(|place| {
            let mut choice = ptr::null();
            // SAFETY: as above.
            let answer = unsafe { (functions.widget_choice)(widget.raw, place, &raw mut choice) };
            (answer >= 0).then(|| text(choice))
        });
        Ok(Setting { choices: choices.collect(), value: text(value), fixed: fixed != 0 })
    }

    /// Sets it to one of its choices.
    pub(super) fn set(&self, name: &str, choice: &str) -> Result<(), CameraError> {
        let (name, choice) = (c_string(name)?, c_string(choice)?);
        let widget = self.widget(&name)?;
        // SAFETY: the widget lives and takes a string, which it copies.
        let answer = unsafe { (self.functions().widget_set)(widget.raw, choice.as_ptr().cast()) };
        if answer < 0 {
            return Err(meaning(answer, ""));
        }
        let call = |context| {
            // SAFETY: everything given lives until after the call.
            unsafe { (self.functions().set_config)(self.camera.raw, name.as_ptr(), widget.raw, context) }
        };
        self.library.call(&|| false, call).map(drop)
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        // SAFETY: the camera lives; what holds it is given back afterwards.
        let _ = self
            .library
            .call(&|| false, |context| unsafe { (self.functions().exit)(self.camera.raw, context) });
    }
}

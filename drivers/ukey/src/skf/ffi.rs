//! The C interface of GM/T 0016-2012, loaded from the file that the configuration names.
//!
//! The only file of this crate with `unsafe`. `ULONG` and `BOOL` have 32 bits (section 6.2 of the standard), on every
//! machine. Handles are closed once each, in the reverse order of opening, on the thread that opened them: the standard
//! says nothing of threads.
#![allow(unsafe_code)]

use std::ffi::{CString, OsStr, c_char, c_void};
use std::mem::ManuallyDrop;
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;

use super::blobs::{CipherBlob, PublicKeyBlob, SignatureBlob, field, names};
use super::error::UkeyError;

/// Longest list of names that is believed.
const LONGEST_LIST: u32 = 64 * 1024;

/// Longest certificate that is believed; with SM2 one has about 700 bytes.
const LONGEST_CERTIFICATE: u32 = 64 * 1024;

/// `USER_TYPE`.
const USER: u32 = 1;

/// `DEVINFO` (section 6.4.2); only the sizes of what follows the firmware's version matter.
#[repr(C, packed(1))]
struct RawInfo {
    version: [u8; 2],
    manufacturer: [u8; 64],
    issuer: [u8; 64],
    label: [u8; 32],
    serial: [u8; 32],
    hardware: [u8; 2],
    firmware: [u8; 2],
    numbers: [u32; 8],
    reserved: [u8; 64],
    /// Room behind the structure, for libraries that were built with a longer one.
    room: [u8; 256],
}

type Handle = *mut c_void;
type OpenFn = unsafe extern "C" fn(Handle, *const c_char, *mut Handle) -> u32;
type ListFn = unsafe extern "C" fn(Handle, *mut c_char, *mut u32) -> u32;
type CloseFn = unsafe extern "C" fn(Handle) -> u32;
type PinInfoFn = unsafe extern "C" fn(Handle, u32, *mut u32, *mut u32, *mut u32) -> u32;
type PinFn = unsafe extern "C" fn(Handle, u32, *const c_char, *mut u32) -> u32;
type BytesFn = unsafe extern "C" fn(Handle, u32, *mut u8, *mut u32) -> u32;
type SignFn = unsafe extern "C" fn(Handle, *const u8, u32, *mut SignatureBlob) -> u32;
type VerifyFn =
    unsafe extern "C" fn(Handle, *const PublicKeyBlob, *const u8, u32, *const SignatureBlob) -> u32;
type DecryptFn = unsafe extern "C" fn(Handle, *const u8, *mut u8, *mut u32) -> u32;
type DecryptWithFn = unsafe extern "C" fn(Handle, u32, *const u8, *mut u8, *mut u32) -> u32;

struct Functions {
    enum_keys: unsafe extern "C" fn(u32, *mut c_char, *mut u32) -> u32,
    connect: unsafe extern "C" fn(*const c_char, *mut Handle) -> u32,
    disconnect: CloseFn,
    info: unsafe extern "C" fn(Handle, *mut RawInfo) -> u32,
    enum_applications: ListFn,
    open_application: OpenFn,
    close_application: CloseFn,
    enum_containers: ListFn,
    open_container: OpenFn,
    close_container: CloseFn,
    pin_info: PinInfoFn,
    verify_pin: PinFn,
    clear_secure_state: CloseFn,
    export_certificate: BytesFn,
    export_public_key: BytesFn,
    sign: SignFn,
    verify: VerifyFn,
}

/// A maker's library. Never unmapped: several leave threads behind that point into their code.
pub(super) struct Library {
    functions: Functions,
    code: ManuallyDrop<libloading::Library>,
}

fn check(code: u32, during: &'static str) -> Result<(), UkeyError> {
    if code == 0 { Ok(()) } else { Err(UkeyError::Library { code, during }) }
}

fn c_text(text: &str) -> Result<CString, UkeyError> {
    CString::new(text).map_err(|_| UkeyError::BadRequest("a name with a zero in it"))
}

/// A PIN as the library wants it; wiped when it goes.
struct PinText(Vec<u8>);

impl PinText {
    fn new(pin: &str) -> Result<Self, UkeyError> {
        if pin.contains('\0') {
            return Err(UkeyError::BadRequest("a PIN with a zero in it"));
        }
        // With room for the zero at once, so that no copy is left behind by growing.
        let mut bytes = Vec::with_capacity(pin.len() + 1);
        bytes.extend(pin.as_bytes());
        bytes.push(0);
        Ok(Self(bytes))
    }
}

impl Drop for PinText {
    fn drop(&mut self) {
        for byte in &mut self.0 {
            // SAFETY: a reference to a byte of our own. Volatile, so that it is done although nobody reads it.
            unsafe { ptr::write_volatile(byte, 0) };
        }
    }
}

/// Asks for a length, then for so many bytes.
fn sized(
    most: u32,
    during: &'static str,
    mut ask: impl FnMut(*mut u8, *mut u32) -> u32,
) -> Result<Vec<u8>, UkeyError> {
    let mut length = 0;
    check(ask(ptr::null_mut(), &raw mut length), during)?;
    if length > most {
        return Err(UkeyError::Garbage { during, what: "a length that cannot be" });
    }
    // Some libraries write one zero more than they say.
    let mut bytes = vec![0; length as usize + 64];
    let mut written = length;
    check(ask(bytes.as_mut_ptr(), &raw mut written), during)?;
    if written > length {
        return Err(UkeyError::Garbage { during, what: "more bytes than it said" });
    }
    bytes.truncate(written as usize);
    Ok(bytes)
}

impl Library {
    /// Loads the library in a file.
    pub(super) fn load(file: &OsStr) -> Result<Arc<Self>, UkeyError> {
        // SAFETY: loading runs the library's initialisers. Nothing can be promised of a maker's library: that is why it
        // is loaded in the host and never in the terminal.
        let code = unsafe { libloading::Library::new(file) }.map_err(|error| {
            tracing::warn!(%error, "a UKey's library cannot be loaded");
            UkeyError::LibraryMissing
        })?;
        macro_rules! symbol {
            ($name:literal) => {
                // SAFETY: the type written at each place of use is the prototype in GM/T 0016; the pointer stays valid
                // because the library is never unmapped.
                *unsafe { code.get(concat!($name, "\0").as_bytes()) }
                    .map_err(|_| UkeyError::LibraryUnfit($name))?
            };
        }
        let functions = Functions {
            enum_keys: symbol!("SKF_EnumDev"),
            connect: symbol!("SKF_ConnectDev"),
            disconnect: symbol!("SKF_DisConnectDev"),
            info: symbol!("SKF_GetDevInfo"),
            enum_applications: symbol!("SKF_EnumApplication"),
            open_application: symbol!("SKF_OpenApplication"),
            close_application: symbol!("SKF_CloseApplication"),
            enum_containers: symbol!("SKF_EnumContainer"),
            open_container: symbol!("SKF_OpenContainer"),
            close_container: symbol!("SKF_CloseContainer"),
            pin_info: symbol!("SKF_GetPINInfo"),
            verify_pin: symbol!("SKF_VerifyPIN"),
            clear_secure_state: symbol!("SKF_ClearSecureState"),
            export_certificate: symbol!("SKF_ExportCertificate"),
            export_public_key: symbol!("SKF_ExportPublicKey"),
            sign: symbol!("SKF_ECCSignData"),
            verify: symbol!("SKF_ECCVerify"),
        };
        Ok(Arc::new(Self { functions, code: ManuallyDrop::new(code) }))
    }

    /// The keys that are plugged in.
    pub(super) fn keys(&self) -> Result<Vec<String>, UkeyError> {
        // SAFETY: 1 asks for keys that are present; the buffer is as long as `sized` says.
        let list = sized(LONGEST_LIST, "SKF_EnumDev", |buffer, length| unsafe {
            (self.functions.enum_keys)(1, buffer.cast(), length)
        })?;
        Ok(names(&list))
    }

    /// Connects to a key.
    pub(super) fn connect(self: &Arc<Self>, name: &str) -> Result<Key, UkeyError> {
        let name = c_text(name)?;
        let mut handle = ptr::null_mut();
        // SAFETY: `name` and `handle` outlive the call.
        check(unsafe { (self.functions.connect)(name.as_ptr(), &raw mut handle) }, "SKF_ConnectDev")?;
        let held = Held { library: Arc::clone(self), handle, close: self.functions.disconnect };
        Ok(Key(Rc::new(held)))
    }
}

/// A handle of the library, closed when it goes.
struct Held {
    library: Arc<Library>,
    handle: Handle,
    close: CloseFn,
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: opened once, closed once, with the function that belongs to its kind.
        unsafe { (self.close)(self.handle) };
    }
}

/// What a key tells of itself.
pub(super) struct KeyInfo {
    pub(super) maker: String,
    pub(super) label: String,
    pub(super) serial: String,
    pub(super) firmware: String,
}

/// A connected key. Stays on the thread that connected it.
#[derive(Clone)]
pub(super) struct Key(Rc<Held>);

fn list(held: &Held, ask: ListFn, during: &'static str) -> Result<Vec<String>, UkeyError> {
    // SAFETY: the handle is open; the buffer is as long as `sized` says.
    let bytes =
        sized(LONGEST_LIST, during, |buffer, length| unsafe { ask(held.handle, buffer.cast(), length) })?;
    Ok(names(&bytes))
}

fn open(
    held: &Held,
    name: &str,
    ask: OpenFn,
    close: CloseFn,
    during: &'static str,
) -> Result<Held, UkeyError> {
    let name = c_text(name)?;
    let mut handle = ptr::null_mut();
    // SAFETY: the handle is open; `name` and `handle` outlive the call.
    check(unsafe { ask(held.handle, name.as_ptr(), &raw mut handle) }, during)?;
    Ok(Held { library: Arc::clone(&held.library), handle, close })
}

impl Key {
    fn functions(&self) -> &Functions {
        &self.0.library.functions
    }

    pub(super) fn info(&self) -> Result<KeyInfo, UkeyError> {
        let mut raw = RawInfo {
            version: [0; 2],
            manufacturer: [0; 64],
            issuer: [0; 64],
            label: [0; 32],
            serial: [0; 32],
            hardware: [0; 2],
            firmware: [0; 2],
            numbers: [0; 8],
            reserved: [0; 64],
            room: [0; 256],
        };
        // SAFETY: the handle is open; `raw` has the standard's layout, and room behind it.
        check(unsafe { (self.functions().info)(self.0.handle, &raw mut raw) }, "SKF_GetDevInfo")?;
        Ok(KeyInfo {
            maker: field(&raw.manufacturer),
            label: field(&raw.label),
            serial: field(&raw.serial),
            firmware: format!("{}.{}", raw.firmware[0], raw.firmware[1]),
        })
    }

    pub(super) fn applications(&self) -> Result<Vec<String>, UkeyError> {
        list(&self.0, self.functions().enum_applications, "SKF_EnumApplication")
    }

    pub(super) fn application(&self, name: &str) -> Result<Application, UkeyError> {
        let functions = self.functions();
        let held = open(
            &self.0,
            name,
            functions.open_application,
            functions.close_application,
            "SKF_OpenApplication",
        )?;
        Ok(Application { held, _key: self.clone() })
    }

    /// Whether the key itself takes a signature for that of this public key.
    pub(super) fn verify(
        &self,
        key: &PublicKeyBlob,
        digest: &[u8; 32],
        signature: &SignatureBlob,
    ) -> Result<bool, UkeyError> {
        // SAFETY: the handle is open; every pointer is to something that outlives the call.
        let code = unsafe {
            (self.functions().verify)(
                self.0.handle,
                &raw const *key,
                digest.as_ptr(),
                digest.len() as u32,
                &raw const *signature,
            )
        };
        match check(code, "SKF_ECCVerify") {
            Ok(()) => Ok(true),
            // A removed key, a handle that is none and "not supported" are no verdict.
            Err(error @ UkeyError::Library { code: 0x0a00_0003 | 0x0a00_0005 | 0x0a00_0023, .. }) => {
                Err(error)
            }
            Err(_) => Ok(false),
        }
    }
}

/// An open application (应用) of a key.
pub(super) struct Application {
    held: Held,
    // Declared after the handle, so dropped after it.
    _key: Key,
}

impl Application {
    fn functions(&self) -> &Functions {
        &self.held.library.functions
    }

    pub(super) fn containers(&self) -> Result<Vec<String>, UkeyError> {
        list(&self.held, self.functions().enum_containers, "SKF_EnumContainer")
    }

    /// How many tries the user's PIN has left.
    pub(super) fn tries_left(&self) -> Result<u32, UkeyError> {
        let (mut most, mut left, mut unchanged) = (0, 0, 0);
        // SAFETY: the handle is open; the three numbers outlive the call.
        let code = unsafe {
            (self.functions().pin_info)(
                self.held.handle,
                USER,
                &raw mut most,
                &raw mut left,
                &raw mut unchanged,
            )
        };
        check(code, "SKF_GetPINInfo")?;
        Ok(left)
    }

    /// Logs in. Until [`Login`] goes, the key does what wants a PIN.
    pub(super) fn log_in(&self, pin: &str) -> Result<Login<'_>, UkeyError> {
        let text = PinText::new(pin)?;
        let mut left = 0;
        // SAFETY: the handle is open; the text ends with a zero; both outlive the call.
        let code = unsafe {
            (self.functions().verify_pin)(self.held.handle, USER, text.0.as_ptr().cast(), &raw mut left)
        };
        match check(code, "SKF_VerifyPIN") {
            Ok(()) => Ok(Login(self)),
            Err(UkeyError::Library { code: 0x0a00_0025, .. }) => Err(UkeyError::PinLocked),
            Err(UkeyError::Library { code: 0x0a00_0024, .. }) if left == 0 => Err(UkeyError::PinLocked),
            Err(UkeyError::Library { code: 0x0a00_0024, .. }) => Err(UkeyError::PinWrong { left }),
            Err(error) => Err(error),
        }
    }

    pub(super) fn container(&self, name: &str) -> Result<Container<'_>, UkeyError> {
        let functions = self.functions();
        let held =
            open(&self.held, name, functions.open_container, functions.close_container, "SKF_OpenContainer")?;
        Ok(Container { held, _application: self })
    }
}

/// The time between a PIN and the log-out.
pub(super) struct Login<'a>(&'a Application);

impl Drop for Login<'_> {
    fn drop(&mut self) {
        // SAFETY: the application is open as long as the login.
        unsafe { (self.0.functions().clear_secure_state)(self.0.held.handle) };
    }
}

/// An open container (容器): a pair of keys to sign with, one to decrypt with, and their certificates.
pub(super) struct Container<'a> {
    held: Held,
    _application: &'a Application,
}

impl Container<'_> {
    fn functions(&self) -> &Functions {
        &self.held.library.functions
    }

    fn export(&self, ask: BytesFn, most: u32, during: &'static str) -> Result<Vec<u8>, UkeyError> {
        // SAFETY: the handle is open; 1 asks for the pair that signs; the buffer is as long as `sized` says.
        sized(most, during, |buffer, length| unsafe { ask(self.held.handle, 1, buffer, length) })
    }

    /// The signing certificate.
    pub(super) fn certificate(&self) -> Result<Vec<u8>, UkeyError> {
        let der =
            self.export(self.functions().export_certificate, LONGEST_CERTIFICATE, "SKF_ExportCertificate")?;
        if der.is_empty() { Err(UkeyError::NoCertificate) } else { Ok(der) }
    }

    /// The public key to check signatures with.
    pub(super) fn public_key(&self) -> Result<PublicKeyBlob, UkeyError> {
        const DURING: &str = "SKF_ExportPublicKey";
        let bytes = self.export(self.functions().export_public_key, 1024, DURING)?;
        PublicKeyBlob::parse(&bytes).ok_or(UkeyError::Garbage { during: DURING, what: "no public key" })
    }

    pub(super) fn sign(&self, digest: &[u8; 32]) -> Result<SignatureBlob, UkeyError> {
        let mut blob = SignatureBlob::EMPTY;
        // SAFETY: the handle is open; digest and blob outlive the call.
        let code = unsafe {
            (self.functions().sign)(self.held.handle, digest.as_ptr(), digest.len() as u32, &raw mut blob)
        };
        check(code, "SKF_ECCSignData")?;
        Ok(blob)
    }

    /// Decrypts with the function that the configuration names: the standard has none for a container's own key.
    pub(super) fn decrypt(&self, cipher: &CipherBlob, how: Decrypting) -> Result<Vec<u8>, UkeyError> {
        let code = &self.held.library.code;
        let (handle, blob) = (self.held.handle, cipher.bytes().as_ptr());
        match how {
            Decrypting::EccDecrypt => {
                const NAME: &str = "SKF_ECCDecrypt";
                // SAFETY: the prototype is that of the makers who have this function; the configuration says that this
                // one has.
                let ask: libloading::Symbol<'_, DecryptFn> = unsafe { code.get(NAME.as_bytes()) }
                    .map_err(|_| UkeyError::Unsupported("the library has no SKF_ECCDecrypt"))?;
                // SAFETY: the handle is open; the blob outlives the call; the buffer is as long as `sized` says.
                sized(CipherBlob::LONGEST as u32, NAME, |buffer, length| unsafe {
                    ask(handle, blob, buffer, length)
                })
            }
            Decrypting::PrivateKeyDecrypt => {
                const NAME: &str = "SKF_PrvKeyDecrypt";
                // SAFETY: as above.
                let ask: libloading::Symbol<'_, DecryptWithFn> = unsafe { code.get(NAME.as_bytes()) }
                    .map_err(|_| UkeyError::Unsupported("the library has no SKF_PrvKeyDecrypt"))?;
                // SAFETY: as above; 1 is the pair that decrypts.
                sized(CipherBlob::LONGEST as u32, NAME, |buffer, length| unsafe {
                    ask(handle, 1, blob, buffer, length)
                })
            }
        }
    }
}

/// Which maker's function decrypts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decrypting {
    /// `SKF_ECCDecrypt(container, cipher, plain, length)`.
    EccDecrypt,
    /// `SKF_PrvKeyDecrypt(container, 1, cipher, plain, length)`.
    PrivateKeyDecrypt,
}

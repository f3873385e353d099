//! The C functions of GM/T 0016-2012 section 7 that a counter needs, and stumps for the others, which answer
//! `SAR_NOTSUPPORTYETERR`: programs look for all of them when they load a library.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char};

use gm::{Signature, VerifyingKey};

use crate::entry::{Call, Opened, handles};
use crate::store::KeyFault;
use crate::structure::{
    DevInfo, SAR_BUFFER_TOO_SMALL, SAR_CERTNOTFOUNTERR, SAR_DECRYPTPADERR, SAR_DEVICE_REMOVED, SAR_FAIL,
    SAR_INDATAERR, SAR_INDATALENERR, SAR_INVALIDPARAMERR, SAR_KEYNOTFOUNTERR, SAR_NOTSUPPORTYETERR, SAR_OK,
    SAR_PIN_INCORRECT, SAR_PIN_LOCKED, SAR_USER_NOT_LOGGED_IN, SAR_USER_TYPE_INVALID, narrow, public_blob,
    widen,
};

/// `USER_TYPE`.
const USER: u32 = 1;

fn answer(work: impl FnOnce() -> Result<(), u32>) -> u32 {
    // Nothing may unwind through C.
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    match done {
        Ok(Ok(())) => SAR_OK,
        Ok(Err(code)) => code,
        Err(_) => SAR_FAIL,
    }
}

/// # Safety
/// `text` is null or ends with a zero.
unsafe fn text(text: *const c_char) -> Result<String, u32> {
    if text.is_null() {
        return Err(SAR_INVALIDPARAMERR);
    }
    // SAFETY: not null, and the caller keeps the rest.
    Ok(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

/// # Safety
/// `place` is null or may be written.
unsafe fn put<T>(place: *mut T, value: T) -> Result<(), u32> {
    if place.is_null() {
        return Err(SAR_INVALIDPARAMERR);
    }
    // SAFETY: not null, and the caller keeps the rest. Unaligned: structures of the standard are packed.
    unsafe { place.write_unaligned(value) };
    Ok(())
}

/// Tells a length, or fills a buffer that is long enough.
///
/// # Safety
/// `length` is null or may be read and written; `buffer` is null or has `*length` bytes.
unsafe fn fill(bytes: &[u8], buffer: *mut u8, length: *mut u32, fault: KeyFault) -> Result<(), u32> {
    if length.is_null() {
        return Err(SAR_INVALIDPARAMERR);
    }
    // SAFETY: not null; see above.
    let room = unsafe { length.read_unaligned() };
    let mut told = bytes.len() as u32;
    if fault == KeyFault::AbsurdLength {
        told = u32::MAX - 7;
    } else if fault == KeyFault::Overlong && !buffer.is_null() {
        told += 33;
    }
    // SAFETY: as above.
    unsafe { length.write_unaligned(told) };
    if buffer.is_null() {
        return Ok(());
    }
    if (room as usize) < bytes.len() {
        return Err(SAR_BUFFER_TOO_SMALL);
    }
    // SAFETY: the buffer has `room` bytes, which are enough.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), buffer, bytes.len()) };
    Ok(())
}

/// # Safety
/// `data` is null or has `length` bytes.
unsafe fn digest(data: *const u8, length: u32) -> Result<[u8; 32], u32> {
    if data.is_null() || length != 32 {
        return Err(SAR_INDATALENERR);
    }
    // SAFETY: not null and 32 bytes long.
    Ok(unsafe { data.cast::<[u8; 32]>().read_unaligned() })
}

/// Each name with its zero, and one more; nothing at all where there is no name.
fn list(names: &[&str]) -> Vec<u8> {
    if names.is_empty() {
        return Vec::new();
    }
    let mut bytes: Vec<u8> = names.iter().flat_map(|name| name.bytes().chain([0])).collect();
    bytes.push(0);
    bytes
}

/// Defines exported functions: each begins a call under its own name.
macro_rules! skf {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $kind:ty),*) |$call:ident| $body:block)*) => {
        $($(#[$doc])*
        ///
        /// # Safety
        /// As GM/T 0016 says: pointers are null or lead to what the standard describes.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $kind),*) -> u32 {
            answer(|| {
                let $call = Call::begin(stringify!($name));
                // SAFETY: whoever calls keeps the standard.
                #[allow(unused_unsafe, reason = "one of them touches no pointer")]
                unsafe { $body }
            })
        })*
    };
}

skf! {
    /// The keys that are plugged in.
    fn SKF_EnumDev(_present: u32, names: *mut u8, size: *mut u32) |call| {
        let (found, fault) = match &call {
            Ok(call) => (vec![call.key.device.as_str()], call.fault),
            // A key that is not there is not listed; that is no error.
            Err(SAR_DEVICE_REMOVED) => (Vec::new(), KeyFault::None),
            Err(code) => return Err(*code),
        };
        fill(&list(&found), names, size, fault)
    }

    /// Connects to a key.
    fn SKF_ConnectDev(name: *const c_char, handle: *mut usize) |call| {
        let call = call?;
        if text(name)? != call.key.device {
            return Err(SAR_DEVICE_REMOVED);
        }
        put(handle, handles().add(Opened::Key))
    }

    /// Whether a key is there: 1 it is, 0 it is not.
    fn SKF_GetDevState(_name: *const c_char, state: *mut u32) |call| {
        put(state, u32::from(call.is_ok()))
    }

    /// What a key is.
    fn SKF_GetDevInfo(handle: usize, info: *mut DevInfo) |call| {
        let call = call?;
        handles().key(handle)?;
        put(info, DevInfo::new(&call.key.label, &call.key.serial))
    }

    /// Gives a key its label.
    fn SKF_SetLabel(handle: usize, label: *const c_char) |call| {
        let mut call = call?;
        handles().key(handle)?;
        call.key.label = text(label)?;
        call.key.save(&call.folder).map_err(|_| SAR_FAIL)
    }

    /// The applications of a key.
    fn SKF_EnumApplication(handle: usize, names: *mut u8, size: *mut u32) |call| {
        let call = call?;
        handles().key(handle)?;
        fill(&list(&[&call.key.application]), names, size, KeyFault::None)
    }

    /// Opens an application.
    fn SKF_OpenApplication(key: usize, name: *const c_char, handle: *mut usize) |call| {
        let call = call?;
        handles().key(key)?;
        call.application(&text(name)?)?;
        put(handle, handles().add(Opened::Application { logged_in: false }))
    }

    /// The containers of an application.
    fn SKF_EnumContainer(handle: usize, names: *mut u8, size: *mut u32) |call| {
        let call = call?;
        handles().application(handle)?;
        let names_of: Vec<&str> = call.key.containers.iter().map(|one| one.name.as_str()).collect();
        fill(&list(&names_of), names, size, KeyFault::None)
    }

    /// Opens a container.
    fn SKF_OpenContainer(application: usize, name: *const c_char, handle: *mut usize) |call| {
        let call = call?;
        handles().application(application)?;
        let name = text(name)?;
        if !call.key.containers.iter().any(|one| one.name == name) {
            return Err(SAR_KEYNOTFOUNTERR);
        }
        put(handle, handles().add(Opened::Container { application, name }))
    }

    /// The kind of a container: 2 is ECC.
    fn SKF_GetContainerType(handle: usize, kind: *mut u32) |call| {
        call?.container(handle)?;
        put(kind, 2)
    }

    /// How many tries a PIN has.
    fn SKF_GetPINInfo(handle: usize, kind: u32, most: *mut u32, left: *mut u32, unchanged: *mut u32) |call| {
        let call = call?;
        handles().application(handle)?;
        if kind != USER {
            return Err(SAR_USER_TYPE_INVALID);
        }
        put(most, call.key.tries)?;
        put(left, call.key.tries_left)?;
        put(unchanged, 0)
    }

    /// Logs in.
    fn SKF_VerifyPIN(handle: usize, kind: u32, pin: *const c_char, left: *mut u32) |call| {
        let mut call = call?;
        handles().application(handle)?;
        if kind != USER {
            return Err(SAR_USER_TYPE_INVALID);
        }
        let pin = text(pin)?;
        if call.key.tries_left == 0 {
            put(left, 0)?;
            return Err(SAR_PIN_LOCKED);
        }
        let right = pin == call.key.pin;
        call.key.tries_left = if right { call.key.tries } else { call.key.tries_left - 1 };
        call.key.save(&call.folder).map_err(|_| SAR_FAIL)?;
        put(left, call.key.tries_left)?;
        handles().log_in(handle, right);
        match (right, call.key.tries_left) {
            (true, _) => Ok(()),
            (false, 0) => Err(SAR_PIN_LOCKED),
            (false, _) => Err(SAR_PIN_INCORRECT),
        }
    }

    /// Logs out.
    fn SKF_ClearSecureState(handle: usize) |call| {
        drop(call);
        let mut table = handles();
        table.application(handle)?;
        table.log_in(handle, false);
        Ok(())
    }

    /// The certificate of a container.
    fn SKF_ExportCertificate(handle: usize, signing: u32, bytes: *mut u8, length: *mut u32) |call| {
        let call = call?;
        let (container, _) = call.container(handle)?;
        let mut der = hex::decode(&container.certificate).map_err(|_| SAR_FAIL)?;
        if der.is_empty() || signing == 0 {
            return Err(SAR_CERTNOTFOUNTERR);
        }
        let point = container.signing_key().ok_or(SAR_FAIL)?.verifying_key();
        let place = der.windows(65).position(|bytes| bytes == point.as_bytes());
        match (call.fault, place) {
            (KeyFault::ForeignCertificate, Some(place)) => der[place + 1] ^= 1,
            (KeyFault::Truncated, Some(place)) => der.truncate(place + 40),
            _ => {}
        }
        fill(&der, bytes, length, call.fault)
    }

    /// A public key of a container.
    fn SKF_ExportPublicKey(handle: usize, signing: u32, bytes: *mut u8, length: *mut u32) |call| {
        let call = call?;
        let (container, _) = call.container(handle)?;
        let key = if signing == 0 { container.decrypting_key() } else { container.signing_key() };
        let mut point = *key.ok_or(SAR_FAIL)?.verifying_key().as_bytes();
        if call.fault == KeyFault::BadPoint {
            point[64] ^= 1;
        }
        fill(&public_blob(&point), bytes, length, KeyFault::None)
    }

    /// Signs a digest.
    fn SKF_ECCSignData(handle: usize, data: *const u8, length: u32, signature: *mut [u8; 128]) |call| {
        let call = call?;
        let (container, logged_in) = call.container(handle)?;
        if !logged_in {
            return Err(SAR_USER_NOT_LOGGED_IN);
        }
        let digest = digest(data, length)?;
        let signed = container.signing_key().and_then(|key| key.sign_digest(&digest).ok()).ok_or(SAR_FAIL)?;
        let mut blob = widen(signed.as_bytes());
        match call.fault {
            KeyFault::BadSignature => blob[127] ^= 1,
            KeyFault::LongSignature => blob[3] = 1,
            _ => {}
        }
        put(signature, blob)
    }

    /// Checks a signature with a public key that is given.
    fn SKF_ECCVerify(
        handle: usize, key: *const [u8; 132], data: *const u8, length: u32, signature: *const [u8; 128]
    ) |call| {
        let call = call?;
        handles().key(handle)?;
        if key.is_null() || signature.is_null() {
            return Err(SAR_INVALIDPARAMERR);
        }
        let digest = digest(data, length)?;
        if call.fault == KeyFault::BadVerdict {
            return Ok(());
        }
        let coordinates: [u8; 128] = key.read_unaligned()[4..].try_into().map_err(|_| SAR_INDATAERR)?;
        let mut point = [4; 65];
        point[1..].copy_from_slice(&narrow(&coordinates).ok_or(SAR_INDATAERR)?);
        let public = VerifyingKey::from_bytes(&point).map_err(|_| SAR_INDATAERR)?;
        let signature = narrow(&signature.read_unaligned()).ok_or(SAR_INDATAERR)?;
        public.verify_digest(&digest, &Signature(signature)).map_err(|_| SAR_FAIL)
    }

    /// Decrypts with a container's key: a function that several makers have beside the standard.
    fn SKF_ECCDecrypt(handle: usize, cipher: *const u8, plain: *mut u8, length: *mut u32) |call| {
        let call = call?;
        let (container, logged_in) = call.container(handle)?;
        if cipher.is_null() {
            return Err(SAR_INVALIDPARAMERR);
        }
        let size = cipher.add(160).cast::<u32>().read_unaligned() as usize;
        if size == 0 || size > 4096 {
            return Err(SAR_INDATALENERR);
        }
        if plain.is_null() {
            let size = size - usize::from(call.fault == KeyFault::ShortPlain);
            return fill(&vec![0; size], plain, length, KeyFault::None);
        }
        if !logged_in {
            return Err(SAR_USER_NOT_LOGGED_IN);
        }
        let point = narrow(&cipher.cast::<[u8; 128]>().read_unaligned()).ok_or(SAR_INDATAERR)?;
        let hash = std::slice::from_raw_parts(cipher.add(128), 32);
        let text = std::slice::from_raw_parts(cipher.add(164), size);
        let sealed = [&[4][..], &point, hash, text].concat();
        let key = container.decrypting_key().ok_or(SAR_FAIL)?;
        let mut opened = key.open_sealed(&sealed).map_err(|_| SAR_DECRYPTPADERR)?.to_vec();
        if call.fault == KeyFault::ShortPlain {
            opened.pop();
        }
        fill(&opened, plain, length, KeyFault::None)
    }
}

/// Functions that close a handle; they do so also when the key has gone.
macro_rules! closing {
    ($($name:ident)*) => {
        $(/// Closes a handle.
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(handle: usize) -> u32 {
            handles().close(handle)
        })*
    };
}

closing! { SKF_DisConnectDev SKF_CloseApplication SKF_CloseContainer }

/// Functions of the standard that this key does not have. In the calling conventions of Linux, arguments that nobody
/// takes do no harm.
macro_rules! not_here {
    ($($name:ident)*) => {
        $(/// Not supported.
        #[unsafe(no_mangle)]
        pub extern "C" fn $name() -> u32 {
            SAR_NOTSUPPORTYETERR
        })*
    };
}

not_here! {
    SKF_WaitForDevEvent SKF_CancelWaitForDevEvent SKF_LockDev SKF_UnlockDev SKF_Transmit SKF_DevAuth
    SKF_ChangeDevAuthKey SKF_CreateApplication SKF_DeleteApplication SKF_ChangePIN SKF_UnblockPIN SKF_CreateFile
    SKF_DeleteFile SKF_EnumFiles SKF_GetFileInfo SKF_ReadFile SKF_WriteFile SKF_CreateContainer SKF_DeleteContainer
    SKF_ImportCertificate SKF_GenRandom SKF_SetSymmKey SKF_ExtECCEncrypt SKF_ExtECCDecrypt SKF_ExtECCSign
    SKF_ExtECCVerify SKF_GenerateKeyWithECC SKF_GenECCKeyPair SKF_ImportECCKeyPair SKF_GenerateAgreementDataWithECC
    SKF_GenerateAgreementDataAndKeyWithECC SKF_ImportSessionKey SKF_ECCExportSessionKey SKF_EncryptInit SKF_Encrypt
    SKF_EncryptUpdate SKF_EncryptFinal SKF_DecryptInit SKF_Decrypt SKF_DecryptUpdate SKF_DecryptFinal
}

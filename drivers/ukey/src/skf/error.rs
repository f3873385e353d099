//! What can go wrong between this driver, a maker's library and a UKey.

use driver_contract::{DeviceClass, DeviceId, Fault, FaultCode};

/// A request that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UkeyError {
    /// The library is not there, or cannot be loaded.
    #[error("the library cannot be loaded")]
    LibraryMissing,
    /// The file that was loaded lacks a function of GM/T 0016.
    #[error("the library has no symbol {0}")]
    LibraryUnfit(&'static str),
    /// The library answered with an error of GM/T 0016.
    #[error("{during} answered {code:08X}")]
    Library {
        /// The number.
        code: u32,
        /// The call.
        during: &'static str,
    },
    /// The library broke the interface: a length that cannot be, a handle that is none.
    #[error("{during} gave {what}")]
    Garbage {
        /// The call.
        during: &'static str,
        /// What.
        what: &'static str,
    },
    /// No key is plugged in.
    #[error("no key is plugged in")]
    NoKey,
    /// The key has no application, or not the one that is configured.
    #[error("no such application on the key")]
    NoApplication,
    /// The PIN is wrong; so many tries are left.
    #[error("wrong PIN, {left} tries left")]
    PinWrong {
        /// Tries left.
        left: u32,
    },
    /// The PIN is locked.
    #[error("the PIN is locked")]
    PinLocked,
    /// The container has no certificate.
    #[error("no certificate in the container")]
    NoCertificate,
    /// A result that does not hold.
    #[error("{0}")]
    BadResult(&'static str),
    /// The request itself cannot be.
    #[error("{0}")]
    BadRequest(&'static str),
    /// The key's library has no such function, or the configuration does not say which.
    #[error("{0}")]
    Unsupported(&'static str),
    /// The task was cancelled before the key was asked.
    #[error("cancelled")]
    Cancelled,
}

impl UkeyError {
    /// The catalogue's entry.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::LibraryMissing => FaultCode::LibraryMissing,
            Self::LibraryUnfit(_) => FaultCode::LibraryUnusable,
            Self::Library { code, .. } => library(*code),
            Self::Garbage { .. } => FaultCode::LibraryGarbage,
            Self::NoKey => FaultCode::NoUkey,
            Self::NoApplication | Self::NoCertificate => FaultCode::UkeyNoCertificate,
            Self::PinWrong { .. } => FaultCode::PinWrong,
            Self::PinLocked => FaultCode::PinLocked,
            Self::BadResult(_) => FaultCode::UkeyBadResult,
            Self::BadRequest(_) => FaultCode::BadParameters,
            Self::Unsupported(_) => FaultCode::Unsupported,
            Self::Cancelled => FaultCode::Cancelled,
        }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.fault_code().as_str()
    }

    /// The fault, at its device.
    #[must_use]
    pub fn at(&self, device: &DeviceId) -> Fault {
        Fault::new(self.fault_code(), DeviceClass::Ukey).at(device).with_detail(self.to_string())
    }

    /// Whether the key must be connected anew.
    #[must_use]
    pub const fn key_is_lost(&self) -> bool {
        matches!(self.fault_code(), FaultCode::Unplugged | FaultCode::NoUkey | FaultCode::LineFailed)
            || matches!(self, Self::Garbage { .. } | Self::Library { code: INVALID_HANDLE, .. })
    }
}

/// `SAR_INVALIDHANDLEERR`.
const INVALID_HANDLE: u32 = 0x0a00_0005;

/// The errors of GM/T 0016-2012 annex B in the catalogue's terms.
const fn library(code: u32) -> FaultCode {
    match code {
        // SAR_NOTSUPPORTYETERR
        0x0a00_0003 => FaultCode::Unsupported,
        // SAR_INVALIDHANDLEERR: how several libraries say that the key was pulled and plugged in again.
        // SAR_DEVICE_REMOVED
        INVALID_HANDLE | 0x0a00_0023 => FaultCode::Unplugged,
        // SAR_INVALIDPARAMERR, SAR_NAMELENERR, SAR_INDATALENERR, SAR_INDATAERR
        0x0a00_0006 | 0x0a00_0009 | 0x0a00_0010 | 0x0a00_0011 => FaultCode::BadParameters,
        // SAR_KEYUSAGEERR, SAR_OBJERR, SAR_HASHOBJERR, SAR_HASHERR, SAR_NOTEXPORTERR, SAR_KEYINFOTYPEERR,
        // SAR_USER_PIN_NOT_INITIALIZED, SAR_USER_TYPE_INVALID, SAR_USER_NOT_LOGGED_IN, SAR_NO_AUTH and what else a key
        // says when it does not want to.
        0x0a00_000a | 0x0a00_000d | 0x0a00_0013 | 0x0a00_0014 | 0x0a00_001d | 0x0a00_0021 | 0x0a00_0028
        | 0x0a00_0029 | 0x0a00_002a | 0x0a00_002d | 0x0a00_0033 => FaultCode::UkeyRefused,
        // SAR_TIMEOUTERR
        0x0a00_000f => FaultCode::Timeout,
        // SAR_READFILEERR, SAR_WRITEFILEERR, SAR_FILEERR: the key's own storage.
        0x0a00_0004 | 0x0a00_0007 | 0x0a00_0008 => FaultCode::LineFailed,
        // SAR_KEYNOTFOUNTERR, SAR_CERTNOTFOUNTERR, SAR_APPLICATION_NAME_INVALID, SAR_APPLICATION_NOT_EXISTS,
        // SAR_FILE_NOT_EXIST: the container or its certificate is not there.
        0x0a00_001b | 0x0a00_001c | 0x0a00_002b | 0x0a00_002e | 0x0a00_0031 => FaultCode::UkeyNoCertificate,
        // SAR_HASHNOTEQUALERR, SAR_DECRYPTPADERR
        0x0a00_001a | 0x0a00_001e => FaultCode::UkeyBadResult,
        // SAR_PIN_INCORRECT, SAR_PIN_INVALID, SAR_PIN_LEN_RANGE
        0x0a00_0024 | 0x0a00_0026 | 0x0a00_0027 => FaultCode::PinWrong,
        // SAR_PIN_LOCKED
        0x0a00_0025 => FaultCode::PinLocked,
        // SAR_NO_ROOM, SAR_REACH_MAX_CONTAINER_COUNT
        0x0a00_0030 | 0x0a00_0032 => FaultCode::DeviceFull,
        // SAR_BUFFER_TOO_SMALL: to a buffer of the size that the library itself had named.
        0x0a00_0020 => FaultCode::LibraryGarbage,
        // SAR_FAIL, SAR_UNKNOWNERR
        0x0a00_0001 | 0x0a00_0002 => FaultCode::UkeyRefused,
        // SAR_NOTINITIALIZEERR, SAR_MEMORYERR, RSA's and random's, a file that exists already, and numbers that the
        // standard does not have.
        _ => FaultCode::DriverFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_of_the_standard_has_its_fault() {
        let unnamed: Vec<u32> = (0x0a00_0001..=0x0a00_0033_u32)
            .filter(|code| library(*code) == FaultCode::DriverFailed)
            .map(|code| code & 0xff)
            .collect();
        // MODULUSLEN, NOTINITIALIZE, MEMORY, GENRAND, RSA's five, MACLEN, NOT_EVENT, APPLICATION_EXISTS,
        // FILE_ALREADY_EXIST: nothing that is asked of a key here can end so.
        assert_eq!(unnamed, [0x0b, 0x0c, 0x0e, 0x12, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1f, 0x22, 0x2c, 0x2f]);
        assert_eq!(library(0x0a00_0024), FaultCode::PinWrong);
        assert_eq!(library(0x0a00_0025), FaultCode::PinLocked);
        assert_eq!(library(0x0a00_0023), FaultCode::Unplugged);
    }
}

//! What can go wrong with a maker's library.

use driver_contract::{DeviceClass, Fault, FaultCode};

/// Why a library, or what it answered, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// Anybody may replace the file, or it is not there.
    #[error("the library file is missing or may be written by others")]
    Untrusted,
    /// The loader refused it: another architecture, a missing library.
    #[error("the loader refused the library: {0}")]
    Loader(String),
    /// It does not offer the interface, or another version of it.
    #[error("the library does not offer version 1 of the interface")]
    Interface,
    /// Its device class or name is not one of ours.
    #[error("the library's name or class is not usable")]
    Name,
    /// It answered something that is no answer to the call.
    #[error("{0}")]
    Garbage(&'static str),
    /// It told a fault of the catalogue.
    #[error("fault {code}")]
    Told {
        /// Which.
        code: FaultCode,
        /// Its words, shortened, without numbers.
        detail: String,
    },
}

impl LibraryError {
    /// The catalogue's entry.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::Untrusted | Self::Loader(_) | Self::Interface | Self::Name => FaultCode::LibraryUnusable,
            Self::Garbage(_) => FaultCode::LibraryGarbage,
            Self::Told { code, .. } => *code,
        }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.fault_code().as_str()
    }

    /// The fault of a class.
    #[must_use]
    pub fn fault(&self, class: DeviceClass) -> Fault {
        let detail = match self {
            Self::Told { detail, .. } => detail.clone(),
            other => other.to_string(),
        };
        Fault::new(self.fault_code(), class).with_detail(detail)
    }
}

//! What can go wrong between a driver and a scanner. Nothing here says what was scanned.

use driver_contract::{DeviceClass, DeviceId, Fault, FaultCode};
use driver_line::{LineError, SettingsError};

/// A code that was not read.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    /// The device file.
    #[error("{0}")]
    Line(#[from] LineError),
    /// The configuration.
    #[error("{0}")]
    Settings(#[from] SettingsError),
    /// The scanner said that it saw no code.
    #[error("the scanner saw no code")]
    NoCode,
    /// Longer than any code of ours.
    #[error("longer than {0} bytes")]
    TooLong(usize),
    /// No text.
    #[error("{0}")]
    NotText(&'static str),
    /// The code broke off.
    #[error("the code broke off after {0} bytes")]
    BrokenOff(usize),
}

impl CodeError {
    /// The catalogue's entry.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::Line(error) => error.fault_code(),
            Self::Settings(_) => FaultCode::BadConfiguration,
            Self::NoCode => FaultCode::NoCode,
            Self::TooLong(_) => FaultCode::CodeTooLong,
            Self::NotText(_) => FaultCode::CodeUnreadable,
            Self::BrokenOff(_) => FaultCode::WrongLength,
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
        Fault::new(self.fault_code(), DeviceClass::CodeScanner).at(device).with_detail(self.to_string())
    }
}

impl From<std::io::Error> for CodeError {
    fn from(error: std::io::Error) -> Self {
        Self::Line(error.into())
    }
}

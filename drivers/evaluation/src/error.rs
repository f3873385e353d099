//! What can go wrong between a driver, a pad and who evaluates.

use driver_contract::{DeviceClass, DeviceId, Fault, FaultCode};
use driver_line::{EncodeError, LineError, SettingsError, Spoilt};

/// An evaluation that did not come about.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// The device file.
    #[error("{0}")]
    Line(#[from] LineError),
    /// The configuration.
    #[error("{0}")]
    Settings(#[from] SettingsError),
    /// What came is no frame.
    #[error("{0}")]
    Spoilt(#[from] Spoilt),
    /// A frame of the model's cannot be made.
    #[error("{0}")]
    Encode(#[from] EncodeError),
    /// A key that the model does not name.
    #[error("key {0}")]
    UnknownKey(u32),
    /// Nobody pressed a key.
    #[error("no key in time")]
    TimedOut,
    /// The task was cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl EvaluationError {
    /// The catalogue's entry.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::Line(error) => error.fault_code(),
            Self::Settings(_) => FaultCode::BadConfiguration,
            Self::Spoilt(Spoilt::Garbage(_)) => FaultCode::ProtocolGarbage,
            Self::Spoilt(Spoilt::Check) => FaultCode::LineChecksum,
            Self::Spoilt(Spoilt::BrokenOff) => FaultCode::WrongLength,
            Self::Encode(_) => FaultCode::BadParameters,
            Self::UnknownKey(_) => FaultCode::EvaluationUnknownKey,
            Self::TimedOut => FaultCode::EvaluationTimedOut,
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
        Fault::new(self.fault_code(), DeviceClass::EvaluationPad).at(device).with_detail(self.to_string())
    }

    /// Whether the device must be opened anew.
    #[must_use]
    pub const fn line_is_lost(&self) -> bool {
        match self {
            Self::Line(error) => error.line_is_lost(),
            _ => false,
        }
    }
}

impl From<std::io::Error> for EvaluationError {
    fn from(error: std::io::Error) -> Self {
        Self::Line(error.into())
    }
}

//! What can go wrong between a driver and the queue.

use driver_contract::{DeviceClass, DeviceId, Fault, FaultCode};
use driver_line::{EncodeError, LineError, SettingsError, Spoilt};

/// A call that was not made, or of which nobody knows.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The device file.
    #[error("{0}")]
    Line(#[from] LineError),
    /// The configuration.
    #[error("{0}")]
    Settings(#[from] SettingsError),
    /// What came is no frame.
    #[error("{0}")]
    Spoilt(#[from] Spoilt),
    /// The call cannot be sent.
    #[error("{0}")]
    Encode(#[from] EncodeError),
    /// A ticket or window that is empty.
    #[error("no ticket or no window")]
    Empty,
    /// Nobody answers at the address.
    #[error("nobody answers: {0}")]
    Unreachable(String),
    /// It may have been called, or not.
    #[error("not confirmed: {0}")]
    NotConfirmed(String),
    /// It was refused.
    #[error("refused: {0}")]
    Refused(String),
    /// Another call is being made.
    #[error("busy")]
    Busy,
    /// We may not call.
    #[error("status {0}")]
    Denied(u16),
    /// The answer is none.
    #[error("an answer that is none: {0}")]
    Garbage(&'static str),
    /// The answer is too long.
    #[error("an answer that is too long")]
    TooLong,
    /// The task was cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl CallError {
    /// The catalogue's entry.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::Line(error) => error.fault_code(),
            Self::Settings(_) => FaultCode::BadConfiguration,
            Self::Spoilt(Spoilt::Garbage(_)) | Self::Garbage(_) => FaultCode::ProtocolGarbage,
            Self::Spoilt(Spoilt::Check) => FaultCode::LineChecksum,
            Self::Spoilt(Spoilt::BrokenOff) | Self::TooLong => FaultCode::WrongLength,
            Self::Encode(_) | Self::Empty => FaultCode::BadParameters,
            Self::Unreachable(_) => FaultCode::NotFound,
            Self::NotConfirmed(_) => FaultCode::CallNotConfirmed,
            Self::Refused(_) => FaultCode::CallRefused,
            Self::Busy => FaultCode::Busy,
            Self::Denied(_) => FaultCode::PermissionDenied,
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
        Fault::new(self.fault_code(), DeviceClass::QueueCaller).at(device).with_detail(self.to_string())
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

impl From<std::io::Error> for CallError {
    fn from(error: std::io::Error) -> Self {
        Self::Line(error.into())
    }
}

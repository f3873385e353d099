//! What can go wrong. No name, no number, nothing of a person in it.

use driver_contract::{DeviceClass, DeviceId, Fault, FaultCode};
use driver_line::LineError;

/// An evaluation that did not come about.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The device file.
    #[error("{0}")]
    Line(#[from] LineError),
    /// The check byte of a frame is wrong.
    #[error("check byte")]
    Check,
    /// A key that the sheet does not name.
    #[error("key {0}")]
    UnknownKey(u8),
    /// Nobody pressed a key.
    #[error("no key in time")]
    TimedOut,
    /// The task was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The device cannot do what it was asked.
    #[error("no such task")]
    Unsupported,
}

impl TemplateError {
    /// The catalogue's entry; a fault that is missing there gets a line in `contract/src/fault_code.rs`.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::Line(error) => error.fault_code(),
            Self::Check => FaultCode::LineChecksum,
            Self::UnknownKey(_) => FaultCode::EvaluationUnknownKey,
            Self::TimedOut => FaultCode::EvaluationTimedOut,
            Self::Cancelled => FaultCode::Cancelled,
            Self::Unsupported => FaultCode::Unsupported,
        }
    }

    /// The fault, at its device.
    #[must_use]
    pub fn at(&self, device: &DeviceId) -> Fault {
        Fault::new(self.fault_code(), DeviceClass::EvaluationPad).at(device).with_detail(self.to_string())
    }
}

impl From<std::io::Error> for TemplateError {
    fn from(error: std::io::Error) -> Self {
        Self::Line(error.into())
    }
}

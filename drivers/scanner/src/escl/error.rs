//! What can go wrong between the driver and a scanner on the network.

use driver_contract::{DeviceClass, DeviceId, Fault, FaultCode};

use super::status::{AdfState, ScannerState};

/// Why a scanner could not be asked, or a page not be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EsclError {
    /// The configuration.
    #[error("{0}")]
    Settings(String),
    /// Nobody takes the connection.
    #[error("nobody answers: {0}")]
    Unreachable(String),
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The connection ended in the middle of an answer.
    #[error("the connection broke off: {0}")]
    BrokenOff(String),
    /// An HTTP status that says no.
    #[error("{during} was answered with status {status}")]
    Status {
        /// The status.
        status: u16,
        /// What was asked.
        during: &'static str,
    },
    /// No HTTP, no XML, or not the document that was asked for.
    #[error("an answer that is none: {0}")]
    Garbage(&'static str),
    /// The answer is longer than any of its kind.
    #[error("an answer that is too long")]
    TooLong,
    /// The scanner says that it cannot work.
    #[error("the scanner is {0:?}")]
    NotReady(ScannerState),
    /// The feeder says what is wrong with it.
    #[error("the feeder is {0:?}")]
    Feeder(AdfState),
    /// The scanner gave the job up.
    #[error("the job ended before its page")]
    JobLost,
    /// The scanner does not offer what was asked.
    #[error("the scanner does not offer: {0}")]
    NotOffered(&'static str),
    /// The parameters make no sense.
    #[error("no resolution or no page")]
    Parameters,
    /// The page is no JPEG, or of another kind of it.
    #[error("the page is no picture: {0}")]
    NotAPicture(&'static str),
    /// The page is cut off.
    #[error("the page is incomplete: {0}")]
    Incomplete(&'static str),
    /// The page is larger than any sheet.
    #[error("the page is too large")]
    TooLarge,
    /// The task was cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl EsclError {
    /// The catalogue's entry.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::Settings(_) => FaultCode::BadConfiguration,
            Self::Unreachable(_) => FaultCode::NotFound,
            Self::Timeout => FaultCode::Timeout,
            Self::BrokenOff(_) => FaultCode::Unplugged,
            Self::Status { status, .. } => match status {
                401 | 403 => FaultCode::PermissionDenied,
                // 409: another job holds the glass; 503: it works at something else.
                409 | 423 | 429 | 503 => FaultCode::Busy,
                400 | 415 | 422 => FaultCode::BadParameters,
                404 | 410 => FaultCode::Unsupported,
                500..=599 => FaultCode::ScanFailed,
                _ => FaultCode::ProtocolGarbage,
            },
            Self::Garbage(_) => FaultCode::ProtocolGarbage,
            Self::TooLong => FaultCode::WrongLength,
            Self::NotReady(state) => match state {
                ScannerState::Processing | ScannerState::Testing => FaultCode::Busy,
                ScannerState::Idle | ScannerState::Stopped | ScannerState::Down | ScannerState::Unknown => {
                    FaultCode::ScanFailed
                }
            },
            Self::Feeder(state) => match state {
                AdfState::Empty | AdfState::Mispick => FaultCode::FeederEmpty,
                AdfState::HatchOpen => FaultCode::CoverOpen,
                AdfState::Jam | AdfState::MultipickDetected | AdfState::InputTrayOverloaded => {
                    FaultCode::FeederJam
                }
                AdfState::Processing => FaultCode::Busy,
                AdfState::DuplexPageTooShort | AdfState::DuplexPageTooLong => FaultCode::Unsupported,
                AdfState::InputTrayFailed | AdfState::Loaded | AdfState::Unknown => FaultCode::ScanFailed,
            },
            Self::JobLost => FaultCode::ScanFailed,
            Self::NotOffered(_) => FaultCode::Unsupported,
            Self::Parameters => FaultCode::BadParameters,
            Self::NotAPicture(_) => FaultCode::ProtocolGarbage,
            Self::Incomplete(_) => FaultCode::PageIncomplete,
            Self::TooLarge => FaultCode::PageTooLarge,
            Self::Cancelled => FaultCode::Cancelled,
        }
    }

    /// As a fault of a device.
    #[must_use]
    pub fn at(&self, device: &DeviceId) -> Fault {
        Fault::new(self.fault_code(), DeviceClass::Scanner).at(device).with_detail(self.to_string())
    }
}

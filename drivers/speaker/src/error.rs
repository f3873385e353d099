//! What can go wrong between a driver and a voice. Nothing here says what was to be said.

use driver_contract::{DeviceClass, DeviceId, Fault, FaultCode};
use driver_line::SettingsError;

/// A prompt that was not said.
#[derive(Debug, thiserror::Error)]
pub enum SpeechError {
    /// The configuration.
    #[error("{0}")]
    Settings(#[from] SettingsError),
    /// The program is not installed.
    #[error("the program is not installed")]
    ProgramMissing,
    /// The program may not be run.
    #[error("the program may not be run")]
    PermissionDenied,
    /// The program cannot be run.
    #[error("the program cannot be run: {0}")]
    CannotRun(std::io::ErrorKind),
    /// The program has no such voice.
    #[error("no voice {0}")]
    VoiceMissing(String),
    /// The program's list of voices is none.
    #[error("a list of voices that is none")]
    NoList,
    /// Nothing, too much, or control characters.
    #[error("a text that cannot be said")]
    BadText,
    /// No sound came out.
    #[error("no sound: {0}")]
    NoSound(String),
    /// The program did not end in time.
    #[error("not done in time")]
    Timeout,
    /// The task was cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl SpeechError {
    /// The catalogue's entry.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::Settings(_) => FaultCode::BadConfiguration,
            Self::ProgramMissing => FaultCode::LibraryMissing,
            Self::PermissionDenied => FaultCode::PermissionDenied,
            Self::CannotRun(_) => FaultCode::LibraryUnusable,
            Self::VoiceMissing(_) => FaultCode::VoiceMissing,
            Self::NoList => FaultCode::LibraryGarbage,
            Self::BadText => FaultCode::BadParameters,
            Self::NoSound(_) => FaultCode::SoundFailed,
            Self::Timeout => FaultCode::Timeout,
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
        Fault::new(self.fault_code(), DeviceClass::Speaker).at(device).with_detail(self.to_string())
    }
}

impl From<std::io::Error> for SpeechError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::ProgramMissing,
            std::io::ErrorKind::PermissionDenied => Self::PermissionDenied,
            kind => Self::CannotRun(kind),
        }
    }
}

//! What can go wrong between this driver and a reader.

use driver_contract::{DeviceClass, DeviceId, Fault, FaultCode};
use driver_line::{LineError, SettingsError};

use super::protocol::Status;
use super::text::TextError;

/// A failed exchange.
#[derive(Debug, thiserror::Error)]
pub enum SamvError {
    /// The reader answered with a failure status.
    #[error("status {0}")]
    Status(Status),
    /// The card left the field before the reading was whole.
    #[error("the card left the field")]
    CardPulled,
    /// Nothing came in time.
    #[error("no answer in time")]
    Timeout,
    /// Bytes came, but no frame began in them.
    #[error("{0} bytes that belong to no frame")]
    Garbage(usize),
    /// A check byte was wrong.
    #[error("wrong check byte")]
    Checksum,
    /// A length field, or the length of an answer, is impossible.
    #[error("wrong length: {0}")]
    Length(usize),
    /// A frame began and did not end.
    #[error("the answer broke off")]
    BrokenOff,
    /// The answer does not belong to the command.
    #[error("an answer that does not belong to the command, status {0}")]
    Misplaced(Status),
    /// The text in the chip cannot be read.
    #[error("card text: {0}")]
    Text(#[from] TextError),
    /// The device has gone.
    #[error("the line was cut")]
    Unplugged,
    /// No such device file.
    #[error("no such device file")]
    NotFound,
    /// The device file may not be opened.
    #[error("permission denied")]
    PermissionDenied,
    /// Another program has the device open.
    #[error("held by another program")]
    Busy,
    /// The configuration.
    #[error("{0}")]
    Settings(SettingsError),
    /// The line works, its recording does not.
    #[error("the recording of the line cannot be written on")]
    NotRecorded,
    /// The line failed otherwise.
    #[error("line: {0}")]
    Line(std::io::ErrorKind),
}

impl SamvError {
    /// The catalogue's entry.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::Status(status) => match status.fault() {
                Some(code) => code,
                None => FaultCode::ProtocolGarbage,
            },
            Self::CardPulled => FaultCode::CardPulled,
            Self::Timeout => FaultCode::Timeout,
            Self::Garbage(_) | Self::Misplaced(_) => FaultCode::ProtocolGarbage,
            Self::Checksum => FaultCode::LineChecksum,
            Self::Length(_) | Self::BrokenOff => FaultCode::WrongLength,
            Self::Text(TextError::UnknownLayout) => FaultCode::UnknownCardType,
            Self::Text(_) => FaultCode::CardTextUnreadable,
            Self::Unplugged => FaultCode::Unplugged,
            Self::NotFound => FaultCode::NotFound,
            Self::PermissionDenied => FaultCode::PermissionDenied,
            Self::Busy => FaultCode::Busy,
            Self::Settings(_) => FaultCode::BadConfiguration,
            Self::NotRecorded => FaultCode::TapeNotWritten,
            Self::Line(_) => FaultCode::LineFailed,
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
        Fault::new(self.fault_code(), DeviceClass::IdCardReader).at(device).with_detail(self.to_string())
    }

    /// Whether bytes were spoilt or lost on the way.
    #[must_use]
    pub const fn line_was_noisy(&self) -> bool {
        matches!(
            self,
            Self::Checksum | Self::Length(_) | Self::BrokenOff | Self::Garbage(_) | Self::Misplaced(_)
        )
    }

    /// Whether the device file must be opened anew.
    #[must_use]
    pub const fn line_is_lost(&self) -> bool {
        matches!(self, Self::Unplugged | Self::NotFound | Self::NotRecorded | Self::Line(_))
    }
}

/// What the line says, in this driver's terms.
impl From<LineError> for SamvError {
    fn from(error: LineError) -> Self {
        match error {
            LineError::NotFound => Self::NotFound,
            LineError::PermissionDenied => Self::PermissionDenied,
            LineError::Busy => Self::Busy,
            LineError::Unplugged => Self::Unplugged,
            LineError::Timeout => Self::Line(std::io::ErrorKind::TimedOut),
            LineError::NoDevice => Self::Line(std::io::ErrorKind::InvalidData),
            LineError::Refused => Self::Line(std::io::ErrorKind::Unsupported),
            LineError::NotRecorded => Self::NotRecorded,
            LineError::Failed(kind) => Self::Line(kind),
        }
    }
}

impl From<std::io::Error> for SamvError {
    fn from(error: std::io::Error) -> Self {
        LineError::from(error).into()
    }
}

impl From<SettingsError> for SamvError {
    fn from(error: SettingsError) -> Self {
        Self::Settings(error)
    }
}

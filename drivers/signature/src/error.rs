//! What can go wrong between a driver, a pad and who signs.

use driver_contract::{DeviceClass, DeviceId, Fault, FaultCode};
use driver_line::{EncodeError, LineError, SettingsError, Spoilt};

/// A signature that did not come about.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// The device file.
    #[error("{0}")]
    Line(#[from] LineError),
    /// The configuration.
    #[error("{0}")]
    Settings(#[from] SettingsError),
    /// What came is no report.
    #[error("{0}")]
    Spoilt(#[from] Spoilt),
    /// A frame of the model's cannot be made.
    #[error("{0}")]
    Encode(#[from] EncodeError),
    /// A report of an impossible length.
    #[error("a report of {0} bytes")]
    ReportLength(usize),
    /// The device does not describe itself as a pad of this kind.
    #[error("the device does not describe itself as a pad of this kind")]
    NotSuchAPad,
    /// The pad encrypts what the pen does.
    #[error("the pad encrypts its reports")]
    Encrypted,
    /// Nothing was written.
    #[error("nothing was written")]
    Empty,
    /// The pen did not touch the pad for too long.
    #[error("no pen for {0} ms")]
    Idle(u128),
    /// Too little was written to be a name.
    #[error("{points} points over {path} units")]
    TooShort {
        /// Points while the pen touched.
        points: usize,
        /// Way of the pen, in the pad's units.
        path: u64,
    },
    /// A point beside the writing field.
    #[error("a point beside the writing field")]
    Outside,
    /// Too few points a second.
    #[error("{0} points a second")]
    Sparse(u64),
    /// The pad's cancel key was pressed.
    #[error("the pad's cancel key")]
    Declined,
    /// More than a signature can be.
    #[error("more than a signature can have")]
    TooMuch,
    /// The display is not ready for a picture, or does not show the one it got.
    #[error("the display takes no picture")]
    NoScreen,
    /// The task was cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl SignatureError {
    /// The catalogue's entry.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::Line(error) => error.fault_code(),
            Self::Settings(_) => FaultCode::BadConfiguration,
            Self::Spoilt(Spoilt::Garbage(_)) | Self::NotSuchAPad => FaultCode::ProtocolGarbage,
            Self::Spoilt(Spoilt::Check) => FaultCode::LineChecksum,
            Self::Spoilt(Spoilt::BrokenOff) | Self::ReportLength(_) | Self::TooMuch => FaultCode::WrongLength,
            Self::Encode(_) => FaultCode::BadParameters,
            Self::Encrypted | Self::NoScreen => FaultCode::Unsupported,
            Self::Empty => FaultCode::SignatureEmpty,
            Self::Idle(_) => FaultCode::SignatureTimedOut,
            Self::TooShort { .. } => FaultCode::SignatureTooShort,
            Self::Outside => FaultCode::SignatureOutside,
            Self::Sparse(_) => FaultCode::SignatureSparse,
            Self::Declined => FaultCode::SignatureDeclined,
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
        Fault::new(self.fault_code(), DeviceClass::SignaturePad).at(device).with_detail(self.to_string())
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

impl From<std::io::Error> for SignatureError {
    fn from(error: std::io::Error) -> Self {
        Self::Line(error.into())
    }
}

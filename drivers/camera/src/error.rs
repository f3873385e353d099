//! What can go wrong with a camera.

use driver_contract::{ControlKind, DeviceClass, DeviceId, Fault, FaultCode, PictureSize};

use crate::jpeg::JpegFlaw;
use crate::stream::Y4mFlaw;

/// A picture that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenPicture {
    /// A JPEG picture that is not whole.
    #[error("JPEG: {0}")]
    Jpeg(#[from] JpegFlaw),
    /// Its compressed part cannot be decoded.
    #[error("JPEG: cannot be decoded")]
    Undecodable,
    /// Fewer bytes than its size asks for.
    #[error("{got} bytes instead of {expected}")]
    Short {
        /// What its size asks for.
        expected: usize,
        /// What came.
        got: usize,
    },
    /// The kernel says that the picture is damaged (`V4L2_BUF_FLAG_ERROR`).
    #[error("marked as damaged")]
    Marked,
    /// Its own header tells another size than the camera was set to.
    #[error("another size than was set")]
    OtherSize,
    /// It cannot be encoded.
    #[error("cannot be encoded")]
    NotEncoded,
}

/// A task or an opening that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CameraError {
    /// No such camera.
    #[error("no such camera")]
    NotFound,
    /// This account may not open it.
    #[error("permission denied")]
    PermissionDenied,
    /// Another program has it.
    #[error("another program has it")]
    Busy,
    /// It was there and has gone.
    #[error("gone")]
    Unplugged,
    /// The line to it broke.
    #[error("line: {0}")]
    Line(String),
    /// No picture came in time.
    #[error("no picture within {0} ms")]
    Silent(u128),
    /// A picture came, or many one after the other, that cannot be taken.
    #[error("picture: {0}")]
    Broken(#[from] BrokenPicture),
    /// A frame of YUV4MPEG2 that breaks the format.
    #[error("YUV4MPEG2: {0}")]
    Y4m(#[from] Y4mFlaw),
    /// Bytes that are no picture at all.
    #[error("no picture in {0} bytes")]
    Garbage(usize),
    /// A picture of another size than was agreed.
    #[error("{}x{} instead of {}x{}", got.width, got.height, expected.width, expected.height)]
    WrongSize {
        /// What was agreed.
        expected: PictureSize,
        /// What came.
        got: PictureSize,
    },
    /// The same picture, to the last byte, for too long.
    #[error("{0} times the same picture")]
    Frozen(u32),
    /// Nothing but darkness.
    #[error("99 of 100 pixels are darker than {0}")]
    Dark(u8),
    /// No format that we can use.
    #[error("no format that can be used")]
    FormatUnknown,
    /// It has no such control.
    #[error("no control {0:?}")]
    NoControl(ControlKind),
    /// A value outside the control's range.
    #[error("{kind:?}: {value} is out of range")]
    OutOfRange {
        /// Which control.
        kind: ControlKind,
        /// The value.
        value: i32,
    },
    /// The camera refused a value within the range.
    #[error("{0:?}: refused")]
    ControlRefused(ControlKind),
    /// It cannot do it.
    #[error("not supported")]
    Unsupported,
    /// The shutter did not release: no focus.
    #[error("no focus")]
    NoFocus,
    /// It has no memory card and wants one.
    #[error("no memory card")]
    NoCard,
    /// Its mode dial stands where it cannot be steered.
    #[error("wrong mode")]
    WrongMode,
    /// Its storage is full.
    #[error("storage full")]
    Full,
    /// It did not answer.
    #[error("no answer")]
    Timeout,
    /// A library is not installed.
    #[error("library: {0}")]
    LibraryMissing(String),
    /// A wrong setting in the configuration.
    #[error("settings: {0}")]
    Settings(String),
    /// The task was cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl CameraError {
    /// The catalogue's entry.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::NotFound => FaultCode::NotFound,
            Self::PermissionDenied => FaultCode::PermissionDenied,
            Self::Busy => FaultCode::Busy,
            Self::Unplugged => FaultCode::Unplugged,
            Self::Line(_) => FaultCode::LineFailed,
            Self::Silent(_) => FaultCode::CameraNoFrames,
            Self::Broken(BrokenPicture::OtherSize) | Self::WrongSize { .. } => FaultCode::CameraWrongSize,
            Self::Broken(_) | Self::Y4m(Y4mFlaw::FrameLine) => FaultCode::CameraPictureBroken,
            Self::Y4m(_) | Self::FormatUnknown => FaultCode::CameraFormatUnknown,
            Self::Garbage(_) => FaultCode::ProtocolGarbage,
            Self::Frozen(_) => FaultCode::CameraFrozen,
            Self::Dark(_) => FaultCode::CameraTooDark,
            Self::NoControl(_) | Self::OutOfRange { .. } | Self::ControlRefused(_) => {
                FaultCode::CameraControlRefused
            }
            Self::Unsupported => FaultCode::Unsupported,
            Self::NoFocus => FaultCode::CameraNoFocus,
            Self::NoCard => FaultCode::CameraNoCard,
            Self::WrongMode => FaultCode::CameraWrongMode,
            Self::Full => FaultCode::DeviceFull,
            Self::Timeout => FaultCode::Timeout,
            Self::LibraryMissing(_) => FaultCode::LibraryMissing,
            Self::Settings(_) => FaultCode::BadConfiguration,
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
        Fault::new(self.fault_code(), DeviceClass::Camera).at(device).with_detail(self.to_string())
    }

    /// Whether the camera must be opened anew before the next task: it has gone, or nobody knows any more where in
    /// its stream a picture begins.
    #[must_use]
    pub const fn device_is_lost(&self) -> bool {
        matches!(
            self,
            Self::NotFound
                | Self::Unplugged
                | Self::Line(_)
                | Self::Silent(_)
                | Self::Broken(_)
                | Self::Y4m(_)
                | Self::Garbage(_)
                | Self::WrongSize { .. }
                | Self::Frozen(_)
                | Self::Timeout
        )
    }
}

/// Of system calls on a device file, a pipe or a socket.
impl From<std::io::Error> for CameraError {
    fn from(error: std::io::Error) -> Self {
        use rustix::io::Errno;
        match Errno::from_io_error(&error) {
            Some(Errno::NOENT | Errno::NXIO | Errno::CONNREFUSED) => Self::NotFound,
            Some(Errno::ACCESS | Errno::PERM) => Self::PermissionDenied,
            Some(Errno::BUSY | Errno::AGAIN) => Self::Busy,
            Some(Errno::NODEV | Errno::PIPE | Errno::CONNRESET) => Self::Unplugged,
            Some(Errno::TIMEDOUT) => Self::Timeout,
            Some(errno) => Self::Line(format!("error {}", errno.raw_os_error())),
            None => Self::Line(error.kind().to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_errors_have_their_names() {
        let code = |errno: rustix::io::Errno| CameraError::from(std::io::Error::from(errno)).fault_code();
        use rustix::io::Errno;
        assert_eq!(code(Errno::NOENT), FaultCode::NotFound);
        assert_eq!(code(Errno::ACCESS), FaultCode::PermissionDenied);
        assert_eq!(code(Errno::BUSY), FaultCode::Busy);
        assert_eq!(code(Errno::NODEV), FaultCode::Unplugged);
        assert_eq!(code(Errno::IO), FaultCode::LineFailed);
    }
}

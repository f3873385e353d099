//! What can go wrong between a driver and its device file.

use std::io;

use driver_contract::{FaultCode, TapeError};
use rustix::io::Errno;

/// A line that cannot be opened, or that broke.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// No such device file.
    #[error("no such device file")]
    NotFound,
    /// The device file may not be opened.
    #[error("permission denied")]
    PermissionDenied,
    /// Another program has the device open, or has grabbed it.
    #[error("held by another program")]
    Busy,
    /// The device has gone.
    #[error("the line was cut")]
    Unplugged,
    /// The device did not answer what it was asked.
    #[error("no answer in time")]
    Timeout,
    /// A file that is no such device; a socket in a node's place, and the device is not said to be a virtual one.
    #[error("the file is no such device")]
    NoDevice,
    /// The device does not know what it was asked.
    #[error("the device refuses the request")]
    Refused,
    /// The line works, its recording does not.
    #[error("its recording cannot be written on")]
    NotRecorded,
    /// The line failed otherwise.
    #[error("line: {0}")]
    Failed(io::ErrorKind),
}

impl LineError {
    /// The catalogue's entry.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::NotFound => FaultCode::NotFound,
            Self::PermissionDenied => FaultCode::PermissionDenied,
            Self::Busy => FaultCode::Busy,
            Self::Unplugged => FaultCode::Unplugged,
            Self::Timeout => FaultCode::Timeout,
            Self::NoDevice => FaultCode::BadConfiguration,
            Self::Refused => FaultCode::Unsupported,
            Self::NotRecorded => FaultCode::TapeNotWritten,
            Self::Failed(_) => FaultCode::LineFailed,
        }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.fault_code().as_str()
    }

    /// Whether the device file must be opened anew.
    #[must_use]
    pub const fn line_is_lost(&self) -> bool {
        matches!(self, Self::Unplugged | Self::NotFound | Self::Timeout | Self::NotRecorded | Self::Failed(_))
    }
}

impl From<io::Error> for LineError {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as Kind;
        // EIO: what a tty or hidraw node says whose other end has gone. ENXIO, ENODEV: a device that was pulled.
        let gone = error.raw_os_error().is_some_and(|errno| {
            [Errno::IO, Errno::NXIO, Errno::NODEV].iter().any(|known| known.raw_os_error() == errno)
        });
        // ENOTTY: a file that is no node of this kind.
        let strange = error.raw_os_error() == Some(Errno::NOTTY.raw_os_error());
        let unrecorded = error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<TapeError>);
        match error.kind() {
            _ if unrecorded => Self::NotRecorded,
            _ if gone => Self::Unplugged,
            _ if strange => Self::NoDevice,
            Kind::BrokenPipe
            | Kind::UnexpectedEof
            | Kind::NotConnected
            | Kind::ConnectionReset
            | Kind::ConnectionAborted => Self::Unplugged,
            // Nobody listens on a stand-in's socket: the virtual device has gone.
            Kind::NotFound | Kind::ConnectionRefused => Self::NotFound,
            Kind::PermissionDenied => Self::PermissionDenied,
            Kind::ResourceBusy => Self::Busy,
            Kind::TimedOut => Self::Timeout,
            Kind::InvalidInput | Kind::Unsupported => Self::Refused,
            kind => Self::Failed(kind),
        }
    }
}

impl From<Errno> for LineError {
    fn from(errno: Errno) -> Self {
        io::Error::from(errno).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_that_cannot_be_written_is_no_fault_of_the_line() {
        let full = io::Error::other(TapeError::NotWritten(io::ErrorKind::StorageFull));
        let error = LineError::from(full);
        assert_eq!(error.fault_code(), FaultCode::TapeNotWritten);
        assert!(error.line_is_lost(), "opened anew, on a new tape or not at all");
        assert_eq!(LineError::from(io::Error::other("else")).fault_code(), FaultCode::LineFailed);
    }
}

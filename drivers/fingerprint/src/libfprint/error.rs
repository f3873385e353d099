//! What can go wrong with a sensor behind libfprint.

use driver_contract::{DeviceClass, DeviceId, Fault, FaultCode};

use crate::picture::Flaw;

/// The finger must be laid again (`FpDeviceRetry`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Poor picture; also: no minutiae were found in it (0).
    General,
    /// The swipe was too short (1).
    TooShort,
    /// The finger was not in the middle (2).
    Centre,
    /// Pressure or quality: the finger must be lifted first (3).
    Lift,
}

/// The sensor or the library failed (`FpDeviceError`, and the errors of GIO and GUsb that pass through it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// `FP_DEVICE_ERROR_GENERAL`, `G_IO_ERROR_FAILED` and the like.
    General,
    /// The sensor cannot do it.
    NotSupported,
    /// The library was asked in the wrong order.
    NotOpen,
    /// Somebody else has it.
    Busy,
    /// The sensor broke its protocol.
    Protocol,
    /// It gave data that cannot be used.
    DataInvalid,
    /// A print that should be stored in the sensor is not there.
    DataNotFound,
    /// Its storage is full.
    DataFull,
    /// The same print is stored in it already.
    DataDuplicate,
    /// It was unplugged.
    Removed,
    /// It got too hot.
    TooHot,
    /// This account may not open it.
    PermissionDenied,
    /// It did not answer.
    TimedOut,
    /// The line to it broke.
    Line,
    /// The task was cancelled.
    Cancelled,
}

/// A capture or an opening that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SensorError {
    /// libfprint is not installed.
    #[error("libfprint cannot be loaded: {0}")]
    LibraryMissing(String),
    /// The file that was loaded is not libfprint 2.
    #[error("libfprint has no symbol {0}")]
    LibraryUnfit(&'static str),
    /// The library's thread has ended.
    #[error("the thread of libfprint has ended")]
    ThreadEnded,
    /// Another sensor is waiting for a finger; the library does one thing at a time.
    #[error("another sensor is capturing")]
    Occupied,
    /// No such sensor.
    #[error("no such sensor")]
    NotFound,
    /// The sensor compares by itself and gives no pictures.
    #[error("the sensor gives no pictures")]
    NoPictures,
    /// The finger must be laid again.
    #[error("to be laid again: {0:?}")]
    Retry(Retry),
    /// The sensor or the library failed.
    #[error("{trouble:?} (error {code} of {domain})")]
    Trouble {
        /// What it means.
        trouble: Trouble,
        /// GLib's name for the table that the number is from.
        domain: String,
        /// The number.
        code: i32,
    },
    /// The picture is none that can be taken.
    #[error("picture: {0}")]
    Picture(#[from] Flaw),
    /// The same picture, to the last pixel, as the one before: no sensor gives that twice.
    #[error("the same picture twice")]
    SamePicture,
    /// The time is over and no finger came.
    #[error("no finger until the deadline")]
    NoFinger,
    /// The time is over; a finger lay there, but no picture came.
    #[error("a finger, but no picture until the deadline")]
    Silent,
    /// The task was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The library did not come back after it was told to stop.
    #[error("libfprint does not come back")]
    Stuck,
}

impl SensorError {
    /// The catalogue's entry.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::LibraryMissing(_) | Self::LibraryUnfit(_) => FaultCode::LibraryMissing,
            Self::ThreadEnded => FaultCode::DriverFailed,
            Self::Occupied => FaultCode::Busy,
            Self::NotFound => FaultCode::NotFound,
            Self::NoPictures => FaultCode::Unsupported,
            Self::Retry(Retry::General) => FaultCode::FingerQualityLow,
            // A swipe that ended early: the finger was drawn away.
            Self::Retry(Retry::TooShort) => FaultCode::FingerMoved,
            Self::Retry(Retry::Centre) => FaultCode::FingerOffCentre,
            Self::Retry(Retry::Lift) => FaultCode::FingerNotLifted,
            Self::Trouble { trouble, .. } => match trouble {
                Trouble::General | Trouble::Line => FaultCode::LineFailed,
                Trouble::NotSupported => FaultCode::Unsupported,
                Trouble::NotOpen | Trouble::DataNotFound => FaultCode::DriverFailed,
                Trouble::Busy => FaultCode::Busy,
                Trouble::Protocol | Trouble::DataInvalid => FaultCode::ProtocolGarbage,
                Trouble::DataFull => FaultCode::DeviceFull,
                Trouble::DataDuplicate => FaultCode::FingerDuplicate,
                Trouble::Removed => FaultCode::Unplugged,
                Trouble::TooHot => FaultCode::NotReadyYet,
                Trouble::PermissionDenied => FaultCode::PermissionDenied,
                Trouble::TimedOut => FaultCode::Timeout,
                Trouble::Cancelled => FaultCode::Cancelled,
            },
            Self::Picture(Flaw::NoPicture) => FaultCode::ProtocolGarbage,
            Self::Picture(Flaw::NoRidges) => FaultCode::FingerNotAPrint,
            Self::Picture(Flaw::Faint) => FaultCode::FingerTooDry,
            Self::Picture(Flaw::Dark) => FaultCode::FingerTooWet,
            Self::Picture(Flaw::AtTheEdge) => FaultCode::FingerOffCentre,
            Self::SamePicture => FaultCode::CaptureReplayed,
            Self::NoFinger => FaultCode::NoFinger,
            Self::Silent | Self::Stuck => FaultCode::Timeout,
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
        Fault::new(self.fault_code(), DeviceClass::Fingerprint).at(device).with_detail(self.to_string())
    }

    /// Whether the sensor must be opened anew before the next task.
    #[must_use]
    pub const fn device_is_lost(&self) -> bool {
        matches!(
            self,
            Self::ThreadEnded
                | Self::NotFound
                | Self::Stuck
                | Self::Trouble {
                    trouble: Trouble::Removed
                        | Trouble::NotOpen
                        | Trouble::Protocol
                        | Trouble::Line
                        | Trouble::General
                        | Trouble::TimedOut,
                    ..
                }
        )
    }

    /// An error of the library, by the name of its table (`GQuark`) and its number.
    ///
    /// The numbers are those of fp-device.h (libfprint 1.94), gioenums.h (GLib 2.74) and gusb-device.h (GUsb 0.3).
    #[must_use]
    pub fn from_library(domain: &str, code: i32) -> Self {
        // libfprint's own tables are spelt with blanks in some releases.
        let table: String = domain.chars().filter(|letter| !letter.is_whitespace()).collect();
        let trouble = match (table.as_str(), code) {
            ("fp-device-retry-quark", _) => {
                return Self::Retry(match code {
                    1 => Retry::TooShort,
                    2 => Retry::Centre,
                    3 => Retry::Lift,
                    _ => Retry::General,
                });
            }
            ("fp-device-error-quark", 1) => Trouble::NotSupported,
            ("fp-device-error-quark", 2) => Trouble::NotOpen,
            ("fp-device-error-quark", 3 | 4) => Trouble::Busy,
            ("fp-device-error-quark", 5) => Trouble::Protocol,
            ("fp-device-error-quark", 6) => Trouble::DataInvalid,
            ("fp-device-error-quark", 7) => Trouble::DataNotFound,
            ("fp-device-error-quark", 8) => Trouble::DataFull,
            ("fp-device-error-quark", 9) => Trouble::DataDuplicate,
            ("fp-device-error-quark", 0x100) => Trouble::Removed,
            ("fp-device-error-quark", 0x101) => Trouble::TooHot,
            ("g-io-error-quark", 14) | ("g-usb-device-error-quark", 9) => Trouble::PermissionDenied,
            ("g-io-error-quark", 15) | ("g-usb-device-error-quark", 3) => Trouble::NotSupported,
            ("g-io-error-quark", 19) | ("g-usb-device-error-quark", 7) => Trouble::Cancelled,
            ("g-io-error-quark", 24) | ("g-usb-device-error-quark", 2) => Trouble::TimedOut,
            ("g-io-error-quark", 26 | 33) | ("g-usb-device-error-quark", 6 | 10) => Trouble::Busy,
            ("g-usb-device-error-quark", 4) => Trouble::Removed,
            ("g-usb-device-error-quark", 5) => Trouble::NotOpen,
            ("g-usb-device-error-quark", _) => Trouble::Line,
            _ => Trouble::General,
        };
        Self::Trouble { trouble, domain: table, code }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_the_library_has_its_fault() {
        let code = |domain: &str, number: i32| SensorError::from_library(domain, number).fault_code();
        let retries = [0, 1, 2, 3].map(|number| code("fp - device - retry - quark", number));
        use FaultCode::{FingerMoved, FingerNotLifted, FingerOffCentre, FingerQualityLow};
        assert_eq!(retries, [FingerQualityLow, FingerMoved, FingerOffCentre, FingerNotLifted]);
        let errors = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x100, 0x101].map(|n| code("fp-device-error-quark", n));
        assert_eq!(
            errors,
            [
                FaultCode::LineFailed,
                FaultCode::Unsupported,
                FaultCode::DriverFailed,
                FaultCode::Busy,
                FaultCode::Busy,
                FaultCode::ProtocolGarbage,
                FaultCode::ProtocolGarbage,
                FaultCode::DriverFailed,
                FaultCode::DeviceFull,
                FaultCode::FingerDuplicate,
                FaultCode::Unplugged,
                FaultCode::NotReadyYet,
            ]
        );
        assert_eq!(code("g-io-error-quark", 19), FaultCode::Cancelled);
        assert_eq!(code("g-io-error-quark", 14), FaultCode::PermissionDenied);
        assert_eq!(code("g-usb-device-error-quark", 4), FaultCode::Unplugged);
        assert_eq!(code("g-usb-device-error-quark", 99), FaultCode::LineFailed);
        assert_eq!(code("another-table", -1), FaultCode::LineFailed);
    }
}

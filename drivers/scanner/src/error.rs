//! What can go wrong with a scanner.

use std::ffi::c_int;

/// An answer of the library other than "good" and "end of frame" (`SANE_Status`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The operation is not supported (1).
    Unsupported,
    /// The operation was cancelled (2).
    Cancelled,
    /// Another program holds the device (3).
    Busy,
    /// A value was refused; at opening: no such device (4).
    Invalid,
    /// The end of a frame where none was expected (5).
    EndOfFrame,
    /// Paper is jammed in the feeder (6).
    Jammed,
    /// The feeder is empty (7).
    NoDocuments,
    /// The cover is open (8).
    CoverOpen,
    /// The device does not answer, or answers wrongly (9).
    InputOutput,
    /// The library ran out of memory (10).
    NoMemory,
    /// This account may not open the device (11).
    AccessDenied,
    /// The lamp is not warm yet (12).
    WarmingUp,
    /// The transport lock of the scan head is closed (13).
    HeadLocked,
    /// A number that sane.h does not have.
    Unknown(i32),
}

impl Status {
    /// `SANE_STATUS_EOF`.
    pub(crate) const END_OF_FRAME: c_int = 5;

    /// Turns a raw status into a result.
    pub(crate) fn check(raw: c_int, during: &'static str) -> Result<(), ScanError> {
        let status = match raw {
            0 => return Ok(()),
            1 => Self::Unsupported,
            2 => Self::Cancelled,
            3 => Self::Busy,
            4 => Self::Invalid,
            Self::END_OF_FRAME => Self::EndOfFrame,
            6 => Self::Jammed,
            7 => Self::NoDocuments,
            8 => Self::CoverOpen,
            9 => Self::InputOutput,
            10 => Self::NoMemory,
            11 => Self::AccessDenied,
            12 => Self::WarmingUp,
            13 => Self::HeadLocked,
            other => Self::Unknown(other),
        };
        Err(ScanError::Status { status, during })
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Unsupported => "SCAN_UNSUPPORTED",
            Self::Cancelled => "SCAN_CANCELLED",
            Self::Busy => "SCAN_BUSY",
            Self::Invalid => "SCAN_INVALID",
            Self::EndOfFrame => "SCAN_END_OF_FRAME",
            Self::Jammed => "SCAN_JAMMED",
            Self::NoDocuments => "SCAN_NO_DOCUMENTS",
            Self::CoverOpen => "SCAN_COVER_OPEN",
            Self::InputOutput => "SCAN_IO",
            Self::NoMemory => "SCAN_NO_MEMORY",
            Self::AccessDenied => "SCAN_ACCESS_DENIED",
            Self::WarmingUp => "SCAN_WARMING_UP",
            Self::HeadLocked => "SCAN_HEAD_LOCKED",
            Self::Unknown(_) => "SCAN_STATUS_UNKNOWN",
        }
    }
}

/// Why a scanner could not be listed, opened, set or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// SANE is not installed.
    #[error("the SANE library {library} cannot be loaded: {reason}")]
    LibraryMissing {
        /// The file that was looked for.
        library: String,
        /// The loader's words.
        reason: String,
    },
    /// The file that was loaded is not SANE 1.
    #[error("the SANE library does not fit: {reason}")]
    LibraryUnfit {
        /// What is missing.
        reason: String,
    },
    /// This process has loaded SANE already; it can be initialised once only.
    #[error("the SANE library is in use in this process already")]
    LibraryInUse,
    /// The library answered with a status.
    #[error("{during} answered {status:?}")]
    Status {
        /// Its answer.
        status: Status,
        /// The call.
        during: &'static str,
    },
    /// The device has no such option.
    #[error("the device has no option {option}")]
    OptionUnknown {
        /// Name of the option.
        option: String,
    },
    /// The option exists, but cannot be set by a program, or not with the present settings.
    #[error("the option {option} cannot be set now")]
    OptionNotSettable {
        /// Name of the option.
        option: String,
    },
    /// The option does not take this value.
    #[error("the option {option} does not take this value")]
    OptionValue {
        /// Name of the option.
        option: String,
    },
    /// The device cannot do what was asked.
    #[error("the device does not offer: {what}")]
    NotOffered {
        /// What was asked.
        what: &'static str,
    },
    /// The device delivers pixels in a layout that this driver does not read.
    #[error("the device delivers an image this driver does not read: {what}")]
    FrameUnsupported {
        /// Which layout.
        what: &'static str,
    },
    /// The frame's numbers contradict each other.
    #[error("the device describes its image wrongly: {what}")]
    FrameInvalid {
        /// Which number.
        what: &'static str,
    },
    /// The page ended before the announced number of lines.
    #[error("the page ended after {got} of {announced} lines")]
    PageShort {
        /// Lines received.
        got: u32,
        /// Lines announced.
        announced: u32,
    },
    /// The page has more bytes than any page this driver takes.
    #[error("the page is larger than {limit} bytes")]
    PageTooLarge {
        /// The limit.
        limit: usize,
    },
    /// The task was cancelled or its time is over.
    #[error("the scan was stopped")]
    Stopped,
}

impl ScanError {
    /// Stable code, for logs and tests.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LibraryMissing { .. } => "SCAN_LIBRARY_MISSING",
            Self::LibraryUnfit { .. } => "SCAN_LIBRARY_UNFIT",
            Self::LibraryInUse => "SCAN_LIBRARY_IN_USE",
            Self::Status { status, .. } => status.code(),
            Self::OptionUnknown { .. } => "SCAN_OPTION_UNKNOWN",
            Self::OptionNotSettable { .. } => "SCAN_OPTION_NOT_SETTABLE",
            Self::OptionValue { .. } => "SCAN_OPTION_VALUE",
            Self::NotOffered { .. } => "SCAN_NOT_OFFERED",
            Self::FrameUnsupported { .. } => "SCAN_FRAME_UNSUPPORTED",
            Self::FrameInvalid { .. } => "SCAN_FRAME_INVALID",
            Self::PageShort { .. } => "SCAN_PAGE_SHORT",
            Self::PageTooLarge { .. } => "SCAN_PAGE_TOO_LARGE",
            Self::Stopped => "SCAN_STOPPED",
        }
    }

    /// The library's status, if that is what it was.
    #[must_use]
    pub const fn status(&self) -> Option<Status> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }
}

//! What can go wrong between us and a printer.

use driver_contract::{DeviceClass, Fault, FaultCode};

/// Why a request to a printer failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    /// The configured address cannot be used.
    #[error("the printer's address cannot be used: {reason}")]
    Address {
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing answers; nothing was sent.
    #[error("the printer does not answer: {reason}")]
    Unreachable {
        /// The system's words.
        reason: String,
    },
    /// The connection broke after it had begun; the printer may have taken the request.
    #[error("the connection to the printer broke: {reason}")]
    Broken {
        /// The system's words.
        reason: String,
    },
    /// The web server in the printer answered with an error.
    #[error("the printer answered with HTTP status {status}")]
    Http {
        /// The HTTP status.
        status: u16,
    },
    /// The answer is not IPP, or lacks what it must have.
    #[error("the printer's answer cannot be read: {reason}")]
    Garbage {
        /// What is wrong with it.
        reason: String,
    },
    /// The printer refused the request.
    #[error("the printer refused with IPP status {status:#06x} {unsupported:?}")]
    Refused {
        /// The IPP status code (RFC 8011 appendix B).
        status: u16,
        /// Names of the attributes that it named as unsupported.
        unsupported: Vec<String>,
    },
    /// The job's title, the number of copies or another value cannot be sent.
    #[error("the print request cannot be sent: {reason}")]
    Request {
        /// Which value.
        reason: &'static str,
    },
    /// The task was cancelled or its time is over while an answer was awaited.
    #[error("the request was given up")]
    Stopped,
}

impl PrintError {
    /// Stable code, for logs and tests.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "PRINT_ADDRESS",
            Self::Unreachable { .. } => "PRINT_UNREACHABLE",
            Self::Broken { .. } => "PRINT_BROKEN",
            Self::Http { .. } => "PRINT_HTTP",
            Self::Garbage { .. } => "PRINT_GARBAGE",
            Self::Refused { .. } => "PRINT_REFUSED",
            Self::Request { .. } => "PRINT_REQUEST",
            Self::Stopped => "PRINT_STOPPED",
        }
    }

    /// The printer is only busy: the same request may succeed a little later
    /// (server-error-temporary-error, server-error-busy).
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Refused { status: 0x0505 | 0x0507, .. })
    }

    /// In the catalogue's terms.
    #[must_use]
    pub fn fault(&self) -> Fault {
        let code = match self {
            Self::Address { .. } => FaultCode::BadConfiguration,
            Self::Unreachable { .. } => FaultCode::PrinterUnreachable,
            Self::Broken { .. } => FaultCode::LineFailed,
            Self::Http { status: 401 | 403 | 426 } => FaultCode::PermissionDenied,
            Self::Http { status: 404 | 410 } => FaultCode::NotFound,
            Self::Http { .. } | Self::Garbage { .. } => FaultCode::ProtocolGarbage,
            Self::Refused { status: 0x040B, unsupported } if names(unsupported, "document-format") => {
                FaultCode::FormatNotSupported
            }
            Self::Refused { status: 0x040B, unsupported } if names(unsupported, "media") => {
                FaultCode::MediaNotReady
            }
            Self::Refused { status, .. } => match status {
                // client-error-forbidden, -not-authenticated, -not-authorized
                0x0401..=0x0403 => FaultCode::PermissionDenied,
                // client-error-not-found, -gone
                0x0406 | 0x0407 => FaultCode::NotFound,
                // client-error-document-format-not-supported, -document-format-error,
                // -document-unprintable-error (PWG 5100.13)
                0x040A | 0x0411 | 0x041A => FaultCode::FormatNotSupported,
                // client-error-attributes-or-values-not-supported, -conflicting-attributes, -bad-request,
                // -request-value-too-long
                0x0400 | 0x0409 | 0x040B | 0x040E => FaultCode::BadParameters,
                // server-error-operation-not-supported, -version-not-supported
                0x0501 | 0x0503 => FaultCode::Unsupported,
                // server-error-device-error
                0x0504 => FaultCode::PrinterNeedsAttention,
                // server-error-not-accepting-jobs, -service-unavailable, -printer-is-deactivated
                0x0502 | 0x0506 | 0x050A => FaultCode::NotAcceptingJobs,
                // server-error-temporary-error, -busy
                0x0505 | 0x0507 => FaultCode::Busy,
                // server-error-job-canceled
                0x0508 => FaultCode::JobCancelled,
                _ => FaultCode::DriverFailed,
            },
            Self::Request { .. } => FaultCode::BadParameters,
            Self::Stopped => FaultCode::Cancelled,
        };
        Fault::new(code, DeviceClass::Printer).with_detail(format!("{}: {self}", self.code()))
    }
}

fn names(unsupported: &[String], wanted: &str) -> bool {
    unsupported
        .iter()
        .any(|name| name.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest == "-col"))
}

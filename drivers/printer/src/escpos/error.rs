//! What can go wrong between us and a receipt printer.

use std::io;

use driver_contract::{DeviceClass, Fault, FaultCode};
use driver_line::{LineError, SettingsError};

/// What a printer was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// DLE EOT, answered at once.
    RealTime,
    /// GS r, answered in its turn.
    InTurn,
    /// Anything at all: its configuration says that it cannot answer.
    Any,
}

impl std::fmt::Display for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::RealTime => "DLE EOT",
            Self::InTurn => "GS r",
            Self::Any => "anything, by its configuration",
        })
    }
}

/// Why a receipt printer did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// The device's entry in the configuration cannot be used.
    #[error("the entry cannot be used: {0}")]
    Settings(#[from] SettingsError),
    /// Nothing answers at the address; nothing was sent.
    #[error("nothing answers at the address: {reason}")]
    Unreachable {
        /// The system's words.
        reason: String,
    },
    /// The line cannot be opened, or broke.
    #[error(transparent)]
    Line(#[from] LineError),
    /// It does not say how it stands.
    #[error("the printer does not answer {question}")]
    Mute {
        /// What it was asked.
        question: Question,
    },
    /// It takes no more bytes.
    #[error("the printer takes no more bytes")]
    Stuck,
    /// What it says is no status.
    #[error("the printer says {byte:#04x}, which is no status")]
    Garbage {
        /// The first such byte.
        byte: u8,
    },
    /// It answers what it was not asked: no answer of it can be trusted.
    #[error("the printer answers more often than it is asked")]
    Surplus,
    /// The document is none that it prints.
    #[error("{reason}")]
    Format {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The picture cannot be printed.
    #[error("the picture is {reason}")]
    Picture {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The task was cancelled, or its time is over.
    #[error("the slip was given up")]
    Stopped,
}

impl From<io::Error> for ReceiptError {
    fn from(error: io::Error) -> Self {
        Self::Line(error.into())
    }
}

impl ReceiptError {
    /// The catalogue's entry, where surely nothing of the document was printed.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::Settings(_) => FaultCode::BadConfiguration,
            Self::Unreachable { .. } | Self::Mute { question: Question::RealTime } => {
                FaultCode::PrinterUnreachable
            }
            Self::Line(error) => error.fault_code(),
            Self::Mute { .. } | Self::Stuck => FaultCode::Timeout,
            Self::Garbage { .. } | Self::Surplus => FaultCode::ProtocolGarbage,
            Self::Format { .. } => FaultCode::FormatNotSupported,
            Self::Picture { .. } => FaultCode::BadParameters,
            Self::Stopped => FaultCode::Cancelled,
        }
    }

    /// In the catalogue's terms.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault::new(self.fault_code(), DeviceClass::Printer).with_detail(self.to_string())
    }
}

//! Faults of the server and what a terminal is told of them.

use crate::storage::StorageFault;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use gm::GmError;
use protocol::error::{ErrorCode, ProtocolError};

/// Why a request failed, or the server cannot start. No personal data inside.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The terminal is told this.
    #[error(transparent)]
    Told(#[from] ProtocolError),
    /// The database fails.
    #[error(transparent)]
    Storage(#[from] StorageFault),
    /// A seal, signature or key fails.
    #[error(transparent)]
    Key(#[from] GmError),
    /// The object store fails.
    #[error("the object store fails: {0}")]
    Objects(&'static str),
    /// Something that the server itself wrote does not read.
    #[error("stored {0} does not read")]
    Stored(&'static str),
    /// A file of the set-up is missing or does not read.
    #[error("{file}: {what}")]
    SetUp {
        /// The file.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// Lines of a file of addresses do not fit.
    #[error("{}", .0.join("\n"))]
    AddressFile(Vec<String>),
    /// A thread of the server has ended.
    #[error("a worker has ended")]
    Ended,
}

impl Fault {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Told(told) => told.code.code(),
            Self::Storage(fault) => fault.code(),
            Self::Key(fault) => fault.code(),
            Self::Objects(_) => "OBJECT_STORE",
            Self::Stored(_) => "STORED_UNREADABLE",
            Self::SetUp { .. } => "SET_UP",
            Self::AddressFile(_) => "ADDRESS_FILE",
            Self::Ended => "WORKER_ENDED",
        }
    }

    /// What the terminal is told.
    #[must_use]
    pub fn told(&self) -> ProtocolError {
        match self {
            Self::Told(told) => told.clone(),
            // The server's own trouble passes: a new try after a second.
            _ => ProtocolError { code: ErrorCode::Storage, retry_after: Some(1000), expected: None },
        }
    }
}

/// Shorthand of this crate.
pub type Result<T> = std::result::Result<T, Fault>;

/// A fault that tells the terminal a code.
#[must_use]
pub fn told(code: ErrorCode) -> Fault {
    Fault::Told(ProtocolError { code, retry_after: None, expected: None })
}

/// As [`told`], with the time after which a new try makes sense.
#[must_use]
pub fn told_later(code: ErrorCode, milliseconds: u32) -> Fault {
    Fault::Told(ProtocolError { code, retry_after: Some(milliseconds), expected: None })
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        if !matches!(self, Self::Told(_)) {
            tracing::error!(code = self.code(), fault = %self, "a request failed");
        }
        let told = self.told();
        metrics::counter!("window_refused_requests_total", "code" => told.code.code()).increment(1);
        let status = StatusCode::from_u16(told.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let bytes = domain::cbor::to_vec(&told);
        (status, [(header::CONTENT_TYPE, protocol::MEDIA_TYPE)], bytes).into_response()
    }
}

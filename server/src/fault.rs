//! Faults of the server and what a terminal is told of them.

use crate::storage::StorageFault;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::fault::DefinitionFaults;
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
    /// The key or an event of one case does not open: its rows were altered or torn. Other cases are not touched by it.
    #[error("a case does not read")]
    CaseDamaged,
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
    /// Definitions that cannot be published; every fault with its file and place.
    #[error("{0}")]
    Definitions(#[from] DefinitionFaults),
    /// A release that cannot be made.
    #[error("{0}")]
    Unpublished(#[from] Unpublished),
    /// A thread of the server has ended.
    #[error("a worker has ended")]
    Ended,
}

/// Why a release was not made, in words for whoever publishes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unpublished {
    /// Nothing differs from what is in force.
    #[error("内容与现行的第 {number} 版完全相同，没有发布。请先改动定义，再发布。")]
    Nothing {
        /// The release in force.
        number: u64,
    },
    /// There is no matter in it.
    #[error("文件夹里没有事项。请选择含有 matters 等子文件夹的定义文件夹。")]
    Empty,
    /// No release has this number.
    #[error("没有第 {number} 版。请先列出已发布的版本，再选一个。")]
    NoSuchRelease {
        /// The number.
        number: u64,
    },
    /// The remark is missing or too long.
    #[error("请写明这次发布的说明，不超过 {longest} 字。")]
    Remark {
        /// Most characters.
        longest: usize,
    },
    /// A definition or the code tables together are too large to be sent.
    #[error("有一项内容超过 {most} 字节，窗口取不到。请拆小代码表。")]
    TooLarge {
        /// Most bytes.
        most: usize,
    },
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
            Self::CaseDamaged => "CASE_DAMAGED",
            Self::SetUp { .. } => "SET_UP",
            Self::AddressFile(_) => "ADDRESS_FILE",
            Self::Definitions(_) => "DEFINITIONS_BROKEN",
            Self::Unpublished(_) => "NOT_PUBLISHED",
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

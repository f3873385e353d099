//! What can go wrong between terminal and server.

use gm::GmError;
use protocol::error::{ErrorCode, ProtocolError};
use std::time::Duration;
use store::StoreError;

/// The synchronisation could not do it. No personal data inside.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The server was not reached, or something that is not the server answered.
    #[error("the server was not reached: {why}")]
    Offline {
        /// What was seen, for the log.
        why: &'static str,
        /// When the other side asked to be left alone for a while.
        retry_after: Option<Duration>,
    },
    /// No answer within the call's time.
    #[error("no answer in time")]
    Deadline,
    /// The server refuses the request.
    #[error(transparent)]
    Refused(ProtocolError),
    /// The answer's signatures, hashes or chains do not hold.
    #[error("the server's answer does not hold: {0}")]
    Unproven(&'static str),
    /// The release of definitions is not put in force; the one before stays.
    #[error(transparent)]
    Release(#[from] ReleaseFault),
    /// The store is a copy: the server knows other acts of this terminal. It must enrol again.
    #[error("the store is a copy")]
    Forked,
    /// The store was made anew since: this one is the old one.
    #[error("the store is an old one")]
    OldEpoch,
    /// The server does not know this terminal, or took it out of service.
    #[error("the server does not know this terminal")]
    UnknownTerminal,
    /// The server's address is not one: `https://…`, or `http://` of this machine.
    #[error("the server's address cannot be used")]
    Address,
    /// The synchronisation has ended.
    #[error("the synchronisation has ended")]
    Stopped,
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Cryptography fails.
    #[error(transparent)]
    Cipher(#[from] GmError),
}

/// Why a release is not put in force. The one before stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseFault {
    /// Nobody signed it.
    #[error("the release is not signed")]
    Unsigned,
    /// A signature does not hold, or what is to be put in force is not what was signed.
    #[error("the release was altered, or signed by somebody who may not publish")]
    Forged,
    /// It was published before the one that is in force here.
    #[error("the release is older than the one in force")]
    Older,
    /// This program cannot read one of its definitions.
    #[error("the release needs a newer program")]
    Unreadable,
}

impl ReleaseFault {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unsigned => "RELEASE_UNSIGNED",
            Self::Forged => "RELEASE_FORGED",
            Self::Older => "RELEASE_OLDER",
            Self::Unreadable => "RELEASE_UNREADABLE",
        }
    }
}

/// Short form.
pub type Result<T> = std::result::Result<T, SyncError>;

impl SyncError {
    /// Codes of this crate's own errors, for the completeness test of the message catalogue. The rest are
    /// [`ErrorCode::CODES`] and the codes of store and cryptography.
    pub const CODES: [&'static str; 9] = [
        "SYNC_OFFLINE",
        "SYNC_DEADLINE",
        "SYNC_UNPROVEN",
        "SYNC_ADDRESS",
        "SYNC_STOPPED",
        "RELEASE_UNSIGNED",
        "RELEASE_FORGED",
        "RELEASE_OLDER",
        "RELEASE_UNREADABLE",
    ];

    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Offline { .. } => "SYNC_OFFLINE",
            Self::Deadline => "SYNC_DEADLINE",
            Self::Refused(refused) => refused.code.code(),
            Self::Unproven(_) => "SYNC_UNPROVEN",
            Self::Release(fault) => fault.code(),
            Self::Forked => ErrorCode::Fork.code(),
            Self::OldEpoch => ErrorCode::OldEpoch.code(),
            Self::UnknownTerminal => ErrorCode::UnknownTerminal.code(),
            Self::Address => "SYNC_ADDRESS",
            Self::Stopped => "SYNC_STOPPED",
            Self::Store(fault) => fault.code(),
            Self::Cipher(fault) => fault.code(),
        }
    }

    /// Whether the server could not be reached at all, so that work goes on without it.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        matches!(self, Self::Offline { .. } | Self::Deadline)
    }

    /// Whether this store must not talk to the server any more.
    #[must_use]
    pub fn stops(&self) -> bool {
        matches!(self, Self::Forked | Self::OldEpoch | Self::UnknownTerminal)
    }

    /// How long the other side asked to be left alone.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Offline { retry_after, .. } => *retry_after,
            Self::Refused(refused) => {
                refused.retry_after.map(|milliseconds| Duration::from_millis(u64::from(milliseconds)))
            }
            _ => None,
        }
    }

    /// The refusal's code, when it is one.
    pub(crate) fn refusal(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused(refused) => Some(refused.code),
            _ => None,
        }
    }

    pub(crate) fn offline(why: &'static str) -> Self {
        Self::Offline { why, retry_after: None }
    }
}

impl From<ProtocolError> for SyncError {
    fn from(refused: ProtocolError) -> Self {
        match refused.code {
            ErrorCode::Fork => Self::Forked,
            ErrorCode::OldEpoch => Self::OldEpoch,
            ErrorCode::UnknownTerminal => Self::UnknownTerminal,
            _ => Self::Refused(refused),
        }
    }
}

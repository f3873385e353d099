//! Errors of a whole request. What becomes of a single act stands in [`crate::push::PushOutcome`].

use serde::{Deserialize, Serialize};

/// Body of every answer that is not 2xx.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", self.code.code())]
pub struct ProtocolError {
    /// Stable code.
    pub code: ErrorCode,
    /// Milliseconds after which a new try makes sense, when it does.
    pub retry_after: Option<u32>,
    /// For [`ErrorCode::OutboxGap`]: the number that the server expects.
    pub expected: Option<u64>,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $permanent:literal;)*) => {
        /// Stable codes of failed requests.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl ErrorCode {
            /// All codes, for the completeness test of the message catalogue.
            pub const CODES: &'static [&'static str] = &[$($code),*];

            /// Stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// HTTP status.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// Whether the same request can never succeed.
            #[must_use]
            pub fn is_permanent(self) -> bool {
                match self { $(Self::$name => $permanent,)* }
            }
        }
    };
}

codes! {
    /// The request does not read.
    Unreadable = "REQUEST_UNREADABLE", 400, true;
    /// The terminal's signature does not hold.
    BadSignature = "TERMINAL_SIGNATURE", 401, true;
    /// The terminal is not enrolled, or was taken out of service.
    UnknownTerminal = "UNKNOWN_TERMINAL", 401, true;
    /// The enrolment code does not exist, was used, or has run out.
    EnrolmentCode = "ENROLMENT_CODE", 403, true;
    /// Name or password is wrong.
    WrongPassword = "WRONG_PASSWORD", 403, true;
    /// Too many wrong passwords: the account waits.
    Locked = "ACCOUNT_LOCKED", 403, false;
    /// The account is closed.
    AccountClosed = "ACCOUNT_CLOSED", 403, true;
    /// The terminal may not see this.
    NotYours = "NOT_YOURS", 404, true;
    /// It is not there.
    NotFound = "NOT_FOUND", 404, true;
    /// An outbox number is missing before the first of this push.
    OutboxGap = "OUTBOX_GAP", 412, false;
    /// The same outbox number came with other content: a copied store. The terminal must stop.
    Fork = "STORE_FORKED", 409, true;
    /// The epoch is not this terminal's present one: a restored store. The terminal must enrol again.
    OldEpoch = "OLD_EPOCH", 409, true;
    /// The piece's length is wrong, or the whole does not have the hash that names it.
    BlobDamaged = "BLOB_DAMAGED", 422, false;
    /// More than this server takes at once.
    TooLarge = "TOO_LARGE", 413, true;
    /// Too many requests.
    Busy = "SERVER_BUSY", 429, false;
    /// The population register cannot be reached or does not answer.
    RegisterUnavailable = "REGISTER_UNAVAILABLE", 503, false;
    /// The population register refuses the question itself.
    RegisterRefused = "REGISTER_REFUSED", 422, true;
    /// The case does not stand on the server where the request says: push what is waiting, then ask again.
    CaseNotReady = "CASE_NOT_READY", 409, false;
    /// The server's own storage fails.
    Storage = "SERVER_STORAGE", 503, false;
}

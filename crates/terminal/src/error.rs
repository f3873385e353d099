//! Why a use case did not work.

use crate::Terminal;
use crate::rpc::{RpcError, shipped_error};
use domain::messages::MessageWho;
use domain::refusal::Refusal;
use driver_contract::Fault;
use gm::GmError;
use paper::PaperError;
use store::StoreError;
use sync::SyncError;

/// Why a use case did not work. No personal data inside.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// The rules refuse.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Cryptography fails.
    #[error(transparent)]
    Cipher(#[from] GmError),
    /// The server cannot be reached or says no.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// A device fails.
    #[error("device fault {}", .0.code())]
    Device(Box<Fault>),
    /// A paper cannot be made.
    #[error(transparent)]
    Paper(#[from] PaperError),
    /// A file of the profile fails.
    #[error("a file of the profile fails: {0}")]
    File(#[from] std::io::Error),
    /// Something is wrong that only this crate knows.
    #[error("{}", .0.code())]
    Own(Own),
    /// A wrong password was given before: the officer waits.
    #[error("the officer waits after a wrong password")]
    LoginLocked {
        /// Trusted time of the next try, milliseconds since 1970-01-01 UTC.
        until: i64,
    },
    /// The window asked something that does not read.
    #[error("the request does not read")]
    RequestUnreadable,
    /// The window asked something that it may not, or that does not exist.
    #[error("unknown command")]
    UnknownCommand,
}

macro_rules! own {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// Faults of this crate.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Own { $($(#[$doc])* $name,)* }

        impl Own {
            /// Stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// All codes, for the completeness test of the message catalogue.
            pub const CODES: &'static [&'static str] = &[$($code),*];
        }

        impl From<Own> for TerminalError {
            fn from(own: Own) -> Self {
                Self::Own(own)
            }
        }
    };
}

own! {
    /// Nobody is logged in.
    NoSession = "NO_SESSION";
    /// The screen is locked.
    Locked = "SCREEN_LOCKED";
    /// The terminal is not enrolled.
    NotEnrolled = "NOT_ENROLLED";
    /// It is enrolled already.
    AlreadyEnrolled = "ALREADY_ENROLLED";
    /// The password is wrong.
    WrongPassword = "LOGIN_WRONG_PASSWORD";
    /// The first log-in of an officer needs the server.
    FirstLoginNeedsServer = "FIRST_LOGIN_NEEDS_SERVER";
    /// The certificate of the officer's key has ended: log in while the server can be reached.
    CertificateEnded = "CERTIFICATE_ENDED";
    /// The officer does not hold the post.
    PostNotHeld = "SESSION_POST_NOT_HELD";
    /// No definitions have arrived from the server yet.
    NoEdition = "NO_EDITION";
    /// The case is not here.
    CaseUnknown = "CASE_UNKNOWN";
    /// The store was made by another terminal, or before this one was enrolled anew.
    StoreOfAnother = "STORE_OF_ANOTHER";
    /// The store is gone, and its key slots are there.
    StoreGone = "STORE_GONE";
    /// The store is there, and its key slots are gone.
    KeysGone = "KEYS_GONE";
    /// The matter is not here.
    MatterUnknown = "MATTER_UNKNOWN";
    /// There is no such code table.
    TableUnknown = "TABLE_UNKNOWN";
    /// The case has to be looked at by itself.
    NotForBatch = "NOT_FOR_BATCH";
    /// The line is broken: a batch passes nothing more.
    BatchOffline = "BATCH_OFFLINE";
    /// The file is not here.
    BlobUnknown = "BLOB_UNKNOWN";
    /// The case names the file, but the terminal that made it has not sent it to the server yet.
    BlobOnItsWay = "BLOB_ON_ITS_WAY";
    /// The file is not for this window's eyes.
    BlobNotReleased = "BLOB_NOT_RELEASED";
    /// No device of this class is configured.
    NoDevice = "NO_DEVICE";
    /// The operation is not known any more.
    OperationUnknown = "OPERATION_UNKNOWN";
    /// The traffic of these devices is never recorded.
    NotRecordable = "NOT_RECORDABLE";
    /// Something is under way at a device of this window.
    DevicesAtWork = "DEVICES_AT_WORK";
    /// The device has no such setting, or not with this value.
    SettingUnusable = "SETTING_UNUSABLE";
    /// What was typed is no ticket of a queue.
    TicketUnreadable = "TICKET_UNREADABLE";
    /// The last call still waits for its confirmation.
    CallUnderWay = "CALL_UNDER_WAY";
    /// Nothing lies on the applicant screen, or something else.
    NothingReleased = "NOTHING_RELEASED";
    /// The signature is empty or too short to be one.
    SignatureEmpty = "SIGNATURE_EMPTY";
    /// The collector has not signed yet.
    CollectorNotSigned = "COLLECTOR_NOT_SIGNED";
    /// A day was wanted and none that reads was given.
    DayUnreadable = "DAY_UNREADABLE";
    /// A colleague was wanted and none was named.
    ColleagueUnsaid = "COLLEAGUE_UNSAID";
    /// The look-up cannot be made before the fields it asks with are filled.
    LookupNotAskable = "LOOKUP_NOT_ASKABLE";
    /// The picture does not read.
    PictureUnreadable = "PICTURE_UNREADABLE";
    /// The printer gave the job up.
    PrintAborted = "PRINT_ABORTED";
    /// The print was stopped.
    PrintCancelled = "PRINT_CANCELLED";
    /// A one-time notice was wanted where the citizen lacks nothing.
    NothingLacking = "NOTHING_LACKING";
    /// Nothing can be undone any more.
    NothingToUndo = "NOTHING_TO_UNDO";
    /// The case has a refused act or a conflict that somebody must settle first.
    CaseTroubled = "CASE_TROUBLED";
    /// Earlier acts of the case have not reached the server yet.
    CaseNotSent = "CASE_NOT_SENT";
    /// The program itself failed.
    ProgramFault = "PROGRAM_FAULT";
}

impl From<Fault> for TerminalError {
    fn from(fault: Fault) -> Self {
        Self::Device(Box::new(fault))
    }
}

impl TerminalError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.code().to_owned(),
            Self::Store(error) => error.code().to_owned(),
            Self::Cipher(error) => error.code().to_owned(),
            Self::Sync(error) => error.code().to_owned(),
            Self::Device(fault) => fault.code.as_str().to_owned(),
            Self::Paper(error) => error.code().to_owned(),
            Self::File(error) if error.kind() == std::io::ErrorKind::StorageFull => "DISK_FULL".to_owned(),
            Self::File(_) => "PROFILE_FILE".to_owned(),
            Self::Own(own) => own.code().to_owned(),
            Self::LoginLocked { .. } => "LOGIN_LOCKED".to_owned(),
            Self::RequestUnreadable => "RPC_UNREADABLE".to_owned(),
            Self::UnknownCommand => "RPC_UNKNOWN_COMMAND".to_owned(),
        }
    }

    /// Codes of this crate that are not in [`Own::CODES`].
    pub const OTHER_CODES: &'static [&'static str] =
        &["PROFILE_FILE", "LOGIN_LOCKED", "RPC_UNREADABLE", "RPC_UNKNOWN_COMMAND"];

    /// Codes of acts that the server did not place, beside the refusals' own; they stand in the case's troubles.
    pub const ACT_CODES: &'static [&'static str] = &["ACT_CONFLICT", "ACT_HELD", "ACT_UNANSWERED"];
}

/// Short form.
pub type Result<T> = std::result::Result<T, TerminalError>;

impl Terminal {
    /// The error as the windows show it: sentence, cure, who.
    pub(crate) fn rpc_error(&self, error: &TerminalError) -> RpcError {
        let code = error.code();
        let refusal = match error {
            TerminalError::Refused(refusal) => Some(refusal.clone()),
            _ => None,
        };
        if let TerminalError::Device(fault) = error {
            return RpcError {
                code,
                sentence: fault.sentence(),
                cure: fault.cure(),
                who: who_of_fault(fault).to_owned(),
                refusal,
                report: None,
            };
        }
        let values = match error {
            TerminalError::Refused(refusal) => self.refusal_values(refusal),
            TerminalError::LoginLocked { until } => {
                std::collections::BTreeMap::from([("until", clock_words(*until))])
            }
            _ => std::collections::BTreeMap::new(),
        };
        let (sentence, cure, who) = self.words(&code, &values);
        RpcError { code, sentence, cure, who, refusal, report: None }
    }

    /// What the places of a refusal's sentence are filled with.
    fn refusal_values(&self, refusal: &Refusal) -> std::collections::BTreeMap<&'static str, String> {
        use std::collections::BTreeMap;
        match refusal {
            Refusal::Incomplete { missing } => BTreeMap::from([("count", missing.len().to_string())]),
            Refusal::UnknownName { name } => BTreeMap::from([("name", name.clone())]),
            Refusal::CardExpired { until } => BTreeMap::from([("until", until.clone())]),
            Refusal::NotCrossStation { unit } => BTreeMap::from([("unit", unit.clone())]),
            Refusal::BlankUsed { serial } => BTreeMap::from([("serial", serial.clone())]),
            Refusal::FieldLocked { field } => BTreeMap::from([("field", field.clone())]),
            Refusal::CalendarMissing { year } => BTreeMap::from([("year", year.to_string())]),
            Refusal::NotTolerable { name } => BTreeMap::from([("name", name.clone())]),
            Refusal::DayNotAllowed { from, until } => {
                BTreeMap::from([("from", from.clone()), ("until", until.clone())])
            }
            Refusal::RegisteredItem { field } => BTreeMap::from([("field", field.clone())]),
            Refusal::WrongValue { field, fault } => {
                let (words, ..) = self.words(fault.code(), &BTreeMap::new());
                BTreeMap::from([("field", field.clone()), ("fault", words)])
            }
            _ => BTreeMap::new(),
        }
    }

    /// Sentence, cure and who of a code.
    pub(crate) fn words(
        &self,
        code: &str,
        values: &std::collections::BTreeMap<&str, String>,
    ) -> (String, String, String) {
        let Some(message) = self.messages.get(code) else {
            let shipped = shipped_error(code);
            return (shipped.sentence, shipped.cure, shipped.who);
        };
        let (sentence, cure) = message.filled(values);
        (sentence, cure, who_word(message.who).to_owned())
    }

    /// Keeps a report of a panic; the report holds the command's name, never its content.
    pub(crate) fn panic_report(&self, command: &str) -> RpcError {
        let report = self.write_report(&format!("command {command} panicked"));
        let mut error = self.rpc_error(&TerminalError::Own(Own::ProgramFault));
        error.report = report;
        error
    }
}

/// A moment as the clock on the wall shows it: China has one time, eight hours before Greenwich, without summer time.
fn clock_words(moment: i64) -> String {
    let second = moment.div_euclid(1000) + 8 * 3600 + i64::from(moment.rem_euclid(1000) > 0);
    let (hour, minute) = (second.div_euclid(3600).rem_euclid(24), second.div_euclid(60).rem_euclid(60));
    format!("{hour:02}:{minute:02}:{:02}", second.rem_euclid(60))
}

pub(crate) fn who_word(who: MessageWho) -> &'static str {
    match who {
        MessageWho::Clerk => "clerk",
        MessageWho::Administrator => "administrator",
        MessageWho::Maker => "maker",
    }
}

/// Who can end a device fault.
pub(crate) fn who_of_fault(fault: &Fault) -> &'static str {
    match fault.code.who() {
        driver_contract::Who::Clerk => "clerk",
        driver_contract::Who::Administrator => "administrator",
        driver_contract::Who::Maker => "maker",
    }
}

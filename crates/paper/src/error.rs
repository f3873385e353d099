//! What can go wrong with a paper. No text here carries personal data: only names of fields, templates,
//! fonts, and code points of single characters.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What is wrong with one field of an order's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(tag = "problem", rename_all = "kebab-case")]
pub enum DataProblem {
    /// The template needs the field and it is absent (or null).
    #[error("is missing")]
    Missing,
    /// The field is there with another type.
    #[error("is not of type {expected}")]
    WrongType {
        /// The type that `template.toml` names.
        expected: String,
    },
    /// The template does not know the field: it would vanish from the paper without a word.
    #[error("is not known to the template")]
    Unknown,
    /// Longer (text: characters, list: items) than the paper has room for.
    #[error("is longer than {max}")]
    TooLong {
        /// The limit in `template.toml`.
        max: u32,
    },
    /// A number or count below the limit.
    #[error("is less than {min}")]
    TooSmall {
        /// The limit in `template.toml`.
        min: i64,
    },
    /// A control character: it would not show, and paper must show all it is given.
    #[error("holds a control character")]
    ControlCharacter,
    /// Bytes that are no picture of the named kind, or strokes without ink.
    #[error("is not a readable picture")]
    Unreadable,
}

/// Why a paper was not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(tag = "error", rename_all = "kebab-case")]
pub enum PaperError {
    /// There is no such template.
    #[error("no template named {template:?}")]
    TemplateUnknown {
        /// The name asked for; empty when it could not be a name.
        template: String,
    },
    /// The template's own files are at fault.
    #[error("template {template} is broken at {at}: {what}")]
    TemplateBroken {
        /// The template.
        template: String,
        /// File and line.
        at: String,
        /// What is wrong, in words that hold no data of an order.
        what: String,
    },
    /// The data does not fit the template.
    #[error("template {template}: field {path} {problem}")]
    DataInvalid {
        /// The template.
        template: String,
        /// Path of the field, as `items[2].name`.
        path: String,
        /// What is wrong with it.
        #[source]
        problem: DataProblem,
    },
    /// The order names a renderer, template or font that this installation does not have (any more).
    #[error("the print set of this paper is no longer installed: {}", differs.join(", "))]
    PrintSetUnavailable {
        /// Which parts differ.
        differs: Vec<String>,
    },
    /// A folder of fonts is missing.
    #[error("font folder {folder} is missing; install {}", packages.join(", "))]
    FontFolderMissing {
        /// The folder.
        folder: String,
        /// Debian packages whose fonts are not found.
        packages: Vec<String>,
    },
    /// A font is in none of the folders.
    #[error("font {face} is missing; install {package}")]
    FontMissing {
        /// Family and weight.
        face: String,
        /// The Debian package that has it.
        package: String,
    },
    /// Characters that no font has.
    #[error("no font has the characters {}", code_points.join(", "))]
    MissingGlyphs {
        /// As `U+30EDD`, sorted.
        code_points: Vec<String>,
    },
    /// Text that does not fit its box even at the smallest size.
    #[error("template {template}: the text of {place} does not fit")]
    Overflow {
        /// The template.
        template: String,
        /// The box.
        place: String,
    },
    /// More pages than this paper may have.
    #[error("template {template} became {made} pages, allowed are {allowed}")]
    TooManyPages {
        /// The template.
        template: String,
        /// Pages it became.
        made: u32,
        /// Pages it may have.
        allowed: u32,
    },
    /// The timestamp of the print set is no time a document can carry.
    #[error("the print set's timestamp cannot be a date")]
    TimestampInvalid,
    /// The worker program cannot be started.
    #[error("the paper worker cannot be started ({reason})")]
    WorkerUnavailable {
        /// The system's reason, without paths.
        reason: String,
    },
    /// The worker is of another version than this client.
    #[error("the paper worker speaks version {theirs}, this program {ours}")]
    WorkerVersion {
        /// The worker's protocol version.
        theirs: u32,
        /// Ours.
        ours: u32,
    },
    /// The worker ended twice while making this paper.
    #[error("the paper worker ended before the paper was made")]
    WorkerCrashed,
    /// The worker met a fault of its own.
    #[error("the paper worker met a fault at {at}")]
    WorkerFault {
        /// Place in the worker's source.
        at: String,
    },
    /// The worker sent what is no message.
    #[error("the paper worker sent an unreadable message")]
    WorkerGarbled,
    /// The order is larger than a frame may be.
    #[error("the order is larger than {limit} bytes")]
    OrderTooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The paper was not ready in time.
    #[error("the paper was not ready within {milliseconds} ms")]
    DeadlineExceeded {
        /// The deadline.
        milliseconds: u64,
    },
    /// The caller cancelled.
    #[error("the paper was cancelled")]
    Cancelled,
}

impl PaperError {
    /// Stable code for the error catalogue.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TemplateUnknown { .. } => "PAPER_TEMPLATE_UNKNOWN",
            Self::TemplateBroken { .. } => "PAPER_TEMPLATE_BROKEN",
            Self::DataInvalid { .. } => "PAPER_DATA_INVALID",
            Self::PrintSetUnavailable { .. } => "PAPER_PRINT_SET_UNAVAILABLE",
            Self::FontFolderMissing { .. } => "PAPER_FONT_FOLDER_MISSING",
            Self::FontMissing { .. } => "PAPER_FONT_MISSING",
            Self::MissingGlyphs { .. } => "PAPER_MISSING_GLYPHS",
            Self::Overflow { .. } => "PAPER_OVERFLOW",
            Self::TooManyPages { .. } => "PAPER_TOO_MANY_PAGES",
            Self::TimestampInvalid => "PAPER_TIMESTAMP_INVALID",
            Self::WorkerUnavailable { .. } => "PAPER_WORKER_UNAVAILABLE",
            Self::WorkerVersion { .. } => "PAPER_WORKER_VERSION",
            Self::WorkerCrashed => "PAPER_WORKER_CRASHED",
            Self::WorkerFault { .. } => "PAPER_WORKER_FAULT",
            Self::WorkerGarbled => "PAPER_WORKER_GARBLED",
            Self::OrderTooLarge { .. } => "PAPER_ORDER_TOO_LARGE",
            Self::DeadlineExceeded { .. } => "PAPER_DEADLINE_EXCEEDED",
            Self::Cancelled => "PAPER_CANCELLED",
        }
    }
}

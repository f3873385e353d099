//! Printing: what to print and how a job stands.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Fault, Region};

/// Which sides of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Default)]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// Front only.
    #[default]
    OneSided,
    /// Both, turned over the long edge.
    TwoSidedLongEdge,
    /// Both, turned over the short edge.
    TwoSidedShortEdge,
}

/// What to print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintParameters {
    /// Where the document lies in shared memory; the client fills it in.
    pub document: Region,
    /// MIME type of the document, for example `application/pdf`.
    pub format: String,
    /// Title of the job, seen in queues and on the printer: kind of paper and case number, no names.
    pub title: String,
    /// Number of copies, at least 1.
    pub copies: u16,
    /// Media by PWG 5101.1 name, for example `iso_a4_210x297mm`; `None` leaves it to the printer.
    pub media: Option<String>,
    /// Sides.
    pub sides: Sides,
    /// Paper tray by IPP `media-source` keyword; `None` leaves it to the printer.
    pub tray: Option<String>,
}

/// How a job stands (RFC 8011 §5.3.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits its turn (IPP 3).
    Pending,
    /// Held (IPP 4).
    Held,
    /// Printing (IPP 5).
    Processing,
    /// Stopped while printing, for example out of paper (IPP 6).
    Stopped,
    /// Cancelled by somebody (IPP 7).
    Cancelled,
    /// Given up by the printer (IPP 8).
    Aborted,
    /// The printer says that it is done (IPP 9).
    Completed,
}

impl JobState {
    /// Whether nothing more will happen to the job.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Cancelled | Self::Aborted | Self::Completed)
    }
}

/// A job as the printer last told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JobStatus {
    /// The printer's number for the job.
    pub job_id: i64,
    /// Its state.
    pub state: JobState,
    /// Sheets or impressions done, where the printer counts.
    pub pages_done: Option<u32>,
    /// The printer's and the job's own reasons (IPP keywords), for the administrator.
    pub reasons: Vec<String>,
    /// What stands in the way, in our catalogue's terms, if anything does.
    pub fault: Option<Fault>,
}

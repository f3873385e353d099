//! What a device can be asked to do, what it says meanwhile and what comes out.

use serde::{Deserialize, Serialize};

use crate::{CardReading, DeviceInfo, Fault, JobStatus, PageHeader, PrintParameters, ScanParameters};

/// A piece of the shared memory file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Region {
    /// First byte.
    pub offset: u64,
    /// Number of bytes.
    pub length: u64,
}

/// One thing to do on an open device. A device does one task at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Task {
    /// Waits for a card until the deadline and reads it once. Answer: [`Outcome::Card`].
    ReadCard {
        /// Given back in the reading, so that an old reading cannot pass for this one.
        nonce: String,
        /// Ask for the fingerprint record too.
        fingerprint: bool,
    },
    /// Polls for cards until cancelled; each card laid is read once. Says [`DeviceEvent::Present`], then
    /// [`DeviceEvent::CardRead`] or [`DeviceEvent::CardFailed`], then [`DeviceEvent::Removed`].
    /// It steps aside while another task runs on the device. Answer: [`Outcome::Stopped`].
    WatchCards {
        /// Given back in each reading.
        nonce: String,
        /// Time between two polls, in milliseconds; 300 to 500 suits the readers' find command.
        interval_ms: u32,
    },
    /// Scans pages; each comes as a [`DeviceEvent::Page`]. Answer: [`Outcome::Scanned`].
    Scan(ScanParameters),
    /// Prints a document and follows the job to its end, with a [`DeviceEvent::PrintJob`] at each change.
    /// Answer: [`Outcome::Printed`].
    Print(PrintParameters),
    /// Looks at the device without capturing. Answer: [`Outcome::State`].
    CheckState,
}

/// What a device says while it is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeviceEvent {
    /// The device is open and the task begins. Said by the host, not by drivers.
    Started,
    /// The device is there again (or newly there).
    Plugged(Box<DeviceInfo>),
    /// The device has gone.
    Unplugged,
    /// A card lies on the reader.
    Present,
    /// The card was taken away.
    Removed,
    /// The card was read.
    CardRead(Box<CardReading>),
    /// The card could not be read.
    CardFailed(Fault),
    /// A page of pixels lies in shared memory. The client copies it out and gives the region back.
    Page {
        /// How to read the bytes.
        header: PageHeader,
        /// Where they lie.
        region: Region,
    },
    /// A print job changed.
    PrintJob(JobStatus),
    /// Something stands in the way that may pass without ending the task (out of paper while printing).
    Warning(Fault),
}

impl Task {
    /// Whether the task goes on until it is cancelled, whatever its deadline.
    #[must_use]
    pub const fn is_endless(&self) -> bool {
        matches!(self, Self::WatchCards { .. })
    }
}

/// How a task ended well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The card that was read.
    Card(Box<CardReading>),
    /// A watch ended because it was asked to.
    Stopped,
    /// A watch steps aside for another task. Only between driver and host.
    Yielded,
    /// A scan ended.
    Scanned {
        /// Pages delivered.
        pages: u32,
        /// The feeder ran empty (the usual end of a feeder scan).
        feeder_empty: bool,
    },
    /// A print job came to its end; its state says which.
    Printed(JobStatus),
    /// What stands in the way now; empty means ready.
    State(Vec<Fault>),
}

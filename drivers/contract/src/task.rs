//! What a device can be asked to do, what it says meanwhile and what comes out.

use serde::{Deserialize, Serialize};

use crate::{
    CallParameters, CardReading, ChipReading, CodeReading, DeviceInfo, EvaluationParameters,
    EvaluationReading, Fault, FingerParameters, FingerReading, JobStatus, PageHeader, PenPoint,
    PhotoParameters, PhotoReading, PictureHeader, PreviewParameters, PrintParameters, Provenance,
    ScanParameters, SignatureParameters, SignatureReading, SpeechParameters, UkeyAnswer, UkeyCommand,
};

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
        /// Ask for the fingerprint record too.
        fingerprint: bool,
    },
    /// Polls for cards until cancelled; each card laid is read once. Says [`DeviceEvent::Present`], then
    /// [`DeviceEvent::CardRead`] or [`DeviceEvent::CardFailed`], then [`DeviceEvent::Removed`].
    /// It steps aside while another task runs on the device. Answer: [`Outcome::Stopped`].
    WatchCards {
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
    /// Takes a signature: says [`DeviceEvent::Strokes`] while the pen moves and [`DeviceEvent::Cleared`] when the
    /// citizen begins anew; ends at the pad's own key or at [`Word::Finish`]. Answer: [`Outcome::Signature`].
    Sign(SignatureParameters),
    /// Takes one picture of one finger, as a [`DeviceEvent::Page`]. Answer: [`Outcome::Finger`].
    CaptureFinger(FingerParameters),
    /// Asks the citizen for an evaluation. Answer: [`Outcome::Evaluated`].
    Evaluate(EvaluationParameters),
    /// Waits for codes until cancelled; each comes as [`DeviceEvent::CodeRead`]. Answer: [`Outcome::Stopped`].
    WatchCodes,
    /// Calls a number of the queue. Answer: [`Outcome::Announced`].
    Call(CallParameters),
    /// Says something aloud. Answer: [`Outcome::Announced`], when it was said to its end.
    Speak(SpeechParameters),
    /// Shows moving pictures until cancelled, as [`DeviceEvent::Frame`]s; the latest wins. It steps aside while
    /// a shot is taken. Answer: [`Outcome::Stopped`].
    Preview(PreviewParameters),
    /// Takes one picture, as a [`DeviceEvent::Picture`]. Answer: [`Outcome::Photo`].
    TakePhoto(PhotoParameters),
    /// Reads a chip card that lies in the reader. Answer: [`Outcome::Chip`].
    ReadChip,
    /// Asks a UKey. Answer: [`Outcome::Ukey`].
    Ukey(UkeyCommand),
}

/// What can be said to a task under way, beside *stop*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// It is enough: end with what you have.
    Finish,
    /// Begin anew.
    Clear,
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
        /// Where and when they were captured; their SM3.
        provenance: Provenance,
    },
    /// An encoded picture lies in shared memory, whole as the device made it.
    Picture {
        /// How to read the bytes.
        header: PictureHeader,
        /// Where they lie.
        region: Region,
        /// Where and when it was captured; its SM3.
        provenance: Provenance,
    },
    /// A picture of a preview lies in shared memory: to be looked at, never to be kept.
    Frame {
        /// How to read the bytes.
        header: PictureHeader,
        /// Where they lie.
        region: Region,
    },
    /// The pen moved.
    Strokes(Vec<PenPoint>),
    /// What was written so far is gone.
    Cleared,
    /// A finger lies on the sensor.
    FingerPresent,
    /// The finger was taken away.
    FingerRemoved,
    /// A code was read.
    CodeRead(Box<CodeReading>),
    /// A print job changed.
    PrintJob(JobStatus),
    /// Something stands in the way that may pass without ending the task (out of paper while printing).
    Warning(Fault),
}

impl Task {
    /// Whether the task goes on until it is cancelled, whatever its deadline.
    #[must_use]
    pub const fn is_endless(&self) -> bool {
        matches!(self, Self::WatchCards { .. } | Self::WatchCodes | Self::Preview(_))
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
    /// The signature.
    Signature(Box<SignatureReading>),
    /// The finger.
    Finger(Box<FingerReading>),
    /// What the citizen pressed.
    Evaluated(Box<EvaluationReading>),
    /// It was called or said.
    Announced,
    /// The shot.
    Photo(Box<PhotoReading>),
    /// The chip card.
    Chip(Box<ChipReading>),
    /// The UKey's answer.
    Ukey(UkeyAnswer),
}

//! `ScannerStatus`: how a scanner, its feeder and its jobs stand.

use super::error::EsclError;
use super::xml::{child, text, with_root};

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$one:meta])* $variant:ident = $($word:literal)|+,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$one])* $variant,)*
            /// A word that the specification does not have.
            Unknown,
        }

        impl $name {
            /// The state that a word stands for.
            #[must_use]
            pub fn of(word: &str) -> Self {
                match word {
                    $($($word)|+ => Self::$variant,)*
                    _ => Self::Unknown,
                }
            }
        }
    };
}

states! {
    /// The scanner (`pwg:State`).
    ScannerState {
        /// Ready.
        Idle = "Idle",
        /// It works at a job, of ours or of somebody else.
        Processing = "Processing",
        /// It adjusts itself.
        Testing = "Testing",
        /// It needs a hand.
        Stopped = "Stopped",
        /// It is switched off or broken.
        Down = "Down",
    }
}

states! {
    /// The feeder (`scan:AdfState`).
    AdfState {
        /// Paper lies in it.
        Loaded = "ScannerAdfLoaded",
        /// No paper.
        Empty = "ScannerAdfEmpty",
        /// Paper moves through it.
        Processing = "ScannerAdfProcessing",
        /// Paper is stuck.
        Jam = "ScannerAdfJam",
        /// It did not catch the sheet.
        Mispick = "ScannerAdfMispick",
        /// A lid is open (two spellings are in use).
        HatchOpen = "ScannerAdfHatchOpen" | "ScannerAdfDoorOpen",
        /// A sheet is too short for both sides.
        DuplexPageTooShort = "ScannerAdfDuplexPageTooShort",
        /// A sheet is too long for both sides.
        DuplexPageTooLong = "ScannerAdfDuplexPageTooLong",
        /// Two sheets came at once.
        MultipickDetected = "ScannerAdfMultipickDetected",
        /// The tray does not move.
        InputTrayFailed = "ScannerAdfInputTrayFailed",
        /// Too much paper.
        InputTrayOverloaded = "ScannerAdfInputTrayOverloaded",
    }
}

states! {
    /// A job (`pwg:JobState`).
    JobState {
        /// All pages were given.
        Completed = "Completed",
        /// It is being done.
        Processing = "Processing",
        /// It waits.
        Pending = "Pending",
        /// The scanner gave it up.
        Aborted = "Aborted",
        /// Somebody cancelled it.
        Canceled = "Canceled",
    }
}

/// How a scanner stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannerStatus {
    /// The scanner.
    pub state: ScannerState,
    /// The feeder; `None` where it has none or does not tell.
    pub adf: Option<AdfState>,
    /// Its jobs: address and state.
    pub jobs: Vec<(String, JobState)>,
}

impl ScannerStatus {
    /// Reads the document.
    ///
    /// # Errors
    /// Not this document, or one without a state.
    pub fn read(bytes: &[u8]) -> Result<Self, EsclError> {
        with_root(bytes, "ScannerStatus", |root| {
            let state = text(root, "State").ok_or(EsclError::Garbage("no state"))?;
            let jobs = child(root, "Jobs").into_iter().flat_map(|jobs| {
                jobs.children().filter(|one| one.tag_name().name() == "JobInfo").filter_map(|job| {
                    Some((text(job, "JobUri")?.to_owned(), JobState::of(text(job, "JobState")?)))
                })
            });
            Ok(Self {
                state: ScannerState::of(state),
                adf: text(root, "AdfState").map(AdfState::of),
                jobs: jobs.collect(),
            })
        })
    }

    /// How the job at this address stands.
    #[must_use]
    pub fn job(&self, path: &str) -> Option<JobState> {
        let same = |address: &str| address.trim_end_matches('/').ends_with(path.trim_end_matches('/'));
        self.jobs.iter().find(|(address, _)| same(address)).map(|(_, state)| *state)
    }

    /// What is wrong with the feeder, if anything is; an empty one is not.
    #[must_use]
    pub fn feeder_trouble(&self) -> Option<EsclError> {
        match self.adf? {
            AdfState::Loaded | AdfState::Empty | AdfState::Processing | AdfState::Unknown => None,
            state => Some(EsclError::Feeder(state)),
        }
    }
}

//! What a virtual reader can be told to do wrong.

use serde::{Deserialize, Serialize};

/// A fault. One at a time; it stays until [`ReaderFault::None`] or for the number of answers it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReaderFault {
    /// Works as it should.
    #[default]
    None,
    /// The check byte of the next answers is wrong.
    Checksum {
        /// How many answers.
        #[serde(default = "one")]
        times: u32,
    },
    /// The next answers break off.
    Truncate {
        /// After how many bytes.
        after: usize,
        /// How many answers.
        #[serde(default = "one")]
        times: u32,
    },
    /// One bit of the next answers is flipped.
    FlipBit {
        /// Which bit, counted from the first of the frame.
        bit: usize,
        /// How many answers.
        #[serde(default = "one")]
        times: u32,
    },
    /// The module says at every command that it is not authorised (66).
    SamUnauthorised,
    /// The module says that its self-test failed (60), and works no card.
    SelfTestFailed,
    /// The card leaves the field during the next reading, after so many bytes of the answer; at 0 while
    /// the module still reads it (answer 41).
    PullAfterBytes {
        /// How many bytes.
        after: usize,
    },
    /// Bytes that belong to no frame come before each answer.
    GarbageBefore {
        /// How many bytes.
        count: usize,
    },
    /// Instead of answers only bytes that belong to no frame come.
    Garbage {
        /// How many answers are replaced.
        #[serde(default = "one")]
        times: u32,
    },
    /// Each answer comes late.
    Slow {
        /// By how many milliseconds.
        delay_ms: u64,
    },
    /// The reader answers nothing.
    Silent,
    /// The next answers to one command carry this status.
    Status {
        /// Command and parameter, for example `0x3001`.
        command: u16,
        /// Third status byte.
        status: u8,
        /// How many answers.
        #[serde(default = "one")]
        times: u32,
    },
    /// The reader has no command 30 03 and answers 21 to it.
    NoAddedAddress,
    /// The reader does not answer to one command.
    SilentAt {
        /// Command and parameter, for example `0x3005`.
        command: u16,
    },
    /// The management number has another length than 28 bytes.
    ManagementNumberOf {
        /// How many bytes.
        length: usize,
    },
}

const fn one() -> u32 {
    1
}

impl ReaderFault {
    /// Counts one answer that was spoilt; a fault that has done its number is over.
    pub(super) fn spend(&mut self) {
        let left = match self {
            Self::Checksum { times }
            | Self::Truncate { times, .. }
            | Self::FlipBit { times, .. }
            | Self::Garbage { times }
            | Self::Status { times, .. } => {
                *times = times.saturating_sub(1);
                *times
            }
            Self::PullAfterBytes { .. } => 0,
            _ => return,
        };
        if left == 0 {
            *self = Self::None;
        }
    }
}

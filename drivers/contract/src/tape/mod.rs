//! Recordings of devices and their replay.
//!
//! Two kinds, both text. A **line tape** ([`TapeLine`]) holds the bytes that went over a device's line: it shows what a
//! device really said, and plays to one driver. A **contract tape** ([`ContractTape`]) holds the tasks that a device was
//! given and what came of them: any driver makes one, and the driver `tape` plays it to the terminal.
//!
//! A tape of a device that is no virtual one is written masked or not at all ([`Clarity::Masked`]): what is personal is
//! replaced before a byte reaches the disk. UKey traffic is never recorded.

mod contract;
mod line;
mod mask;
mod renew;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::Serialize;

pub use contract::{ContractHead, ContractLine, ContractTape, Moment, Section, TapeBytes};
pub use line::{Direction, LineMask, Recorder, Replay, TapeLine};
pub use mask::{Clarity, demo_birth, demo_number, demo_text, demo_validity};

use crate::FaultCode;

/// Longest contract tape, written or read, in bytes: four colour pages of A4 at 300 dpi in hexadecimal text. It is half
/// of the longest file that a host process may write; at that limit the kernel would end the process.
pub const LONGEST_TAPE: u64 = 256 << 20;

/// What is to be recorded of a device, and where. In a configuration a file's name alone, or
/// `{"file": …, "mask": true, "line": false}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Form")]
pub struct Recording {
    /// The contract tape; the line tape, where the driver has a line, lies beside it.
    pub file: PathBuf,
    /// Replace everything personal before it is written. Devices that are not virtual are recorded so or not at all.
    pub mask: bool,
    /// Record the line too, where the driver has one.
    pub line: bool,
}

/// The two ways in which a configuration writes a [`Recording`].
#[derive(Deserialize)]
#[serde(untagged)]
enum Form {
    File(PathBuf),
    Whole(Whole),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    file: PathBuf,
    #[serde(default)]
    mask: bool,
    #[serde(default = "yes")]
    line: bool,
}

const fn yes() -> bool {
    true
}

impl From<Form> for Recording {
    fn from(form: Form) -> Self {
        match form {
            Form::File(file) => file.into(),
            Form::Whole(Whole { file, mask, line }) => Self { file, mask, line },
        }
    }
}

/// In clear, with its line.
impl From<PathBuf> for Recording {
    fn from(file: PathBuf) -> Self {
        Self { file, mask: false, line: true }
    }
}

impl Recording {
    /// How personal data is written.
    #[must_use]
    pub const fn clarity(&self) -> Clarity {
        if self.mask { Clarity::Masked } else { Clarity::Clear }
    }

    /// The recording of the device's line, beside the contract tape: `name.line`.
    #[must_use]
    pub fn of_line(&self) -> Self {
        let mut name = self.file.as_os_str().to_owned();
        name.push(".line");
        Self { file: name.into(), ..self.clone() }
    }
}

/// Makes the next file of a recording, readable for this account only: each opening has a tape of its own, `name`,
/// `name.1`, `name.2` and so on. None is ever overwritten.
///
/// # Errors
/// The file cannot be made.
pub fn create_tape(path: &Path) -> io::Result<(File, PathBuf)> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut tape = path.to_owned();
    let mut number = 0_u32;
    loop {
        match File::options().write(true).create_new(true).mode(0o600).open(&tape) {
            Ok(file) => return Ok((file, tape)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < u32::MAX => {
                number += 1;
                let mut name = path.as_os_str().to_owned();
                name.push(format!(".{number}"));
                tape = name.into();
            }
            Err(error) => return Err(error),
        }
    }
}

/// Why a tape cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TapeError {
    /// The file cannot be read.
    #[error("tape: {}", .0.kind())]
    Io(#[from] io::Error),
    /// The file cannot be written on: nothing of what follows would be recorded.
    #[error("tape not written: {0}")]
    NotWritten(io::ErrorKind),
    /// The first line is not that of a contract tape of this version.
    #[error("tape: not a contract tape of version {}", contract::VERSION)]
    Version,
    /// A line is not in the form that this module writes.
    #[error("tape: line {0} cannot be understood")]
    Line(usize),
    /// The tape breaks off in the middle of a task.
    #[error("tape: breaks off within a task")]
    Torn,
    /// Longer than [`LONGEST_TAPE`].
    #[error("tape: longer than {LONGEST_TAPE} bytes")]
    TooLong,
    /// A tape of another class of devices.
    #[error("tape: of another class of devices, {0}")]
    OtherClass(&'static str),
}

impl TapeError {
    /// The catalogue's entry.
    #[must_use]
    pub fn fault_code(&self) -> FaultCode {
        match self {
            Self::Io(error) => match error.kind() {
                io::ErrorKind::NotFound => FaultCode::NotFound,
                io::ErrorKind::PermissionDenied => FaultCode::PermissionDenied,
                _ => FaultCode::TapeUnreadable,
            },
            Self::NotWritten(_) => FaultCode::TapeNotWritten,
            Self::Version | Self::Line(_) | Self::Torn | Self::TooLong | Self::OtherClass(_) => {
                FaultCode::TapeUnreadable
            }
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.fault_code().as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_a_name_or_the_whole() {
        let read = |text: &str| serde_json::from_str::<Recording>(text);
        assert_eq!(read("\"/a.tape\"").unwrap(), Recording::from(PathBuf::from("/a.tape")));
        let whole = read(r#"{"file": "/a.tape", "mask": true}"#).unwrap();
        assert!(whole.mask && whole.line && whole.clarity() == Clarity::Masked);
        assert_eq!(whole.of_line().file, Path::new("/a.tape.line"));
        assert!(
            read(r#"{"file": "/a.tape", "masked": true}"#).is_err(),
            "a word that is none must not unmask"
        );
        let again = serde_json::to_string(&whole).unwrap();
        assert_eq!(read(&again).unwrap(), whole);
    }

    #[test]
    fn no_tape_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let wish = folder.path().join("a.tape");
        let names: Vec<PathBuf> = (0..3).map(|_| create_tape(&wish).unwrap().1).collect();
        assert_eq!(names, ["a.tape", "a.tape.1", "a.tape.2"].map(|name| folder.path().join(name)));
        assert!(create_tape(&folder.path().join("missing/a.tape")).is_err());
    }
}

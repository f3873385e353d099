//! What was asked of a device, and what came of it.
//!
//! A contract tape is text. The first line says what it is, `contract-tape 1 clear` or `contract-tape 1 masked`; the
//! second is the device as it was listed, in JSON. Then, for each task:
//!
//! ```text
//! task 0 {"type":"scan",…}       the task; milliseconds since the device was opened
//! page 812 26040000*ff {…}       a page: milliseconds since the task began, its bytes, its header
//! event 815 {…}                  anything else that the device said
//! end 1203 {"Ok":{…}}            how it ended
//! ```
//!
//! Bytes are hexadecimal, or `count*byte` where they are all the same. Lines that begin with `#` are remarks. What is
//! only right for one request (provenance, places in the shared memory) is left out and made anew at the replay.

use std::fmt;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::mask::Clarity;
use super::{LONGEST_TAPE, TapeError};
use crate::{DeviceEvent, DeviceInfo, Fault, Outcome, PageHeader, PictureHeader, SharedArea, Task, Word};

/// Version of the form. A tape of another is refused: what it meant is not known.
pub(super) const VERSION: u32 = 1;

/// First word of the first line.
const MAGIC: &str = "contract-tape";

/// Longest head, in bytes: the list entry of a device with many settings takes some 20 KiB.
const LONGEST_HEAD: u64 = 256 << 10;

/// Bytes of a page, a picture or a document. A blank page is millions of the same byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TapeBytes {
    /// So many times the same byte.
    Same {
        /// How many; at most what the shared memory holds.
        count: u64,
        /// Which.
        byte: u8,
    },
    /// As they are.
    Plain(Vec<u8>),
}

impl TapeBytes {
    /// Of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [first, rest @ ..] if rest.iter().all(|byte| byte == first) => {
                Self::Same { count: bytes.len() as u64, byte: *first }
            }
            _ => Self::Plain(bytes.to_vec()),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        match self {
            Self::Same { count, byte } => vec![*byte; usize::try_from(*count).unwrap_or_default()],
            Self::Plain(bytes) => bytes.clone(),
        }
    }
}

impl fmt::Display for TapeBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same { count, byte } => write!(f, "{count}*{byte:02x}"),
            Self::Plain(bytes) if bytes.is_empty() => f.write_str("0*00"),
            // In pieces: a page has up to 200 MB, and its text would stand in memory beside it.
            Self::Plain(bytes) => bytes.chunks(4096).try_for_each(|piece| f.write_str(&hex::encode(piece))),
        }
    }
}

impl FromStr for TapeBytes {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let Some((count, byte)) = text.split_once('*') else {
            return hex::decode(text).map(Self::Plain).map_err(drop);
        };
        let count = count.parse().ok().filter(|count| *count <= SharedArea::PIXELS.length).ok_or(())?;
        let [byte] = *hex::decode(byte).map_err(drop)?.as_slice() else { return Err(()) };
        Ok(Self::Same { count, byte })
    }
}

/// What a tape begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractHead {
    /// How personal data was written.
    pub clarity: Clarity,
    /// The device that was recorded.
    pub device: DeviceInfo,
}

impl ContractHead {
    /// Reads the first two lines of a file and nothing more.
    ///
    /// # Errors
    /// The file's; not a contract tape.
    pub fn load(path: &Path) -> Result<Self, TapeError> {
        let mut text = Vec::new();
        std::fs::File::open(path)?.take(LONGEST_HEAD).read_to_end(&mut text)?;
        let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(place, _)| place);
        let end = ends.take(2).last().ok_or(TapeError::Version)?;
        let text = std::str::from_utf8(&text[..end]).map_err(|_| TapeError::Version)?;
        Self::parse(&mut text.lines().enumerate())
    }

    fn parse<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>) -> Result<Self, TapeError> {
        let (_, first) = lines.next().ok_or(TapeError::Version)?;
        let rest = first.strip_prefix(MAGIC).and_then(|rest| rest.strip_prefix(' '));
        let (version, clarity) = rest.and_then(|rest| rest.split_once(' ')).ok_or(TapeError::Version)?;
        let clarity = match clarity {
            "clear" => Clarity::Clear,
            "masked" => Clarity::Masked,
            _ => return Err(TapeError::Version),
        };
        if version != VERSION.to_string() {
            return Err(TapeError::Version);
        }
        let (index, device) = lines.next().ok_or(TapeError::Torn)?;
        Ok(Self { clarity, device: json(device).ok_or(TapeError::Line(index + 1))? })
    }
}

impl fmt::Display for ContractHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clarity = match self.clarity {
            Clarity::Clear => "clear",
            Clarity::Masked => "masked",
        };
        writeln!(f, "{MAGIC} {VERSION} {clarity}")?;
        writeln!(f, "{}", Json(&self.device))
    }
}

/// Something that happened during a task.
#[derive(Debug, Clone, PartialEq)]
pub enum Moment {
    /// The device said something; pages and pictures excepted.
    Event(DeviceEvent),
    /// The officer said something to the task, and the driver took it.
    Told(Word),
    /// The driver fetched the document; `None` where it was masked.
    Document(Option<TapeBytes>),
    /// A page.
    Page(PageHeader, TapeBytes),
    /// A picture.
    Picture(PictureHeader, TapeBytes),
    /// A picture of a preview; not every one of them is kept.
    Frame(PictureHeader, TapeBytes),
}

/// One line behind the head.
#[derive(Debug, Clone, PartialEq)]
pub enum ContractLine {
    /// A task begins.
    Task(u64, Task),
    /// Something happened.
    Moment(u64, Moment),
    /// The task ended.
    End(u64, Box<Result<Outcome, Fault>>),
}

impl fmt::Display for ContractLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task(at, task) => writeln!(f, "task {at} {}", Json(task)),
            Self::End(at, result) => writeln!(f, "end {at} {}", Json(result.as_ref())),
            Self::Moment(at, moment) => match moment {
                Moment::Event(event) => writeln!(f, "event {at} {}", Json(event)),
                Moment::Told(word) => writeln!(f, "told {at} {}", Json(word)),
                Moment::Document(None) => writeln!(f, "document {at} masked"),
                Moment::Document(Some(bytes)) => writeln!(f, "document {at} {bytes}"),
                Moment::Page(header, bytes) => writeln!(f, "page {at} {bytes} {}", Json(header)),
                Moment::Picture(header, bytes) => writeln!(f, "picture {at} {bytes} {}", Json(header)),
                Moment::Frame(header, bytes) => writeln!(f, "frame {at} {bytes} {}", Json(header)),
            },
        }
    }
}

impl ContractLine {
    fn parse(line: &str) -> Option<Self> {
        let (kind, rest) = line.split_once(' ')?;
        let (at, rest) = rest.split_once(' ')?;
        let at = at.parse().ok()?;
        let moment = match kind {
            "task" => return Some(Self::Task(at, json(rest)?)),
            "end" => return Some(Self::End(at, Box::new(json(rest)?))),
            // Pages and pictures have lines of their own: as events they would speak of memory that is long gone.
            "event" => Moment::Event(json(rest).filter(|event| !lies_in_memory(event))?),
            "told" => Moment::Told(json(rest)?),
            "document" if rest == "masked" => Moment::Document(None),
            "document" => Moment::Document(Some(rest.parse().ok()?)),
            "page" => with_bytes(rest).map(|(header, bytes)| Moment::Page(header, bytes))?,
            "picture" => with_bytes(rest).map(|(header, bytes)| Moment::Picture(header, bytes))?,
            "frame" => with_bytes(rest).map(|(header, bytes)| Moment::Frame(header, bytes))?,
            _ => return None,
        };
        Some(Self::Moment(at, moment))
    }
}

const fn lies_in_memory(event: &DeviceEvent) -> bool {
    matches!(event, DeviceEvent::Page { .. } | DeviceEvent::Picture { .. } | DeviceEvent::Frame { .. })
}

fn with_bytes<H: DeserializeOwned>(rest: &str) -> Option<(H, TapeBytes)> {
    let (bytes, header) = rest.split_once(' ')?;
    Some((json(header)?, bytes.parse().ok()?))
}

fn json<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

/// A value as one line of JSON.
struct Json<'a, T>(&'a T);

impl<T: Serialize> fmt::Display for Json<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self.0).map_err(|_| fmt::Error)?)
    }
}

/// One task of a tape. Times are milliseconds since it began.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// What was asked.
    pub task: Task,
    /// What happened, in its order.
    pub moments: Vec<(u64, Moment)>,
    /// When it ended.
    pub end_ms: u64,
    /// How.
    pub end: Result<Outcome, Fault>,
}

/// A whole contract tape.
#[derive(Debug, Clone, PartialEq)]
pub struct ContractTape {
    /// What it was made from.
    pub head: ContractHead,
    /// Its tasks.
    pub sections: Vec<Section>,
}

impl ContractTape {
    /// Reads a tape.
    ///
    /// # Errors
    /// Another version, the number of the first line that is none, or a tape that breaks off.
    pub fn parse(text: &str) -> Result<Self, TapeError> {
        let mut lines = text.lines().enumerate();
        let head = ContractHead::parse(&mut lines)?;
        let mut sections = Vec::new();
        let mut open: Option<(Task, Vec<(u64, Moment)>)> = None;
        for (index, line) in lines {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = || TapeError::Line(index + 1);
            match (ContractLine::parse(line).ok_or_else(wrong)?, &mut open) {
                (ContractLine::Task(_, task), None) => open = Some((task, Vec::new())),
                (ContractLine::Moment(at, moment), Some((_, moments))) => moments.push((at, moment)),
                (ContractLine::End(end_ms, end), Some(_)) => {
                    let (task, moments) = open.take().ok_or_else(wrong)?;
                    sections.push(Section { task, moments, end_ms, end: *end });
                }
                _ => return Err(wrong()),
            }
        }
        // A line that was not written to its end is no line; one that was, but its task was not, is found here.
        if open.is_some() || !text.ends_with('\n') {
            Err(TapeError::Torn)
        } else {
            Ok(Self { head, sections })
        }
    }

    /// Loads a tape.
    ///
    /// # Errors
    /// As [`ContractTape::parse`]; the file's; longer than [`LONGEST_TAPE`].
    pub fn load(path: &Path) -> Result<Self, TapeError> {
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(LONGEST_TAPE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LONGEST_TAPE {
            return Err(TapeError::TooLong);
        }
        Self::parse(std::str::from_utf8(&bytes).map_err(|_| TapeError::Version)?)
    }
}

impl fmt::Display for ContractTape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.head)?;
        for section in &self.sections {
            write!(f, "{}", ContractLine::Task(0, section.task.clone()))?;
            for (at, moment) in &section.moments {
                write!(f, "{}", ContractLine::Moment(*at, moment.clone()))?;
            }
            write!(f, "{}", ContractLine::End(section.end_ms, Box::new(section.end.clone())))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Attestation, Capabilities, Connection, DeviceClass, DeviceId, DeviceModel, PixelFormat,
        ScanParameters, ScanSource,
    };

    fn tape() -> ContractTape {
        let device = DeviceInfo {
            id: DeviceId::new("sane", "test"),
            class: DeviceClass::Scanner,
            name: "扫描仪".into(),
            maker: String::new(),
            connection: Connection::System { name: "test".into() },
            accessibility: crate::Accessibility::Accessible,
            attestation: Attestation::Virtual,
            capabilities: Capabilities::Unknown,
            model: DeviceModel::default(),
        };
        let task = Task::Scan(ScanParameters {
            source: ScanSource::Flatbed,
            mode: crate::ColourMode::Gray,
            dpi: 75,
            area: None,
            max_pages: None,
        });
        let header =
            PageHeader { page: 1, width: 2, height: 2, stride: 2, dpi: 75, format: PixelFormat::Gray8 };
        let moments = vec![
            (3, Moment::Told(Word::Finish)),
            (4, Moment::Document(None)),
            (4, Moment::Document(Some(TapeBytes::of(b"%PDF")))),
            (5, Moment::Page(header, TapeBytes::of(&[1, 2, 3, 4]))),
            (6, Moment::Page(header, TapeBytes::of(&[7; 4]))),
            (7, Moment::Event(DeviceEvent::Present)),
        ];
        let end = Ok(Outcome::Scanned { pages: 2, feeder_empty: false });
        let section = Section { task, moments, end_ms: 9, end };
        ContractTape { head: ContractHead { clarity: Clarity::Clear, device }, sections: vec![section] }
    }

    #[test]
    fn a_tape_is_read_as_it_was_written() {
        let tape = tape();
        let text = tape.to_string();
        assert_eq!(ContractTape::parse(&text).unwrap(), tape);
        assert!(text.contains("page 6 4*07 "), "{text}");
        let remarked = text.replace("\ntask", "\n# made by hand\n\ntask");
        assert_eq!(ContractTape::parse(&remarked).unwrap(), tape);
    }

    #[test]
    fn a_tape_cut_at_any_byte_is_refused() {
        let text = tape().to_string();
        let whole = text.lines().take(2).map(|line| line.len() + 1).sum::<usize>();
        for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
            // Nothing asked yet is a whole tape, of nothing.
            assert_eq!(ContractTape::parse(&text[..cut]).is_ok(), cut == whole, "cut at {cut}");
        }
    }

    #[test]
    fn other_versions_forms_and_lengths_are_refused() {
        let text = tape().to_string();
        let refused = |text: &str| ContractTape::parse(text).unwrap_err();
        assert!(matches!(refused(&text.replace("tape 1 clear", "tape 2 clear")), TapeError::Version));
        assert!(matches!(refused(&text.replace("tape 1 clear", "tape 1 hidden")), TapeError::Version));
        assert!(matches!(refused("> 0 aaaaaa9669\n"), TapeError::Version), "a line tape is another thing");
        assert!(matches!(refused(&text.replace("\nend", "\nstop")), TapeError::Line(10)));
        assert!(matches!(refused(&text.replace("4*07", "999999999999*07")), TapeError::Line(8)));
        assert!(matches!(refused(&text.replace("4*07", "4*0707")), TapeError::Line(8)));
        let nested = text.replace("\nevent", "\ntask 0 {\"type\":\"check_state\"}\nevent");
        assert!(matches!(refused(&nested), TapeError::Line(9)));
    }
}

//! What went over a device's line, and its replay.
//!
//! A line tape is text: one line per piece of traffic, `direction offset hex`, where the direction is `>`
//! (to the device) or `<` (from the device) and the offset counts milliseconds from the first line.
//! Lines that begin with `#` are remarks.

use std::collections::VecDeque;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::time::Instant;

use super::{TapeError, create_tape};

/// Which way a piece of traffic went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From us to the device.
    ToDevice,
    /// From the device to us.
    FromDevice,
}

/// One piece of traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TapeLine {
    /// Which way.
    pub direction: Direction,
    /// Milliseconds since the recording began.
    pub offset_ms: u64,
    /// What.
    pub bytes: Vec<u8>,
}

impl TapeLine {
    /// Reads a whole tape.
    ///
    /// # Errors
    /// The number of the first line that is none.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, TapeError> {
        let mut lines = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            lines.push(Self::parse(line).ok_or(TapeError::Line(index + 1))?);
        }
        Ok(lines)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let direction = match words.next()? {
            ">" => Direction::ToDevice,
            "<" => Direction::FromDevice,
            _ => return None,
        };
        let offset_ms = words.next()?.parse().ok()?;
        let bytes = hex::decode(words.next()?).ok()?;
        words.next().is_none().then_some(Self { direction, offset_ms, bytes })
    }
}

impl std::fmt::Display for TapeLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let direction = match self.direction {
            Direction::ToDevice => '>',
            Direction::FromDevice => '<',
        };
        write!(f, "{direction} {} {}", self.offset_ms, hex::encode(&self.bytes))
    }
}

/// What makes the bytes of one line unpersonal while they are recorded. It knows the protocol; lengths, statuses and
/// check bytes stay, so that the tape plays as the line did.
pub trait LineMask: Send {
    /// Takes what passed in one direction, and gives what may be written of it and of what was held back before.
    fn pass(&mut self, direction: Direction, bytes: &[u8]) -> Vec<TapeLine>;

    /// Gives what may be written of what was held back: nothing more comes.
    fn rest(&mut self) -> Vec<TapeLine>;
}

/// A stream whose traffic is written to a tape as it passes.
pub struct Recorder<S> {
    stream: S,
    tape: BufWriter<std::fs::File>,
    start: Instant,
    mask: Option<Box<dyn LineMask>>,
}

impl<S> std::fmt::Debug for Recorder<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recorder(masked: {})", self.mask.is_some())
    }
}

impl<S> Recorder<S> {
    /// Records `stream` to a new file (see [`create_tape`]); `mask` where nothing personal may stand in it.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn create(stream: S, path: &Path, mask: Option<Box<dyn LineMask>>) -> io::Result<Self> {
        let (file, _) = create_tape(path)?;
        Ok(Self { stream, tape: BufWriter::new(file), start: Instant::now(), mask })
    }

    /// The stream itself.
    pub fn stream_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    fn note(&mut self, direction: Direction, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let lines = match &mut self.mask {
            Some(mask) => mask.pass(direction, bytes),
            None => vec![TapeLine { direction, offset_ms: 0, bytes: bytes.to_vec() }],
        };
        self.write(lines).map_err(|error| io::Error::other(TapeError::NotWritten(error.kind())))
    }

    /// A line is written when it may be, so that is its time.
    fn write(&mut self, lines: Vec<TapeLine>) -> io::Result<()> {
        let offset_ms = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        for line in lines {
            writeln!(self.tape, "{}", TapeLine { offset_ms, ..line })?;
        }
        self.tape.flush()
    }
}

impl<S> Drop for Recorder<S> {
    fn drop(&mut self) {
        if let Some(mask) = &mut self.mask {
            let rest = mask.rest();
            // Nobody is left to hear of it; what was written before stands.
            let _ = self.write(rest);
        }
    }
}

impl<S: Read> Read for Recorder<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.note(Direction::FromDevice, &buffer[..count])?;
        Ok(count)
    }
}

impl<S: Write> Write for Recorder<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.stream.write(bytes)?;
        self.note(Direction::ToDevice, &bytes[..count])?;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A device made of a tape: it wants to be told what was told then, and answers what was answered then.
#[derive(Debug)]
pub struct Replay {
    lines: VecDeque<TapeLine>,
}

impl Replay {
    /// Plays the lines once, without their pauses.
    #[must_use]
    pub fn new(lines: Vec<TapeLine>) -> Self {
        Self { lines: lines.into() }
    }

    /// Loads a tape.
    ///
    /// # Errors
    /// The file's, or a line that is none.
    pub fn load(path: &Path) -> Result<Self, TapeError> {
        Ok(Self::new(TapeLine::parse_all(&std::fs::read_to_string(path)?)?))
    }

    /// Whether the whole tape was played.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.lines.is_empty()
    }
}

impl Read for Replay {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(line) = self.lines.front_mut() else {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the tape has ended"));
        };
        if line.direction != Direction::FromDevice {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the tape waits to be told something"));
        }
        let count = line.bytes.len().min(buffer.len());
        buffer[..count].copy_from_slice(&line.bytes[..count]);
        line.bytes.drain(..count);
        if line.bytes.is_empty() {
            self.lines.pop_front();
        }
        Ok(count)
    }
}

impl Write for Replay {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let differs = || io::Error::other("differs from what was sent when the tape was made");
        // What the driver did not read then it need not read now.
        while self.lines.front().is_some_and(|line| line.direction == Direction::FromDevice) {
            self.lines.pop_front();
        }
        let line = self.lines.front_mut().ok_or_else(differs)?;
        let count = line.bytes.len().min(bytes.len());
        if line.bytes[..count] != bytes[..count] {
            return Err(differs());
        }
        line.bytes.drain(..count);
        if line.bytes.is_empty() {
            self.lines.pop_front();
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Echo(VecDeque<u8>);

    impl Read for Echo {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }

    impl Write for Echo {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_recorded_talk_plays_again_and_notices_another_talk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("talk.tape");
        let mut line = Recorder::create(Echo(VecDeque::new()), &path, None).unwrap();
        line.write_all(b"find").unwrap();
        let mut back = [0; 4];
        line.read_exact(&mut back).unwrap();
        assert_eq!(&back, b"find");

        let mut replay = Replay::load(&path).unwrap();
        replay.write_all(b"fi").unwrap();
        replay.write_all(b"nd").unwrap();
        let mut one = [0; 1];
        for expected in b"find" {
            replay.read_exact(&mut one).unwrap();
            assert_eq!(one[0], *expected);
        }
        assert!(replay.is_finished());
        assert_eq!(replay.read(&mut one).unwrap_err().kind(), io::ErrorKind::TimedOut);

        let mut other = Replay::load(&path).unwrap();
        assert!(other.write_all(b"read").is_err());
    }

    #[test]
    fn a_torn_line_is_named() {
        assert!(matches!(TapeLine::parse_all("# remark\n> 0 aa\n< 5 a"), Err(TapeError::Line(3))));
        assert!(matches!(TapeLine::parse_all("? 0 aa"), Err(TapeError::Line(1))));
    }
}

//! Codes out of a stream of bytes.

use std::time::{Duration, Instant};

use driver_line::{Line, Settings, SettingsError, read_some};

use crate::CodeError;
use crate::device::{Scan, Source};
use crate::reading::{Reading, Rules};

/// What ends a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terminator {
    /// CR, LF, or one after the other: what scanners leave the factory with.
    AnyEndOfLine,
    /// TAB.
    Tab,
    /// ETX, before which an STX stands.
    Etx,
}

impl Terminator {
    /// Reads `terminator` (`line`, `tab`, `stx-etx`).
    ///
    /// # Errors
    /// Another word.
    pub fn of_settings(settings: Settings<'_>) -> Result<Self, SettingsError> {
        match settings.text("terminator")?.unwrap_or("line") {
            "line" => Ok(Self::AnyEndOfLine),
            "tab" => Ok(Self::Tab),
            "stx-etx" => Ok(Self::Etx),
            _ => Err(SettingsError::new("settings.terminator is not line, tab or stx-etx")),
        }
    }

    const fn ends(self, byte: u8) -> bool {
        match self {
            Self::AnyEndOfLine => matches!(byte, b'\r' | b'\n'),
            Self::Tab => byte == b'\t',
            Self::Etx => byte == 0x03,
        }
    }
}

/// A scanner behind a line.
pub struct SerialSource<L> {
    line: L,
    reading: Reading,
    terminator: Terminator,
    /// A code that began and then stopped for so long will not go on.
    gap: Duration,
    last_byte: Instant,
}

impl<L: Line> SerialSource<L> {
    /// Takes over a line.
    pub fn new(line: L, rules: Rules, terminator: Terminator, gap: Duration) -> Self {
        Self { line, reading: Reading::new(rules), terminator, gap, last_byte: Instant::now() }
    }

    /// What came within a fraction of a second: codes, with their bytes, and what was none.
    ///
    /// # Errors
    /// The line's.
    pub fn scans(&mut self) -> Result<Vec<Scan>, CodeError> {
        let mut buffer = [0; 1024];
        let Some(count) = read_some(&mut self.line, &mut buffer)? else {
            let quiet = self.last_byte.elapsed() >= self.gap;
            let broken = if quiet { self.reading.break_off() } else { None };
            return Ok(broken.into_iter().map(Err).collect());
        };
        let now = Instant::now();
        self.last_byte = now;
        let mut scans = Vec::new();
        for byte in &buffer[..count] {
            match byte {
                byte if self.terminator.ends(*byte) => scans.extend(self.reading.end(now)),
                0x02 if self.terminator == Terminator::Etx => self.reading.clear(),
                byte => self.reading.push(*byte),
            }
        }
        Ok(scans)
    }
}

impl<L: Line> Source for SerialSource<L> {
    fn begin(&mut self) -> Result<(), CodeError> {
        self.reading.clear();
        Ok(self.line.clear_input()?)
    }

    fn next(&mut self) -> Result<Vec<Scan>, CodeError> {
        self.scans()
    }

    fn end(&mut self) -> Result<(), CodeError> {
        Ok(())
    }

    fn check(&mut self) -> Result<(), CodeError> {
        Ok(self.line.clear_input()?)
    }
}

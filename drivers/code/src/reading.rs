//! What a code may be: its length, its letters, its end.

use std::time::{Duration, Instant};

use driver_line::{Settings, SettingsError};
use encoding_rs::GB18030;

use crate::{CodeError, Scan, planted};

/// The longest QR code (version 40-L, ISO/IEC 18004) holds 2953 bytes; codes on papers of ours hold some 200.
const LONGEST: u32 = 2953;

/// In which letters a scanner sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 if it is, else GB 18030: as scanners do that do not know themselves.
    Either,
    /// UTF-8.
    Utf8,
    /// GB 18030, which GBK is a part of.
    Gb18030,
}

/// What holds for one scanner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// In which letters it sends.
    pub encoding: Encoding,
    /// The longest code, in bytes.
    pub longest: usize,
    /// What it sends when it saw no code; empty: nothing.
    pub no_read: String,
    /// The same code within so long is the same sheet still lying there.
    pub repeat: Duration,
}

impl Rules {
    /// Reads `encoding` (`auto`, `utf-8`, `gbk`), `longest` (2953), `no_read` and `repeat_ms` (1000).
    ///
    /// # Errors
    /// A setting that cannot be used.
    pub fn of_settings(settings: Settings<'_>) -> Result<Self, SettingsError> {
        let encoding = match settings.text("encoding")?.unwrap_or("auto") {
            "auto" => Encoding::Either,
            "utf-8" => Encoding::Utf8,
            "gbk" | "gb18030" => Encoding::Gb18030,
            _ => return Err(SettingsError::new("settings.encoding is not auto, utf-8 or gbk")),
        };
        Ok(Self {
            encoding,
            longest: settings.number("longest", LONGEST, 1..=LONGEST)? as usize,
            no_read: settings.text("no_read")?.unwrap_or_default().to_owned(),
            repeat: Duration::from_millis(settings.number("repeat_ms", 1000, 0..=60_000)?.into()),
        })
    }

    /// Reads a whole code.
    ///
    /// # Errors
    /// Too long, no text, or the scanner's word for *no code*.
    pub fn text(&self, bytes: &[u8]) -> Result<String, CodeError> {
        if self.is_too_long(bytes.len()) {
            return Err(CodeError::TooLong(self.longest));
        }
        let utf8 = || std::str::from_utf8(bytes).ok().map(str::to_owned);
        let gb18030 = || GB18030.decode_without_bom_handling_and_without_replacement(bytes).map(String::from);
        let text = match self.encoding {
            Encoding::Utf8 => utf8(),
            Encoding::Gb18030 => gb18030(),
            Encoding::Either => utf8().or_else(gb18030),
        };
        let text = text.ok_or(CodeError::NotText("bytes that are no text"))?;
        if !self.no_read.is_empty() && text == self.no_read {
            return Err(CodeError::NoCode);
        }
        // GS (29) stands in GS1 and AAMVA codes between two fields; nothing else that cannot be seen belongs here.
        if text.chars().any(|character| character.is_control() && character != '\u{1d}') {
            return Err(CodeError::NotText("control characters"));
        }
        if text.trim().is_empty() {
            return Err(CodeError::NotText("nothing but spaces"));
        }
        Ok(text)
    }

    fn is_too_long(&self, length: usize) -> bool {
        length > self.longest && !planted("code-length-not-checked")
    }
}

/// A code on its way.
#[derive(Debug)]
pub struct Reading {
    rules: Rules,
    bytes: Vec<u8>,
    /// It is too long: the rest of it is thrown away, up to its end.
    overflown: bool,
    last: Option<(Vec<u8>, Instant)>,
}

impl Reading {
    /// Nothing has come yet.
    #[must_use]
    pub const fn new(rules: Rules) -> Self {
        Self { rules, bytes: Vec::new(), overflown: false, last: None }
    }

    /// One byte of the code.
    pub fn push(&mut self, byte: u8) {
        if self.rules.is_too_long(self.bytes.len() + 1) {
            self.overflown = true;
        } else {
            self.bytes.push(byte);
        }
    }

    /// Whether a code has begun and not ended.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// Throws away what came.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.overflown = false;
    }

    /// The code has ended: its text and bytes. `None`: there was nothing, or it is the last one once more.
    pub fn end(&mut self, now: Instant) -> Option<Scan> {
        let bytes = std::mem::take(&mut self.bytes);
        if std::mem::take(&mut self.overflown) {
            return Some(Err(CodeError::TooLong(self.rules.longest)));
        }
        if bytes.is_empty() {
            return None;
        }
        let again = self.last.take().is_some_and(|(last, at)| last == bytes && now - at < self.rules.repeat);
        self.last = Some((bytes.clone(), now));
        if again {
            return None;
        }
        Some(self.rules.text(&bytes).map(|text| (text, bytes)))
    }

    /// The line was quiet for too long: what began will not end.
    pub fn break_off(&mut self) -> Option<CodeError> {
        let count = self.bytes.len();
        self.clear();
        (count > 0).then_some(CodeError::BrokenOff(count))
    }
}

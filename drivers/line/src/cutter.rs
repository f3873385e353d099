//! Cuts frames out of what comes over a line.

use crate::pattern::{Fit, Frame, Pattern};

/// How frames come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// As a stream of bytes, in pieces of any length.
    Stream,
    /// One a read (HID reports).
    Messages,
}

/// What is no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Spoilt {
    /// Bytes that belong to no frame.
    #[error("{0} bytes that belong to no frame")]
    Garbage(usize),
    /// A frame with a wrong check value.
    #[error("wrong check value")]
    Check,
    /// A frame that began and did not end.
    #[error("the frame broke off")]
    BrokenOff,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut {
    /// A frame.
    Frame(Frame),
    /// Something else.
    Spoilt(Spoilt),
}

/// Holds what came until it is a frame.
#[derive(Debug, Clone)]
pub struct Cutter {
    patterns: Vec<Pattern>,
    framing: Framing,
    buffer: Vec<u8>,
    skipped: usize,
}

impl Cutter {
    /// Looks for frames of these patterns; where several fit, the first counts.
    #[must_use]
    pub const fn new(patterns: Vec<Pattern>, framing: Framing) -> Self {
        Self { patterns, framing, buffer: Vec::new(), skipped: 0 }
    }

    /// Takes in what one read gave. To be followed by [`Cutter::next_cut`] until it gives nothing.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether a frame has begun and not ended.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.buffer.clear();
        self.skipped = 0;
    }

    /// The line was quiet for too long: what began is over.
    pub fn expire(&mut self) -> Option<Spoilt> {
        if self.buffer.is_empty() {
            return None;
        }
        self.clear();
        Some(Spoilt::BrokenOff)
    }

    /// The next frame or trouble; `None` when more must come first.
    pub fn next_cut(&mut self) -> Option<Cut> {
        match self.framing {
            Framing::Stream => self.next_of_stream(),
            Framing::Messages => self.next_message(),
        }
    }

    fn next_of_stream(&mut self) -> Option<Cut> {
        while !self.buffer.is_empty() {
            let (mut partial, mut wrong_check) = (false, false);
            let mut whole = None;
            for (index, pattern) in self.patterns.iter().enumerate() {
                match pattern.fit(&self.buffer) {
                    Fit::Whole(fields) => {
                        whole = Some((index, pattern.length(), fields));
                        break;
                    }
                    Fit::Partial => partial = true,
                    Fit::WrongCheck => wrong_check = true,
                    Fit::No => {}
                }
            }
            let certain = whole.is_some() || partial || wrong_check;
            if certain && self.skipped > 0 {
                return Some(Cut::Spoilt(Spoilt::Garbage(std::mem::take(&mut self.skipped))));
            }
            if let Some((pattern, length, fields)) = whole {
                let raw = self.buffer.drain(..length).collect();
                return Some(Cut::Frame(Frame { pattern, fields, raw }));
            }
            if partial {
                return None;
            }
            self.buffer.remove(0);
            if wrong_check {
                return Some(Cut::Spoilt(Spoilt::Check));
            }
            self.skipped += 1;
        }
        let skipped = std::mem::take(&mut self.skipped);
        (skipped > 0).then_some(Cut::Spoilt(Spoilt::Garbage(skipped)))
    }

    fn next_message(&mut self) -> Option<Cut> {
        if self.buffer.is_empty() {
            return None;
        }
        let raw = std::mem::take(&mut self.buffer);
        let mut spoilt = Spoilt::Garbage(raw.len());
        for (index, pattern) in self.patterns.iter().enumerate() {
            match pattern.fit(&raw) {
                Fit::Whole(fields) if pattern.length() == raw.len() => {
                    return Some(Cut::Frame(Frame { pattern: index, fields, raw }));
                }
                Fit::WrongCheck if pattern.length() == raw.len() => spoilt = Spoilt::Check,
                Fit::Partial => spoilt = Spoilt::BrokenOff,
                Fit::Whole(_) | Fit::WrongCheck | Fit::No => {}
            }
        }
        Some(Cut::Spoilt(spoilt))
    }
}

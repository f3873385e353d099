//! Codes out of key strokes.

use std::io::ErrorKind;
use std::time::Instant;

use driver_line::{EV_KEY, EV_SYN, INPUT_EVENT_LENGTH, InputEvent, InputNode, SYN_DROPPED};

use super::keys::{Keyboard, Stroke};
use crate::CodeError;
use crate::device::{Scan, Source};
use crate::reading::{Reading, Rules};

/// Events taken out at once.
const BATCH: usize = 64;

/// A scanner behind an evdev node.
pub struct WedgeSource {
    node: InputNode,
    keyboard: Keyboard,
    reading: Reading,
    /// Microseconds after which the next key is no longer the same code: a hand types slower than any scanner.
    key_gap_us: i64,
    last_key_us: Option<i64>,
    /// Keys that no code has, or lost events: the code is worth nothing.
    strange: bool,
    grabbed: bool,
}

impl WedgeSource {
    /// Takes over a node.
    #[must_use]
    pub fn new(node: InputNode, rules: Rules, key_gap_ms: u32) -> Self {
        Self {
            node,
            keyboard: Keyboard::default(),
            reading: Reading::new(rules),
            key_gap_us: i64::from(key_gap_ms) * 1000,
            last_key_us: None,
            strange: false,
            grabbed: false,
        }
    }

    fn event(&mut self, event: InputEvent) -> Option<Scan> {
        match (event.kind, event.code) {
            (EV_SYN, SYN_DROPPED) => {
                self.strange = true;
                None
            }
            (EV_KEY, code) => self.key(event, code),
            _ => None,
        }
    }

    fn key(&mut self, event: InputEvent, code: u16) -> Option<Scan> {
        let stroke = self.keyboard.key(code, event.value)?;
        let slow = self.last_key_us.is_some_and(|last| event.time_us - last > self.key_gap_us);
        self.last_key_us = Some(event.time_us);
        if slow {
            // What came before was typed by hand, or broke off; it is nobody's code.
            self.reading.clear();
            self.strange = false;
        }
        match stroke {
            Stroke::Letter(letter) => {
                self.reading.push(letter);
                None
            }
            Stroke::Strange => {
                self.strange = true;
                None
            }
            Stroke::End => {
                self.last_key_us = None;
                if std::mem::take(&mut self.strange) {
                    self.reading.clear();
                    return Some(Err(CodeError::NotText("keys that no code has, or lost ones")));
                }
                self.reading.end(Instant::now())
            }
        }
    }
}

impl Source for WedgeSource {
    fn begin(&mut self) -> Result<(), CodeError> {
        self.node.clear_input()?;
        self.reading.clear();
        (self.keyboard, self.last_key_us, self.strange) = (Keyboard::default(), None, false);
        // From here on nothing that the scanner types reaches a form.
        self.node.grab(true)?;
        self.grabbed = true;
        Ok(())
    }

    fn next(&mut self) -> Result<Vec<Scan>, CodeError> {
        let mut buffer = [0; INPUT_EVENT_LENGTH * BATCH];
        match self.node.read(&mut buffer) {
            Ok(count) => {
                let events = buffer[..count].chunks_exact(INPUT_EVENT_LENGTH).filter_map(InputEvent::parse);
                let mut scans = Vec::new();
                for event in events {
                    scans.extend(self.event(event));
                }
                Ok(scans)
            }
            Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted) => {
                Ok(Vec::new())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn end(&mut self) -> Result<(), CodeError> {
        if std::mem::take(&mut self.grabbed) {
            self.node.grab(false)?;
        }
        Ok(())
    }

    fn check(&mut self) -> Result<(), CodeError> {
        Ok(self.node.clear_input()?)
    }
}

//! The talk with a pad.

use std::time::{Duration, Instant};

use driver_contract::{PictureSize, SignatureParameters};
use driver_line::{LineError, ReportLine, Spoilt, read_some};
use image::ImageFormat;

use super::protocol::{
    CAPABILITY, CLEAR_SCREEN, Capability, DESCRIPTION_LENGTH, INFORMATION, INKING_MODE, Information,
    PEN_DATA_OPTION_MODE, PenData, Report, TIME_COUNT_SEQUENCE, parse_report,
};
use super::screen::Screen;
use crate::SignatureError;
use crate::device::{Pad, PadNews};
use crate::sheet::{Field, Sample};

/// Longest input report of any pad.
const LONGEST_REPORT: usize = 64;

/// Reports in a row that are none of the pen's; a pad that sends more of them sends nothing else.
const STRANGE_LIMIT: u32 = 200;

/// How long reports are collected: a cancel must get through.
const LONGEST_LOOK: Duration = Duration::from_millis(40);

/// Reports taken out at once: shown as they are written, at 200 a second 50 times a second.
const BATCH: usize = 4;

/// A pad that is open.
pub struct StuPad<L> {
    line: L,
    capability: Capability,
    information: Option<Information>,
    opened: Instant,
    /// The pad's clock, made continuous: what it said last, and its sum in milliseconds.
    clock: Option<(u16, u64)>,
    strange: u32,
    /// What the display shows behind the ink.
    screen: Option<Screen>,
}

impl<L: ReportLine> StuPad<L> {
    /// Asks what hangs on the line.
    ///
    /// # Errors
    /// It does not describe itself as a STU pad; the line's errors.
    pub fn new(mut line: L) -> Result<Self, SignatureError> {
        let capability = match line.get_feature(CAPABILITY, DESCRIPTION_LENGTH).map_err(LineError::from) {
            Ok(report) => Capability::parse(&report).ok_or(SignatureError::NotSuchAPad)?,
            Err(LineError::Refused) => return Err(SignatureError::NotSuchAPad),
            Err(error) => return Err(error.into()),
        };
        let information = line.get_feature(INFORMATION, DESCRIPTION_LENGTH).ok();
        let information = information.as_deref().and_then(Information::parse);
        Ok(Self {
            line,
            capability,
            information,
            opened: Instant::now(),
            clock: None,
            strange: 0,
            screen: None,
        })
    }

    /// What the pad can do.
    pub const fn capability(&self) -> Capability {
        self.capability
    }

    /// What the pad is, if it tells.
    pub const fn information(&self) -> Option<&Information> {
        self.information.as_ref()
    }

    /// Size of its display.
    pub fn display(&self) -> Option<PictureSize> {
        let (width, height) = (self.capability.screen_width.into(), self.capability.screen_height.into());
        (width > 0 && height > 0).then_some(PictureSize { width, height })
    }

    /// An empty display, or what is to be signed. A pad that does not take pictures is signed on blank, as it always was.
    fn show(&mut self, stopped: &dyn Fn() -> bool) -> Result<(), SignatureError> {
        self.line.set_feature(&[CLEAR_SCREEN, 0])?;
        let Some(screen) = &self.screen else { return Ok(()) };
        match screen.send(&mut self.line, stopped) {
            Ok(()) => Ok(()),
            Err(SignatureError::Cancelled) => Err(SignatureError::Cancelled),
            Err(error) => {
                // As below: only a report that every pad knows tells a refusal from a pad that was pulled.
                self.check()?;
                tracing::warn!(%error, "the pad does not show the text");
                self.screen = None;
                Ok(self.line.set_feature(&[CLEAR_SCREEN, 0])?)
            }
        }
    }

    fn sample(&mut self, pen: PenData) -> Sample {
        let at_us = match pen.time {
            Some((now, _)) => {
                let (last, sum) = self.clock.unwrap_or((now, 0));
                let sum = sum + u64::from(now.wrapping_sub(last));
                self.clock = Some((now, sum));
                sum * 1000
            }
            None => u64::try_from(self.opened.elapsed().as_micros()).unwrap_or(u64::MAX),
        };
        Sample {
            at_us,
            x: i64::from(pen.x),
            y: i64::from(pen.y),
            pressure: Some(pen.pressure),
            down: pen.near && pen.down,
        }
    }

    fn understand(&mut self, report: &[u8]) -> Result<Option<PadNews>, SignatureError> {
        match parse_report(report) {
            Ok(Report::Pen(pen)) => {
                self.strange = 0;
                let sample = self.sample(pen);
                Ok(Some(PadNews::Pen { sample, raw: report.to_vec() }))
            }
            Ok(Report::Other(number)) => {
                self.strange += 1;
                tracing::trace!(number, "a report that is not the pen's");
                if self.strange > STRANGE_LIMIT {
                    return Err(Spoilt::Garbage(report.len()).into());
                }
                Ok(None)
            }
            Err(SignatureError::Encrypted) => Err(SignatureError::Encrypted),
            Err(error) => Ok(Some(PadNews::Spoilt(error))),
        }
    }
}

impl<L: ReportLine> Pad for StuPad<L> {
    fn field(&self) -> Field {
        Field {
            width: u32::from(self.capability.max_x),
            height: u32::from(self.capability.max_y),
            pressure: self.capability.max_pressure,
        }
    }

    fn begin(
        &mut self,
        parameters: &SignatureParameters,
        stopped: &dyn Fn() -> bool,
    ) -> Result<(), SignatureError> {
        // Older pads know no reports with a time; their points get ours.
        match self.line.set_feature(&[PEN_DATA_OPTION_MODE, TIME_COUNT_SEQUENCE]).map_err(LineError::from) {
            Ok(()) => {}
            // A kernel says of a report that a pad does not know what it says of a pad that was pulled (EPIPE, EIO);
            // which of them it is, shows a report that every pad knows.
            Err(error) => {
                tracing::debug!(%error, "the pad tells no time");
                self.check()?;
            }
        }
        let picture = image::load_from_memory_with_format(&parameters.screen, ImageFormat::Png).ok();
        self.screen = picture.and_then(|picture| Screen::of(&picture.into_luma8(), self.capability));
        self.show(stopped)?;
        self.line.clear_input()?;
        (self.clock, self.strange) = (None, 0);
        Ok(self.line.set_feature(&[INKING_MODE, 1])?)
    }

    fn next(&mut self) -> Result<Vec<PadNews>, SignatureError> {
        let mut news = Vec::new();
        let mut report = [0; LONGEST_REPORT];
        let begun = Instant::now();
        while news.len() < BATCH && begun.elapsed() < LONGEST_LOOK {
            let Some(count) = read_some(&mut self.line, &mut report)? else { break };
            news.extend(self.understand(&report[..count])?);
        }
        Ok(news)
    }

    fn clear(&mut self) -> Result<(), SignatureError> {
        if self.screen.is_none() {
            self.line.set_feature(&[CLEAR_SCREEN, 0])?;
            // What was written before it and is still on its way went with it.
            return Ok(self.line.clear_input()?);
        }
        // Ink and text go together, and the text comes back; the pen does not draw meanwhile.
        self.line.set_feature(&[INKING_MODE, 0])?;
        self.show(&|| false)?;
        // What the pen did meanwhile is not on the display.
        self.line.clear_input()?;
        Ok(self.line.set_feature(&[INKING_MODE, 1])?)
    }

    fn end(&mut self) -> Result<(), SignatureError> {
        self.screen = None;
        self.line.set_feature(&[INKING_MODE, 0])?;
        Ok(self.line.set_feature(&[CLEAR_SCREEN, 0])?)
    }

    fn check(&mut self) -> Result<(), SignatureError> {
        let report = self.line.get_feature(CAPABILITY, DESCRIPTION_LENGTH)?;
        Capability::parse(&report).map(drop).ok_or(SignatureError::NotSuchAPad)
    }
}

//! The pen behind an evdev node.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use driver_contract::SignatureParameters;
use driver_line::{ABS_PRESSURE, ABS_X, ABS_Y, AxisRange, INPUT_EVENT_LENGTH, InputNode, LineError};

use super::decoder::{Decoder, Group};
use crate::SignatureError;
use crate::device::{Pad, PadKey, PadNews};
use crate::sheet::{Field, Sample};

/// Events taken out at once.
const BATCH: usize = 64;

/// A tablet that is open.
pub struct PenPad {
    node: InputNode,
    x: AxisRange,
    y: AxisRange,
    pressure: Option<AxisRange>,
    keys: BTreeMap<u16, PadKey>,
    decoder: Decoder,
    grabbed: bool,
}

impl PenPad {
    /// Asks the device for its axes. `keys` says what its buttons mean, by their codes.
    ///
    /// # Errors
    /// A device without axes; the node's errors.
    pub fn new(mut node: InputNode, keys: BTreeMap<u16, PadKey>) -> Result<Self, SignatureError> {
        let axis = |node: &mut InputNode, code| match node.axis(code) {
            Err(LineError::Refused) => Ok(None),
            other => other.map(Some),
        };
        let (x, y) = (axis(&mut node, ABS_X)?, axis(&mut node, ABS_Y)?);
        let (Some(x), Some(y)) = (x, y) else { return Err(SignatureError::NotSuchAPad) };
        let pressure = axis(&mut node, ABS_PRESSURE)?;
        if span(x) == 0 || span(y) == 0 {
            return Err(SignatureError::NotSuchAPad);
        }
        Ok(Self { node, x, y, pressure, keys, decoder: Decoder::default(), grabbed: false })
    }

    fn sample(&self, group: Group) -> Option<PadNews> {
        Some(match group {
            Group::Pen { at_us, x, y, pressure, down, raw } => {
                let pressure = self.pressure.zip(pressure).map(|(range, pressure)| {
                    let above = i64::from(pressure) - i64::from(range.minimum);
                    u16::try_from(above.max(0)).unwrap_or(u16::MAX)
                });
                let (x, y) =
                    (i64::from(x) - i64::from(self.x.minimum), i64::from(y) - i64::from(self.y.minimum));
                PadNews::Pen { sample: Sample { at_us, x, y, pressure, down }, raw }
            }
            Group::Key(code) => PadNews::Key(*self.keys.get(&code)?),
            Group::Broken(length) => PadNews::Spoilt(SignatureError::ReportLength(length)),
        })
    }

    fn release(&mut self) -> Result<(), SignatureError> {
        if std::mem::take(&mut self.grabbed) {
            self.node.grab(false)?;
        }
        Ok(())
    }
}

fn span(range: AxisRange) -> u32 {
    u32::try_from(i64::from(range.maximum) - i64::from(range.minimum)).unwrap_or_default()
}

impl Pad for PenPad {
    fn field(&self) -> Field {
        Field {
            width: span(self.x),
            height: span(self.y),
            pressure: self.pressure.map_or(0, |range| u16::try_from(span(range)).unwrap_or(u16::MAX)),
        }
    }

    fn begin(&mut self, _: &SignatureParameters, _: &dyn Fn() -> bool) -> Result<(), SignatureError> {
        self.node.clear_input()?;
        // Else the pen would move the mouse of whoever sits at the counter.
        self.node.grab(true)?;
        self.grabbed = true;
        // A pen that comes down at the height where it last was is told without that height.
        let (x, y) = (self.node.position(ABS_X)?, self.node.position(ABS_Y)?);
        let pressure = if self.pressure.is_some() { self.node.position(ABS_PRESSURE)? } else { None };
        self.decoder = Decoder::at(x, y, pressure);
        Ok(())
    }

    fn next(&mut self) -> Result<Vec<PadNews>, SignatureError> {
        let mut buffer = [0; INPUT_EVENT_LENGTH * BATCH];
        match self.node.read(&mut buffer) {
            Ok(count) => {
                let groups = self.decoder.push(&buffer[..count]);
                Ok(groups.into_iter().filter_map(|group| self.sample(group)).collect())
            }
            Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted) => {
                Ok(Vec::new())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn clear(&mut self) -> Result<(), SignatureError> {
        Ok(())
    }

    fn end(&mut self) -> Result<(), SignatureError> {
        self.release()
    }

    fn check(&mut self) -> Result<(), SignatureError> {
        Ok(self.node.axis(ABS_X).map(drop)?)
    }
}

//! A pad as the host sees it, whatever its protocol.

use std::time::Instant;

use driver_contract::{
    DeviceClass, DeviceEvent, DeviceInfo, Fault, FaultCode, OpenDevice, Outcome, PenPoint,
    SignatureParameters, SignatureReading, Task, TaskContext, Word,
};

use crate::SignatureError;
use crate::sheet::{Field, Sample, Sheet};

/// Spoilt reports of one signature that are overlooked; a line that spoils more of them is broken.
const SPOILT_LIMIT: u32 = 8;

/// A key of the pad's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PadKey {
    /// It is enough.
    Finish,
    /// Begin anew.
    Clear,
    /// I do not sign.
    Cancel,
}

impl PadKey {
    /// Reads the word that models and settings use.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "finish" => Some(Self::Finish),
            "clear" => Some(Self::Clear),
            "cancel" => Some(Self::Cancel),
            _ => None,
        }
    }
}

/// What a pad says.
#[derive(Debug)]
pub enum PadNews {
    /// The pen.
    Pen {
        /// What it did.
        sample: Sample,
        /// The report's bytes.
        raw: Vec<u8>,
    },
    /// A key.
    Key(PadKey),
    /// A report that cannot be used.
    Spoilt(SignatureError),
}

/// One protocol's pad.
pub trait Pad: Send {
    /// Its writing field.
    fn field(&self) -> Field;

    /// Makes it ready to be written on, and forgets what was written before. `stopped` says whether nobody wants it any
    /// more.
    ///
    /// # Errors
    /// The pad's.
    fn begin(
        &mut self,
        parameters: &SignatureParameters,
        stopped: &dyn Fn() -> bool,
    ) -> Result<(), SignatureError>;

    /// What came; empty if nothing did within a fraction of a second.
    ///
    /// # Errors
    /// The pad's, where it cannot go on.
    fn next(&mut self) -> Result<Vec<PadNews>, SignatureError>;

    /// Takes what was written off its display.
    ///
    /// # Errors
    /// The pad's.
    fn clear(&mut self) -> Result<(), SignatureError>;

    /// Lets it rest.
    ///
    /// # Errors
    /// The pad's.
    fn end(&mut self) -> Result<(), SignatureError>;

    /// Asks whether it is there.
    ///
    /// # Errors
    /// It is not.
    fn check(&mut self) -> Result<(), SignatureError>;
}

/// An open pad.
pub(crate) struct SigningDevice {
    info: DeviceInfo,
    /// `None` once the line is lost.
    pad: Option<Box<dyn Pad>>,
}

impl SigningDevice {
    pub(crate) fn new(info: DeviceInfo, pad: impl Pad + 'static) -> Self {
        Self { info, pad: Some(Box::new(pad)) }
    }

    fn sign(
        &mut self,
        parameters: &SignatureParameters,
        context: &mut dyn TaskContext,
    ) -> Result<Outcome, SignatureError> {
        let pad = self.pad.as_mut().ok_or(driver_line::LineError::Unplugged)?;
        let field = pad.field();
        let begun = pad.begin(parameters, &|| context.cancelled());
        let result = begun.and_then(|()| collect(pad.as_mut(), parameters, context));
        // Whatever came out: nobody's signature stays on a display.
        let rested = pad.end();
        let (points, raw) = result?;
        rested?;
        Ok(Outcome::Signature(Box::new(SignatureReading {
            provenance: context.provenance(&raw),
            width: field.width,
            height: field.height,
            pressure: field.pressure,
            points,
            raw,
        })))
    }

    fn guarded<T>(&mut self, result: Result<T, SignatureError>) -> Result<T, Fault> {
        result.map_err(|error| {
            if error.line_is_lost() {
                self.pad = None;
            }
            error.at(&self.info.id)
        })
    }
}

fn collect(
    pad: &mut dyn Pad,
    parameters: &SignatureParameters,
    context: &mut dyn TaskContext,
) -> Result<(Vec<PenPoint>, Vec<u8>), SignatureError> {
    let mut sheet = Sheet::new(pad.field());
    let mut touched = Instant::now();
    let mut spoilt = 0;
    loop {
        if context.cancelled() {
            let over = context.remaining().is_zero();
            let idle = touched.elapsed().as_millis();
            return Err(if over { SignatureError::Idle(idle) } else { SignatureError::Cancelled });
        }
        let mut keys = Vec::new();
        while let Some(word) = context.told() {
            keys.push(match word {
                Word::Finish => PadKey::Finish,
                Word::Clear => PadKey::Clear,
            });
        }
        let mut strokes = Vec::new();
        for news in pad.next()? {
            match news {
                PadNews::Pen { sample, raw } => {
                    if sample.down {
                        touched = Instant::now();
                    }
                    strokes.extend(sheet.add(sample, &raw)?);
                }
                PadNews::Key(PadKey::Clear) => {
                    // In its order: what was written before it goes.
                    strokes.clear();
                    begin_anew(pad, &mut sheet, context)?;
                    touched = Instant::now();
                }
                PadNews::Key(key) => keys.push(key),
                PadNews::Spoilt(error) => {
                    spoilt += 1;
                    tracing::debug!(code = error.code(), "a report of the pad was spoilt");
                    if spoilt > SPOILT_LIMIT {
                        return Err(error);
                    }
                }
            }
        }
        if !strokes.is_empty() {
            context.emit(DeviceEvent::Strokes(strokes));
        }
        for key in keys {
            match key {
                PadKey::Finish => return sheet.finish(),
                PadKey::Cancel => return Err(SignatureError::Declined),
                PadKey::Clear => {
                    begin_anew(pad, &mut sheet, context)?;
                    touched = Instant::now();
                }
            }
        }
        let idle = touched.elapsed().as_millis();
        if parameters.idle_ms > 0 && idle >= u128::from(parameters.idle_ms) {
            return Err(SignatureError::Idle(idle));
        }
    }
}

fn begin_anew(
    pad: &mut dyn Pad,
    sheet: &mut Sheet,
    context: &mut dyn TaskContext,
) -> Result<(), SignatureError> {
    sheet.clear();
    pad.clear()?;
    context.emit(DeviceEvent::Cleared);
    Ok(())
}

impl OpenDevice for SigningDevice {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        match task {
            Task::Sign(parameters) => {
                let result = self.sign(parameters, context);
                self.guarded(result)
            }
            Task::CheckState => {
                let result = match self.pad.as_mut() {
                    Some(pad) => pad.check(),
                    None => Err(driver_line::LineError::Unplugged.into()),
                };
                Ok(Outcome::State(self.guarded(result).err().into_iter().collect()))
            }
            _ => Err(Fault::new(FaultCode::Unsupported, DeviceClass::SignaturePad).at(&self.info.id)),
        }
    }

    fn is_alive(&self) -> bool {
        self.pad.is_some()
    }
}

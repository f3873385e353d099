//! A pad as the host sees it.

use std::time::{Duration, Instant};

use driver_contract::{
    DeviceClass, DeviceEvent, DeviceInfo, EvaluationReading, Fault, FaultCode, OpenDevice, Outcome, Task,
    TaskContext,
};
use driver_line::{
    Cut, Cutter, Fields, Frame, Line, LineError, Model, Overlong, SettingsError, Value, read_some,
};

use crate::{EvaluationError, planted};

/// A frame that began and then stopped for so long will not go on; USB bridges add gaps of some 16 ms.
const GAP: Duration = Duration::from_millis(200);

/// A line that gave so many spoilt pieces since the question carries nothing else: a wrong rate, another device.
const SPOILT_LIMIT: u32 = 200;

/// The talk with a pad.
///
/// Its model has a frame that means `key`, with the number `key`, and what its numbers mean: levels 5 to 1. It is sent
/// `ask` (with the text `prompt`, where it has such a field) and `rest`.
pub struct Talk<L> {
    line: L,
    model: Model,
    cutter: Cutter,
    last_byte: Instant,
}

impl<L: Line> Talk<L> {
    /// Takes over a line.
    ///
    /// # Errors
    /// A model that is none of an evaluation pad.
    pub fn new(line: L, model: Model) -> Result<Self, EvaluationError> {
        let level = |word: &String| matches!(word.parse::<u8>(), Ok(1..=5));
        let good = model
            .receive
            .iter()
            .filter(|frame| frame.means == "key")
            .any(|frame| frame.pattern.has("key") && frame.numbers.values().all(level));
        if !good {
            return Err(SettingsError::new("model: no `key` with levels 5 to 1").into());
        }
        let cutter = model.cutter();
        Ok(Self { line, model, cutter, last_byte: Instant::now() })
    }

    /// Asks for an evaluation.
    ///
    /// # Errors
    /// The line's; a prompt that cannot be sent.
    pub fn ask(&mut self, prompt: &str) -> Result<(), EvaluationError> {
        if !planted("evaluation-stale-key-taken") {
            // What was pressed before nobody asked for.
            self.line.clear_input()?;
        }
        self.cutter.clear();
        let mut values = Fields::new();
        values.insert("prompt".to_owned(), Value::Text(prompt.to_owned()));
        self.send("ask", &values)
    }

    /// Lets the pad rest.
    ///
    /// # Errors
    /// The line's.
    pub fn rest(&mut self) -> Result<(), EvaluationError> {
        self.send("rest", &Fields::new())
    }

    fn send(&mut self, when: &str, values: &Fields) -> Result<(), EvaluationError> {
        if let Some(frame) = self.model.sent(when) {
            let bytes = frame.pattern.encode(values, Overlong::Cut)?;
            self.line.write_all(&bytes)?;
            self.line.flush()?;
        }
        Ok(())
    }

    /// The first key that came, with its frame; `None` if none came within a fraction of a second. Trouble that does not keep
    /// the citizen from pressing again is handed to `trouble`.
    ///
    /// # Errors
    /// The line's.
    pub fn key(
        &mut self,
        trouble: &mut dyn FnMut(EvaluationError),
    ) -> Result<Option<(u8, Vec<u8>)>, EvaluationError> {
        let mut buffer = [0; 256];
        match read_some(&mut self.line, &mut buffer)? {
            Some(count) => {
                self.last_byte = Instant::now();
                self.cutter.push(&buffer[..count]);
            }
            None if self.last_byte.elapsed() >= GAP => {
                if let Some(spoilt) = self.cutter.expire() {
                    trouble(spoilt.into());
                }
            }
            None => {}
        }
        while let Some(cut) = self.cutter.next_cut() {
            match cut {
                Cut::Frame(frame) => match self.level(&frame) {
                    Some(Ok(level)) => return Ok(Some((level, frame.raw))),
                    Some(Err(error)) => trouble(error),
                    None => {}
                },
                Cut::Spoilt(spoilt) => trouble(spoilt.into()),
            }
        }
        Ok(None)
    }

    fn level(&self, frame: &Frame) -> Option<Result<u8, EvaluationError>> {
        let described = &self.model.receive[frame.pattern];
        if described.means != "key" {
            return None;
        }
        let key = frame.number("key")?;
        let level = described.numbers.get(&key).and_then(|word| word.parse().ok());
        Some(level.ok_or(EvaluationError::UnknownKey(key)))
    }
}

/// An open pad.
pub(crate) struct EvaluationDevice {
    info: DeviceInfo,
    /// `None` once the line is lost.
    talk: Option<Talk<Box<dyn Line>>>,
}

impl EvaluationDevice {
    pub(crate) const fn new(info: DeviceInfo, talk: Talk<Box<dyn Line>>) -> Self {
        Self { info, talk: Some(talk) }
    }

    fn talk(&mut self) -> Result<&mut Talk<Box<dyn Line>>, EvaluationError> {
        self.talk.as_mut().ok_or_else(|| LineError::Unplugged.into())
    }

    fn evaluate(&mut self, prompt: &str, context: &mut dyn TaskContext) -> Result<Outcome, EvaluationError> {
        let id = self.info.id.clone();
        let talk = self.talk()?;
        talk.ask(prompt)?;
        let result = wait_for_key(talk, &id, context);
        let rested = talk.rest();
        let (score, raw) = result?;
        rested?;
        Ok(Outcome::Evaluated(Box::new(EvaluationReading {
            provenance: context.provenance(&raw),
            score,
            raw,
        })))
    }

    fn guarded<T>(&mut self, result: Result<T, EvaluationError>) -> Result<T, Fault> {
        result.map_err(|error| {
            if error.line_is_lost() {
                self.talk = None;
            }
            error.at(&self.info.id)
        })
    }
}

fn wait_for_key(
    talk: &mut Talk<Box<dyn Line>>,
    id: &driver_contract::DeviceId,
    context: &mut dyn TaskContext,
) -> Result<(u8, Vec<u8>), EvaluationError> {
    // What stood in the way first is what the officer is told in the end; the citizen may press again until then.
    let mut first: Option<EvaluationError> = None;
    let mut spoilt = 0;
    loop {
        if context.cancelled() {
            let over = context.remaining().is_zero();
            return Err(if over {
                first.unwrap_or(EvaluationError::TimedOut)
            } else {
                EvaluationError::Cancelled
            });
        }
        let mut troubles = Vec::new();
        let key = talk.key(&mut |error| troubles.push(error))?;
        for error in troubles {
            spoilt += 1;
            if spoilt > SPOILT_LIMIT {
                return Err(error);
            }
            if first.is_none() {
                context.emit(DeviceEvent::Warning(error.at(id)));
                first = Some(error);
            }
        }
        if let Some(key) = key {
            return Ok(key);
        }
    }
}

impl OpenDevice for EvaluationDevice {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        match task {
            Task::Evaluate(parameters) => {
                let result = self.evaluate(&parameters.prompt, context);
                self.guarded(result)
            }
            Task::CheckState => {
                // A lamp that goes out: all that a pad can be asked without a citizen.
                let result = self.talk().and_then(Talk::rest);
                Ok(Outcome::State(self.guarded(result).err().into_iter().collect()))
            }
            _ => Err(Fault::new(FaultCode::Unsupported, DeviceClass::EvaluationPad).at(&self.info.id)),
        }
    }

    fn is_alive(&self) -> bool {
        self.talk.is_some()
    }
}

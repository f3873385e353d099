//! The pad: one question, one answer.

use driver_contract::{DeviceInfo, EvaluationReading, Fault, OpenDevice, Outcome, Task, TaskContext};
use driver_line::{Line, read_some};

use crate::TemplateError;
use crate::frame::{ASK, Cut, KEY, REST, cut, encode};

/// A pad that is open.
pub(crate) struct TemplatePad {
    info: DeviceInfo,
    line: Box<dyn Line>,
    alive: bool,
}

impl TemplatePad {
    pub(crate) fn new(info: DeviceInfo, line: Box<dyn Line>) -> Self {
        Self { info, line, alive: true }
    }

    fn say(&mut self, command: u8) -> Result<(), TemplateError> {
        self.line.write_all(&encode(command, &[]))?;
        Ok(self.line.flush()?)
    }

    fn evaluate(&mut self, context: &mut dyn TaskContext) -> Result<Outcome, TemplateError> {
        // What was pressed before nobody asked for.
        self.line.clear_input()?;
        self.say(ASK)?;
        let key = self.key(context);
        // Whatever came of it, the pad goes dark; a line that is lost says so at the key already.
        let rested = self.say(REST);
        let (score, raw) = key?;
        rested?;
        // The key of the sheet counts from the best, the contract from the worst.
        let score = 6 - score;
        Ok(Outcome::Evaluated(Box::new(EvaluationReading {
            provenance: context.provenance(&raw),
            score,
            raw,
        })))
    }

    fn key(&mut self, context: &mut dyn TaskContext) -> Result<(u8, Vec<u8>), TemplateError> {
        let (mut came, mut buffer) = (Vec::new(), [0; 64]);
        let mut trouble = None;
        loop {
            // At least every 100 ms: a read gives up sooner.
            if context.cancelled() {
                let late = context.remaining().is_zero();
                return Err(if late {
                    trouble.unwrap_or(TemplateError::TimedOut)
                } else {
                    TemplateError::Cancelled
                });
            }
            if let Some(count) = read_some(self.line.as_mut(), &mut buffer)? {
                came.extend_from_slice(&buffer[..count]);
            }
            loop {
                match cut(&came) {
                    Cut::More => break,
                    Cut::Noise(length, check) => {
                        came.drain(..length);
                        if check {
                            trouble = Some(TemplateError::Check);
                        }
                    }
                    Cut::Whole(frame, length) => {
                        let raw: Vec<u8> = came.drain(..length).collect();
                        match (frame.command, frame.data.as_slice()) {
                            (KEY, [key @ 1..=5]) => return Ok((*key, raw)),
                            (KEY, [key, ..]) => trouble = Some(TemplateError::UnknownKey(*key)),
                            _ => {}
                        }
                    }
                }
            }
        }
    }
}

impl OpenDevice for TemplatePad {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        let ended = match task {
            Task::Evaluate(_) => self.evaluate(context),
            _ => Err(TemplateError::Unsupported),
        };
        ended.map_err(|error| {
            // The next task opens it anew.
            self.alive = !matches!(&error, TemplateError::Line(line) if line.line_is_lost());
            error.at(&self.info.id)
        })
    }

    fn is_alive(&self) -> bool {
        self.alive
    }
}

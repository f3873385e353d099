//! One slip, from the first question to the printer's word that it was cut.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use driver_contract::{
    DeviceClass, DeviceEvent, DeviceId, Fault, FaultCode, JobState, JobStatus, TaskContext,
};

use super::command::{self, BAND_ROWS, BANDS_UNDER_WAY, TRANSMIT_PAPER};
use super::error::{Question, ReceiptError};
use super::raster::Dots;
use super::settings::ReceiptSettings;
use super::status::Status;
use super::talk::Talk;

/// How long a band may take before the printer is asked what holds it up: a band of 3 mm takes 40 ms at the slowest
/// speed of common models (75 mm/s), a cut about 300 ms.
const ASK_AFTER: Duration = Duration::from_millis(500);
/// How long a slip that is given up may take to be brought to an orderly end.
const CANCEL_LIMIT: Duration = Duration::from_secs(3);
/// How often a pause asks whether to stop.
const LOOK: Duration = Duration::from_millis(50);

/// A print task under way.
pub(super) struct Slip<'a> {
    talk: Talk,
    device: &'a DeviceId,
    settings: ReceiptSettings,
    picture: &'a Dots,
    copies: u16,
    /// A part of an earlier slip may hang out of the printer.
    cut_first: bool,
    /// The printer numbers nothing: the moment at which the slip was begun, in milliseconds since 1970.
    number: i64,
    copies_done: u32,
    told: Option<JobStatus>,
    warned: Option<FaultCode>,
}

/// How far a slip has come: what its failure means hangs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// Nothing of the picture was sent.
    Before,
    /// Some of it was.
    Printing,
    /// All of it was, with the cut behind it.
    Sent,
}

/// Why a slip did not come to its end.
enum Failure {
    Error(ReceiptError),
    /// The printer told of something that cannot be mended while the slip waits.
    Broken(Status, FaultCode),
}

impl From<ReceiptError> for Failure {
    fn from(error: ReceiptError) -> Self {
        Self::Error(error)
    }
}

/// The fault of a task that is to stop before anything came of it.
pub(super) fn stopped(device: &DeviceId, context: &dyn TaskContext) -> Fault {
    let code = if context.remaining().is_zero() { FaultCode::Timeout } else { FaultCode::Cancelled };
    Fault::new(code, DeviceClass::Printer).at(device).with_detail("nothing was printed")
}

impl<'a> Slip<'a> {
    pub(super) fn new(
        talk: Talk,
        device: &'a DeviceId,
        settings: ReceiptSettings,
        picture: &'a Dots,
        copies: u16,
        cut_first: bool,
    ) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let number = i64::try_from(since.as_millis()).unwrap_or_default();
        Self {
            talk,
            device,
            settings,
            picture,
            copies,
            cut_first,
            number,
            copies_done: 0,
            told: None,
            warned: None,
        }
    }

    /// Prints.
    ///
    /// # Errors
    /// What kept it from being begun; [`FaultCode::JobCancelled`] if it was given up with a part of it on the paper;
    /// [`FaultCode::JobLost`] if its end cannot be learnt.
    pub(super) fn print(mut self, context: &mut dyn TaskContext) -> Result<JobStatus, Fault> {
        let mut stage = Stage::Before;
        match self.run(&mut stage, context) {
            Ok(status) => {
                self.tell(JobState::Completed, status, None, context);
                if status.paper_low || status.paper_out {
                    context.emit(DeviceEvent::Warning(
                        self.fault(FaultCode::PaperLow, &status.reasons().join(",")),
                    ));
                }
                Ok(self.job(JobState::Completed, status, None))
            }
            Err(Failure::Error(ReceiptError::Stopped)) if stage == Stage::Sent && self.was_quicker() => {
                let status = Status::default();
                self.tell(JobState::Completed, status, None, context);
                Ok(self.job(JobState::Completed, status, None))
            }
            Err(Failure::Broken(status, code)) => {
                if stage == Stage::Printing {
                    self.end_orderly();
                }
                let fault = self.fault(code, &status.reasons().join(","));
                self.tell(JobState::Aborted, status, Some(&fault), context);
                Ok(self.job(JobState::Aborted, status, Some(fault)))
            }
            Err(Failure::Error(error)) => Err(self.failed(&error, stage, context)),
        }
    }

    fn run(&mut self, stage: &mut Stage, context: &mut dyn TaskContext) -> Result<Status, Failure> {
        let (answers, lost_after) = (self.settings.answers, self.settings.lost_after);
        if answers {
            self.ready(context)?;
        } else {
            self.send(&self.beginning(), context)?;
        }
        self.tell(JobState::Processing, Status::default(), None, context);
        for copy in 1..=self.copies {
            for first in (0..self.picture.height()).step_by(BAND_ROWS) {
                if context.cancelled() {
                    return Err(ReceiptError::Stopped.into());
                }
                let rows = BAND_ROWS.min(self.picture.height() - first);
                *stage = Stage::Printing;
                self.step(&command::raster(self.picture, first, rows), context)?;
                if answers {
                    self.settle(BANDS_UNDER_WAY - 1, lost_after, context)?;
                }
            }
            self.step(&command::cut(self.settings.cut), context)?;
            if copy == self.copies {
                *stage = Stage::Sent;
            }
            if crate::mutants::planted("receipt-printed-before-done") {
                return Ok(Status::default());
            }
            if answers {
                self.settle(0, lost_after, context)?;
            }
            self.copies_done = u32::from(copy);
        }
        if !answers {
            return Err(ReceiptError::Mute { question: Question::Any }.into());
        }
        // Once more: had one answer come twice, the last would not have been that of the cut.
        self.step(&[], context)?;
        self.settle(0, lost_after, context)?;
        let status = self.talk.status(self.settings.answer_limit, &|| false)?;
        if status.ends_a_slip()
            && let Some(code) = status.obstacle()
        {
            return Err(Failure::Broken(status, code));
        }
        Ok(status)
    }

    /// Waits until nothing stands in the way, and learns whether the printer tells its status in its turn.
    fn ready(&mut self, context: &mut dyn TaskContext) -> Result<(), Failure> {
        loop {
            let status = self.talk.status(self.settings.answer_limit, &|| context.cancelled())?;
            let Some(code) = status.obstacle() else { break };
            self.hindered(status, code, context)?;
            self.pause(context)?;
        }
        self.step(&self.beginning(), context)?;
        self.settle(0, self.settings.answer_limit, context)
    }

    fn beginning(&self) -> Vec<u8> {
        let mut bytes = command::begin_anew(self.picture.line_bytes() * 8);
        if self.cut_first {
            bytes.extend(command::cut(self.settings.cut));
        }
        bytes
    }

    /// Sends a command, and behind it the question whose answer says that it was carried out.
    fn step(&mut self, bytes: &[u8], context: &dyn TaskContext) -> Result<(), Failure> {
        if !self.settings.answers {
            return self.send(bytes, context);
        }
        let whole = [bytes, &TRANSMIT_PAPER].concat();
        self.talk.ask();
        self.send(&whole, context)
    }

    fn send(&mut self, bytes: &[u8], context: &dyn TaskContext) -> Result<(), Failure> {
        Ok(self.talk.send(bytes, self.settings.lost_after, &|| context.cancelled(), CANCEL_LIMIT)?)
    }

    /// Waits until at most so many questions are open. Whatever holds the printer up is told, and waited for; a printer
    /// that nothing holds up has `patience` for each answer.
    fn settle(
        &mut self,
        open: u32,
        patience: Duration,
        context: &mut dyn TaskContext,
    ) -> Result<(), Failure> {
        let mut count = self.talk.open_questions();
        // When the printer last did something, or said why it does not.
        let mut moved = Instant::now();
        let mut asked = Instant::now();
        while self.talk.open_questions() > open {
            if context.cancelled() {
                return Err(ReceiptError::Stopped.into());
            }
            self.talk.listen()?;
            if self.talk.open_questions() != count {
                count = self.talk.open_questions();
                (moved, asked) = (Instant::now(), Instant::now());
                self.unhindered(context);
            }
            let status = match self.talk.automatic() {
                Some(status) => Some(status),
                None if asked.elapsed() < ASK_AFTER => None,
                None => {
                    let limit = self.settings.answer_limit;
                    let answer = self.talk.status(limit, &|| context.cancelled());
                    asked = Instant::now();
                    match answer {
                        Ok(status) => Some(status),
                        // Whether it is lost is for `lost_after` to say.
                        Err(ReceiptError::Mute { .. }) => None,
                        Err(error) => return Err(error.into()),
                    }
                }
            };
            if let Some(status) = status {
                match status.obstacle() {
                    Some(code) => {
                        self.hindered(status, code, context)?;
                        moved = Instant::now();
                    }
                    None => self.unhindered(context),
                }
            }
            if moved.elapsed() > patience {
                return Err(ReceiptError::Mute { question: Question::InTurn }.into());
            }
        }
        self.unhindered(context);
        Ok(())
    }

    fn hindered(
        &mut self,
        status: Status,
        code: FaultCode,
        context: &mut dyn TaskContext,
    ) -> Result<(), Failure> {
        if status.ends_a_slip() {
            return Err(Failure::Broken(status, code));
        }
        let fault = self.fault(code, &status.reasons().join(","));
        if self.warned != Some(code) {
            self.warned = Some(code);
            context.emit(DeviceEvent::Warning(fault.clone()));
        }
        self.tell(JobState::Stopped, status, Some(&fault), context);
        Ok(())
    }

    fn unhindered(&mut self, context: &mut dyn TaskContext) {
        if self.warned.take().is_some() {
            self.tell(JobState::Processing, Status::default(), None, context);
        }
    }

    fn pause(&self, context: &dyn TaskContext) -> Result<(), Failure> {
        let end = Instant::now() + ASK_AFTER;
        while Instant::now() < end {
            if context.cancelled() {
                return Err(ReceiptError::Stopped.into());
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Whether a slip that was wholly sent when it was to be stopped comes to its end all the same: it cannot be taken
    /// back, and one that lies there is told as printed.
    fn was_quicker(&mut self) -> bool {
        let end = Instant::now() + CANCEL_LIMIT;
        while self.settings.answers && self.talk.open_questions() > 0 && Instant::now() < end {
            if self.talk.listen().is_err() {
                return false;
            }
        }
        let done = self.settings.answers && self.talk.open_questions() == 0;
        done && self
            .talk
            .status(self.settings.answer_limit.min(CANCEL_LIMIT), &|| false)
            .is_ok_and(|status| !status.ends_a_slip())
    }

    /// Cuts off what was printed, so that the next slip begins on a paper of its own.
    fn end_orderly(&mut self) {
        let end = command::cut(self.settings.cut);
        if let Err(error) = self.talk.send(&end, CANCEL_LIMIT, &|| true, CANCEL_LIMIT) {
            tracing::debug!(%error, "a slip that was given up is not cut");
        }
    }

    /// What a failure means for the officer: a slip that may lie there is never told as one that does not.
    fn failed(&mut self, error: &ReceiptError, stage: Stage, context: &mut dyn TaskContext) -> Fault {
        let is_stop = matches!(error, ReceiptError::Stopped);
        match stage {
            Stage::Before if is_stop => stopped(self.device, context),
            Stage::Before => error.fault().at(self.device),
            Stage::Printing if is_stop => {
                self.end_orderly();
                self.fault(FaultCode::JobCancelled, "a part of it was printed")
            }
            Stage::Printing => {
                self.end_orderly();
                self.fault(FaultCode::JobLost, &error.to_string())
            }
            Stage::Sent => self.fault(FaultCode::JobLost, &error.to_string()),
        }
    }

    fn fault(&self, code: FaultCode, detail: &str) -> Fault {
        Fault::new(code, DeviceClass::Printer).at(self.device).with_detail(detail)
    }

    fn job(&self, state: JobState, status: Status, fault: Option<Fault>) -> JobStatus {
        JobStatus {
            job_id: self.number,
            state,
            pages_done: Some(self.copies_done),
            reasons: status.reasons(),
            fault,
        }
    }

    fn tell(
        &mut self,
        state: JobState,
        status: Status,
        fault: Option<&Fault>,
        context: &mut dyn TaskContext,
    ) {
        let job = self.job(state, status, fault.cloned());
        if self.told.as_ref() != Some(&job) {
            context.emit(DeviceEvent::PrintJob(job.clone()));
            self.told = Some(job);
        }
    }
}

//! Hands a document over and follows the job to its end.

use std::time::{Duration, Instant};

use driver_contract::{
    DeviceClass, DeviceEvent, DeviceId, Fault, FaultCode, JobState, JobStatus, PrintParameters, TaskContext,
};

use super::error::PrintError;
use super::queue::{Job, Queue};
use super::reason::{Weight, blocking_fault, of_aborted_job};

/// First pause between two questions about a job; it doubles up to [`SLOWEST`].
const QUICKEST: Duration = Duration::from_millis(100);
/// Longest pause between two questions: the officer waits for the word "printed".
const SLOWEST: Duration = Duration::from_millis(800);
/// How long a job may stand still before a mere warning of the printer counts as what holds it up.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How often a pause asks whether to stop.
const ASK_EVERY: Duration = Duration::from_millis(50);
/// How long a job that was taken back may take to come to its end.
const CANCEL_LIMIT: Duration = Duration::from_secs(3);

/// One print task.
pub(crate) struct Print<'a> {
    pub(crate) queue: &'a Queue,
    pub(crate) device: &'a DeviceId,
    /// How long a printer that has the job may be silent before its job counts as lost.
    pub(crate) lost_after: Duration,
}

impl Print<'_> {
    /// Prints. The answer is the job at its end, whichever that was.
    ///
    /// # Errors
    /// What kept the document from being handed over; [`FaultCode::JobLost`] if its end cannot be learnt;
    /// cancelled or timed out, with the job taken back.
    pub(crate) fn run(
        &self,
        parameters: &PrintParameters,
        document: &[u8],
        context: &mut dyn TaskContext,
    ) -> Result<JobStatus, Fault> {
        let job = self.hand_over(parameters, document, context)?;
        self.follow(job, context)
    }

    fn fault(&self, code: FaultCode, detail: impl Into<String>) -> Fault {
        Fault::new(code, DeviceClass::Printer).at(self.device).with_detail(detail)
    }

    fn hand_over(
        &self,
        parameters: &PrintParameters,
        document: &[u8],
        context: &mut dyn TaskContext,
    ) -> Result<Job, Fault> {
        let mut pause = QUICKEST;
        let mut told = false;
        loop {
            let error = match self.queue.print(parameters, document, &|| context.cancelled()) {
                Ok(job) => return Ok(job),
                Err(error) => error,
            };
            if error.is_passing() {
                if !told {
                    context.emit(DeviceEvent::Warning(error.fault().at(self.device)));
                    told = true;
                }
                if !sleep(pause, context) {
                    return Err(self.stopped(context, &error.to_string()));
                }
                pause = (pause * 2).min(SLOWEST);
                continue;
            }
            return Err(match error {
                // The printer may have the whole document and print it.
                PrintError::Broken { .. } | PrintError::Stopped => {
                    self.fault(FaultCode::JobLost, error.to_string())
                }
                _ => error.fault().at(self.device),
            });
        }
    }

    fn follow(&self, first: Job, context: &mut dyn TaskContext) -> Result<JobStatus, Fault> {
        let id = first.id;
        let mut job = first;
        let mut told: Option<JobStatus> = None;
        let mut warned: Option<FaultCode> = None;
        let mut silent_since: Option<Instant> = None;
        let mut pause = QUICKEST;
        let mut moved = Instant::now();
        loop {
            let least = if moved.elapsed() < PATIENCE { Weight::Blocking } else { Weight::Doubtful };
            let status = self.status(&job, least, context);
            if told
                .as_ref()
                .is_none_or(|told| (told.state, told.pages_done) != (status.state, status.pages_done))
            {
                moved = Instant::now();
            }
            if told.as_ref() != Some(&status) {
                let code = status.fault.as_ref().map(|fault| fault.code);
                if let Some(fault) = &status.fault
                    && !status.state.is_final()
                    && warned != code
                {
                    context.emit(DeviceEvent::Warning(fault.clone()));
                }
                warned = code;
                context.emit(DeviceEvent::PrintJob(status.clone()));
                told = Some(status.clone());
                pause = QUICKEST;
            }
            if status.state.is_final() || crate::mutants::planted("printed-before-done") {
                return Ok(status);
            }
            loop {
                if !sleep(pause, context) {
                    return self.take_back(id, &status, context);
                }
                pause = (pause * 2).min(SLOWEST);
                match self.queue.job(id, &|| context.cancelled()) {
                    Ok(next) => {
                        job = next;
                        silent_since = None;
                        break;
                    }
                    Err(PrintError::Stopped) => return self.take_back(id, &status, context),
                    // It has forgotten the job, or speaks of something else.
                    Err(error @ (PrintError::Refused { .. } | PrintError::Garbage { .. }))
                        if !error.is_passing() =>
                    {
                        return Err(self.fault(FaultCode::JobLost, error.to_string()));
                    }
                    Err(error) => {
                        let since = *silent_since.get_or_insert_with(|| {
                            tracing::warn!(%error, "the printer is silent while it has a job");
                            Instant::now()
                        });
                        if since.elapsed() >= self.lost_after {
                            return Err(self.fault(FaultCode::JobLost, error.to_string()));
                        }
                        if warned != Some(FaultCode::PrinterUnreachable) {
                            warned = Some(FaultCode::PrinterUnreachable);
                            context.emit(DeviceEvent::Warning(
                                self.fault(FaultCode::PrinterUnreachable, error.to_string()),
                            ));
                        }
                    }
                }
            }
        }
    }

    /// The job in the contract's terms, with what stands in its way.
    fn status(&self, job: &Job, least: Weight, context: &dyn TaskContext) -> JobStatus {
        let mut reasons = job.reasons.clone();
        let mut fault = None;
        if job.state != JobState::Completed {
            let printer = self.queue.attributes(&|| context.cancelled()).unwrap_or_default();
            fault = match job.state {
                JobState::Aborted => Some(of_aborted_job(&job.reasons, &printer.reasons)),
                JobState::Cancelled => Some(self.fault(FaultCode::JobCancelled, job.reasons.join(","))),
                _ => blocking_fault(&printer.reasons, least).or_else(|| {
                    // 5: stopped. It wants something and does not say what.
                    (printer.state == 5 || job.state == JobState::Stopped)
                        .then(|| self.fault(FaultCode::PrinterStopped, job.reasons.join(",")))
                }),
            };
            reasons.extend(printer.reasons);
        }
        JobStatus {
            job_id: i64::from(job.id),
            state: job.state,
            pages_done: job.pages_done,
            reasons,
            fault: fault.map(|fault| fault.at(self.device)),
        }
    }

    /// Takes the job back, so that no paper comes out after the officer was told that none will. A job
    /// that was quicker is printed, and is told as such.
    fn take_back(
        &self,
        id: i32,
        last: &JobStatus,
        context: &mut dyn TaskContext,
    ) -> Result<JobStatus, Fault> {
        let until = Instant::now() + CANCEL_LIMIT;
        let cancelled = self.queue.cancel(id, CANCEL_LIMIT);
        loop {
            if let Ok(job) = self.queue.job(id, &|| Instant::now() > until) {
                if job.state == JobState::Completed {
                    let status = JobStatus {
                        job_id: i64::from(id),
                        state: job.state,
                        pages_done: job.pages_done,
                        reasons: job.reasons,
                        fault: None,
                    };
                    context.emit(DeviceEvent::PrintJob(status.clone()));
                    return Ok(status);
                }
                if job.state.is_final() {
                    return Err(self.stopped(context, &last.reasons.join(",")));
                }
            }
            if Instant::now() > until {
                let detail = match &cancelled {
                    // It has promised to end the job and is on its way.
                    Ok(()) => return Err(self.stopped(context, &last.reasons.join(","))),
                    Err(error) => error.to_string(),
                };
                return Err(self.fault(FaultCode::JobLost, detail));
            }
            std::thread::sleep(QUICKEST);
        }
    }

    fn stopped(&self, context: &dyn TaskContext, detail: &str) -> Fault {
        let code = if context.remaining().is_zero() { FaultCode::Timeout } else { FaultCode::Cancelled };
        self.fault(code, detail)
    }
}

/// Sleeps; `false` if the task is to stop.
fn sleep(pause: Duration, context: &dyn TaskContext) -> bool {
    let until = Instant::now() + pause;
    loop {
        if context.cancelled() {
            return false;
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(ASK_EVERY));
    }
}

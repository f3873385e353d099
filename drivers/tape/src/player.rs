//! A device made of a contract tape: it wants to be asked what was asked then, and answers what was answered then.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use driver_contract::{
    Clarity, ContractTape, DeviceInfo, Fault, FaultCode, Moment, OpenDevice, Outcome, Provenance, Section,
    Task, TaskContext,
};

/// How often a wait looks whether the task is to end.
const LOOK: Duration = Duration::from_millis(20);

/// How fast a tape plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// As it was recorded.
    #[default]
    Recorded,
    /// Without its pauses.
    AtOnce,
}

/// A tape that plays.
///
/// Tasks that end by themselves must come in their recorded order. Watches go on beside them, as they did when the tape
/// was made, and go on waiting when nothing more happens on the tape. How the device stands may be asked at any time and
/// is answered by the nearest answer of the tape.
#[derive(Debug)]
pub struct TapeDevice {
    info: DeviceInfo,
    clarity: Clarity,
    pace: Pace,
    /// Tasks that end by themselves.
    tasks: VecDeque<Section>,
    /// Watches and previews, with how far the first of them was played.
    watches: VecDeque<Section>,
    watched_ms: u64,
    /// The last that the tape said of how the device stands.
    state: Option<Result<Outcome, Fault>>,
}

/// Why a task ends before the tape's end of it.
enum Break {
    /// The task is to end, or its time is over.
    Ended,
    /// Other work waits.
    Yielded,
    /// A fault.
    Fault(Fault),
}

impl From<Fault> for Break {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl TapeDevice {
    /// A device that is listed as `info` and plays `tape` from its beginning.
    #[must_use]
    pub fn new(info: DeviceInfo, tape: ContractTape, pace: Pace) -> Self {
        let clarity = tape.head.clarity;
        let (watches, tasks) = tape.sections.into_iter().partition(|section| section.task.is_endless());
        Self { info, clarity, pace, tasks, watches, watched_ms: 0, state: None }
    }

    fn fault(&self, code: FaultCode) -> Fault {
        Fault::new(code, self.info.class).at(&self.info.id)
    }

    fn differs(&self, detail: &str) -> Fault {
        self.fault(FaultCode::TapeDiffers).with_detail(detail)
    }

    /// Waits for a moment of the task that began at `begun`.
    fn wait(
        &self,
        begun: Instant,
        at_ms: u64,
        yields: bool,
        context: &mut dyn TaskContext,
    ) -> Result<(), Break> {
        let at = Duration::from_millis(at_ms);
        loop {
            if context.cancelled() {
                return Err(Break::Ended);
            }
            if yields && context.should_yield() {
                return Err(Break::Yielded);
            }
            let left = at.saturating_sub(begun.elapsed());
            if left.is_zero() || self.pace == Pace::AtOnce {
                return Ok(());
            }
            std::thread::sleep(left.min(LOOK));
        }
    }

    /// Lets one moment happen again.
    fn play(
        &self,
        moment: Moment,
        task: &Task,
        last: &mut Option<Provenance>,
        context: &mut dyn TaskContext,
    ) -> Result<(), Break> {
        match moment {
            Moment::Event(event) => {
                let event = event.renewed(&self.info.id, context);
                context.emit(event);
            }
            Moment::Page(header, bytes) => *last = Some(context.page(&header, &bytes.to_vec())?),
            Moment::Picture(header, bytes) => *last = Some(context.picture(&header, &bytes.to_vec())?),
            // One that the terminal has no time for is dropped here as it would be by a camera's driver.
            Moment::Frame(header, bytes) => drop(context.frame(&header, &bytes.to_vec())),
            Moment::Told(word) => loop {
                match context.told() {
                    Some(told) if told == word => break,
                    Some(_) => return Err(self.differs("the task was told something else").into()),
                    None if context.cancelled() => return Err(Break::Ended),
                    None => std::thread::sleep(LOOK),
                }
            },
            Moment::Document(recorded) => {
                let Task::Print(parameters) = task else {
                    return Err(self.differs("a document for a task that has none").into());
                };
                let document = context.document(parameters.document)?;
                if recorded.is_some_and(|recorded| recorded.to_vec() != document) {
                    return Err(self.differs("another document").into());
                }
            }
        }
        Ok(())
    }

    fn run_task(
        &mut self,
        section: Section,
        task: &Task,
        context: &mut dyn TaskContext,
    ) -> Result<Outcome, Fault> {
        let begun = Instant::now();
        let mut last = None;
        let all = || -> Result<(), Break> {
            for (at, moment) in section.moments {
                self.wait(begun, at, false, context)?;
                self.play(moment, task, &mut last, context)?;
            }
            self.wait(begun, section.end_ms, false, context)
        };
        match all() {
            Ok(()) => {}
            Err(Break::Fault(fault)) => return Err(fault),
            Err(Break::Ended | Break::Yielded) => {
                let late = context.remaining().is_zero();
                return Err(self.fault(if late { FaultCode::Timeout } else { FaultCode::Cancelled }));
            }
        }
        match section.end {
            Ok(outcome) => Ok(outcome.renewed(last.as_ref(), &self.info.id, context)),
            Err(fault) => Err(fault.renewed(&self.info.id)),
        }
    }

    /// Plays the watches of the tape one after the other, then waits.
    fn watch(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        let ended = loop {
            let now = Instant::now();
            let begun = now.checked_sub(Duration::from_millis(self.watched_ms)).unwrap_or(now);
            match self.watch_one(begun, task, context) {
                Ok(true) => {}
                Ok(false) => break self.idle(context),
                Err(ended) => break ended,
            }
        };
        match ended {
            Break::Ended => Ok(Outcome::Stopped),
            Break::Yielded => Ok(Outcome::Yielded),
            Break::Fault(fault) => Err(fault),
        }
    }

    /// Plays what is left of the first watch; `false` where the tape had no more for it.
    fn watch_one(
        &mut self,
        begun: Instant,
        task: &Task,
        context: &mut dyn TaskContext,
    ) -> Result<bool, Break> {
        let mut last = None;
        loop {
            let Some(section) = self.watches.front() else { return Ok(false) };
            let Some(at) = section.moments.first().map(|(at, _)| *at) else { break };
            self.wait(begun, at, true, context)?;
            let Some(section) = self.watches.front_mut() else { return Ok(false) };
            let (at, moment) = section.moments.remove(0);
            self.watched_ms = at;
            self.play(moment, task, &mut last, context)?;
        }
        let end_ms = self.watches.front().map_or(0, |section| section.end_ms);
        self.wait(begun, end_ms, true, context)?;
        let Some(section) = self.watches.pop_front() else { return Ok(false) };
        self.watched_ms = 0;
        match section.end {
            // It stepped aside then and went on afterwards.
            Ok(Outcome::Yielded) => Ok(self
                .watches
                .front()
                .is_some_and(|next| Some(&next.task) == task.on_tape(self.clarity).as_ref())),
            Ok(_) => Ok(false),
            Err(fault) => Err(fault.renewed(&self.info.id).into()),
        }
    }

    /// Nothing more happens on the tape.
    fn idle(&self, context: &mut dyn TaskContext) -> Break {
        loop {
            if context.cancelled() {
                return Break::Ended;
            }
            if context.should_yield() {
                return Break::Yielded;
            }
            std::thread::sleep(LOOK);
        }
    }

    /// How the device stands: the tape's next answer if it is that one's turn, else its last, else its next at all.
    fn check_state(&mut self, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        if self.tasks.front().is_some_and(|section| section.task == Task::CheckState)
            && let Some(section) = self.tasks.pop_front()
        {
            self.state = Some(section.end.clone());
            return self.run_task(section, &Task::CheckState, context);
        }
        let later = self.tasks.iter().find(|section| section.task == Task::CheckState);
        let answer = self.state.clone().or_else(|| later.map(|section| section.end.clone()));
        match answer {
            Some(Ok(outcome)) => Ok(outcome.renewed(None, &self.info.id, context)),
            Some(Err(fault)) => Err(fault.renewed(&self.info.id)),
            None => Err(self.differs("how the device stands was never asked")),
        }
    }
}

impl OpenDevice for TapeDevice {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        let Some(wanted) = task.on_tape(self.clarity) else { return Err(self.fault(FaultCode::Unsupported)) };
        if wanted == Task::CheckState {
            return self.check_state(context);
        }
        if wanted.is_endless() {
            return match self.watches.front() {
                Some(section) if section.task == wanted => self.watch(task, context),
                Some(_) => Err(self.differs("another watch")),
                None => Err(self.differs("no watch, or no more")),
            };
        }
        // What was asked between two looks at the device's state need not be asked again.
        while self.tasks.front().is_some_and(|section| section.task == Task::CheckState) {
            self.state = self.tasks.pop_front().map(|section| section.end);
        }
        match self.tasks.front() {
            None => Err(self.differs("the tape has ended")),
            Some(section) if section.task != wanted => Err(self.differs("another task")),
            Some(_) => match self.tasks.pop_front() {
                Some(section) => self.run_task(section, task, context),
                None => Err(self.differs("the tape has ended")),
            },
        }
    }
}

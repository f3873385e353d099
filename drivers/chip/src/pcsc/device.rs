//! A reader as the host sees it: one card at a time.

use std::ffi::CString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use driver_contract::{
    ChipCardKind, ChipReading, DeviceClass, DeviceEvent, DeviceInfo, Fault, FaultCode, OpenDevice, Outcome,
    Task, TaskContext,
};

use super::error::PcscError;
use super::factory::access;
use super::ffi::{Field, Library};
use super::reading::{ChipBytes, SharedContext, read};

/// How often it is looked whether the task was cancelled.
const LOOK: Duration = Duration::from_millis(50);

/// How long a wait may take to end once it was cancelled.
const COMING_BACK: Duration = Duration::from_secs(2);

/// Time that is kept back at the end, so that the answer is there before the terminal's patience ends.
const RESERVE: Duration = Duration::from_millis(300);

enum News {
    Event(DeviceEvent),
    Done(Result<ChipBytes, PcscError>),
}

/// An open reader.
pub(super) struct ChipReader {
    info: DeviceInfo,
    library: Arc<Library>,
    reader: CString,
    alive: bool,
}

impl ChipReader {
    pub(super) fn new(info: DeviceInfo, library: Arc<Library>, reader: CString) -> Self {
        Self { info, library, reader, alive: true }
    }

    fn fault(&mut self, error: &PcscError) -> Fault {
        if error.reader_is_lost() {
            self.alive = false;
        }
        error.at(&self.info.id)
    }

    fn read_chip(&self, context: &mut dyn TaskContext) -> Result<ChipBytes, PcscError> {
        let line: SharedContext = Arc::new(access(self.library.context())?);
        let (sender, news) = channel();
        let until = Instant::now() + context.remaining().saturating_sub(RESERVE);
        let stop = Arc::new(AtomicBool::new(false));
        let work = {
            let (line, reader, stop) = (Arc::clone(&line), self.reader.clone(), Arc::clone(&stop));
            move || {
                let tell = |event| drop(sender.send(News::Event(event)));
                let result = read(&line, &reader, until, &|| stop.load(Ordering::SeqCst), &tell);
                drop(line);
                let _ = sender.send(News::Done(result));
            }
        };
        std::thread::Builder::new().name("pcsc-reading".into()).spawn(work).map_err(|_| PcscError::Silent)?;
        let mut told: Option<Instant> = None;
        let mut present = false;
        loop {
            match news.recv_timeout(LOOK) {
                Ok(News::Event(event)) => {
                    present |= event == DeviceEvent::Present;
                    context.emit(event);
                }
                Ok(News::Done(result)) => return result,
                Err(RecvTimeoutError::Disconnected) => return Err(PcscError::Silent),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let over = Instant::now() >= until;
            match told {
                None if context.cancelled() || (over && present) => {
                    stop.store(true, Ordering::SeqCst);
                    line.cancel();
                    told = Some(Instant::now());
                }
                // A card that does not answer keeps its thread until it is taken away; nobody waits for it.
                Some(_) if over => return Err(PcscError::Silent),
                Some(since) if since.elapsed() > COMING_BACK => return Err(PcscError::Cancelled),
                _ => {}
            }
        }
    }

    fn state(&self) -> Result<(), PcscError> {
        let line = access(self.library.context())?;
        match line.watch(&self.reader, None, LOOK)?.field {
            Field::NoReader => Err(PcscError::ReaderGone),
            Field::Mute => Err(PcscError::Mute),
            Field::Card | Field::Empty => Ok(()),
        }
    }
}

impl OpenDevice for ChipReader {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        match task {
            Task::ReadChip => match self.read_chip(context) {
                Ok(bytes) => Ok(Outcome::Chip(Box::new(ChipReading {
                    provenance: context.provenance(&bytes.raw),
                    kind: ChipCardKind::SocialSecurity,
                    card_number: bytes.number,
                    raw: bytes.raw,
                }))),
                Err(error) => Err(self.fault(&error)),
            },
            Task::CheckState => {
                let faults = self.state().err().map(|error| self.fault(&error));
                Ok(Outcome::State(faults.into_iter().collect()))
            }
            _ => Err(Fault::new(FaultCode::Unsupported, DeviceClass::ChipCardReader).at(&self.info.id)),
        }
    }

    fn is_alive(&self) -> bool {
        self.alive
    }
}

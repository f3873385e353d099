//! A reader as the host sees it: read one card, or watch for cards.

use std::time::{Duration, Instant};

use driver_contract::{
    CardReading, DeviceClass, DeviceEvent, DeviceInfo, Fault, FaultCode, OpenDevice, Outcome, Task,
    TaskContext,
};
use driver_line::Line;

use super::error::SamvError;
use super::reader::{Presence, SamvReader};
use super::text::decode_text;

/// Time between two polls while waiting for one card; readers need about 200 ms to look for one.
const POLL: Duration = Duration::from_millis(300);

/// How often a card that lies there is tried before the officer is told.
const TRIES: u32 = 2;

/// How a reader is reached: at the opening, and again after it was unplugged.
pub trait Connect: Send {
    /// Opens the line and asks the module whether it works.
    ///
    /// # Errors
    /// What the opening or the self-test said.
    fn connect(&self) -> Result<SamvReader<Box<dyn Line>>, SamvError>;

    /// Whether the reader is asked for the newest address (command 30 03).
    fn added_address(&self) -> bool;

    /// Whether the reader is asked for the card's management number (command 30 05).
    fn management_number(&self) -> bool;
}

/// An open reader.
pub struct SamvDevice {
    info: DeviceInfo,
    connect: Box<dyn Connect>,
    /// `None` while the line is lost.
    reader: Option<SamvReader<Box<dyn Line>>>,
    /// What is known of the field between two tasks.
    field: Field,
}

/// What lies on the reader, as far as we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    /// Nothing that we know of.
    Empty,
    /// A card that was read.
    Read,
    /// A card that could not be read, and how often it was tried.
    Refused(u32),
}

impl SamvDevice {
    /// Opens the reader and asks its module whether it works.
    ///
    /// # Errors
    /// What the opening or the self-test said.
    pub fn open(info: DeviceInfo, connect: Box<dyn Connect>) -> Result<Self, SamvError> {
        let reader = connect.connect()?;
        Ok(Self { info, connect, reader: Some(reader), field: Field::Empty })
    }

    fn fault(&self, error: &SamvError) -> Fault {
        error.at(&self.info.id)
    }

    fn reader(&mut self) -> Result<&mut SamvReader<Box<dyn Line>>, SamvError> {
        self.reader.as_mut().ok_or(SamvError::Unplugged)
    }

    /// Lets go of a line that is lost.
    fn note(&mut self, error: &SamvError) {
        if error.line_is_lost() {
            self.reader = None;
            self.field = Field::Empty;
        }
    }

    /// Selects and reads the card that was found.
    fn take(&mut self, fingerprint: bool, context: &mut dyn TaskContext) -> Result<CardReading, SamvError> {
        self.reader()?.select()?;
        match self.read_selected(fingerprint, context) {
            // The module has done its work and the line spoilt it: the card is still selected, and would
            // not be found a second time.
            Err(error) if error.line_was_noisy() => {
                tracing::debug!(code = error.code(), "asking for the reading again");
                self.read_selected(fingerprint, context)
            }
            result => result,
        }
    }

    fn read_selected(
        &mut self,
        fingerprint: bool,
        context: &mut dyn TaskContext,
    ) -> Result<CardReading, SamvError> {
        let (ask_address, ask_number) = (self.connect.added_address(), self.connect.management_number());
        let reader = self.reader()?;
        let bytes = reader.read(fingerprint)?;
        let text = decode_text(&bytes.text)?;
        let has_address = text.address.is_some();
        let added_address = if ask_address && has_address { reader.added_address()? } else { None };
        let management_number = if ask_number { reader.management_number() } else { None };
        Ok(CardReading {
            provenance: context.provenance(&bytes.raw),
            kind: text.kind,
            name: text.name,
            english_name: text.english_name,
            sex_code: text.sex_code,
            ethnic_group_code: text.ethnic_group_code,
            nationality_code: text.nationality_code,
            birth_date: text.birth_date,
            address: text.address,
            added_address,
            number: text.number,
            management_number,
            issuing_office: text.issuing_office,
            valid_from: text.valid_from,
            valid_until: text.valid_until,
            pass_number: text.pass_number,
            issue_count: text.issue_count,
            version: text.version,
            wlt_photo: bytes.photo,
            fingerprint: bytes.fingerprint,
            raw: bytes.raw,
        })
    }

    /// Waits for a card until the deadline and reads it.
    fn read_card(
        &mut self,
        fingerprint: bool,
        context: &mut dyn TaskContext,
    ) -> Result<CardReading, SamvError> {
        // A card that was read and still lies there is selected: it can be read again as it is.
        if self.field == Field::Read {
            match self.read_selected(fingerprint, context) {
                Ok(reading) => return Ok(reading),
                Err(error) if error.line_is_lost() => return Err(error),
                Err(_) => self.field = Field::Empty,
            }
        }
        let mut tries = 0;
        loop {
            if self.reader()?.find()? {
                tries += 1;
                match self.take(fingerprint, context) {
                    Ok(reading) => {
                        self.field = Field::Read;
                        return Ok(reading);
                    }
                    Err(error) if tries >= TRIES || !worth_another_try(&error) => return Err(error),
                    Err(error) => tracing::debug!(code = error.code(), "reading the card again"),
                }
            } else if !pause(context, POLL) {
                return Err(SamvError::Timeout);
            }
        }
    }

    /// How a wait for a card that brought none is told.
    fn nothing_read(&mut self, context: &dyn TaskContext) -> Fault {
        let code = if !context.remaining().is_zero() {
            FaultCode::Cancelled
        } else if matches!(self.reader().and_then(SamvReader::presence), Ok(Presence::Lying)) {
            FaultCode::CardMustBeRelaid
        } else {
            FaultCode::NoCard
        };
        Fault::new(code, DeviceClass::IdCardReader).at(&self.info.id)
    }

    fn watch(&mut self, interval: Duration, context: &mut dyn TaskContext) -> Outcome {
        let mut told: Option<FaultCode> = None;
        loop {
            let round =
                if self.reader.is_none() { self.reconnect(context) } else { self.watch_once(context) };
            match round {
                Ok(()) => told = None,
                Err(error) => {
                    let was_open = self.reader.is_some();
                    self.note(&error);
                    if was_open && self.reader.is_none() {
                        context.emit(DeviceEvent::Unplugged);
                    } else if self.reader.is_some() && told != Some(error.fault_code()) {
                        // Once per streak: a reader that fails at every poll must not flood the screen.
                        context.emit(DeviceEvent::Warning(self.fault(&error)));
                    }
                    told = Some(error.fault_code());
                }
            }
            if context.cancelled() {
                return Outcome::Stopped;
            }
            if context.should_yield() {
                return Outcome::Yielded;
            }
            pause(context, interval);
        }
    }

    fn reconnect(&mut self, context: &mut dyn TaskContext) -> Result<(), SamvError> {
        self.reader = Some(self.connect.connect()?);
        context.emit(DeviceEvent::Plugged(Box::new(self.info.clone())));
        Ok(())
    }

    /// One look at the field.
    fn watch_once(&mut self, context: &mut dyn TaskContext) -> Result<(), SamvError> {
        if self.field == Field::Read {
            match self.reader()?.presence()? {
                Presence::Lying => return Ok(()),
                Presence::Gone => {
                    self.left(context);
                    return Ok(());
                }
                // Such a reader shows only that another card (or the same again) was laid.
                Presence::Unknown => {}
            }
        }
        if !self.reader()?.find()? {
            // A card whose reading was lost on the line is not found again either, and lies there still.
            if matches!(self.field, Field::Refused(_)) && self.reader()?.presence()? != Presence::Lying {
                self.left(context);
            }
            return Ok(());
        }
        if self.field == Field::Read {
            self.left(context);
        }
        self.look_at_card(context)
    }

    fn left(&mut self, context: &mut dyn TaskContext) {
        self.field = Field::Empty;
        context.emit(DeviceEvent::Removed);
    }

    /// A card was found: reads it, or tells once that it cannot be read.
    fn look_at_card(&mut self, context: &mut dyn TaskContext) -> Result<(), SamvError> {
        let tries = match self.field {
            Field::Refused(tries) => tries,
            Field::Empty | Field::Read => {
                context.emit(DeviceEvent::Present);
                0
            }
        };
        // Set before anything can fail, so that the card's leaving will be noticed in any case.
        self.field = Field::Refused(tries.saturating_add(1));
        if tries >= TRIES {
            return Ok(());
        }
        match self.take(false, context) {
            Ok(reading) => {
                self.field = Field::Read;
                context.emit(DeviceEvent::CardRead(Box::new(reading)));
                Ok(())
            }
            Err(error) if error.line_is_lost() => Err(error),
            Err(error) => {
                if tries + 1 >= TRIES || !worth_another_try(&error) {
                    self.field = Field::Refused(TRIES);
                    context.emit(DeviceEvent::CardFailed(self.fault(&error)));
                    // It is gone already: laid again before the next look, it is another card.
                    if matches!(error, SamvError::CardPulled) {
                        self.left(context);
                    }
                }
                Ok(())
            }
        }
    }
}

/// Whether the same card might be found and read at a second try without anybody doing anything.
const fn worth_another_try(error: &SamvError) -> bool {
    matches!(error, SamvError::Status(_)) && !error.fault_code().permanent()
}

/// Sleeps, in pieces; `false` when the task is to end.
fn pause(context: &dyn TaskContext, time: Duration) -> bool {
    let end = Instant::now() + time;
    while Instant::now() < end {
        if context.cancelled() {
            return false;
        }
        if context.should_yield() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10).min(end.saturating_duration_since(Instant::now())));
    }
    !context.cancelled()
}

impl OpenDevice for SamvDevice {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        match task {
            Task::ReadCard { fingerprint } => {
                let result = self.read_card(*fingerprint, context);
                match result {
                    Ok(reading) => Ok(Outcome::Card(Box::new(reading))),
                    Err(SamvError::Timeout) if context.cancelled() => Err(self.nothing_read(context)),
                    Err(error) => {
                        self.note(&error);
                        Err(self.fault(&error))
                    }
                }
            }
            Task::WatchCards { interval_ms } => {
                let interval = Duration::from_millis(u64::from(*interval_ms).clamp(100, 5000));
                Ok(self.watch(interval, context))
            }
            Task::CheckState => {
                let result = self.reader().and_then(SamvReader::self_test);
                Ok(Outcome::State(match result {
                    Ok(()) => Vec::new(),
                    Err(error) => {
                        self.note(&error);
                        vec![self.fault(&error)]
                    }
                }))
            }
            _ => Err(Fault::new(FaultCode::Unsupported, DeviceClass::IdCardReader).at(&self.info.id)),
        }
    }

    fn is_alive(&self) -> bool {
        self.reader.is_some()
    }
}

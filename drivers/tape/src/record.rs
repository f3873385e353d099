//! An open device whose tasks are written to a tape.

use std::fmt::Display;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use driver_contract::{
    Attestation, Clarity, ContractHead, ContractLine, DeviceClass, DeviceEvent, DeviceInfo, Fault, FaultCode,
    LONGEST_TAPE, Moment, OpenDevice, Outcome, PageHeader, PictureHeader, Provenance, Recording, Region,
    TapeBytes, TapeError, Task, TaskContext, Word, create_tape,
};

use crate::blank::blank;

/// Of a preview one picture is kept for each so long time: it shows thirty a second and nobody looks at them twice.
const FRAME_EVERY: Duration = Duration::from_secs(1);
/// And so many of one task: a preview goes on for as long as somebody leaves it open.
const MOST_FRAMES: u32 = 60;

/// A device in front of which a tape runs.
pub struct RecordedDevice {
    device: Box<dyn OpenDevice>,
    tape: Writer,
}

impl RecordedDevice {
    /// Records `device` from now on, to a file of its own.
    ///
    /// # Errors
    /// [`FaultCode::BadConfiguration`] where it must not be recorded so; [`FaultCode::TapeNotWritten`] where the file
    /// cannot be made or written on.
    pub fn create(device: Box<dyn OpenDevice>, recording: &Recording) -> Result<Self, Fault> {
        Self::allowed(device.info(), recording.clarity())?;
        let not_written = |info: &DeviceInfo, error: &io::Error| {
            let error = TapeError::NotWritten(error.kind());
            Fault::new(FaultCode::TapeNotWritten, info.class).at(&info.id).with_detail(error.to_string())
        };
        let (file, path) =
            create_tape(&recording.file).map_err(|error| not_written(device.info(), &error))?;
        let mut tape = Writer::new(Box::new(file), recording.clarity());
        if let Err(error) = tape.begin(device.info()) {
            // A tape without its head tells nothing and would only stand in the way of the next.
            let _ = std::fs::remove_file(path);
            return Err(not_written(device.info(), &error));
        }
        Ok(Self { device, tape })
    }

    /// Records `device` from now on, to any place.
    ///
    /// # Errors
    /// The device must not be recorded so; the head cannot be written.
    pub fn onto(
        device: Box<dyn OpenDevice>,
        clarity: Clarity,
        place: Box<dyn Write + Send>,
    ) -> Result<Self, Fault> {
        Self::allowed(device.info(), clarity)?;
        let mut tape = Writer::new(place, clarity);
        if let Err(error) = tape.begin(device.info()) {
            let fault = Fault::new(FaultCode::TapeNotWritten, device.info().class).at(&device.info().id);
            return Err(fault.with_detail(TapeError::NotWritten(error.kind()).to_string()));
        }
        Ok(Self { device, tape })
    }

    /// Whether a device may be recorded.
    ///
    /// # Errors
    /// [`FaultCode::BadConfiguration`]: a UKey never; in clear only a virtual device.
    pub fn allowed(device: &DeviceInfo, clarity: Clarity) -> Result<(), Fault> {
        let refuse = |detail: &str| {
            Err(Fault::new(FaultCode::BadConfiguration, device.class).at(&device.id).with_detail(detail))
        };
        if device.class == DeviceClass::Ukey {
            return refuse("record: a UKey's traffic is never recorded");
        }
        if clarity == Clarity::Clear && device.attestation != Attestation::Virtual {
            return refuse("record: only virtual devices are recorded without \"mask\": true");
        }
        Ok(())
    }
}

impl OpenDevice for RecordedDevice {
    fn info(&self) -> &DeviceInfo {
        self.device.info()
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        let Some(on_tape) = task.on_tape(self.tape.clarity) else { return self.device.run(task, context) };
        self.tape.begin_task(on_tape);
        let mut recorded = Recorded { context, tape: &mut self.tape };
        let result = self.device.run(task, &mut recorded);
        self.tape.end_task(&result);
        if let Some(kind) = self.tape.broken {
            // The task itself went well or not by its own account; that its recording is not whole is told beside it,
            // and the device is opened anew, which is refused while nothing can be written.
            let info = self.device.info();
            let fault = Fault::new(FaultCode::TapeNotWritten, info.class).at(&info.id);
            let detail = TapeError::NotWritten(kind).to_string();
            context.emit(DeviceEvent::Warning(fault.with_detail(detail)));
        }
        result
    }

    fn is_alive(&self) -> bool {
        self.tape.broken.is_none() && self.device.is_alive()
    }
}

/// The tape under way. A line that could not be written ends it.
struct Writer {
    place: Box<dyn Write + Send>,
    clarity: Clarity,
    written: u64,
    broken: Option<io::ErrorKind>,
    opened: Instant,
    /// When the task under way began.
    begun: Instant,
    /// Pictures of its preview, and when the last of them was kept.
    frames: u32,
    last_frame: Option<Instant>,
}

impl Writer {
    fn new(place: Box<dyn Write + Send>, clarity: Clarity) -> Self {
        let now = Instant::now();
        Self {
            place,
            clarity,
            written: 0,
            broken: None,
            opened: now,
            begun: now,
            frames: 0,
            last_frame: None,
        }
    }

    fn begin(&mut self, device: &DeviceInfo) -> io::Result<()> {
        self.write(&ContractHead { clarity: self.clarity, device: device.clone() })
    }

    fn begin_task(&mut self, task: Task) {
        let at = milliseconds(self.opened);
        (self.begun, self.frames, self.last_frame) = (Instant::now(), 0, None);
        self.line(&ContractLine::Task(at, task));
    }

    fn end_task(&mut self, result: &Result<Outcome, Fault>) {
        let clarity = self.clarity;
        let end = match result {
            Ok(outcome) => outcome.clone().on_tape(clarity).map(Ok),
            Err(fault) => Some(Err(fault.clone().on_tape(clarity))),
        };
        // A UKey's answer to a task that is none of its class: nothing that could be written.
        let end = end.unwrap_or(Ok(Outcome::Stopped));
        self.line(&ContractLine::End(milliseconds(self.begun), Box::new(end)));
    }

    fn moment(&mut self, moment: Moment) {
        self.line(&ContractLine::Moment(milliseconds(self.begun), moment));
    }

    fn line(&mut self, line: &ContractLine) {
        if self.broken.is_some() {
            return;
        }
        if let Err(error) = self.write(line) {
            self.break_off(error.kind());
        }
    }

    fn break_off(&mut self, kind: io::ErrorKind) {
        tracing::warn!(%kind, "a recording cannot be written on");
        self.broken.get_or_insert(kind);
    }

    fn write(&mut self, line: &impl Display) -> io::Result<()> {
        let mut counted =
            io::BufWriter::new(Counted { place: self.place.as_mut(), written: &mut self.written });
        write!(counted, "{line}")?;
        counted.flush()
    }

    /// Bytes as they are; `None` where the tape has no room for their text: they are not even copied then.
    fn bytes(&mut self, bytes: &[u8]) -> Option<TapeBytes> {
        if self.written.saturating_add(2 * bytes.len() as u64) > LONGEST_TAPE {
            self.break_off(io::ErrorKind::FileTooLarge);
        }
        self.broken.is_none().then(|| TapeBytes::of(bytes))
    }

    fn page(&mut self, header: &PageHeader, bytes: &[u8]) {
        let bytes = match self.clarity {
            Clarity::Clear => self.bytes(bytes),
            Clarity::Masked => Some(header.blank()),
        };
        if let Some(bytes) = bytes {
            self.moment(Moment::Page(*header, bytes));
        }
    }

    fn picture(&mut self, header: &PictureHeader, bytes: &[u8]) -> Option<TapeBytes> {
        match self.clarity {
            Clarity::Clear => self.bytes(bytes),
            Clarity::Masked => Some(TapeBytes::of(&blank(header).unwrap_or_default())),
        }
    }

    fn frame(&mut self, header: &PictureHeader, bytes: &[u8]) {
        let early = self.last_frame.is_some_and(|last| last.elapsed() < FRAME_EVERY);
        if early || self.frames >= MOST_FRAMES {
            return;
        }
        self.frames += 1;
        self.last_frame = Some(Instant::now());
        if let Some(picture) = self.picture(header, bytes) {
            self.moment(Moment::Frame(header.clone(), picture));
        }
    }
}

/// The place of a tape, up to the length that a tape may have.
struct Counted<'a> {
    place: &'a mut dyn Write,
    written: &'a mut u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.written.saturating_add(bytes.len() as u64) > LONGEST_TAPE {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let count = self.place.write(bytes)?;
        *self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.place.flush()
    }
}

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// What the driver sees: the host's own context, and a tape that runs with it. Only what the host took is written.
struct Recorded<'a> {
    context: &'a mut dyn TaskContext,
    tape: &'a mut Writer,
}

impl TaskContext for Recorded<'_> {
    fn cancelled(&self) -> bool {
        self.context.cancelled()
    }

    fn should_yield(&self) -> bool {
        self.context.should_yield()
    }

    fn remaining(&self) -> Duration {
        self.context.remaining()
    }

    fn emit(&mut self, event: DeviceEvent) {
        if let Some(event) = event.clone().on_tape(self.tape.clarity) {
            self.tape.moment(Moment::Event(event));
        }
        self.context.emit(event);
    }

    fn told(&mut self) -> Option<Word> {
        let word = self.context.told()?;
        self.tape.moment(Moment::Told(word));
        Some(word)
    }

    fn provenance(&mut self, raw: &[u8]) -> Provenance {
        self.context.provenance(raw)
    }

    fn page(&mut self, header: &PageHeader, bytes: &[u8]) -> Result<Provenance, Fault> {
        let provenance = self.context.page(header, bytes)?;
        self.tape.page(header, bytes);
        Ok(provenance)
    }

    fn picture(&mut self, header: &PictureHeader, bytes: &[u8]) -> Result<Provenance, Fault> {
        let provenance = self.context.picture(header, bytes)?;
        if let Some(picture) = self.tape.picture(header, bytes) {
            self.tape.moment(Moment::Picture(header.clone(), picture));
        }
        Ok(provenance)
    }

    fn frame(&mut self, header: &PictureHeader, bytes: &[u8]) -> bool {
        let taken = self.context.frame(header, bytes);
        if taken {
            self.tape.frame(header, bytes);
        }
        taken
    }

    fn document(&mut self, region: Region) -> Result<Vec<u8>, Fault> {
        let document = self.context.document(region)?;
        match self.tape.clarity {
            Clarity::Masked => self.tape.moment(Moment::Document(None)),
            Clarity::Clear => {
                if let Some(bytes) = self.tape.bytes(&document) {
                    self.tape.moment(Moment::Document(Some(bytes)));
                }
            }
        }
        Ok(document)
    }
}

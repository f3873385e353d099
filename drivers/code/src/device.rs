//! A scanner as the host sees it, whatever its protocol.

use std::time::Duration;

use driver_contract::{
    CodeReading, DeviceClass, DeviceEvent, DeviceInfo, Fault, FaultCode, OpenDevice, Outcome, Task,
    TaskContext,
};

use crate::CodeError;

/// Time between two tries to open a scanner that has gone.
const AGAIN: Duration = Duration::from_millis(300);

/// What a scanner says: a code's text and bytes, or why there is none.
pub type Scan = Result<(String, Vec<u8>), CodeError>;

/// One protocol's scanner.
pub(crate) trait Source: Send {
    /// Forgets what was scanned while nobody asked, and takes the scanner to itself.
    fn begin(&mut self) -> Result<(), CodeError>;
    /// What came; empty if nothing did within a fraction of a second.
    fn next(&mut self) -> Result<Vec<Scan>, CodeError>;
    /// Lets it go.
    fn end(&mut self) -> Result<(), CodeError>;
    /// Asks whether it is there.
    fn check(&mut self) -> Result<(), CodeError>;
}

/// Opens the scanner anew.
pub(crate) type Opener = Box<dyn Fn() -> Result<Box<dyn Source>, CodeError> + Send>;

/// An open scanner.
pub(crate) struct CodeDevice {
    info: DeviceInfo,
    opener: Opener,
    /// `None` while the line is lost.
    source: Option<Box<dyn Source>>,
}

impl CodeDevice {
    pub(crate) fn open(info: DeviceInfo, opener: Opener) -> Result<Self, CodeError> {
        let source = Some(opener()?);
        Ok(Self { info, opener, source })
    }

    fn watch(&mut self, context: &mut dyn TaskContext) -> Result<Outcome, CodeError> {
        if let Some(source) = &mut self.source {
            match source.begin() {
                // It was pulled while nobody looked; the watch waits for it.
                Err(CodeError::Line(error)) if error.line_is_lost() => self.lose(context),
                result => result?,
            }
        }
        loop {
            if context.cancelled() {
                return self.leave().map(|()| Outcome::Stopped);
            }
            if context.should_yield() {
                return self.leave().map(|()| Outcome::Yielded);
            }
            let Some(source) = &mut self.source else {
                self.come_back(context);
                continue;
            };
            match source.next() {
                Ok(scans) => {
                    for scan in scans {
                        self.tell(scan, context);
                    }
                }
                Err(error) => {
                    tracing::debug!(code = error.code(), "the scanner has gone");
                    self.lose(context);
                }
            }
        }
    }

    fn lose(&mut self, context: &mut dyn TaskContext) {
        self.source = None;
        context.emit(DeviceEvent::Unplugged);
    }

    fn leave(&mut self) -> Result<(), CodeError> {
        self.source.as_mut().map_or(Ok(()), |source| source.end())
    }

    fn come_back(&mut self, context: &mut dyn TaskContext) {
        let opened = (self.opener)().and_then(|mut source| source.begin().map(|()| source));
        match opened {
            Ok(source) => {
                self.source = Some(source);
                context.emit(DeviceEvent::Plugged(Box::new(self.info.clone())));
            }
            Err(_) => {
                let mut left = AGAIN;
                while !left.is_zero() && !context.cancelled() && !context.should_yield() {
                    let piece = left.min(Duration::from_millis(50));
                    std::thread::sleep(piece);
                    left -= piece;
                }
            }
        }
    }

    fn tell(&self, scan: Scan, context: &mut dyn TaskContext) {
        match scan {
            Ok((text, raw)) => {
                let provenance = context.provenance(&raw);
                context.emit(DeviceEvent::CodeRead(Box::new(CodeReading { provenance, text, raw })));
            }
            Err(error) => context.emit(DeviceEvent::Warning(error.at(&self.info.id))),
        }
    }

    fn guarded<T>(&mut self, result: Result<T, CodeError>) -> Result<T, Fault> {
        result.map_err(|error| {
            if matches!(&error, CodeError::Line(line) if line.line_is_lost()) {
                self.source = None;
            }
            error.at(&self.info.id)
        })
    }
}

impl OpenDevice for CodeDevice {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        match task {
            Task::WatchCodes => {
                let result = self.watch(context);
                self.guarded(result)
            }
            Task::CheckState => {
                let result = match self.source.as_mut() {
                    Some(source) => source.check(),
                    None => Err(driver_line::LineError::Unplugged.into()),
                };
                Ok(Outcome::State(self.guarded(result).err().into_iter().collect()))
            }
            _ => Err(Fault::new(FaultCode::Unsupported, DeviceClass::CodeScanner).at(&self.info.id)),
        }
    }

    fn is_alive(&self) -> bool {
        self.source.is_some()
    }
}

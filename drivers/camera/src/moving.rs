//! A camera that gives moving pictures: preview, and a shot taken out of them.

use std::time::{Duration, Instant};

use driver_contract::{
    ControlSetting, DeviceClass, DeviceEvent, DeviceInfo, Fault, FaultCode, OpenDevice, Outcome,
    PhotoParameters, PhotoReading, PictureHeader, PictureSize, PreviewParameters, Task, TaskContext,
};

use crate::error::{BrokenPicture, CameraError};
use crate::mutants::planted;
use crate::pixels::{Pixels, to_jpeg};
use crate::still;

/// How long one wait for a picture takes before the task looks whether it is to end: a quarter of the contract's 100 ms
/// is left for encoding.
const SLICE: Duration = Duration::from_millis(40);

/// How long a camera may stay without a whole picture. Starting a USB camera, with its exposure, takes up to two
/// seconds; a second of exposure in the dark comes on top.
const SILENCE: Duration = Duration::from_secs(4);

/// How long the picture may stay the same to the last byte. A living sensor has noise in every picture.
const STANDSTILL: Duration = Duration::from_secs(3);

/// How many broken pictures in a row end a task: one is a disturbance on the line, eight a bad cable.
const BROKEN_IN_A_ROW: u32 = 8;

/// A wish for so many pictures a second means every one that comes: no camera gives more.
const ALL: u16 = 1000;

/// JPEG quality of a preview: quick and small.
const PREVIEW_QUALITY: u8 = 75;
/// JPEG quality of a shot out of raw pixels: 95 leaves no blocks that a print would show.
const SHOT_QUALITY: u8 = 95;

/// What a task wishes of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wish {
    /// The nearest size; `None` is the largest.
    pub(crate) size: Option<PictureSize>,
    /// Pictures per second; 0 where it does not matter.
    pub(crate) frames_per_second: u16,
}

/// A picture's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// A whole JPEG picture, from SOI to EOI.
    Jpeg(Vec<u8>, PictureSize),
    /// Raw pixels.
    Raw(Pixels),
}

/// What a source gives next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// A picture, and how many before it were lost.
    Picture(Content, u32),
    /// A picture that cannot be taken; the next one may be good.
    Broken(BrokenPicture),
    /// None yet.
    Nothing,
}

/// Where moving pictures come from.
pub(crate) trait Source: Send {
    /// Begins to deliver pictures that are taken from now on.
    fn start(&mut self, wish: Wish) -> Result<(), CameraError>;

    /// Stops, and lets go of what it holds for delivering.
    fn stop(&mut self);

    /// The next picture; waits for it no longer than `wait`.
    fn next(&mut self, wait: Duration) -> Result<Next, CameraError>;

    /// Pictures after a start that its automatics need before a shot is worth taking.
    fn settling(&self) -> u32 {
        0
    }

    /// Sets one control; gives what it was before, and what it really is now.
    fn set(&mut self, setting: ControlSetting) -> Result<(ControlSetting, ControlSetting), CameraError> {
        Err(CameraError::NoControl(setting.kind))
    }
}

/// An open camera.
pub(crate) struct MovingCamera<S> {
    info: DeviceInfo,
    source: S,
    alive: bool,
}

/// The last picture, and since when it has been the same.
struct Standstill {
    last: Option<Content>,
    since: Instant,
    same: u32,
}

impl Standstill {
    fn new() -> Self {
        Self { last: None, since: Instant::now(), same: 0 }
    }

    /// Whether this picture differs from the one before.
    fn moved(&mut self, content: &Content) -> Result<bool, CameraError> {
        let moved = self.last.as_ref().is_some_and(|last| last != content);
        if moved || self.last.is_none() {
            self.since = Instant::now();
            self.same = 1;
            self.last = Some(content.clone());
        } else {
            self.same += 1;
        }
        if planted("camera-frozen-taken") {
            return Ok(true);
        }
        // Two pictures that are the same may come from one that the line gave twice.
        if self.same > 2 && self.since.elapsed() > STANDSTILL {
            return Err(CameraError::Frozen(self.same));
        }
        Ok(moved)
    }
}

/// What a task has set.
#[derive(Default)]
struct Changed {
    before: Vec<ControlSetting>,
    now: Vec<ControlSetting>,
}

impl<S: Source> MovingCamera<S> {
    pub(crate) const fn new(info: DeviceInfo, source: S) -> Self {
        Self { info, source, alive: true }
    }

    /// Shows pictures with what was wished, and sets that back: what an officer only tried does not stay in the camera.
    fn preview(
        &mut self,
        wanted: &PreviewParameters,
        context: &mut dyn TaskContext,
    ) -> Result<Outcome, CameraError> {
        let mut changed = Changed::default();
        let shown = self.set(&wanted.settings, &mut changed).and_then(|()| self.show(wanted, context));
        self.set_back(changed, context);
        shown
    }

    /// Sets one thing after the other; `changed` holds what was done, also where one of them failed.
    fn set(&mut self, settings: &[ControlSetting], changed: &mut Changed) -> Result<(), CameraError> {
        for setting in settings {
            let (was, is) = self.source.set(*setting)?;
            changed.before.push(was);
            changed.now.push(is);
        }
        Ok(())
    }

    /// In the other order: an automatic that was switched off goes on again after its value.
    fn set_back(&mut self, changed: Changed, context: &mut dyn TaskContext) {
        for was in changed.before.into_iter().rev() {
            if let Err(error) = self.source.set(was) {
                context.emit(DeviceEvent::Warning(error.at(&self.info.id)));
            }
        }
    }

    fn show(
        &mut self,
        wanted: &PreviewParameters,
        context: &mut dyn TaskContext,
    ) -> Result<Outcome, CameraError> {
        let frames_per_second = wanted.frames_per_second.max(1);
        self.source.start(Wish { size: Some(wanted.size), frames_per_second })?;
        let mut watch = Watch::default();
        let mut still = Standstill::new();
        let period = Duration::from_secs(1) / u32::from(frames_per_second);
        // A picture that comes a little early is shown all the same: cameras do not keep time to the millisecond.
        let early = period / 4;
        let mut due = Instant::now();
        loop {
            if context.cancelled() {
                return Ok(Outcome::Stopped);
            }
            if context.should_yield() {
                return Ok(Outcome::Yielded);
            }
            let Some((content, number)) = watch.next(&mut self.source)? else { continue };
            still.moved(&content)?;
            let now = Instant::now();
            if frames_per_second < ALL && now + early < due {
                // Nobody wished for it, so it is not one of those that got lost.
                watch.number -= 1;
                continue;
            }
            // Late pictures do not make the next ones come in a heap.
            due = (due + period).max(now);
            if let Ok((bytes, size)) = encoded(&content, PREVIEW_QUALITY) {
                context.frame(&PictureHeader { format: "image/jpeg".to_owned(), size, number }, &bytes);
            }
        }
    }

    fn take_photo(
        &mut self,
        wanted: &PhotoParameters,
        context: &mut dyn TaskContext,
    ) -> Result<Outcome, Fault> {
        let mut changed = Changed::default();
        let shot = self.set(&wanted.settings, &mut changed).and_then(|()| self.shot(wanted.size, context));
        let settings = changed.now.clone();
        self.set_back(changed, context);
        let (bytes, size) = shot.map_err(|error| self.fault(&error))?;
        let header = PictureHeader { format: "image/jpeg".to_owned(), size, number: 1 };
        let provenance = context.picture(&header, &bytes)?;
        Ok(Outcome::Photo(Box::new(PhotoReading { provenance, size, settings })))
    }

    /// One picture that was taken after it was asked for, is whole, alive and lit.
    fn shot(
        &mut self,
        size: Option<PictureSize>,
        context: &mut dyn TaskContext,
    ) -> Result<(Vec<u8>, PictureSize), CameraError> {
        self.source.start(Wish { size, frames_per_second: 0 })?;
        let mut watch = Watch::default();
        let mut still = Standstill::new();
        let mut settling = self.source.settling();
        loop {
            if context.cancelled() {
                return Err(match context.remaining().is_zero() {
                    true => CameraError::Silent(watch.begun.elapsed().as_millis()),
                    false => CameraError::Cancelled,
                });
            }
            let Some((content, _)) = watch.next(&mut self.source)? else { continue };
            let moved = still.moved(&content)?;
            settling = settling.saturating_sub(1);
            if settling > 0 || !moved {
                continue;
            }
            let (bytes, size) = encoded(&content, SHOT_QUALITY)?;
            still::lit(&still::decoded(&bytes, size)?)?;
            return Ok((bytes, size));
        }
    }

    fn check(&mut self, context: &dyn TaskContext) -> Result<(), CameraError> {
        self.source.start(Wish { size: None, frames_per_second: 0 })?;
        let mut watch = Watch::default();
        while watch.next(&mut self.source)?.is_none() {
            if context.cancelled() {
                return Err(CameraError::Cancelled);
            }
        }
        Ok(())
    }

    fn fault(&mut self, error: &CameraError) -> Fault {
        if error.device_is_lost() {
            self.alive = false;
        }
        error.at(&self.info.id)
    }
}

/// Counts pictures, and gives up a camera that is silent or sends broken ones only.
struct Watch {
    begun: Instant,
    good: Instant,
    broken: u32,
    number: u32,
}

impl Default for Watch {
    fn default() -> Self {
        let now = Instant::now();
        Self { begun: now, good: now, broken: 0, number: 0 }
    }
}

impl Watch {
    fn next(&mut self, source: &mut impl Source) -> Result<Option<(Content, u32)>, CameraError> {
        match source.next(SLICE)? {
            Next::Picture(content, lost) => {
                self.good = Instant::now();
                self.broken = 0;
                self.number = self.number.saturating_add(lost).saturating_add(1);
                Ok(Some((content, self.number)))
            }
            Next::Broken(flaw) => {
                self.broken += 1;
                self.number = self.number.saturating_add(1);
                if self.broken >= BROKEN_IN_A_ROW { Err(flaw.into()) } else { Ok(None) }
            }
            Next::Nothing if self.good.elapsed() > SILENCE => {
                Err(CameraError::Silent(self.good.elapsed().as_millis()))
            }
            Next::Nothing => Ok(None),
        }
    }
}

/// As a JPEG file: the camera's own where it gives one.
fn encoded(content: &Content, quality: u8) -> Result<(Vec<u8>, PictureSize), CameraError> {
    match content {
        Content::Jpeg(bytes, size) => Ok((bytes.clone(), *size)),
        Content::Raw(pixels) => Ok((to_jpeg(&pixels.to_rgb()?, pixels.size, quality)?, pixels.size)),
    }
}

impl<S: Source> OpenDevice for MovingCamera<S> {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        let result = match task {
            Task::Preview(wanted) => self.preview(wanted, context).map_err(|error| self.fault(&error)),
            Task::TakePhoto(wanted) => self.take_photo(wanted, context),
            Task::CheckState => {
                let fault = self.check(context).err().map(|error| self.fault(&error));
                Ok(Outcome::State(fault.into_iter().collect()))
            }
            _ => Err(Fault::new(FaultCode::Unsupported, DeviceClass::Camera).at(&self.info.id)),
        };
        self.source.stop();
        result
    }

    fn is_alive(&self) -> bool {
        self.alive
    }
}

//! A camera behind libgphoto2 as the host sees it.

use std::time::{Duration, Instant};

use driver_contract::{
    CameraControl, ControlKind, ControlSetting, DeviceClass, DeviceEvent, DeviceInfo, Fault, FaultCode,
    OpenDevice, Outcome, PhotoParameters, PhotoReading, PictureHeader, PictureSize, PreviewParameters, Task,
    TaskContext,
};

use super::body::{Body, Setting};
use super::widgets::{KINDS, NAMES, is_automatic, names, number};
use crate::error::{BrokenPicture, CameraError};
use crate::{jpeg, still};

/// How many pictures of the viewfinder in a row may be broken.
const BROKEN_IN_A_ROW: u32 = 8;

/// An open camera.
pub(super) struct Reflex {
    info: DeviceInfo,
    body: Body,
    alive: bool,
}

/// What can be set on it.
pub(super) fn controls(body: &Body) -> Vec<CameraControl> {
    let told = KINDS.into_iter().filter_map(|kind| {
        let (_, setting) = found(body, kind)?;
        let mut values: Vec<i32> = setting.choices.iter().filter_map(|choice| number(kind, choice)).collect();
        values.sort_unstable();
        values.dedup();
        Some(CameraControl {
            kind,
            least: *values.first()?,
            most: *values.last()?,
            step: 0,
            value: number(kind, &setting.value).unwrap_or(0),
            automatic: setting.choices.iter().any(|choice| is_automatic(choice)),
            values,
        })
    });
    told.collect()
}

/// A setting by the first of its names that the camera has.
fn found(body: &Body, kind: ControlKind) -> Option<(&'static str, Setting)> {
    let has = |name: &'static String| body.setting(name).ok().map(|setting| (name.as_str(), setting));
    names(kind).iter().find_map(has).filter(|(_, setting)| !setting.fixed)
}

impl Reflex {
    pub(super) const fn new(info: DeviceInfo, body: Body) -> Self {
        Self { info, body, alive: true }
    }

    /// Sets one control; gives what it was and what it is.
    fn set(&self, wish: ControlSetting) -> Result<(ControlSetting, ControlSetting), CameraError> {
        let kind = wish.kind;
        let (name, setting) = found(&self.body, kind).ok_or(CameraError::NoControl(kind))?;
        let fits = |choice: &&String| match wish.value {
            Some(value) => number(kind, choice) == Some(value),
            None => is_automatic(choice),
        };
        let choice = setting.choices.iter().find(fits).ok_or(match wish.value {
            Some(value) => CameraError::OutOfRange { kind, value },
            None => CameraError::Unsupported,
        })?;
        self.body.set(name, choice)?;
        let now = self.body.setting(name)?;
        // In the wrong position of the mode dial cameras take a value and keep their own.
        if now.value != *choice {
            return Err(CameraError::ControlRefused(kind));
        }
        let told = |text: &str| ControlSetting { kind, value: number(kind, text) };
        Ok((told(&setting.value), told(&now.value)))
    }

    /// The first of the choices that the camera has, for the first of the names that it has.
    fn prefer(&self, names: &[String], choices: &[String]) {
        for name in names {
            let Ok(setting) = self.body.setting(name) else { continue };
            let wished = choices.iter().find(|choice| setting.choices.contains(choice));
            if let Some(choice) = wished.filter(|choice| **choice != setting.value)
                && let Err(error) = self.body.set(name, choice)
            {
                tracing::debug!(%error, name, "a camera keeps its setting");
            }
            return;
        }
    }

    fn preview(
        &self,
        wanted: &PreviewParameters,
        context: &mut dyn TaskContext,
    ) -> Result<Outcome, CameraError> {
        if !self.body.previews {
            return Err(CameraError::Unsupported);
        }
        for setting in &wanted.settings {
            self.set(*setting)?;
        }
        let period = Duration::from_secs(1) / u32::from(wanted.frames_per_second.max(1));
        let (mut number, mut broken) = (0_u32, 0);
        loop {
            let begun = Instant::now();
            if context.cancelled() {
                return Ok(Outcome::Stopped);
            }
            if context.should_yield() {
                return Ok(Outcome::Yielded);
            }
            let picture = match self.body.preview(&|| context.cancelled()) {
                Err(CameraError::Cancelled) => return Ok(Outcome::Stopped),
                picture => picture?,
            };
            number = number.saturating_add(1);
            match jpeg::whole(&picture) {
                Ok((bytes, size)) => {
                    broken = 0;
                    let header = PictureHeader { format: "image/jpeg".to_owned(), size, number };
                    context.frame(&header, &bytes);
                }
                Err(flaw) => {
                    broken += 1;
                    if broken >= BROKEN_IN_A_ROW {
                        return Err(BrokenPicture::from(flaw).into());
                    }
                }
            }
            std::thread::sleep(period.saturating_sub(begun.elapsed()).min(Duration::from_millis(100)));
        }
    }

    fn take_photo(
        &mut self,
        wanted: &PhotoParameters,
        context: &mut dyn TaskContext,
    ) -> Result<Outcome, Fault> {
        let (mut before, mut settings, mut result) = (Vec::new(), Vec::new(), Ok(()));
        for setting in &wanted.settings {
            match self.set(*setting) {
                Ok((was, is)) => {
                    before.push(was);
                    settings.push(is);
                }
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        let shot = result.and_then(|()| self.shot(&*context));
        for was in before.into_iter().rev() {
            if let Err(error) = self.set(was) {
                context.emit(DeviceEvent::Warning(error.at(&self.info.id)));
            }
        }
        let (bytes, size) = shot.map_err(|error| self.fault(&error))?;
        let header = PictureHeader { format: "image/jpeg".to_owned(), size, number: 1 };
        let provenance = context.picture(&header, &bytes)?;
        Ok(Outcome::Photo(Box::new(PhotoReading { provenance, size, settings })))
    }

    fn shot(&self, context: &dyn TaskContext) -> Result<(Vec<u8>, PictureSize), CameraError> {
        self.prefer(&NAMES.target, &NAMES.target_values);
        self.prefer(&NAMES.quality, &NAMES.quality_values);
        let stop = || context.cancelled();
        let (folder, name) = self.body.capture(&stop)?;
        let fetched = self.body.fetch(&folder, &name, &stop);
        // Whatever came of it: it does not stay on the camera.
        if let Err(error) = self.body.delete(&folder, &name) {
            tracing::warn!(code = error.code(), "a picture stays on the camera");
        }
        let (bytes, size) = jpeg::whole(&fetched?).map_err(|flaw| match flaw {
            // A raw file: the camera is set to take no JPEG, and would not be set otherwise.
            jpeg::JpegFlaw::NoBeginning => CameraError::FormatUnknown,
            flaw => BrokenPicture::from(flaw).into(),
        })?;
        still::lit(&still::decoded(&bytes, size)?)?;
        Ok((bytes, size))
    }

    fn fault(&mut self, error: &CameraError) -> Fault {
        if error.device_is_lost() {
            self.alive = false;
        }
        error.at(&self.info.id)
    }
}

impl OpenDevice for Reflex {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        match task {
            Task::Preview(wanted) => self.preview(wanted, context).map_err(|error| self.fault(&error)),
            Task::TakePhoto(wanted) => self.take_photo(wanted, context),
            Task::CheckState => {
                let asked = self.body.names("/", false, &|| context.cancelled());
                Ok(Outcome::State(asked.err().map(|error| self.fault(&error)).into_iter().collect()))
            }
            _ => Err(Fault::new(FaultCode::Unsupported, DeviceClass::Camera).at(&self.info.id)),
        }
    }

    fn is_alive(&self) -> bool {
        self.alive
    }
}

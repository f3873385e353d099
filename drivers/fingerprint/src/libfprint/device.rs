//! A sensor as the host sees it: one picture of one finger.

use driver_contract::{
    DeviceClass, DeviceEvent, DeviceInfo, Fault, FaultCode, FingerParameters, FingerReading, OpenDevice,
    Outcome, PageHeader, PixelFormat, Task, TaskContext,
};

use super::error::{SensorError, Trouble};
use super::ffi::Picture;
use super::sensors::Sensors;
use crate::picture;

/// Millimetres to the inch.
const INCH: f64 = 25.4;

/// An open sensor.
pub(super) struct FingerSensor {
    info: DeviceInfo,
    sensors: Sensors,
    local: String,
    alive: bool,
    /// The pixels that went out last: a sensor that gives them twice is stuck, or somebody plays them again.
    last: Vec<u8>,
}

impl FingerSensor {
    pub(super) fn new(info: DeviceInfo, sensors: Sensors, local: String) -> Self {
        Self { info, sensors, local, alive: true, last: Vec::new() }
    }

    fn capture(
        &mut self,
        wanted: &FingerParameters,
        context: &mut dyn TaskContext,
    ) -> Result<FingerReading, Fault> {
        let (picture, quality) = self.good_picture(context).map_err(|error| self.fault(&error))?;
        let header = PageHeader {
            page: 1,
            width: picture.width,
            height: picture.height,
            stride: picture.width,
            dpi: dots_per_inch(picture.ppmm),
            format: PixelFormat::Gray8,
        };
        let provenance = context.page(&header, &picture.pixels)?;
        self.last = picture.pixels;
        Ok(FingerReading {
            provenance,
            finger: wanted.finger,
            image: wanted.image,
            quality: Some(quality),
            template: Vec::new(),
        })
    }

    /// A picture that can be taken, and its quality.
    fn good_picture(&self, context: &mut dyn TaskContext) -> Result<(Picture, u8), SensorError> {
        let picture = self.wait_for_picture(context)?;
        let (width, height) = (picture.width as usize, picture.height as usize);
        let judgement = picture::judge(&picture.pixels, width, height, picture.ppmm)?;
        tracing::debug!(?judgement, "a picture of a finger");
        if picture.pixels == self.last {
            return Err(SensorError::SamePicture);
        }
        Ok((picture, judgement.quality))
    }

    /// Waits for a finger until the deadline.
    fn wait_for_picture(&self, context: &mut dyn TaskContext) -> Result<Picture, SensorError> {
        let (mut seen, mut lies) = (false, false);
        let context = std::cell::RefCell::new(context);
        let result = self.sensors.capture(
            &self.local,
            || context.borrow().cancelled(),
            |present| {
                // The library also tells that it needs a finger, or does not.
                if present == lies {
                    return;
                }
                (seen, lies) = (seen || present, present);
                let event = if present { DeviceEvent::FingerPresent } else { DeviceEvent::FingerRemoved };
                context.borrow_mut().emit(event);
            },
        );
        let context = context.into_inner();
        match result {
            Err(SensorError::Trouble { trouble: Trouble::Cancelled, .. }) if context.cancelled() => {
                Err(match (context.remaining().is_zero(), seen) {
                    (false, _) => SensorError::Cancelled,
                    (true, false) => SensorError::NoFinger,
                    (true, true) => SensorError::Silent,
                })
            }
            result => result,
        }
    }

    fn fault(&mut self, error: &SensorError) -> Fault {
        if error.device_is_lost() {
            self.alive = false;
        }
        error.at(&self.info.id)
    }
}

/// 500 for the 19.685 pixels to the millimetre that most sensors tell.
fn dots_per_inch(ppmm: f64) -> u16 {
    // Saturating: a resolution that is no number becomes 0, "not told".
    (ppmm * INCH).round() as u16
}

impl OpenDevice for FingerSensor {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        match task {
            Task::CaptureFinger(wanted) => {
                self.capture(wanted, context).map(|reading| Outcome::Finger(Box::new(reading)))
            }
            Task::CheckState => {
                let faults = match self.sensors.is_removed(&self.local) {
                    Ok(false) => Vec::new(),
                    Ok(true) => vec![self.fault(&SensorError::from_library("fp-device-error-quark", 0x100))],
                    Err(error) => vec![self.fault(&error)],
                };
                Ok(Outcome::State(faults))
            }
            _ => Err(Fault::new(FaultCode::Unsupported, DeviceClass::Fingerprint).at(&self.info.id)),
        }
    }

    fn is_alive(&self) -> bool {
        self.alive
    }
}

impl Drop for FingerSensor {
    fn drop(&mut self) {
        self.sensors.close(&self.local);
    }
}

#[cfg(test)]
mod tests {
    use super::dots_per_inch;

    #[test]
    fn the_usual_sensor_has_500_dots_per_inch() {
        assert_eq!(dots_per_inch(19.685), 500);
        assert_eq!([f64::NAN, -1.0, 1e9].map(dots_per_inch), [0, 0, u16::MAX]);
    }
}

//! A camera's controls (V4L2 user controls and camera controls; numbers: linux/v4l2-controls.h).

use std::io;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};

use driver_contract::{CameraControl, ControlKind, ControlSetting};
use v4l::control::{Control, Description, Flags, Value};
use v4l::device::Device;

use crate::error::CameraError;

/// How an automatic is switched.
#[derive(Debug, Clone, Copy)]
struct Automatic {
    id: u32,
    on: i64,
    off: i64,
}

/// A control and its automatic.
#[derive(Debug, Clone, Copy)]
struct Known {
    kind: ControlKind,
    id: u32,
    automatic: Option<Automatic>,
}

const fn switch(id: u32) -> Option<Automatic> {
    Some(Automatic { id, on: 1, off: 0 })
}

/// `V4L2_CID_BASE` is 0x0098_0900, `V4L2_CID_CAMERA_CLASS_BASE` 0x009a_0900.
const KNOWN: [Known; 5] = [
    // EXPOSURE_ABSOLUTE counts in 100 µs, as the contract does; EXPOSURE_AUTO is a menu: 1 manual, 3 by aperture, the
    // only automatic that cameras without an iris have.
    Known {
        kind: ControlKind::Exposure,
        id: 0x009a_0902,
        automatic: Some(Automatic { id: 0x009a_0901, on: 3, off: 1 }),
    },
    Known { kind: ControlKind::WhiteBalance, id: 0x0098_091a, automatic: switch(0x0098_090c) },
    Known { kind: ControlKind::Focus, id: 0x009a_090a, automatic: switch(0x009a_090c) },
    Known { kind: ControlKind::Zoom, id: 0x009a_090d, automatic: None },
    Known { kind: ControlKind::Brightness, id: 0x0098_0900, automatic: None },
];

/// A control with its range, as the camera tells it.
pub(super) struct Found {
    known: Known,
    range: RangeInclusive<i64>,
    step: u64,
    has_automatic: bool,
}

/// Those of our controls that this camera has.
pub(super) fn found(device: &Device) -> Vec<Found> {
    // `v4l` 0.14 panics at a control of a type that came with a later kernel; such a camera has no controls here.
    let asked = catch_unwind(AssertUnwindSafe(|| device.query_controls()));
    let Ok(Ok(all)) = asked else { return Vec::new() };
    let usable = |id: u32| -> Option<&Description> {
        all.iter().find(|one| one.id == id && !one.flags.intersects(Flags::DISABLED | Flags::READ_ONLY))
    };
    let found = KNOWN.into_iter().filter_map(|known| {
        let told = usable(known.id)?;
        let has_automatic = known.automatic.is_some_and(|automatic| usable(automatic.id).is_some());
        Some(Found { known, range: told.minimum..=told.maximum, step: told.step, has_automatic })
    });
    found.collect()
}

fn number(device: &Device, id: u32) -> io::Result<i64> {
    match device.control(id)?.value {
        Value::Integer(value) => Ok(value),
        Value::Boolean(value) => Ok(i64::from(value)),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Values of ours are 32 bits wide; V4L2 tells ranges in 64.
fn narrow(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(if value < 0 { i32::MIN } else { i32::MAX })
}

impl Found {
    pub(super) const fn kind(&self) -> ControlKind {
        self.known.kind
    }

    /// What the terminal is told.
    pub(super) fn told(&self, device: &Device) -> CameraControl {
        CameraControl {
            kind: self.known.kind,
            least: narrow(*self.range.start()),
            most: narrow(*self.range.end()),
            step: i32::try_from(self.step).unwrap_or(1),
            values: Vec::new(),
            value: number(device, self.known.id).map_or(0, narrow),
            automatic: self.has_automatic,
        }
    }

    /// How it stands: `None` while the camera chooses.
    fn now(&self, device: &Device) -> Result<ControlSetting, CameraError> {
        let kind = self.known.kind;
        if let Some(automatic) = self.known.automatic.filter(|_| self.has_automatic)
            && number(device, automatic.id)? != automatic.off
        {
            return Ok(ControlSetting { kind, value: None });
        }
        Ok(ControlSetting { kind, value: Some(narrow(number(device, self.known.id)?)) })
    }

    /// Sets it; gives what it was and what it is.
    pub(super) fn set(
        &self,
        device: &Device,
        value: Option<i32>,
    ) -> Result<(ControlSetting, ControlSetting), CameraError> {
        let kind = self.known.kind;
        let put = |id: u32, value: i64| {
            device.set_control(Control { id, value: Value::Integer(value) }).map_err(|error| {
                match error.kind() {
                    // Told of a wrong value (EINVAL, ERANGE) or an inactive control (EACCES, EPERM).
                    io::ErrorKind::InvalidInput | io::ErrorKind::PermissionDenied => {
                        CameraError::ControlRefused(kind)
                    }
                    _ => CameraError::from(error),
                }
            })
        };
        let automatic = self.known.automatic.filter(|_| self.has_automatic);
        // The kernel cuts a value to the range and says nothing.
        if let Some(value) = value
            && !self.range.contains(&i64::from(value))
        {
            return Err(CameraError::OutOfRange { kind, value });
        }
        let before = self.now(device)?;
        match (value, automatic) {
            (None, None) => return Err(CameraError::Unsupported),
            (None, Some(automatic)) => put(automatic.id, automatic.on)?,
            (Some(value), automatic) => {
                if let Some(automatic) = automatic {
                    put(automatic.id, automatic.off)?;
                }
                put(self.known.id, i64::from(value))?;
            }
        }
        Ok((before, self.now(device)?))
    }
}

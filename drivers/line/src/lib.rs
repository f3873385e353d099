//! What the drivers of small devices share: how bytes and reports come from a device file, and frames that are
//! described as data.
//!
//! - [`SerialLine`]: a tty. [`ReportNode`]: a HID device through hidraw. [`InputNode`]: keys and pens through evdev.
//! - [`Pattern`], [`Cutter`], [`Model`]: many makes of evaluation pads, signs and serial pads differ in a handful of
//!   fixed frames only. Such a make is a TOML file (`assets/devices`), not code.
//! - [`Settings`] and [`describe`]: what a configuration entry says.
//!
//! A node of the kernel may be replaced by a Unix packet socket ([`StandIn`]), for virtual devices only: the driver
//! above runs unchanged on a PC without uhid and uinput.

mod cutter;
mod error;
mod input;
mod ioctl;
mod model;
mod pattern;
mod report;
mod serial;
mod settings;
mod stand_in;

pub use cutter::{Cut, Cutter, Framing, Spoilt};
pub use error::LineError;
pub use input::{
    ABS_PRESSURE, ABS_X, ABS_Y, AxisRange, BTN_TOUCH, EV_ABS, EV_KEY, EV_SYN, INPUT_EVENT_LENGTH, InputEvent,
    InputNode, SYN_DROPPED, SYN_REPORT,
};
pub use model::{Model, ModelError, ReceivedFrame, SentFrame, Transport, WritingField};
pub use pattern::{EncodeError, Fields, Fit, Frame, Overlong, Pattern, PatternError, Value};
pub use report::{ReportLine, ReportNode};
pub use serial::{Line, SerialLine, read_some};
pub use settings::{Settings, SettingsError, describe, recorded, recorded_masked};
pub use stand_in::StandIn;

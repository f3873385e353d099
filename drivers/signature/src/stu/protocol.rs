//! The reports, as bytes in and values out.

use crate::SignatureError;

/// USB vendor id of Wacom.
pub const VENDOR: u16 = 0x056a;

/// Numbers of the reports that are used here.
pub(super) const INFORMATION: u8 = 0x08;
pub(super) const CAPABILITY: u8 = 0x09;
pub(super) const CLEAR_SCREEN: u8 = 0x20;
pub(super) const INKING_MODE: u8 = 0x21;
pub(super) const PEN_DATA_OPTION_MODE: u8 = 0x32;
const PEN_DATA: u8 = 0x01;
const PEN_DATA_ENCRYPTED: u8 = 0x10;
const PEN_DATA_ENCRYPTED_OPTION: u8 = 0x31;
const PEN_DATA_TIME_ENCRYPTED: u8 = 0x33;
const PEN_DATA_TIME: u8 = 0x34;

/// Reports with a time and a number in each (`PenDataOptionMode_TimeCountSequence`).
pub(super) const TIME_COUNT_SEQUENCE: u8 = 3;

/// Length of the capability and information reports, their number included.
pub(super) const DESCRIPTION_LENGTH: usize = 17;

/// What the pad can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capability {
    /// Largest position from the left.
    pub max_x: u16,
    /// Largest position from above.
    pub max_y: u16,
    /// Largest pressure.
    pub max_pressure: u16,
    /// Width of the display in pixels; 0 without a display.
    pub screen_width: u16,
    /// Height of the display.
    pub screen_height: u16,
    /// Most reports a second.
    pub max_rate: u8,
    /// How the display takes pictures, as bits; 0 where the pad does not tell.
    pub encodings: u8,
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

impl Capability {
    /// Reads the report; `None` if it is none, or describes no field.
    #[must_use]
    pub fn parse(report: &[u8]) -> Option<Self> {
        if *report.first()? != CAPABILITY || report.len() < 12 {
            return None;
        }
        let capability = Self {
            max_x: word(report, 1)?,
            max_y: word(report, 3)?,
            max_pressure: word(report, 5)?,
            screen_width: word(report, 7)?,
            screen_height: word(report, 9)?,
            max_rate: *report.get(11)?,
            // Behind the resolution, in two bytes.
            encodings: report.get(14).copied().unwrap_or_default(),
        };
        (capability.max_x > 0 && capability.max_y > 0).then_some(capability)
    }
}

/// What the pad is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Information {
    /// Its model: `STU-430`.
    pub model: String,
    /// Version of its firmware.
    pub firmware: String,
}

impl Information {
    /// Reads the report; `None` if it is none.
    #[must_use]
    pub fn parse(report: &[u8]) -> Option<Self> {
        if *report.first()? != INFORMATION {
            return None;
        }
        let model: String = report
            .get(1..10)?
            .iter()
            .take_while(|byte| byte.is_ascii_graphic())
            .map(|byte| char::from(*byte))
            .collect();
        // Two binary-coded bytes, shown in hexadecimal as Wacom's own tools show them.
        Some(Self { model, firmware: format!("{:x}.{:02x}", report.get(10)?, report.get(11)?) })
    }
}

/// Where the pen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PenData {
    /// It is near.
    pub near: bool,
    /// It touches.
    pub down: bool,
    /// Pressure.
    pub pressure: u16,
    /// From the left.
    pub x: u16,
    /// From above.
    pub y: u16,
    /// The pad's clock in milliseconds, and the report's number; both begin again at 0 after 65535.
    pub time: Option<(u16, u16)>,
}

/// An input report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// The pen.
    Pen(PenData),
    /// Something that is of no use to us: status, another mode's events.
    Other(u8),
}

/// Reads an input report, its number first.
///
/// # Errors
/// A pen report of another length, or an encrypted one.
pub fn parse_report(report: &[u8]) -> Result<Report, SignatureError> {
    let short = || SignatureError::ReportLength(report.len());
    let number = *report.first().ok_or_else(short)?;
    let time = match number {
        PEN_DATA => false,
        PEN_DATA_TIME => true,
        PEN_DATA_ENCRYPTED | PEN_DATA_ENCRYPTED_OPTION | PEN_DATA_TIME_ENCRYPTED => {
            return Err(SignatureError::Encrypted);
        }
        other => return Ok(Report::Other(other)),
    };
    let first = *report.get(1).ok_or_else(short)?;
    let at = |at| word(report, at).ok_or_else(short);
    Ok(Report::Pen(PenData {
        // Bit 7 near, bits 6 to 4 the switch, then twelve bits of pressure.
        near: first & 0x80 != 0,
        down: first & 0x70 != 0,
        pressure: at(1)? & 0x0fff,
        x: at(3)?,
        y: at(5)?,
        time: if time { Some((at(7)?, at(9)?)) } else { None },
    }))
}

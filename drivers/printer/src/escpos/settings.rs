//! What a configuration entry says of a receipt printer.

use std::time::Duration;

use driver_contract::DeviceConfig;
use driver_line::{Settings, SettingsError};

use super::command::{BAND_ROWS, BANDS_UNDER_WAY, Cut};

/// Dots of the head of a printer for paper of 80 mm: 72 mm at 203 dpi.
const DOTS: u32 = 576;
/// The narrowest head known (paper of 37 mm) and the widest (112 mm at 300 dpi).
const HEADS: std::ops::RangeInclusive<u32> = 192..=1280;
/// How long a printer may take to answer. It answers real-time questions in milliseconds; one that wakes up, or a
/// network card that does, takes about a second.
const ANSWER_MS: u32 = 3_000;
/// How long a printer that has a slip may be silent before the slip counts as lost: as long as a network card takes to
/// start anew.
const LOST_AFTER_MS: u32 = 20_000;
/// The rate that most serial models leave the works with.
const BAUD: u32 = 9_600;

/// The settings of one printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReceiptSettings {
    /// Width of the head in dots; a multiple of 8.
    pub(crate) dots: u32,
    pub(crate) cut: Cut,
    /// Whether the printer can say anything.
    pub(crate) answers: bool,
    pub(crate) answer_limit: Duration,
    pub(crate) lost_after: Duration,
    /// Rate of a serial line, in bits per second.
    pub(crate) baud: u32,
}

impl ReceiptSettings {
    /// Reads them.
    ///
    /// # Errors
    /// A setting that there is not, or whose value cannot be used.
    pub(crate) fn read(entry: &DeviceConfig, serial: bool) -> Result<Self, SettingsError> {
        const KNOWN: [&str; 5] = ["dots", "cut", "answers", "answer_ms", "lost_after_ms"];
        let unknown =
            entry.settings.keys().find(|key| !(KNOWN.contains(&key.as_str()) || serial && *key == "baud"));
        if let Some(key) = unknown {
            return Err(SettingsError::new(format!("settings.{key} is not known")));
        }
        let settings = Settings::new(entry);
        let dots = settings.number("dots", DOTS, HEADS)?;
        if !dots.is_multiple_of(8) {
            return Err(SettingsError::new("settings.dots is no multiple of 8"));
        }
        let cut = match settings.text("cut")? {
            None | Some("partial") => Cut::Partial,
            Some("full") => Cut::Full,
            Some("none") => Cut::None,
            Some(_) => return Err(SettingsError::new("settings.cut is none of partial, full, none")),
        };
        let time = |name, default| -> Result<Duration, SettingsError> {
            Ok(Duration::from_millis(settings.number(name, default, 100..=300_000)?.into()))
        };
        let baud = settings.number("baud", BAUD, 1_200..=921_600)?;
        // What is asked on a slow line stands behind the bands that are under way: 10 bits a byte, with start and stop.
        let under_way = dots / 8 * u32::try_from(BAND_ROWS).unwrap_or(u32::MAX) * BANDS_UNDER_WAY;
        let transit = if serial { f64::from(under_way * 10) / f64::from(baud) } else { 0.0 };
        let transit = Duration::from_secs_f64(transit);
        Ok(Self {
            dots,
            cut,
            answers: settings.flag("answers", true)?,
            answer_limit: time("answer_ms", ANSWER_MS)? + transit,
            lost_after: time("lost_after_ms", LOST_AFTER_MS)? + transit,
            baud,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(settings: &str) -> Result<ReceiptSettings, String> {
        let entry = format!(r#"{{"driver":"escpos-serial","path":"/dev/ttyS9","settings":{settings}}}"#);
        ReceiptSettings::read(&serde_json::from_str(&entry).unwrap(), true).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_left_out_suits_a_printer_of_80_mm() {
        let settings = read("{}").unwrap();
        assert_eq!(
            (settings.dots, settings.cut, settings.answers, settings.baud),
            (576, Cut::Partial, true, 9600)
        );
        let narrow = read(r#"{"dots":384,"cut":"none","answers":false,"baud":115200}"#).unwrap();
        assert_eq!((narrow.dots, narrow.cut, narrow.answers, narrow.baud), (384, Cut::None, false, 115_200));
    }

    #[test]
    fn a_slow_line_has_the_time_that_its_bytes_take() {
        // Two bands of 1728 bytes at 9600 baud take 3.6 s.
        assert_eq!(read("{}").unwrap().answer_limit, Duration::from_millis(6_600));
        assert_eq!(read(r#"{"baud":115200,"answer_ms":700}"#).unwrap().answer_limit, Duration::from_secs(1));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        for (text, name) in [
            (r#"{"width":80}"#, "settings.width"),
            (r#"{"dots":570}"#, "settings.dots"),
            (r#"{"dots":80}"#, "settings.dots"),
            (r#"{"cut":"half"}"#, "settings.cut"),
            (r#"{"answers":"no"}"#, "settings.answers"),
            (r#"{"answer_ms":1}"#, "settings.answer_ms"),
        ] {
            assert!(read(text).unwrap_err().contains(name), "{text}");
        }
    }
}

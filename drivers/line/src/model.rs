//! A make of device as data: a TOML file that names its line and its frames.

use std::collections::BTreeMap;

use driver_contract::{DeviceClass, DeviceConfig};
use serde::Deserialize;

use crate::cutter::{Cutter, Framing};
use crate::pattern::Pattern;
use crate::settings::{Settings, SettingsError, recorded};
use crate::{Line, LineError, ReportNode, SerialLine};

/// Largest model file: the largest known has 2 KiB.
const LARGEST_FILE: u64 = 64 * 1024;

/// A model file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("model: {0}")]
pub struct ModelError(String);

/// Over which kind of line a device speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Transport {
    /// A serial line, 8N1.
    Serial {
        /// Its rate.
        baud: u32,
    },
    /// Reports of a HID device through hidraw. Frames are whole reports as hidraw gives and takes them: with the
    /// report's number in front where the device numbers its reports, and on sending in any case (0 where it does
    /// not).
    Hid {
        /// USB vendor id.
        vendor: u16,
        /// USB product id.
        product: u16,
    },
}

/// Where a signature pad is written on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WritingField {
    /// Width, in the pad's units.
    pub width: u32,
    /// Height, in the pad's units.
    pub height: u32,
    /// Largest pressure; 0 if the pad tells none.
    #[serde(default)]
    pub pressure: u16,
}

/// A frame that the device sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedFrame {
    /// What it means to the driver of the class: `key`, `sample`, `accepted` …
    pub means: String,
    /// What it looks like.
    pub pattern: Pattern,
    /// What the numbers of its field mean, where they mean something: keys, levels.
    pub numbers: BTreeMap<u32, String>,
}

/// A frame that the device is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentFrame {
    /// On which occasion: `ask`, `rest`, `call` …
    pub when: String,
    /// What it looks like.
    pub pattern: Pattern,
}

/// A make of device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Its name, by which a configuration names it.
    pub name: String,
    /// Over which line it speaks.
    pub transport: Transport,
    /// The writing field, of signature pads.
    pub field: Option<WritingField>,
    /// What it sends.
    pub receive: Vec<ReceivedFrame>,
    /// What it is sent.
    pub send: Vec<SentFrame>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    class: DeviceClass,
    /// Where the frames were published. For whoever reads the file.
    #[serde(rename = "source")]
    _source: String,
    line: Transport,
    field: Option<WritingField>,
    #[serde(default)]
    receive: Vec<FileReceive>,
    #[serde(default)]
    send: Vec<FileSend>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileReceive {
    means: String,
    pattern: String,
    #[serde(default)]
    numbers: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSend {
    when: String,
    pattern: String,
}

impl Model {
    /// Reads a model of one class.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn parse(text: &str, class: DeviceClass) -> Result<Self, ModelError> {
        let file: File = toml::from_str(text).map_err(|error| ModelError(error.message().to_owned()))?;
        let wrong = |what: String| Err(ModelError(format!("{}: {what}", file.name)));
        if file.class != class {
            return wrong(format!("is for {}", file.class.as_str()));
        }
        let stream = matches!(file.line, Transport::Serial { .. });
        let mut receive = Vec::new();
        for entry in file.receive {
            let pattern = Pattern::parse(&entry.pattern).map_err(|error| ModelError(error.to_string()))?;
            if stream && !pattern.begins_fixed() {
                return wrong(format!("`{}` begins with no fixed byte", entry.pattern));
            }
            let mut numbers = BTreeMap::new();
            for (number, meaning) in entry.numbers {
                let Ok(number) = number.parse() else { return wrong(format!("`{number}` is no number")) };
                numbers.insert(number, meaning);
            }
            receive.push(ReceivedFrame { means: entry.means, pattern, numbers });
        }
        let mut send = Vec::new();
        for entry in file.send {
            let pattern = Pattern::parse(&entry.pattern).map_err(|error| ModelError(error.to_string()))?;
            send.push(SentFrame { when: entry.when, pattern });
        }
        if matches!(file.line, Transport::Serial { baud: 0 }) {
            return wrong("a rate of 0".to_owned());
        }
        Ok(Self { name: file.name, transport: file.line, field: file.field, receive, send })
    }

    /// The model that a configuration entry names: `settings.model_file`, a file of the station's own, or
    /// `settings.model`, one of those `shipped` with the driver.
    ///
    /// # Errors
    /// No such model, or one that cannot be used.
    pub fn of_config(
        config: &DeviceConfig,
        class: DeviceClass,
        shipped: &[&str],
    ) -> Result<Self, SettingsError> {
        let settings = Settings::new(config);
        let fail = |error: ModelError| SettingsError::new(error.to_string());
        if let Some(path) = settings.text("model_file")? {
            let size = std::fs::metadata(path).map_or(0, |found| found.len());
            if size > LARGEST_FILE {
                return Err(SettingsError::new("settings.model_file is too large"));
            }
            let text = std::fs::read_to_string(path)
                .map_err(|error| SettingsError::new(format!("settings.model_file: {}", error.kind())))?;
            return Self::parse(&text, class).map_err(fail);
        }
        let Some(wanted) = settings.text("model")? else {
            return Err(SettingsError::new("settings.model or settings.model_file is missing"));
        };
        for text in shipped {
            let model = Self::parse(text, class).map_err(fail)?;
            if model.name == wanted {
                return Ok(model);
            }
        }
        Err(SettingsError::new(format!("no model is called `{wanted}`")))
    }

    /// The frame that is sent on an occasion.
    #[must_use]
    pub fn sent(&self, when: &str) -> Option<&SentFrame> {
        self.send.iter().find(|frame| frame.when == when)
    }

    /// Whether the device can say this.
    #[must_use]
    pub fn can_say(&self, means: &str) -> bool {
        self.receive.iter().any(|frame| frame.means == means)
    }

    /// Opens the line of a device of this model, and records it where the configuration asks for it.
    ///
    /// # Errors
    /// The line's; a HID device of another make; a recording that is not allowed.
    pub fn open_line<E>(&self, config: &DeviceConfig) -> Result<Box<dyn Line>, E>
    where
        E: From<LineError> + From<SettingsError>,
    {
        let is_virtual = Settings::new(config).is_virtual();
        match self.transport {
            // The exclusive flag of a tty outlives a killed process for as long as the other end of a pty stays open.
            Transport::Serial { baud } => {
                let line = SerialLine::open(&config.path, baud, !is_virtual)?;
                Ok(recorded(line, config)?)
            }
            Transport::Hid { vendor, product } => {
                let node = ReportNode::open(&config.path, is_virtual)?;
                if node.identity()?.is_some_and(|found| found != (vendor, product)) {
                    return Err(SettingsError::new("the device is of another make than its model").into());
                }
                Ok(recorded(node, config)?)
            }
        }
    }

    /// What cuts this model's frames out of its line.
    #[must_use]
    pub fn cutter(&self) -> Cutter {
        let framing = match self.transport {
            Transport::Serial { .. } => Framing::Stream,
            Transport::Hid { .. } => Framing::Messages,
        };
        Cutter::new(self.receive.iter().map(|frame| frame.pattern.clone()).collect(), framing)
    }
}

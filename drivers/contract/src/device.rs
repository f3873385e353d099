//! What a device is: its class, its identity and what can be said of it without opening it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A kind of device at the counter. One host process serves one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeviceClass {
    /// 居民身份证阅读器.
    IdCardReader,
    /// 扫描仪, and a document camera that presents itself as a scanner.
    Scanner,
    /// 打印机.
    Printer,
    /// 签字板.
    SignaturePad,
    /// 指纹采集器.
    Fingerprint,
    /// 照相机.
    Camera,
    /// 高拍仪.
    DocumentCamera,
    /// 评价器.
    EvaluationPad,
    /// 扫码枪, for bar codes and QR codes.
    CodeScanner,
    /// IC 卡读写器: social security cards and other chip cards.
    ChipCardReader,
    /// 密码钥匙 (UKey).
    Ukey,
    /// 叫号器: the sign and the voice of the queue.
    QueueCaller,
    /// 语音播报.
    Speaker,
}

impl DeviceClass {
    /// Every class, in the order in which the device panel shows them.
    pub const ALL: [Self; 13] = [
        Self::IdCardReader,
        Self::Scanner,
        Self::Printer,
        Self::SignaturePad,
        Self::Fingerprint,
        Self::Camera,
        Self::DocumentCamera,
        Self::EvaluationPad,
        Self::CodeScanner,
        Self::ChipCardReader,
        Self::Ukey,
        Self::QueueCaller,
        Self::Speaker,
    ];

    /// The stable name used on command lines, in configuration and in file names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IdCardReader => "id_card_reader",
            Self::Scanner => "scanner",
            Self::Printer => "printer",
            Self::SignaturePad => "signature_pad",
            Self::Fingerprint => "fingerprint",
            Self::Camera => "camera",
            Self::DocumentCamera => "document_camera",
            Self::EvaluationPad => "evaluation_pad",
            Self::CodeScanner => "code_scanner",
            Self::ChipCardReader => "chip_card_reader",
            Self::Ukey => "ukey",
            Self::QueueCaller => "queue_caller",
            Self::Speaker => "speaker",
        }
    }

    /// What the officer calls the device.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::IdCardReader => "读卡器",
            Self::Scanner => "扫描仪",
            Self::Printer => "打印机",
            Self::SignaturePad => "签字板",
            Self::Fingerprint => "指纹采集器",
            Self::Camera => "照相机",
            Self::DocumentCamera => "高拍仪",
            Self::EvaluationPad => "评价器",
            Self::CodeScanner => "扫码枪",
            Self::ChipCardReader => "IC卡读写器",
            Self::Ukey => "密码钥匙",
            Self::QueueCaller => "叫号器",
            Self::Speaker => "语音播报",
        }
    }
}

impl DeviceClass {
    /// Whether drivers of the class may open network connections. The host of any other class cannot: a maker's
    /// library has no business on the network.
    #[must_use]
    pub const fn needs_network(self) -> bool {
        matches!(self, Self::Scanner | Self::Printer | Self::QueueCaller)
    }
}

impl std::str::FromStr for DeviceClass {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|class| class.as_str() == text)
            .ok_or_else(|| format!("no device class is called {text:?}"))
    }
}

/// Names one device on this PC: the same as long as it stays configured or stays on the same port.
///
/// Made by the driver, for example `samv-serial:/dev/ttyUSB0`. Never shown to the officer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct DeviceId(pub String);

impl DeviceId {
    /// Joins the driver's name and the driver's own name for the device.
    #[must_use]
    pub fn new(driver: &str, local: &str) -> Self {
        Self(format!("{driver}:{local}"))
    }

    /// The name of the driver that made this id.
    #[must_use]
    pub fn driver(&self) -> &str {
        self.0.split_once(':').map_or(self.0.as_str(), |(driver, _)| driver)
    }

    /// What follows the driver's name.
    #[must_use]
    pub fn local(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, local)| local)
    }
}

impl std::fmt::Display for DeviceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How the device hangs on this PC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Connection {
    /// A serial line, real or behind a USB bridge.
    Serial {
        /// The device file.
        path: String,
    },
    /// Directly on USB.
    Usb {
        /// USB vendor id.
        vendor: u16,
        /// USB product id.
        product: u16,
    },
    /// Over the network or a local queue.
    Network {
        /// Where it answers, without user name or password.
        address: String,
    },
    /// A library of the system decides how it is reached (SANE back-ends).
    System {
        /// The library's own name for the device.
        name: String,
    },
}

/// Whether the device could be opened now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Accessibility {
    /// Yes.
    Accessible,
    /// The device is there, but this account may not open it.
    PermissionDenied,
    /// Another program holds it.
    Busy {
        /// The profile (window) that holds it, where one of ours does.
        held_by: Option<String>,
    },
    /// It is configured, but nothing is there now.
    Absent,
}

/// What is known of a reading's origin. A production server takes `Physical` only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Default)]
#[serde(rename_all = "snake_case")]
pub enum Attestation {
    /// An enrolled device record names this device.
    Physical,
    /// A training device made of software.
    Virtual,
    /// Nobody vouches for it.
    #[default]
    Unattested,
}

/// What the device can do, as far as it is known without a capture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Default)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Capabilities {
    /// Nothing special is known.
    #[default]
    Unknown,
    /// An ID-card reader.
    IdCardReader {
        /// It can read the fingerprint record too.
        fingerprint: bool,
        /// It can read the newest address (追加地址).
        added_address: bool,
    },
    /// A scanner.
    Scanner {
        /// Where paper can be taken from.
        sources: Vec<crate::ScanSource>,
        /// Colour modes.
        modes: Vec<crate::ColourMode>,
        /// Resolutions offered, in dots per inch; ascending.
        resolutions: Vec<u16>,
        /// Largest width, in tenths of a millimetre.
        max_width: u32,
        /// Largest height, in tenths of a millimetre.
        max_height: u32,
    },
    /// A printer.
    Printer {
        /// Document formats it takes, as MIME types.
        formats: Vec<String>,
        /// Media it knows, by their PWG 5101.1 names.
        media: Vec<String>,
        /// It prints both sides.
        duplex: bool,
        /// It prints in colour.
        colour: bool,
    },
    /// A signature pad.
    SignaturePad {
        /// Width of the writing field, in the pad's own units.
        width: u32,
        /// Height of the writing field, in the same units.
        height: u32,
        /// Largest pressure told; 0 if the pad does not tell any.
        pressure: u32,
        /// Size of a display that can show the text that is signed.
        display: Option<crate::PictureSize>,
    },
    /// A fingerprint sensor.
    Fingerprint {
        /// Resolution in dots per inch (GA/T 1011 and ISO/IEC 19794-4 ask for 500); 0 if not told.
        dpi: u16,
        /// It gives pictures; a sensor that compares by itself does not.
        images: bool,
    },
    /// A camera or a document camera.
    Camera {
        /// Sizes of single pictures, the largest first.
        sizes: Vec<crate::PictureSize>,
        /// What can be set.
        controls: Vec<crate::CameraControl>,
        /// It shows moving pictures before the shot.
        preview: bool,
    },
    /// A UKey.
    Ukey {
        /// Name of the application's containers, with a certificate each.
        certificates: u32,
    },
}

/// One device as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeviceInfo {
    /// Its id.
    pub id: DeviceId,
    /// Its class.
    pub class: DeviceClass,
    /// What the officer sees: from the configuration, else the model.
    pub name: String,
    /// Who made it, where known; else empty.
    pub maker: String,
    /// How it is connected.
    pub connection: Connection,
    /// Whether it can be opened now.
    pub accessibility: Accessibility,
    /// What is known of its origin.
    pub attestation: Attestation,
    /// What it can do.
    pub capabilities: Capabilities,
    /// Model, serial number and version of the firmware, as far as the device tells them.
    #[serde(default)]
    pub model: DeviceModel,
}

/// What a device tells of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeviceModel {
    /// The maker's name for the model; empty if not told.
    pub model: String,
    /// Serial number; empty if not told.
    pub serial: String,
    /// Version of the firmware; empty if not told.
    pub firmware: String,
}

/// One device of the host's configuration file.
///
/// Drivers that can find devices by themselves take the entry as an addition (a name, an attestation);
/// drivers that cannot (a serial line on a pty) take it as the only source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceConfig {
    /// Name of the driver that serves it.
    pub driver: String,
    /// Where it is: a device file, a queue's URI, a SANE name; the driver says which.
    pub path: String,
    /// What the officer calls it.
    #[serde(default)]
    pub name: Option<String>,
    /// Who made it.
    #[serde(default)]
    pub maker: Option<String>,
    /// What the enrolment says of it. Absent: nobody vouches for it.
    #[serde(default)]
    pub attestation: Attestation,
    /// Where and how to record the device, if asked. A device that is not `Virtual` is recorded masked or not at all,
    /// because a recording holds everything that a card says.
    #[serde(default)]
    pub record: Option<crate::Recording>,
    /// Driver-specific settings, for example `{"baud": 115200}`.
    #[serde(default)]
    pub settings: serde_json::Map<String, serde_json::Value>,
}

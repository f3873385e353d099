//! `ScannerCapabilities`: what a scanner can do.

use driver_contract::{Capabilities, ColourMode, DeviceModel, ScanSource};
use roxmltree::Node;

use super::error::EsclError;
use super::xml::{child, number, text, texts, with_root};

/// Resolutions named in the list where a scanner takes a range.
const USUAL: [u16; 6] = [75, 100, 150, 200, 300, 600];
/// Highest resolution that is believed; flatbeds have up to 9600.
const HIGHEST: u32 = 19_200;
/// What can be asked for by its size is told in these units: 300 to the inch (eSCL §4.3).
const UNITS_PER_INCH: u64 = 300;

/// One place that paper is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCapabilities {
    /// Largest width, in 300ths of an inch.
    pub max_width: u32,
    /// Largest height, in 300ths of an inch.
    pub max_height: u32,
    /// Colour.
    pub colour: bool,
    /// 256 greys.
    pub grey: bool,
    /// Resolutions, ascending, in dots per inch.
    pub resolutions: Vec<u16>,
    /// Lowest and highest of a range, where the scanner takes any between.
    pub range: Option<(u16, u16)>,
    /// It asks for the format in the field of version 2.1 too.
    pub format_ext: bool,
}

/// What a scanner can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannerCapabilities {
    /// Version of the protocol, as it is to be sent back.
    pub version: String,
    /// Maker and model as one text; empty if not told.
    pub make_and_model: String,
    /// Serial number; empty if not told.
    pub serial: String,
    /// The glass.
    pub platen: Option<SourceCapabilities>,
    /// The feeder, front sides.
    pub simplex: Option<SourceCapabilities>,
    /// The feeder, both sides.
    pub duplex: Option<SourceCapabilities>,
}

impl ScannerCapabilities {
    /// Reads the document.
    ///
    /// # Errors
    /// Not this document, or one without any source that gives JPEG.
    pub fn read(bytes: &[u8]) -> Result<Self, EsclError> {
        with_root(bytes, "ScannerCapabilities", |root| {
            let profiles = child(root, "SettingProfiles");
            let source = |place: &str, caps: &str| {
                let node = child(child(root, place)?, caps)?;
                source(node, profiles)
            };
            let read = Self {
                version: text(root, "Version").filter(|text| is_version(text)).unwrap_or("2.0").to_owned(),
                make_and_model: text(root, "MakeAndModel").unwrap_or_default().to_owned(),
                serial: text(root, "SerialNumber").unwrap_or_default().to_owned(),
                platen: source("Platen", "PlatenInputCaps"),
                simplex: source("Adf", "AdfSimplexInputCaps"),
                duplex: source("Adf", "AdfDuplexInputCaps"),
            };
            if read.platen.is_none() && read.simplex.is_none() && read.duplex.is_none() {
                return Err(EsclError::Garbage("no source"));
            }
            Ok(read)
        })
    }

    /// What is known of a source.
    #[must_use]
    pub const fn source(&self, source: ScanSource) -> Option<&SourceCapabilities> {
        match source {
            ScanSource::Flatbed => self.platen.as_ref(),
            ScanSource::Feeder => self.simplex.as_ref(),
            ScanSource::FeederDuplex => self.duplex.as_ref(),
        }
    }

    /// In the contract's terms.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        let every = [ScanSource::Flatbed, ScanSource::Feeder, ScanSource::FeederDuplex];
        let known: Vec<&SourceCapabilities> =
            every.into_iter().filter_map(|source| self.source(source)).collect();
        let mut resolutions: Vec<u16> = known.iter().flat_map(|one| one.resolutions.clone()).collect();
        resolutions.sort_unstable();
        resolutions.dedup();
        let mut modes = Vec::new();
        if known.iter().any(|one| one.grey) {
            // JPEG has no black and white: it is made of greys here.
            modes.extend([ColourMode::Lineart, ColourMode::Gray]);
        }
        if known.iter().any(|one| one.colour) {
            modes.push(ColourMode::Colour);
        }
        let tenths = |units: u32| u32::try_from(u64::from(units) * 254 / UNITS_PER_INCH).unwrap_or(u32::MAX);
        Capabilities::Scanner {
            sources: every.into_iter().filter(|source| self.source(*source).is_some()).collect(),
            modes,
            resolutions,
            max_width: known.iter().map(|one| tenths(one.max_width)).max().unwrap_or_default(),
            max_height: known.iter().map(|one| tenths(one.max_height)).max().unwrap_or_default(),
        }
    }

    /// Model and serial number.
    #[must_use]
    pub fn model(&self) -> DeviceModel {
        DeviceModel {
            model: self.make_and_model.clone(),
            serial: self.serial.clone(),
            firmware: String::new(),
        }
    }
}

fn is_version(text: &str) -> bool {
    text.len() <= 8 && text.chars().all(|one| one.is_ascii_digit() || one == '.')
}

/// A source; `None` where it has no size, no colour or no resolution that can be used.
fn source(node: Node<'_, '_>, common: Option<Node<'_, '_>>) -> Option<SourceCapabilities> {
    let (max_width, max_height) = (number(node, "MaxWidth")?, number(node, "MaxHeight")?);
    // A profile may stand at the source, or at the scanner with a reference.
    let profiles = child(node, "SettingProfiles").or(common)?;
    let has_mode = |mode: &str| texts(profiles, "ColorMode").any(|one| one == mode);
    let formats: Vec<&str> =
        texts(profiles, "DocumentFormat").chain(texts(profiles, "DocumentFormatExt")).collect();
    if !formats.iter().any(|format| format.eq_ignore_ascii_case("image/jpeg")) {
        return None;
    }
    let range = range(profiles);
    let mut resolutions = discrete(profiles);
    if let (true, Some((least, most))) = (resolutions.is_empty(), range) {
        resolutions.extend(USUAL.into_iter().filter(|dpi| (least..=most).contains(dpi)));
    }
    let known = SourceCapabilities {
        max_width,
        max_height,
        colour: has_mode("RGB24"),
        grey: has_mode("Grayscale8"),
        resolutions,
        range,
        format_ext: texts(profiles, "DocumentFormatExt").next().is_some(),
    };
    let usable = max_width > 0
        && max_height > 0
        && (known.colour || known.grey)
        && (!known.resolutions.is_empty() || known.range.is_some());
    usable.then_some(known)
}

/// Resolutions that are the same across and down.
fn discrete(profiles: Node<'_, '_>) -> Vec<u16> {
    let mut found: Vec<u16> = profiles
        .descendants()
        .filter(|one| one.tag_name().name() == "DiscreteResolution")
        .filter_map(|one| {
            let across = number(one, "XResolution").filter(|dpi| (1..=HIGHEST).contains(dpi))?;
            (number(one, "YResolution") == Some(across)).then_some(across)
        })
        .filter_map(|dpi| u16::try_from(dpi).ok())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn range(profiles: Node<'_, '_>) -> Option<(u16, u16)> {
    let node = profiles.descendants().find(|one| one.tag_name().name() == "ResolutionRange")?;
    let axis = child(node, "XResolution").or_else(|| child(node, "XResolutionRange"))?;
    let bound =
        |name| number(axis, name).filter(|dpi| *dpi <= HIGHEST).and_then(|dpi| u16::try_from(dpi).ok());
    let (least, most) = (bound("Min")?.max(1), bound("Max")?);
    (least <= most).then_some((least, most))
}

//! `ScanSettings`: what a job is to scan.

use driver_contract::{ColourMode, ScanArea, ScanParameters, ScanSource};

use super::capabilities::{ScannerCapabilities, SourceCapabilities};
use super::error::EsclError;

/// An area may be so much larger than the bed, in 300ths of an inch: half a centimetre, as with SANE's devices.
const OVERHANG: u32 = 59;

/// A part of the bed, in 300ths of an inch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// From the left edge.
    pub left: u32,
    /// From the upper edge.
    pub top: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl Region {
    /// Width and height in pixels.
    #[must_use]
    pub fn pixels(&self, dpi: u16) -> (u32, u32) {
        let pixels = |units: u32| u32::try_from(u64::from(units) * u64::from(dpi) / 300).unwrap_or(u32::MAX);
        (pixels(self.width), pixels(self.height))
    }
}

/// What a job is to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanSettings {
    version: String,
    source: ScanSource,
    colour: bool,
    format_ext: bool,
    /// Part of the bed.
    pub region: Region,
    /// Resolution that the scanner has.
    pub dpi: u16,
}

impl ScanSettings {
    /// The nearest to what is wanted that the scanner offers.
    ///
    /// # Errors
    /// A source, a colour mode or an area that it does not have.
    pub fn of(wanted: &ScanParameters, scanner: &ScannerCapabilities) -> Result<Self, EsclError> {
        if wanted.dpi == 0 || wanted.max_pages == Some(0) {
            return Err(EsclError::Parameters);
        }
        let offered = scanner.source(wanted.source).ok_or(EsclError::NotOffered("this source"))?;
        let colour = match wanted.mode {
            ColourMode::Colour if offered.colour => true,
            ColourMode::Gray | ColourMode::Lineart if offered.grey => false,
            _ => return Err(EsclError::NotOffered("this colour mode")),
        };
        Ok(Self {
            version: scanner.version.clone(),
            source: wanted.source,
            colour,
            format_ext: offered.format_ext,
            region: region(wanted.area.as_ref(), offered)?,
            dpi: nearest(wanted.dpi, offered).ok_or(EsclError::NotOffered("a resolution"))?,
        })
    }

    /// The document for `ScanJobs`. Elements in the order of the specification's schema: some scanners insist on it.
    #[must_use]
    pub fn document(&self) -> String {
        let Region { left, top, width, height } = self.region;
        let (source, duplex) = match self.source {
            ScanSource::Flatbed => ("Platen", ""),
            ScanSource::Feeder => ("Feeder", "<scan:Duplex>false</scan:Duplex>"),
            ScanSource::FeederDuplex => ("Feeder", "<scan:Duplex>true</scan:Duplex>"),
        };
        let mode = if self.colour { "RGB24" } else { "Grayscale8" };
        let ext =
            if self.format_ext { "<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt>" } else { "" };
        let (version, dpi) = (&self.version, self.dpi);
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
            <scan:ScanSettings xmlns:scan=\"http://schemas.hp.com/imaging/escl/2011/05/03\" \
            xmlns:pwg=\"http://www.pwg.org/schemas/2010/12/sm\">\
            <pwg:Version>{version}</pwg:Version>\
            <pwg:ScanRegions><pwg:ScanRegion>\
            <pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits>\
            <pwg:XOffset>{left}</pwg:XOffset><pwg:YOffset>{top}</pwg:YOffset>\
            <pwg:Width>{width}</pwg:Width><pwg:Height>{height}</pwg:Height>\
            </pwg:ScanRegion></pwg:ScanRegions>\
            <pwg:InputSource>{source}</pwg:InputSource>\
            <scan:ColorMode>{mode}</scan:ColorMode>\
            <pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>{ext}\
            <scan:XResolution>{dpi}</scan:XResolution><scan:YResolution>{dpi}</scan:YResolution>{duplex}\
            </scan:ScanSettings>"
        )
    }
}

fn nearest(wanted: u16, offered: &SourceCapabilities) -> Option<u16> {
    if let Some((least, most)) = offered.range {
        return Some(wanted.clamp(least, most));
    }
    offered.resolutions.iter().copied().min_by_key(|dpi| dpi.abs_diff(wanted))
}

fn region(area: Option<&ScanArea>, offered: &SourceCapabilities) -> Result<Region, EsclError> {
    let whole = Region { left: 0, top: 0, width: offered.max_width, height: offered.max_height };
    let Some(area) = area else { return Ok(whole) };
    // Tenths of a millimetre; 254 are an inch.
    let units = |tenths: u32| u32::try_from((u64::from(tenths) * 300 + 127) / 254).unwrap_or(u32::MAX);
    let fit = |start: u32, length: u32, limit: u32| {
        let (start, length) = (units(start), units(length));
        let beyond = start.saturating_add(length).saturating_sub(limit);
        let inside = length > 0 && start < limit && beyond <= OVERHANG && length > beyond;
        inside.then(|| (start, length - beyond)).ok_or(EsclError::NotOffered("this part of the bed"))
    };
    let (left, width) = fit(area.left, area.width, offered.max_width)?;
    let (top, height) = fit(area.top, area.height, offered.max_height)?;
    Ok(Region { left, top, width, height })
}

//! Brings a device's options to what a scan asks for, and reads what it can do.
//!
//! The names of sources and modes are not standardised; the words looked for are those that the
//! back-ends of SANE 1.0 to 1.3 use.

use driver_contract::{Capabilities, ColourMode, ScanArea, ScanParameters, ScanSource};

use crate::error::ScanError;
use crate::option::{Constraint, OptionInfo, OptionTable, Unit};

/// Tenths of a millimetre in an inch.
const TENTHS_PER_INCH: f64 = 254.0;
/// An area may be this much larger than the bed, in tenths of a millimetre: beds of "A4" scanners are
/// up to half a centimetre shorter than A4.
const OVERHANG: f64 = 50.0;
/// Resolutions named in the list where a device takes a range.
const USUAL_RESOLUTIONS: [u16; 8] = [75, 100, 150, 200, 240, 300, 400, 600];

/// What the device was brought to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Prepared {
    /// Resolution it will use; what was asked where it does not tell.
    pub(crate) dpi: u16,
    /// What has to be cut out of the page, because the device cannot be told to.
    pub(crate) crop: Option<ScanArea>,
}

/// Sets every option that `wanted` and the configuration's `extra` ask for, in an order in which
/// earlier options decide what later ones allow.
///
/// # Errors
/// [`ScanError::NotOffered`] for what the device does not have, the option errors for `extra`.
pub(crate) fn prepare(
    table: &mut OptionTable<'_>,
    wanted: &ScanParameters,
    extra: &[(String, String)],
    fixed_dpi: Option<u16>,
    sheetfed: bool,
) -> Result<Prepared, ScanError> {
    choose_source(table, wanted.source, sheetfed)?;
    choose_mode(table, wanted.mode)?;
    for (name, value) in extra {
        table.set_written(name, value)?;
    }
    let dpi = choose_resolution(table, wanted.dpi, fixed_dpi)?;
    let crop = choose_area(table, wanted.area, dpi)?;
    Ok(Prepared { dpi, crop })
}

/// The source that an entry of the `source` option stands for.
fn source_of(entry: &str) -> Option<ScanSource> {
    let entry = entry.to_ascii_lowercase();
    let has = |word: &str| entry.contains(word);
    if has("duplex") || has("both") {
        return Some(ScanSource::FeederDuplex);
    }
    if has("back") || has("transparen") || has("film") || has("negative") || has("tma") || has("tpu") {
        return None;
    }
    if has("feeder") || has("adf") {
        return Some(ScanSource::Feeder);
    }
    (has("flatbed") || has("platen") || has("document table") || has("normal")).then_some(ScanSource::Flatbed)
}

fn choose_source(table: &mut OptionTable<'_>, wanted: ScanSource, sheetfed: bool) -> Result<(), ScanError> {
    let entries = table.settable("source").map_or(&[][..], OptionInfo::texts);
    let entry = |source| entries.iter().find(|entry| source_of(entry) == Some(source)).cloned();
    if let Some(found) = entry(wanted) {
        return table.set_text("source", &found);
    }
    let no_choice = entries.is_empty();
    let feeder = entry(ScanSource::Feeder);
    match wanted {
        // Nothing to choose: the device has one source, and its kind says which.
        ScanSource::Flatbed if no_choice && !sheetfed => Ok(()),
        ScanSource::Feeder if no_choice && sheetfed => Ok(()),
        // Some back-ends keep the sides in an option of its own.
        ScanSource::FeederDuplex if feeder.is_some() || (no_choice && sheetfed) => {
            if let Some(feeder) = feeder {
                table.set_text("source", &feeder)?;
            }
            if table.settable("adf-mode").is_some() {
                table.set_text("adf-mode", "Duplex")
            } else if table.settable("duplex").is_some() {
                table.set_written("duplex", "yes")
            } else {
                Err(ScanError::NotOffered { what: "both sides" })
            }
        }
        ScanSource::Flatbed => Err(ScanError::NotOffered { what: "flatbed" }),
        ScanSource::Feeder => Err(ScanError::NotOffered { what: "feeder" }),
        ScanSource::FeederDuplex => Err(ScanError::NotOffered { what: "both sides" }),
    }
}

/// The mode that an entry of the `mode` option stands for.
fn mode_of(entry: &str) -> Option<ColourMode> {
    let entry = entry.to_ascii_lowercase();
    let has = |word: &str| entry.contains(word);
    if has("lineart") || has("black & white") || has("binary") || has("monochrome") {
        Some(ColourMode::Lineart)
    } else if has("gray") || has("grey") {
        Some(ColourMode::Gray)
    } else {
        (has("color") || has("colour")).then_some(ColourMode::Colour)
    }
}

fn choose_mode(table: &mut OptionTable<'_>, wanted: ColourMode) -> Result<(), ScanError> {
    let entries = table.settable("mode").map_or(&[][..], OptionInfo::texts);
    let entry = |mode| entries.iter().find(|entry| mode_of(entry) == Some(mode)).cloned();
    let found = entry(wanted);
    let gray = entry(ColourMode::Gray);
    let choice = !entries.is_empty();
    if let Some(found) = &found {
        table.set_text("mode", found)?;
    } else if wanted == ColourMode::Lineart && table.settable("depth").is_some() {
        // Bilevel as gray with one bit.
        if let Some(gray) = &gray {
            table.set_text("mode", gray)?;
        }
    } else if choice || wanted == ColourMode::Lineart {
        return Err(ScanError::NotOffered { what: "colour mode" });
    }
    if table.settable("depth").is_none() {
        return Ok(());
    }
    let bits = if wanted == ColourMode::Lineart { 1.0 } else { 8.0 };
    let got = table.set_nearest("depth", bits)?;
    // 16 bits instead of 8 are reduced when they arrive; 8 instead of 1 is another picture.
    if got < bits || (wanted == ColourMode::Lineart && got > bits && found.is_none()) {
        return Err(ScanError::NotOffered { what: "bit depth" });
    }
    Ok(())
}

fn choose_resolution(
    table: &mut OptionTable<'_>,
    wanted: u16,
    fixed_dpi: Option<u16>,
) -> Result<u16, ScanError> {
    if table.settable("resolution").is_some() {
        return Ok(as_dpi(table.set_nearest("resolution", f64::from(wanted))?));
    }
    if table.settable("x-resolution").is_some() && table.settable("y-resolution").is_some() {
        let got = table.set_nearest("x-resolution", f64::from(wanted))?;
        // The same for both: pixels of this product are square.
        if (table.set_nearest("y-resolution", got)? - got).abs() > 0.5 {
            return Err(ScanError::NotOffered { what: "the same resolution both ways" });
        }
        return Ok(as_dpi(got));
    }
    Ok(table.number("resolution")?.map_or(fixed_dpi.unwrap_or(wanted), as_dpi))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
fn as_dpi(number: f64) -> u16 {
    number.round() as u16
}

/// Sets the part of the bed; gives it back where the device has no such options.
fn choose_area(
    table: &mut OptionTable<'_>,
    wanted: Option<ScanArea>,
    dpi: u16,
) -> Result<Option<ScanArea>, ScanError> {
    if ["tl-x", "tl-y", "br-x", "br-y"].iter().any(|name| table.settable(name).is_none()) {
        return Ok(wanted);
    }
    for (near, far, begin, length) in [
        ("tl-x", "br-x", wanted.map(|area| area.left), wanted.map(|area| area.width)),
        ("tl-y", "br-y", wanted.map(|area| area.top), wanted.map(|area| area.height)),
    ] {
        let Some((least, most)) = table.find(far).and_then(limits) else { return Ok(wanted) };
        let millimetres = table.find(far).is_some_and(|option| option.unit != Unit::Pixel);
        let scale = if millimetres { 10.0 } else { TENTHS_PER_INCH / f64::from(dpi.max(1)) };
        // From the outermost inwards, so that the near edge never lies behind the far one.
        table.set_nearest(far, most)?;
        let (Some(begin), Some(length)) = (begin, length) else {
            table.set_nearest(near, least)?;
            continue;
        };
        let end = f64::from(begin) + f64::from(length);
        if length == 0 || end > most * scale + OVERHANG || f64::from(begin) >= most * scale {
            return Err(ScanError::NotOffered { what: "an area outside the bed" });
        }
        table.set_nearest(near, f64::from(begin) / scale)?;
        table.set_nearest(far, end / scale)?;
    }
    Ok(None)
}

/// Least and largest number of an option.
fn limits(option: &OptionInfo) -> Option<(f64, f64)> {
    match &option.constraint {
        Constraint::Range { least, most, .. } => Some((option.number(*least), option.number(*most))),
        Constraint::Words(words) => {
            Some((option.number(*words.iter().min()?), option.number(*words.iter().max()?)))
        }
        Constraint::None | Constraint::Texts(_) => None,
    }
}

/// What the device can do, from its options.
pub(crate) fn capabilities(table: &OptionTable<'_>, sheetfed: bool) -> Capabilities {
    let mut sources: Vec<ScanSource> = Vec::new();
    for source in table.find("source").map_or(&[][..], OptionInfo::texts).iter().filter_map(|e| source_of(e))
    {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    if sources.is_empty() {
        sources.push(if sheetfed { ScanSource::Feeder } else { ScanSource::Flatbed });
    }
    let mut modes: Vec<ColourMode> = Vec::new();
    for mode in table.find("mode").map_or(&[][..], OptionInfo::texts).iter().filter_map(|e| mode_of(e)) {
        if !modes.contains(&mode) {
            modes.push(mode);
        }
    }
    Capabilities::Scanner {
        sources,
        modes,
        resolutions: resolutions(table),
        max_width: bed(table, "br-x"),
        max_height: bed(table, "br-y"),
    }
}

fn resolutions(table: &OptionTable<'_>) -> Vec<u16> {
    let Some(option) = table.find("resolution").or_else(|| table.find("x-resolution")) else {
        return Vec::new();
    };
    match &option.constraint {
        Constraint::Words(words) => {
            let mut offered: Vec<u16> = words.iter().map(|word| as_dpi(option.number(*word))).collect();
            offered.sort_unstable();
            offered.dedup();
            offered
        }
        Constraint::Range { .. } => {
            let (least, most) = limits(option).unwrap_or((0.0, 0.0));
            USUAL_RESOLUTIONS.into_iter().filter(|dpi| (least..=most).contains(&f64::from(*dpi))).collect()
        }
        Constraint::None | Constraint::Texts(_) => Vec::new(),
    }
}

/// Size of the bed in tenths of a millimetre; 0 where the device does not tell it in millimetres.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
fn bed(table: &OptionTable<'_>, name: &str) -> u32 {
    table
        .find(name)
        .filter(|option| option.unit == Unit::Millimetre)
        .and_then(limits)
        .map_or(0, |(_, most)| (most * 10.0).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entries as the back-ends name them (test, epson2, fujitsu, genesys, pixma, airscan, hpaio, kodak).
    #[test]
    fn names_of_sources_are_understood() {
        for (entry, source) in [
            ("Flatbed", Some(ScanSource::Flatbed)),
            ("Document Table", Some(ScanSource::Flatbed)),
            ("Automatic Document Feeder", Some(ScanSource::Feeder)),
            ("ADF", Some(ScanSource::Feeder)),
            ("ADF Front", Some(ScanSource::Feeder)),
            ("ADF Back", None),
            ("ADF Duplex", Some(ScanSource::FeederDuplex)),
            ("Duplex", Some(ScanSource::FeederDuplex)),
            ("Transparency Unit", None),
            ("Negative Film", None),
        ] {
            assert_eq!(source_of(entry), source, "{entry}");
        }
    }

    #[test]
    fn names_of_modes_are_understood() {
        for (entry, mode) in [
            ("Color", Some(ColourMode::Colour)),
            ("24bit Color", Some(ColourMode::Colour)),
            ("Gray", Some(ColourMode::Gray)),
            ("True Gray", Some(ColourMode::Gray)),
            ("Grayscale", Some(ColourMode::Gray)),
            ("Lineart", Some(ColourMode::Lineart)),
            ("Black & White", Some(ColourMode::Lineart)),
            ("Halftone", None),
        ] {
            assert_eq!(mode_of(entry), mode, "{entry}");
        }
    }
}

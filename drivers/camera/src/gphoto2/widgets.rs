//! A camera's settings as words, and as the contract's numbers; pure.

use std::sync::LazyLock;

use driver_contract::ControlKind;
use serde::Deserialize;

/// What differs by maker.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    aperture: Vec<String>,
    shutter: Vec<String>,
    iso: Vec<String>,
    white_balance: Vec<String>,
    /// Where a shot goes, and the choices that mean "into the camera's memory".
    pub(super) target: Vec<String>,
    pub(super) target_values: Vec<String>,
    /// How a shot is coded, and the choices that mean "JPEG, large and fine", the best first.
    pub(super) quality: Vec<String>,
    pub(super) quality_values: Vec<String>,
}

/// The table.
pub(super) static NAMES: LazyLock<Names> = LazyLock::new(|| {
    // A test reads it; a table that cannot be read leaves every camera without settings.
    toml::from_str(include_str!("widgets.toml")).unwrap_or_default()
});

/// What can be set on such a camera.
pub(super) const KINDS: [ControlKind; 4] =
    [ControlKind::Aperture, ControlKind::Shutter, ControlKind::Iso, ControlKind::WhiteBalance];

/// The library's names for a setting.
pub(super) fn names(kind: ControlKind) -> &'static [String] {
    match kind {
        ControlKind::Aperture => &NAMES.aperture,
        ControlKind::Shutter => &NAMES.shutter,
        ControlKind::Iso => &NAMES.iso,
        ControlKind::WhiteBalance => &NAMES.white_balance,
        ControlKind::Exposure | ControlKind::Focus | ControlKind::Zoom | ControlKind::Brightness => &[],
    }
}

/// A choice as the contract's number; `None` where the camera chooses, or for what is no number (bulb, time).
#[must_use]
pub fn number(kind: ControlKind, choice: &str) -> Option<i32> {
    let text = choice.trim();
    let value = match kind {
        // f-number times ten.
        ControlKind::Aperture => decimal(text.trim_start_matches(['f', 'F', '/']))? * 10.0,
        // Microseconds.
        ControlKind::Shutter => seconds(text.trim_end_matches(['s', '"']))? * 1e6,
        _ => decimal(text)?,
    };
    let rounded = value.round();
    (rounded > 0.0 && rounded <= f64::from(i32::MAX)).then_some(rounded as i32)
}

/// Whether a choice leaves it to the camera.
#[must_use]
pub fn is_automatic(choice: &str) -> bool {
    choice.trim().to_ascii_lowercase().starts_with("auto")
}

fn decimal(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then(|| text.parse().ok()).flatten()
}

fn seconds(text: &str) -> Option<f64> {
    match text.trim().split_once('/') {
        Some((over, under)) => {
            let under = decimal(under)?;
            (under > 0.0).then(|| decimal(over).map(|over| over / under)).flatten()
        }
        None => decimal(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_every_setting_has_names() {
        let names_of = |kind: &ControlKind| !names(*kind).is_empty();
        assert!(
            KINDS.iter().all(names_of) && !NAMES.target_values.is_empty() && !NAMES.quality_values.is_empty()
        );
    }

    #[test]
    fn choices_of_several_makers_are_the_same_numbers() {
        let aperture = |text: &str| number(ControlKind::Aperture, text);
        assert_eq!(
            [aperture("5.6"), aperture("f/5.6"), aperture("F5.6"), aperture("22")].map(Option::unwrap),
            [56, 56, 56, 220]
        );
        let shutter = |text: &str| number(ControlKind::Shutter, text);
        assert_eq!(
            [shutter("1/125"), shutter("0.0080s"), shutter("2.5"), shutter("30\"")].map(Option::unwrap),
            [8000, 8000, 2_500_000, 30_000_000]
        );
        assert_eq!(
            [shutter("bulb"), shutter("1/0"), shutter(""), shutter("-1"), aperture("implicit auto")],
            [None; 5]
        );
        assert_eq!(number(ControlKind::Iso, "6400"), Some(6400));
        assert_eq!(number(ControlKind::Iso, "Auto"), None);
        assert!(is_automatic("Auto ISO") && is_automatic("AUTO") && !is_automatic("100"));
    }
}

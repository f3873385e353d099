//! Options of a SANE device: their descriptions, their limits and setting them.

use std::ffi::c_int;

use crate::error::ScanError;
use crate::ffi::{Handle, Word};

/// The descriptors must be read again (`SANE_INFO_RELOAD_OPTIONS`).
const INFO_RELOAD_OPTIONS: Word = 1 << 1;
/// The program may set it (`SANE_CAP_SOFT_SELECT`).
const CAP_SOFT_SELECT: Word = 1 << 0;
/// It has no meaning with the present settings (`SANE_CAP_INACTIVE`).
const CAP_INACTIVE: Word = 1 << 5;
/// One in `SANE_Fixed`.
const FIXED_ONE: f64 = 65_536.0;
/// More options than any back-end has; a larger count is a broken driver.
const OPTION_LIMIT: Word = 1024;

/// How an option's value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Yes or no.
    Bool,
    /// A whole number.
    Int,
    /// A number in units of 2⁻¹⁶.
    Fixed,
    /// A text.
    Text,
    /// Something to press.
    Button,
    /// A heading without a value, or a kind that sane.h does not know.
    None,
}

impl ValueKind {
    /// From sane.h's number.
    #[must_use]
    pub const fn from_raw(raw: c_int) -> Self {
        match raw {
            0 => Self::Bool,
            1 => Self::Int,
            2 => Self::Fixed,
            3 => Self::Text,
            4 => Self::Button,
            _ => Self::None,
        }
    }
}

/// What an option's number counts, as far as this driver cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Pixels.
    Pixel,
    /// Millimetres.
    Millimetre,
    /// Something else, or nothing.
    Other,
}

impl Unit {
    /// From sane.h's number.
    #[must_use]
    pub const fn from_raw(raw: c_int) -> Self {
        match raw {
            1 => Self::Pixel,
            3 => Self::Millimetre,
            _ => Self::Other,
        }
    }
}

/// Which values an option takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constraint {
    /// Any.
    None,
    /// From `least` to `most`.
    Range {
        /// The smallest.
        least: Word,
        /// The largest.
        most: Word,
        /// The distance from one to the next; 0 for any.
        step: Word,
    },
    /// One of these.
    Words(Vec<Word>),
    /// One of these.
    Texts(Vec<String>),
}

/// An option's description, copied out of the driver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionInfo {
    /// Its number.
    pub index: Word,
    /// Its name.
    pub name: String,
    /// How its value is written.
    pub kind: ValueKind,
    /// What its number counts.
    pub unit: Unit,
    /// Bytes of the value.
    pub size: usize,
    /// What may be done with it (`SANE_CAP_…`).
    pub capabilities: Word,
    /// Which values it takes.
    pub constraint: Constraint,
}

impl OptionInfo {
    /// It has a meaning with the present settings.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.capabilities & CAP_INACTIVE == 0
    }

    /// The program may set it now.
    #[must_use]
    pub const fn is_settable(&self) -> bool {
        self.is_active() && self.capabilities & CAP_SOFT_SELECT != 0
    }

    /// The texts offered; empty where there is no list.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        if let Constraint::Texts(texts) = &self.constraint { texts } else { &[] }
    }

    /// A number as the option's word.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`as` saturates, and the constraint is checked after"
    )]
    fn word(&self, number: f64) -> Word {
        if self.kind == ValueKind::Fixed {
            (number * FIXED_ONE).round() as Word
        } else {
            number.round() as Word
        }
    }

    /// The option's word as a number.
    #[must_use]
    pub fn number(&self, word: Word) -> f64 {
        if self.kind == ValueKind::Fixed { f64::from(word) / FIXED_ONE } else { f64::from(word) }
    }

    /// The nearest value to `number` that the option takes.
    #[must_use]
    pub fn nearest(&self, number: f64) -> Word {
        let word = self.word(number);
        match &self.constraint {
            Constraint::Range { least, most, step } => {
                let within = word.clamp(*least, (*most).max(*least));
                if *step <= 0 {
                    return within;
                }
                let steps = (i64::from(within) - i64::from(*least) + i64::from(*step) / 2) / i64::from(*step);
                let stepped = i64::from(*least) + steps * i64::from(*step);
                Word::try_from(stepped.min(i64::from(*most))).unwrap_or(*most)
            }
            Constraint::Words(words) => words
                .iter()
                .copied()
                .min_by_key(|offered| (i64::from(*offered) - i64::from(word)).abs())
                .unwrap_or(word),
            Constraint::None | Constraint::Texts(_) => word,
        }
    }

    /// Whether the option takes a word.
    #[must_use]
    pub fn accepts(&self, word: Word) -> bool {
        match &self.constraint {
            Constraint::Range { least, most, .. } => (*least..=*most).contains(&word),
            Constraint::Words(words) => words.contains(&word),
            Constraint::None | Constraint::Texts(_) => true,
        }
    }
}

/// The options of one open device, kept in step with the driver.
pub(crate) struct OptionTable<'a> {
    handle: &'a Handle,
    options: Vec<OptionInfo>,
}

impl<'a> OptionTable<'a> {
    /// Reads all descriptions.
    pub(crate) fn read(handle: &'a Handle) -> Result<Self, ScanError> {
        let mut table = Self { handle, options: Vec::new() };
        table.reload()?;
        Ok(table)
    }

    /// Reads all descriptions again. A driver may hand out new ones after any option was set, and some
    /// (the `test` back-end among them) refuse values until they were asked for.
    fn reload(&mut self) -> Result<(), ScanError> {
        // Its descriptor has to be asked for before option 0 may be read: it is how a driver loads them.
        self.handle.describe(0);
        let count = self.handle.get_words(0, 1)?[0].clamp(0, OPTION_LIMIT);
        self.options = (1..count).filter_map(|index| self.handle.describe(index)).collect();
        Ok(())
    }

    /// The option called `name`, active or not.
    pub(crate) fn find(&self, name: &str) -> Option<&OptionInfo> {
        self.options.iter().find(|option| option.name == name && option.kind != ValueKind::None)
    }

    /// The option called `name` if it may be set now.
    pub(crate) fn settable(&self, name: &str) -> Option<&OptionInfo> {
        self.find(name).filter(|option| option.is_settable())
    }

    fn require(&self, name: &str) -> Result<&OptionInfo, ScanError> {
        let option = self.find(name).ok_or_else(|| ScanError::OptionUnknown { option: name.to_owned() })?;
        if option.is_settable() {
            return Ok(option);
        }
        Err(ScanError::OptionNotSettable { option: name.to_owned() })
    }

    /// The present number of an option; `None` where it has none to give.
    pub(crate) fn number(&self, name: &str) -> Result<Option<f64>, ScanError> {
        let Some(option) = self.find(name).filter(|option| {
            option.is_active() && option.size == 4 && matches!(option.kind, ValueKind::Int | ValueKind::Fixed)
        }) else {
            return Ok(None);
        };
        let words = self.handle.get_words(option.index, 1)?;
        Ok(Some(option.number(words[0])))
    }

    /// Sets the nearest number that the option takes and gives what the device then has.
    pub(crate) fn set_nearest(&mut self, name: &str, number: f64) -> Result<f64, ScanError> {
        let option = self.require(name)?;
        if !matches!(option.kind, ValueKind::Int | ValueKind::Fixed) || option.size != 4 {
            return Err(ScanError::OptionValue { option: name.to_owned() });
        }
        let word = option.nearest(number);
        self.set_word(name, word)?;
        // Read back, not believed: the driver may have rounded, with or without saying so.
        Ok(self.number(name)?.unwrap_or(number))
    }

    /// Sets a text that stands in the option's list (or any that fits, where there is no list).
    pub(crate) fn set_text(&mut self, name: &str, value: &str) -> Result<(), ScanError> {
        let option = self.require(name)?;
        let refused = || ScanError::OptionValue { option: name.to_owned() };
        if option.kind != ValueKind::Text || value.len() >= option.size || value.contains('\0') {
            return Err(refused());
        }
        if let Constraint::Texts(texts) = &option.constraint
            && !texts.iter().any(|offered| offered == value)
        {
            return Err(refused());
        }
        let (index, size) = (option.index, option.size);
        let info = self.handle.set_text(index, value, size)?;
        self.after_setting(info)
    }

    /// Sets an option from its written form: a text, a number, `yes` or `no`.
    pub(crate) fn set_written(&mut self, name: &str, value: &str) -> Result<(), ScanError> {
        let option = self.require(name)?;
        let refused = || ScanError::OptionValue { option: name.to_owned() };
        let word = match option.kind {
            ValueKind::Text => return self.set_text(name, value),
            ValueKind::Bool => match value {
                "yes" | "true" => 1,
                "no" | "false" => 0,
                _ => return Err(refused()),
            },
            ValueKind::Int | ValueKind::Fixed => option.word(value.parse().map_err(|_| refused())?),
            ValueKind::Button | ValueKind::None => return Err(refused()),
        };
        if option.size != 4 || !option.accepts(word) {
            return Err(refused());
        }
        self.set_word(name, word)
    }

    fn set_word(&mut self, name: &str, word: Word) -> Result<(), ScanError> {
        let index = self.require(name)?.index;
        let info = self.handle.set_words(index, &mut [word])?;
        self.after_setting(info)
    }

    fn after_setting(&mut self, info: Word) -> Result<(), ScanError> {
        if info & INFO_RELOAD_OPTIONS == 0 {
            return Ok(());
        }
        self.reload()
    }
}

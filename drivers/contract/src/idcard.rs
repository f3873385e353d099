//! What an identity card says.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ts_rs::TS;

/// Which of the four chip layouts the card carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    /// 居民身份证.
    Resident,
    /// 港澳台居民居住证 (type letter `J`).
    HongKongMacaoTaiwan,
    /// 外国人永久居留身份证, 2017 edition (type letter `I`).
    PermanentResident2017,
    /// 外国人永久居留身份证, 2023 edition (type letter `Y`).
    PermanentResident2023,
}

/// A calendar date that a card carries, already known to exist in the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, TS)]
#[ts(type = "string")]
pub struct CardDate {
    year: u16,
    month: u8,
    day: u8,
}

impl CardDate {
    /// A date of the Gregorian calendar, years 1800 to 9999; `None` for a day that does not exist.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        ((1800..=9999).contains(&year) && (1..=days).contains(&day)).then_some(Self { year, month, day })
    }

    /// Reads the card's own form, `YYYYMMDD`.
    #[must_use]
    pub fn from_compact(text: &str) -> Option<Self> {
        if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Self::new(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?)
    }

    /// The card's own form, `YYYYMMDD`.
    #[must_use]
    pub fn to_compact(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    /// Year, month and day.
    #[must_use]
    pub const fn parts(self) -> (u16, u8, u8) {
        (self.year, self.month, self.day)
    }
}

impl fmt::Display for CardDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// On the wire a date is `YYYY-MM-DD`.
impl Serialize for CardDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CardDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let compact: String = text.split('-').collect();
        (text.len() == 10)
            .then(|| Self::from_compact(&compact))
            .flatten()
            .ok_or_else(|| serde::de::Error::custom("not a calendar date"))
    }
}

/// Until when a card is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", content = "date", rename_all = "snake_case")]
pub enum ValidUntil {
    /// To the end of this day.
    Date(CardDate),
    /// 长期.
    LongTerm,
}

/// Everything that one reading of a card gave. Whether the card is still valid is not judged here.
///
/// `Debug` shows kind, reader and lengths only: names and numbers must never reach a log by accident.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CardReading {
    /// Where, when and for which request.
    pub provenance: crate::Provenance,
    /// Layout of the card.
    pub kind: CardKind,
    /// Chinese name; empty where a permanent resident has none.
    pub name: String,
    /// English name of a permanent resident.
    pub english_name: Option<String>,
    /// Sex, GB/T 2261.1: `1` male, `2` female, `0` unknown, `9` not stated.
    pub sex_code: String,
    /// Ethnic group, GB/T 3304 two digits; only on resident cards.
    pub ethnic_group_code: Option<String>,
    /// Nationality, GB/T 2659 three letters; only on permanent residents' cards.
    pub nationality_code: Option<String>,
    /// Date of birth.
    pub birth_date: CardDate,
    /// Address printed on the card; permanent residents' cards have none.
    pub address: Option<String>,
    /// Newest address stored in the chip afterwards (追加地址), if there is one.
    pub added_address: Option<String>,
    /// The number of the card's holder.
    pub number: String,
    /// The card's own management number (卡体管理号), 56 hexadecimal digits as the chip has it: IIN (4 bytes), SN (8), DN
    /// (16); it tells one card of a holder from the next. `None` where the reader does not give it.
    #[serde(default)]
    pub management_number: Option<String>,
    /// Issuing office; its code on the 2017 permanent resident card, nothing on the 2023 one.
    pub issuing_office: Option<String>,
    /// First day of validity.
    pub valid_from: CardDate,
    /// Last day of validity.
    pub valid_until: ValidUntil,
    /// Number of the travel pass (通行证号码), on `J` cards.
    pub pass_number: Option<String>,
    /// How often the card was issued (`J`) or replaced (`Y`).
    pub issue_count: Option<String>,
    /// Version of the card (`I`), or the link to earlier editions (`Y`).
    pub version: Option<String>,
    /// The portrait as the chip stores it (WLT, 1024 bytes), not decoded: only makers' licensed
    /// libraries can.
    #[serde(with = "crate::wire::hex_bytes")]
    #[ts(type = "string")]
    pub wlt_photo: Vec<u8>,
    /// The fingerprint record (GA/T 1012), if asked for and present; not decoded.
    #[serde(with = "crate::wire::hex_bytes")]
    #[ts(type = "string")]
    pub fingerprint: Vec<u8>,
    /// The reader's whole answer as it came over the line: what the terminal takes the SM3 of.
    #[serde(with = "crate::wire::hex_bytes")]
    #[ts(type = "string")]
    pub raw: Vec<u8>,
}

impl fmt::Debug for CardReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardReading")
            .field("device", &self.provenance.device)
            .field("kind", &self.kind)
            .field("wlt_photo", &self.wlt_photo.len())
            .field("fingerprint", &self.fingerprint.len())
            .field("raw", &self.raw.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        assert_eq!(CardDate::from_compact("20240229").unwrap().to_string(), "2024-02-29");
        assert_eq!(CardDate::from_compact("20000229").unwrap().to_compact(), "20000229");
        for wrong in ["20230229", "19000229", "20241301", "20240100", "2024010", "2024010a", "", "00000000"] {
            assert_eq!(CardDate::from_compact(wrong), None, "{wrong}");
        }
        let date = CardDate::new(2044, 12, 31).unwrap();
        let wire = serde_json::to_string(&ValidUntil::Date(date)).unwrap();
        assert_eq!(wire, r#"{"type":"date","date":"2044-12-31"}"#);
        assert_eq!(serde_json::from_str::<ValidUntil>(&wire).unwrap(), ValidUntil::Date(date));
        assert!(serde_json::from_str::<CardDate>("\"2044-02-30\"").is_err());
    }
}

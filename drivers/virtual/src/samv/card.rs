//! A virtual card: its fields as data, and the bytes its chip would hold.

use serde::{Deserialize, Serialize};

/// Length of the WLT portrait in a chip.
pub const WLT_LENGTH: usize = 1024;

/// Length of the text area in a chip.
const TEXT_LENGTH: usize = 256;

/// The four layouts of the text area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum CardLayout {
    /// 居民身份证.
    #[default]
    Resident,
    /// 港澳台居民居住证.
    HongKongMacaoTaiwan,
    /// 外国人永久居留身份证, 2017 edition.
    PermanentResident2017,
    /// 外国人永久居留身份证, 2023 edition.
    PermanentResident2023,
}

/// The last day of validity: `YYYY-MM-DD`, or `long_term`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ValidUntil(pub String);

/// A card to lay on the reader. Fields that a layout has no place for are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VirtualCard {
    /// Layout.
    #[serde(default)]
    pub kind: CardLayout,
    /// Chinese name.
    #[serde(default)]
    pub name: String,
    /// English name, of permanent residents.
    #[serde(default)]
    pub english_name: String,
    /// Sex, GB/T 2261.1.
    pub sex_code: String,
    /// Ethnic group, GB/T 3304 two digits.
    #[serde(default)]
    pub ethnic_group_code: String,
    /// Nationality, GB/T 2659 three letters.
    #[serde(default)]
    pub nationality_code: String,
    /// Date of birth, `YYYY-MM-DD`.
    pub birth_date: String,
    /// Address.
    #[serde(default)]
    pub address: String,
    /// Newest address, stored after the card was made.
    #[serde(default)]
    pub added_address: Option<String>,
    /// Number.
    pub number: String,
    /// Issuing office (its code on the 2017 permanent resident card).
    #[serde(default)]
    pub issuing_office: String,
    /// First day of validity, `YYYY-MM-DD`.
    pub valid_from: String,
    /// Last day of validity.
    pub valid_until: ValidUntil,
    /// Number of the travel pass, on residence permits.
    #[serde(default)]
    pub pass_number: String,
    /// How often the card was issued or replaced.
    #[serde(default)]
    pub issue_count: String,
    /// Version, or link to earlier editions.
    #[serde(default)]
    pub version: String,
    /// Whether the chip holds a fingerprint record.
    #[serde(default)]
    pub fingerprint: bool,
}

/// Why a card cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// A field has more UTF-16 units than its place in the chip.
    #[error("field {field} has room for {room} UTF-16 units")]
    TooLong {
        /// The field.
        field: &'static str,
        /// Its room.
        room: usize,
    },
}

impl CardError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "virtual.card_field_too_long",
        }
    }
}

/// Writes fields into a text area of spaces.
struct Writer {
    area: Vec<u8>,
    error: Option<CardError>,
}

impl Writer {
    fn put(&mut self, field: &'static str, at: usize, bytes: usize, text: &str) -> &mut Self {
        let units: Vec<u16> = text.encode_utf16().collect();
        let room = bytes / 2;
        if units.len() > room {
            self.error.get_or_insert(CardError::TooLong { field, room });
            return self;
        }
        for (index, unit) in units.into_iter().enumerate() {
            let place = at + 2 * index;
            self.area[place..place + 2].copy_from_slice(&unit.to_le_bytes());
        }
        self
    }
}

impl VirtualCard {
    /// The 256 bytes of text.
    ///
    /// # Errors
    /// A field that is too long for its place.
    pub fn text_area(&self) -> Result<Vec<u8>, CardError> {
        let mut writer = Writer { area: [0x20, 0].repeat(TEXT_LENGTH / 2), error: None };
        let birth = compact(&self.birth_date);
        let from = compact(&self.valid_from);
        let until = if self.valid_until.0 == "long_term" {
            "长期".to_owned()
        } else {
            compact(&self.valid_until.0)
        };
        writer.put("valid_from", 188, 16, &from).put("valid_until", 204, 16, &until);
        match self.kind {
            CardLayout::Resident | CardLayout::HongKongMacaoTaiwan => {
                writer
                    .put("name", 0, 30, &self.name)
                    .put("sex_code", 30, 2, &self.sex_code)
                    .put("birth_date", 36, 16, &birth)
                    .put("address", 52, 70, &self.address)
                    .put("number", 122, 36, &self.number)
                    .put("issuing_office", 158, 30, &self.issuing_office);
                if self.kind == CardLayout::Resident {
                    writer.put("ethnic_group_code", 32, 4, &self.ethnic_group_code);
                } else {
                    writer
                        .put("pass_number", 220, 18, &self.pass_number)
                        .put("issue_count", 238, 4, &self.issue_count)
                        .put("letter", 248, 2, "J");
                }
            }
            CardLayout::PermanentResident2017 => {
                writer
                    .put("english_name", 0, 120, &self.english_name)
                    .put("sex_code", 120, 2, &self.sex_code)
                    .put("number", 122, 30, &self.number)
                    .put("nationality_code", 152, 6, &self.nationality_code)
                    .put("name", 158, 30, &self.name)
                    .put("birth_date", 220, 16, &birth)
                    .put("version", 236, 4, &self.version)
                    .put("issuing_office", 240, 8, &self.issuing_office)
                    .put("letter", 248, 2, "I");
            }
            CardLayout::PermanentResident2023 => {
                let seam =
                    self.english_name.char_indices().nth(35).map_or(self.english_name.len(), |(at, _)| at);
                let (front, back) = self.english_name.split_at(seam);
                writer
                    .put("name", 0, 30, &self.name)
                    .put("sex_code", 30, 2, &self.sex_code)
                    .put("issue_count", 32, 4, &self.issue_count)
                    .put("birth_date", 36, 16, &birth)
                    .put("english_name", 52, 70, front)
                    .put("number", 122, 36, &self.number)
                    .put("english_name", 220, 22, back)
                    .put("nationality_code", 242, 6, &self.nationality_code)
                    .put("letter", 248, 2, "Y")
                    .put("version", 250, 6, &self.version);
            }
        }
        match writer.error {
            Some(error) => Err(error),
            None => Ok(writer.area),
        }
    }

    /// The newest address as its record: 35 UTF-16 units; `None` if the chip holds none.
    ///
    /// # Errors
    /// An address that is too long.
    pub fn added_address_record(&self) -> Result<Option<Vec<u8>>, CardError> {
        let Some(address) = &self.added_address else { return Ok(None) };
        let mut writer = Writer { area: [0x20, 0].repeat(35), error: None };
        writer.put("added_address", 0, 70, address);
        match writer.error {
            Some(error) => Err(error),
            None => Ok(Some(writer.area)),
        }
    }

    /// 1024 bytes in the place of the portrait: always the same for the same number, and a text that says
    /// what it is at the front, so that nobody takes it for a picture.
    #[must_use]
    pub fn pseudo_portrait(&self) -> Vec<u8> {
        self.filler(b"DEMO CARD, NOT A PICTURE\0", WLT_LENGTH)
    }

    /// 1024 bytes in the place of the fingerprint record; empty if the card has none.
    #[must_use]
    pub fn pseudo_fingerprint(&self) -> Vec<u8> {
        if self.fingerprint { self.filler(b"DEMO CARD, NOT A FINGERPRINT\0", 1024) } else { Vec::new() }
    }

    /// 28 bytes in the place of the management number: an IIN and an SN of nines, then a DN of this card's own.
    #[must_use]
    pub fn pseudo_management_number(&self) -> Vec<u8> {
        [vec![0x99; 12], self.filler(b"", 16)].concat()
    }

    fn filler(&self, head: &[u8], length: usize) -> Vec<u8> {
        // FNV-1a over the number seeds a xorshift: nothing but a fixed pattern per card is wanted.
        let mut state = self.number.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut bytes = head.to_vec();
        while bytes.len() < length {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.extend(state.to_le_bytes());
        }
        bytes.truncate(length);
        bytes
    }
}

fn compact(date: &str) -> String {
    date.split('-').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(name: &str) -> VirtualCard {
        serde_json::from_value(serde_json::json!({
            "name": name, "sex_code": "1", "ethnic_group_code": "01", "birth_date": "1990-01-01",
            "address": "演示省", "number": "999901199001010010", "issuing_office": "江城市公安局",
            "valid_from": "2015-01-01", "valid_until": "2035-01-01"
        }))
        .unwrap()
    }

    #[test]
    fn fields_lie_where_the_sheets_put_them() {
        let area = card("演示").text_area().unwrap();
        assert_eq!(area.len(), 256);
        assert_eq!(&area[..6], [0x14, 0x6f, 0x3a, 0x79, 0x20, 0x00]);
        assert_eq!(&area[30..36], [0x31, 0, 0x30, 0, 0x31, 0]);
        assert_eq!(&area[248..250], [0x20, 0]);
    }

    #[test]
    fn a_name_has_fifteen_units() {
        assert!(card(&"𠮷".repeat(7)).text_area().is_ok());
        let error = card(&"𠮷".repeat(8)).text_area().unwrap_err();
        assert_eq!(error, CardError::TooLong { field: "name", room: 15 });
    }

    #[test]
    fn the_pseudo_portrait_says_what_it_is_and_stays_the_same() {
        let bytes = card("演示").pseudo_portrait();
        assert_eq!(bytes.len(), WLT_LENGTH);
        assert!(bytes.starts_with(b"DEMO CARD, NOT A PICTURE"));
        assert_eq!(bytes, card("别名").pseudo_portrait());
    }
}

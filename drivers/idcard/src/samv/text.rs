//! The 256 bytes of text in a card's chip: UTF-16LE, fields of fixed width, padded with spaces.
//!
//! The byte at 248 tells the layouts apart: a space on the resident card, `J` on the residence permit for
//! Hong Kong, Macao and Taiwan residents, `I` and `Y` on the two editions of the foreigners' permanent
//! resident card. Offsets are in bytes, as the makers' notes give them.

use driver_contract::{CardDate, CardKind, ValidUntil};

/// Length of the text area.
pub(super) const TEXT_LENGTH: usize = 256;

/// Where the layout's letter stands.
const LETTER: Field = Field("letter", 248, 2);

/// A field: its name (for errors), first byte and length in bytes.
#[derive(Debug, Clone, Copy)]
struct Field(&'static str, usize, usize);

/// Why a text area cannot be used. Names the field, never its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Not 256 bytes.
    #[error("the text area has {0} bytes")]
    Length(usize),
    /// A lone surrogate or a control character.
    #[error("field {0} is not UTF-16 text")]
    NotText(&'static str),
    /// A code or number of another form.
    #[error("field {0} has a form that the layout does not allow")]
    Form(&'static str),
    /// A date that does not exist.
    #[error("field {0} is not a calendar date")]
    Date(&'static str),
    /// A field that must be filled is empty.
    #[error("field {0} is empty")]
    Empty(&'static str),
    /// No layout has this letter.
    #[error("the layout's letter is unknown")]
    UnknownLayout,
}

/// What the text area says.
#[derive(Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of `driver_contract::CardReading`, documented there")]
pub struct CardText {
    pub kind: CardKind,
    pub name: String,
    pub english_name: Option<String>,
    pub sex_code: String,
    pub ethnic_group_code: Option<String>,
    pub nationality_code: Option<String>,
    pub birth_date: CardDate,
    pub address: Option<String>,
    pub number: String,
    pub issuing_office: Option<String>,
    pub valid_from: CardDate,
    pub valid_until: ValidUntil,
    pub pass_number: Option<String>,
    pub issue_count: Option<String>,
    pub version: Option<String>,
}

/// Reads a text area.
///
/// # Errors
/// See [`TextError`]. A card whose text is not strictly of its layout is not read at all: a half-right
/// person is worse than none.
pub fn decode_text(bytes: &[u8]) -> Result<CardText, TextError> {
    if bytes.len() != TEXT_LENGTH {
        return Err(TextError::Length(bytes.len()));
    }
    let area = Area(bytes);
    match area.text(LETTER)?.as_str() {
        "" => area.resident(),
        "J" => area.residence_permit(),
        "I" => area.permanent_2017(),
        "Y" => area.permanent_2023(),
        _ => Err(TextError::UnknownLayout),
    }
}

struct Area<'a>(&'a [u8]);

impl Area<'_> {
    fn resident(&self) -> Result<CardText, TextError> {
        let ethnic = Field("ethnic_group_code", 32, 4);
        Ok(CardText { ethnic_group_code: Some(self.digits(ethnic, 2)?), ..self.common(CardKind::Resident)? })
    }

    fn residence_permit(&self) -> Result<CardText, TextError> {
        Ok(CardText {
            pass_number: self.optional(Field("pass_number", 220, 18))?,
            issue_count: self.optional(Field("issue_count", 238, 4))?,
            ..self.common(CardKind::HongKongMacaoTaiwan)?
        })
    }

    /// The part that the resident card and the residence permit share.
    fn common(&self, kind: CardKind) -> Result<CardText, TextError> {
        Ok(CardText {
            kind,
            name: self.filled(Field("name", 0, 30))?,
            english_name: None,
            sex_code: self.sex(Field("sex_code", 30, 2))?,
            ethnic_group_code: None,
            nationality_code: None,
            birth_date: self.date(Field("birth_date", 36, 16))?,
            address: Some(self.filled(Field("address", 52, 70))?),
            number: self.number18(Field("number", 122, 36))?,
            issuing_office: Some(self.filled(Field("issuing_office", 158, 30))?),
            valid_from: self.date(Field("valid_from", 188, 16))?,
            valid_until: self.until(Field("valid_until", 204, 16))?,
            pass_number: None,
            issue_count: None,
            version: None,
        })
    }

    fn permanent_2017(&self) -> Result<CardText, TextError> {
        let number = self.filled(Field("number", 122, 30))?;
        if number.len() != 15 || !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(TextError::Form("number"));
        }
        Ok(CardText {
            kind: CardKind::PermanentResident2017,
            name: self.text(Field("name", 158, 30))?,
            english_name: Some(self.filled(Field("english_name", 0, 120))?),
            sex_code: self.sex(Field("sex_code", 120, 2))?,
            ethnic_group_code: None,
            nationality_code: Some(self.nationality(Field("nationality_code", 152, 6))?),
            birth_date: self.date(Field("birth_date", 220, 16))?,
            address: None,
            number,
            issuing_office: self.optional(Field("issuing_office", 240, 8))?,
            valid_from: self.date(Field("valid_from", 188, 16))?,
            valid_until: self.until(Field("valid_until", 204, 16))?,
            pass_number: None,
            issue_count: None,
            version: self.optional(Field("version", 236, 4))?,
        })
    }

    fn permanent_2023(&self) -> Result<CardText, TextError> {
        // The English name goes on in a second place when it has more than 35 letters; a space may
        // stand on the seam, so the parts are joined before trailing padding is cut.
        let mut english = self.padded(Field("english_name", 52, 70))?;
        english.push_str(&self.padded(Field("english_name", 220, 22))?);
        let english = english.trim_end_matches(' ').to_owned();
        if english.is_empty() {
            return Err(TextError::Empty("english_name"));
        }
        Ok(CardText {
            kind: CardKind::PermanentResident2023,
            name: self.text(Field("name", 0, 30))?,
            english_name: Some(english),
            sex_code: self.sex(Field("sex_code", 30, 2))?,
            ethnic_group_code: None,
            nationality_code: Some(self.nationality(Field("nationality_code", 242, 6))?),
            birth_date: self.date(Field("birth_date", 36, 16))?,
            address: None,
            number: self.number18(Field("number", 122, 36))?,
            issuing_office: None,
            valid_from: self.date(Field("valid_from", 188, 16))?,
            valid_until: self.until(Field("valid_until", 204, 16))?,
            pass_number: None,
            issue_count: self.optional(Field("issue_count", 32, 4))?,
            version: self.optional(Field("version", 250, 6))?,
        })
    }

    fn padded(&self, field: Field) -> Result<String, TextError> {
        decode_utf16(&self.0[field.1..field.1 + field.2]).ok_or(TextError::NotText(field.0))
    }

    fn text(&self, field: Field) -> Result<String, TextError> {
        Ok(self.padded(field)?.trim_end_matches(' ').to_owned())
    }

    fn filled(&self, field: Field) -> Result<String, TextError> {
        let text = self.text(field)?;
        if text.is_empty() { Err(TextError::Empty(field.0)) } else { Ok(text) }
    }

    fn optional(&self, field: Field) -> Result<Option<String>, TextError> {
        Ok(Some(self.text(field)?).filter(|text| !text.is_empty()))
    }

    fn digits(&self, field: Field, count: usize) -> Result<String, TextError> {
        let text = self.text(field)?;
        let right = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        right.then_some(text).ok_or(TextError::Form(field.0))
    }

    fn sex(&self, field: Field) -> Result<String, TextError> {
        let code = self.digits(field, 1)?;
        // GB/T 2261.1 knows these four.
        if matches!(code.as_str(), "0" | "1" | "2" | "9") { Ok(code) } else { Err(TextError::Form(field.0)) }
    }

    fn nationality(&self, field: Field) -> Result<String, TextError> {
        let code = self.text(field)?;
        let right = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        right.then_some(code).ok_or(TextError::Form(field.0))
    }

    /// Seventeen digits and a digit or `X`. Whether the check character is right is for the rules of the
    /// counter to say, in words that an officer can use.
    fn number18(&self, field: Field) -> Result<String, TextError> {
        let number = self.text(field)?;
        let bytes = number.as_bytes();
        let right = bytes.len() == 18
            && bytes[..17].iter().all(u8::is_ascii_digit)
            && (bytes[17].is_ascii_digit() || bytes[17] == b'X');
        right.then_some(number).ok_or(TextError::Form(field.0))
    }

    fn date(&self, field: Field) -> Result<CardDate, TextError> {
        CardDate::from_compact(&self.text(field)?).ok_or(TextError::Date(field.0))
    }

    fn until(&self, field: Field) -> Result<ValidUntil, TextError> {
        if self.text(field)? == "长期" {
            return Ok(ValidUntil::LongTerm);
        }
        Ok(ValidUntil::Date(self.date(field)?))
    }
}

/// Strict UTF-16LE without control characters; surrogate pairs become one character.
pub(super) fn decode_utf16(bytes: &[u8]) -> Option<String> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let text = char::decode_utf16(units).collect::<Result<String, _>>().ok()?;
    (!text.chars().any(char::is_control)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a field without help of the code under test.
    fn put(area: &mut [u8], at: usize, text: &str) {
        for (index, unit) in text.encode_utf16().enumerate() {
            area[at + 2 * index..at + 2 * index + 2].copy_from_slice(&unit.to_le_bytes());
        }
    }

    fn blank() -> Vec<u8> {
        [0x20, 0x00].repeat(128)
    }

    fn resident() -> Vec<u8> {
        let mut area = blank();
        put(&mut area, 0, "演示𠮷𬭚㛃");
        put(&mut area, 30, "2");
        put(&mut area, 32, "01");
        put(&mut area, 36, "19900229");
        put(&mut area, 36, "19920229");
        put(&mut area, 52, "演示省江城市演示路1号");
        put(&mut area, 122, "999901199202290020");
        put(&mut area, 158, "江城市公安局");
        put(&mut area, 188, "20150101");
        put(&mut area, 204, "长期");
        area
    }

    #[test]
    fn a_resident_card_with_rare_characters() {
        let text = decode_text(&resident()).unwrap();
        assert_eq!(text.kind, CardKind::Resident);
        assert_eq!(text.name, "演示𠮷𬭚㛃");
        assert_eq!(text.birth_date.to_string(), "1992-02-29");
        assert_eq!(text.ethnic_group_code.as_deref(), Some("01"));
        assert_eq!(text.valid_until, ValidUntil::LongTerm);
    }

    #[test]
    fn a_name_of_fifteen_units_may_end_in_a_pair_but_never_in_half_of_one() {
        let mut area = resident();
        put(&mut area, 0, "一二三四五六七八九十甲乙丙𠮷");
        assert_eq!(decode_text(&area).unwrap().name.encode_utf16().count(), 15);
        // One more character in front pushes the low surrogate out of the field.
        area[..30].copy_from_slice(&blank()[..30]);
        put(&mut area, 0, "一二三四五六七八九十甲乙丙丁");
        area[28..30].copy_from_slice(&0xd842u16.to_le_bytes());
        assert_eq!(decode_text(&area).err(), Some(TextError::NotText("name")));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let cases: [(usize, &str, TextError); 8] = [
            (30, "3", TextError::Form("sex_code")),
            (32, "A1", TextError::Form("ethnic_group_code")),
            (36, "19900231", TextError::Date("birth_date")),
            (122, "99990119920229002x", TextError::Form("number")),
            (188, "2015010 ", TextError::Date("valid_from")),
            (204, "短期", TextError::Date("valid_until")),
            (248, "Z", TextError::UnknownLayout),
            (0, "\n", TextError::NotText("name")),
        ];
        for (at, text, expected) in cases {
            let mut area = resident();
            put(&mut area, at, text);
            assert_eq!(decode_text(&area).err(), Some(expected));
        }
        assert_eq!(decode_text(&[0x20; 255]).err(), Some(TextError::Length(255)));
    }

    #[test]
    fn the_2023_card_joins_its_english_name() {
        let mut area = blank();
        let long = "DEMONSTRATION PERSON WITH A LONG A NAME IN ALL";
        put(&mut area, 0, "演示");
        put(&mut area, 30, "1");
        put(&mut area, 32, "02");
        put(&mut area, 36, "19850101");
        put(&mut area, 52, &long[..35]);
        put(&mut area, 220, &long[35..]);
        // A sample number that the immigration administration printed for the 2023 card.
        put(&mut area, 122, "932682198501010017");
        put(&mut area, 188, "20240101");
        put(&mut area, 204, "20340101");
        put(&mut area, 242, "XXX");
        put(&mut area, 248, "Y");
        let text = decode_text(&area).unwrap();
        assert_eq!(text.english_name.as_deref(), Some(long));
        assert_eq!(text.issue_count.as_deref(), Some("02"));
        assert_eq!(text.kind, CardKind::PermanentResident2023);
    }
}

//! A frame described as data: fixed bytes, numbers, text and a check value.
//!
//! A pattern is written as words, each for one part of the frame:
//!
//! | word | part |
//! |---|---|
//! | `AA` | this byte |
//! | `??` | one byte, whatever it is |
//! | `{key}` | a number of one byte |
//! | `{x:2be}`, `{x:2le}` | a number of 1 to 4 bytes, high byte or low byte first |
//! | `{ticket:6t}` | text of 6 bytes, GB 18030, filled up with spaces |
//! | `{xor}`, `{sum}` | one check byte: XOR, or sum modulo 256, of all bytes before it |
//! | `{crc16}` | CRC-16/MODBUS of all bytes before it, low byte first |
//! | `{xor@2}` | the same, but of the bytes from the third on |

use std::collections::BTreeMap;

use encoding_rs::GB18030;

/// Longest frame. The longest known, a caller's line of text, has some 60 bytes.
pub const LONGEST: usize = 256;

/// What stands in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Number(u32),
    /// Text without the spaces at its end.
    Text(String),
}

/// The fields of a frame by their names.
pub type Fields = BTreeMap<String, Value>;

/// A pattern that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("pattern: {0}")]
pub struct PatternError(String);

/// Why a frame cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A field that nobody gave a value for, or a value of the other kind.
    #[error("no value for field {0}")]
    Missing(String),
    /// A value does not fit into its field.
    #[error("the value of field {0} is too long")]
    TooLong(String),
    /// Text that has no bytes in GB 18030, or control characters.
    #[error("the text of field {0} cannot be sent")]
    NotText(String),
}

/// What becomes of text that is longer than its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlong {
    /// It is an error: half a number is another number.
    Refuse,
    /// It is cut between two characters.
    Cut,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Byte(u8),
    Any,
    Number { name: String, width: usize, big: bool },
    Text { name: String, width: usize },
    Check { kind: CheckKind, from: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CheckKind {
    Xor,
    Sum,
    Crc16,
}

impl CheckKind {
    fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Xor => vec![bytes.iter().fold(0, |sum, byte| sum ^ byte)],
            Self::Sum => vec![bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte))],
            // Modbus over serial line V1.02, §6.2.2: polynomial A001 reflected, from FFFF.
            Self::Crc16 => {
                let mut crc = 0xffff_u16;
                for byte in bytes {
                    crc ^= u16::from(*byte);
                    for _ in 0..8 {
                        crc = if crc & 1 == 1 { (crc >> 1) ^ 0xa001 } else { crc >> 1 };
                    }
                }
                crc.to_le_bytes().to_vec()
            }
        }
    }
}

impl Part {
    const fn width(&self) -> usize {
        match self {
            Self::Byte(_) | Self::Any => 1,
            Self::Number { width, .. } | Self::Text { width, .. } => *width,
            Self::Check { kind: CheckKind::Crc16, .. } => 2,
            Self::Check { .. } => 1,
        }
    }
}

/// How bytes fit a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// They begin with a whole frame.
    Whole(Fields),
    /// They begin with a whole frame whose check value is wrong.
    WrongCheck,
    /// They may become a frame.
    Partial,
    /// They do not begin such a frame.
    No,
}

/// A frame that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Number of its pattern in the list that was searched.
    pub pattern: usize,
    /// Its fields.
    pub fields: Fields,
    /// Its bytes.
    pub raw: Vec<u8>,
}

impl Frame {
    /// A number of the frame.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u32> {
        match self.fields.get(name)? {
            Value::Number(number) => Some(*number),
            Value::Text(_) => None,
        }
    }
}

/// A pattern of frames of one fixed length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
    length: usize,
}

impl Pattern {
    /// Reads a pattern; see the module's table.
    ///
    /// # Errors
    /// The first word that is none.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut parts = Vec::new();
        let mut length = 0;
        for word in text.split_ascii_whitespace() {
            let part =
                parse_word(word, length).ok_or_else(|| PatternError(format!("`{word}` is no word")))?;
            length += part.width();
            parts.push(part);
        }
        if parts.is_empty() || length > LONGEST {
            return Err(PatternError(format!("a frame has 1 to {LONGEST} bytes, not {length}")));
        }
        Ok(Self { parts, length })
    }

    /// Number of bytes of such a frame.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length
    }

    /// Whether such a frame begins with a fixed byte: only then can it be found in a stream.
    #[must_use]
    pub fn begins_fixed(&self) -> bool {
        matches!(self.parts.first(), Some(Part::Byte(_)))
    }

    /// Whether a field of this name is there.
    #[must_use]
    pub fn has(&self, wanted: &str) -> bool {
        self.parts
            .iter()
            .any(|part| matches!(part, Part::Number { name, .. } | Part::Text { name, .. } if name == wanted))
    }

    /// Compares the beginning of `bytes`.
    #[must_use]
    pub fn fit(&self, bytes: &[u8]) -> Fit {
        let mut fields = Fields::new();
        let mut wrong_check = false;
        let mut at = 0;
        for part in &self.parts {
            let Some(piece) = bytes.get(at..at + part.width()) else {
                // What is there of the part must not contradict it; only single bytes could.
                return Fit::Partial;
            };
            match part {
                Part::Byte(byte) if piece[0] != *byte => return Fit::No,
                Part::Byte(_) | Part::Any => {}
                Part::Number { name, big, .. } => {
                    fields.insert(name.clone(), Value::Number(number(piece, *big)));
                }
                Part::Text { name, .. } => {
                    let (text, _) = GB18030.decode_without_bom_handling(piece);
                    let text = text.trim_end_matches([' ', '\0']).to_owned();
                    fields.insert(name.clone(), Value::Text(text));
                }
                Part::Check { kind, from } => {
                    wrong_check |= kind.of(bytes.get(*from..at).unwrap_or_default()) != piece;
                }
            }
            at += part.width();
        }
        if wrong_check { Fit::WrongCheck } else { Fit::Whole(fields) }
    }

    /// Makes a frame.
    ///
    /// # Errors
    /// A field without a value, or a value that does not fit.
    pub fn encode(&self, values: &Fields, overlong: Overlong) -> Result<Vec<u8>, EncodeError> {
        let mut bytes = Vec::with_capacity(self.length);
        for part in &self.parts {
            match part {
                Part::Byte(byte) => bytes.push(*byte),
                Part::Any => bytes.push(0),
                Part::Number { name, width, big } => {
                    let Some(Value::Number(value)) = values.get(name) else {
                        return Err(EncodeError::Missing(name.clone()));
                    };
                    let little = value.to_le_bytes();
                    let (kept, rest) = little.split_at((*width).min(4));
                    if rest.iter().any(|byte| *byte != 0) {
                        return Err(EncodeError::TooLong(name.clone()));
                    }
                    if *big { bytes.extend(kept.iter().rev()) } else { bytes.extend(kept) }
                }
                Part::Text { name, width } => {
                    let Some(Value::Text(text)) = values.get(name) else {
                        return Err(EncodeError::Missing(name.clone()));
                    };
                    let mut field = text_bytes(name, text, *width, overlong)?;
                    field.resize(*width, b' ');
                    bytes.extend(field);
                }
                Part::Check { kind, from } => {
                    let check = kind.of(bytes.get(*from..).unwrap_or_default());
                    bytes.extend(check);
                }
            }
        }
        Ok(bytes)
    }
}

fn number(piece: &[u8], big: bool) -> u32 {
    let add = |sum: u32, byte: &u8| (sum << 8) | u32::from(*byte);
    if big { piece.iter().fold(0, add) } else { piece.iter().rev().fold(0, add) }
}

fn text_bytes(name: &str, text: &str, width: usize, overlong: Overlong) -> Result<Vec<u8>, EncodeError> {
    let mut field = Vec::new();
    for character in text.chars() {
        // A line feed in a ticket's number would be a command to the sign.
        if character.is_control() {
            return Err(EncodeError::NotText(name.to_owned()));
        }
        let one = character.to_string();
        let (bytes, _, lossy) = GB18030.encode(&one);
        if lossy {
            return Err(EncodeError::NotText(name.to_owned()));
        }
        if field.len() + bytes.len() > width {
            return if overlong == Overlong::Cut {
                Ok(field)
            } else {
                Err(EncodeError::TooLong(name.to_owned()))
            };
        }
        field.extend_from_slice(&bytes);
    }
    Ok(field)
}

fn parse_word(word: &str, at: usize) -> Option<Part> {
    if word == "??" {
        return Some(Part::Any);
    }
    let Some(inner) = word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) else {
        let byte = (word.len() == 2).then(|| u8::from_str_radix(word, 16).ok())??;
        return Some(Part::Byte(byte));
    };
    let (check, from) = inner.split_once('@').unwrap_or((inner, "0"));
    let kind = match check {
        "xor" => Some(CheckKind::Xor),
        "sum" => Some(CheckKind::Sum),
        "crc16" => Some(CheckKind::Crc16),
        _ => None,
    };
    if let Some(kind) = kind {
        let from = from.parse().ok().filter(|from| *from < at)?;
        return Some(Part::Check { kind, from });
    }
    let (name, shape) = inner.split_once(':').unwrap_or((inner, "1be"));
    let good = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if !good {
        return None;
    }
    let name = name.to_owned();
    let digits = shape.find(|c: char| !c.is_ascii_digit())?;
    let (width, kind) = shape.split_at(digits);
    let width: usize = width.parse().ok().filter(|width| (1..=LONGEST).contains(width))?;
    match kind {
        "be" | "le" if width <= 4 => Some(Part::Number { name, width, big: kind == "be" }),
        "t" => Some(Part::Text { name, width }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, Value)]) -> Fields {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    #[test]
    fn what_is_made_is_understood_and_a_flipped_bit_is_found() {
        let pattern = Pattern::parse("AA 55 {n:2be} {m:2le} {t:6t} {crc16}").unwrap();
        let values = fields(&[
            ("n", Value::Number(0x0102)),
            ("m", Value::Number(0x0304)),
            ("t", Value::Text("窗口A".into())),
        ]);
        let bytes = pattern.encode(&values, Overlong::Refuse).unwrap();
        assert_eq!(bytes[..6], [0xaa, 0x55, 1, 2, 4, 3]);
        assert_eq!((bytes.len(), pattern.length()), (14, 14));
        assert_eq!(pattern.fit(&bytes), Fit::Whole(values));
        for cut in 0..bytes.len() {
            assert_eq!(pattern.fit(&bytes[..cut]), Fit::Partial, "cut at {cut}");
        }
        for bit in 16..bytes.len() * 8 {
            let mut spoilt = bytes.clone();
            spoilt[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(pattern.fit(&spoilt), Fit::WrongCheck, "bit {bit}");
        }
        assert_eq!(pattern.fit(&[0xaa, 0x54]), Fit::No);
    }

    #[test]
    fn the_check_value_of_the_standards_example() {
        // Modbus over serial line V1.02, §6.2.2: 02 07 has CRC 12 41 on the line (low byte 41, then 12).
        let pattern = Pattern::parse("02 07 {crc16}").unwrap();
        assert_eq!(pattern.encode(&Fields::new(), Overlong::Refuse).unwrap(), [0x02, 0x07, 0x41, 0x12]);
    }

    #[test]
    fn values_that_do_not_fit_are_refused_or_cut_between_characters() {
        let pattern = Pattern::parse("02 {t:5t} {n}").unwrap();
        let with =
            |text: &str, number| fields(&[("t", Value::Text(text.into())), ("n", Value::Number(number))]);
        let refused = pattern.encode(&with("窗口三", 1), Overlong::Refuse);
        assert_eq!(refused, Err(EncodeError::TooLong("t".into())));
        let cut = pattern.encode(&with("窗口三", 1), Overlong::Cut).unwrap();
        assert_eq!(cut, [0x02, 0xb4, 0xb0, 0xbf, 0xda, b' ', 1]);
        assert_eq!(pattern.encode(&with("A", 256), Overlong::Cut), Err(EncodeError::TooLong("n".into())));
        assert_eq!(pattern.encode(&with("A\n", 1), Overlong::Cut), Err(EncodeError::NotText("t".into())));
        assert_eq!(pattern.encode(&Fields::new(), Overlong::Cut), Err(EncodeError::Missing("t".into())));
    }

    #[test]
    fn what_is_no_pattern_is_named() {
        for wrong in
            ["", "A", "AAA", "{", "{X}", "{x:5be}", "{x:0be}", "{x:2xx}", "{xor}", "AA {xor@1}", "{t:999t}"]
        {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
        assert!(!Pattern::parse("{x} AA").unwrap().begins_fixed());
    }
}

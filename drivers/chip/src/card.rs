//! What is said to a chip card: commands and answers of ISO/IEC 7816-4, and the social security card's application.
//!
//! Pure: bytes in, values out. The social security card (社会保障卡, LD/T 32 and its successors) has an application that
//! is selected by the name `sx1.sh.社会保障` (the Chinese in GBK) and keeps the number on its face in the elementary
//! file EF05, record tag 07. What else it keeps wants a key of the authorities, and is not asked for.

use crate::mutants::planted;

/// `sx1.sh.` and 社会保障 in GBK.
const APPLICATION: [u8; 15] =
    [0x73, 0x78, 0x31, 0x2e, 0x73, 0x68, 0x2e, 0xc9, 0xe7, 0xbb, 0xe1, 0xb1, 0xa3, 0xd5, 0xcf];

/// The file with the card's own data.
const CARD_FILE: [u8; 2] = [0xef, 0x05];

/// Tag of the number on the card's face.
const NUMBER_TAG: u8 = 0x07;

/// Length of that number: a letter or digit, then digits.
const NUMBER_LENGTH: usize = 9;

/// A command for the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// SELECT the social security application by its name.
    SelectApplication,
    /// SELECT the file with the card's own data.
    SelectFile,
    /// READ RECORD with the number on the card's face.
    ReadNumber,
    /// GET RESPONSE: the rest of an answer, so many bytes (T=0).
    GetResponse(u8),
}

impl Command {
    /// The bytes that go to the card.
    #[must_use]
    pub fn bytes(self) -> Vec<u8> {
        match self {
            Self::SelectApplication => {
                let mut bytes = vec![0x00, 0xa4, 0x04, 0x00, APPLICATION.len() as u8];
                bytes.extend(APPLICATION);
                bytes
            }
            Self::SelectFile => {
                let mut bytes = vec![0x00, 0xa4, 0x02, 0x00, CARD_FILE.len() as u8];
                bytes.extend(CARD_FILE);
                bytes
            }
            // P2: short file identifier 5, record by its number in P1.
            Self::ReadNumber => vec![0x00, 0xb2, NUMBER_TAG, 0x2c, 2 + NUMBER_LENGTH as u8],
            Self::GetResponse(count) => vec![0x00, 0xc0, 0x00, 0x00, count],
        }
    }
}

/// A card's answer: data and the two status bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What came before the status.
    pub data: Vec<u8>,
    /// SW1 and SW2.
    pub status: u16,
}

impl Answer {
    /// Takes an answer apart.
    ///
    /// # Errors
    /// Shorter than a status.
    pub fn parse(bytes: &[u8]) -> Result<Self, CardError> {
        let Some((data, [first, second])) = bytes.split_last_chunk::<2>() else {
            return Err(CardError::TooShort(bytes.len()));
        };
        Ok(Self { data: data.to_vec(), status: u16::from_be_bytes([*first, *second]) })
    }

    /// What the card wants before it gives its answer (ISO/IEC 7816-4: 61xx and 6Cxx), if it wants anything.
    #[must_use]
    pub const fn wants(&self) -> Option<More> {
        let count = (self.status & 0xff) as u8;
        match self.status >> 8 {
            0x61 => Some(More::Fetch(count)),
            0x6c => Some(More::Repeat(count)),
            _ => None,
        }
    }

    /// The data of a command that was done.
    ///
    /// # Errors
    /// What the status says.
    pub fn accepted(self) -> Result<Vec<u8>, CardError> {
        match self.status {
            0x9000 => Ok(self.data),
            // 6Axx: not there; 62xx to 69xx: refused, locked, in the wrong state; the rest is no status.
            0x6a81..=0x6a83 | 0x6a88 => Err(CardError::NotThere(self.status)),
            0x6200..=0x6fff => Err(CardError::Refused(self.status)),
            _ => Err(CardError::NoStatus(self.status)),
        }
    }
}

/// What a card wants before it gives its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More {
    /// The rest is to be fetched.
    Fetch(u8),
    /// The command is to be given again with this length.
    Repeat(u8),
}

/// What a card answered cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// Not even a status.
    #[error("an answer of {0} bytes")]
    TooShort(usize),
    /// There is no such application, file or record.
    #[error("not there: status {0:04X}")]
    NotThere(u16),
    /// The card refused.
    #[error("refused: status {0:04X}")]
    Refused(u16),
    /// A status that is none.
    #[error("no status: {0:04X}")]
    NoStatus(u16),
    /// A record that is shorter or longer than it must be.
    #[error("a record of {0} bytes")]
    RecordLength(usize),
    /// A record that is not the number's, or holds what no number holds.
    #[error("not a card number")]
    NotANumber,
    /// The card keeps wanting more.
    #[error("the card does not come to an end")]
    Endless,
}

/// Reads the number on the card's face out of its record: tag, length, nine letters or digits.
///
/// # Errors
/// Another length, tag or character.
pub fn card_number(record: &[u8]) -> Result<String, CardError> {
    if planted("card-number-not-checked") {
        return Ok(String::from_utf8_lossy(record.get(2..).unwrap_or_default()).into_owned());
    }
    let [tag, length, value @ ..] = record else { return Err(CardError::RecordLength(record.len())) };
    if usize::from(*length) != value.len() || value.len() != NUMBER_LENGTH {
        return Err(CardError::RecordLength(record.len()));
    }
    let fits = value[0].is_ascii_alphanumeric() && value[1..].iter().all(u8::is_ascii_digit);
    if *tag != NUMBER_TAG || !fits {
        return Err(CardError::NotANumber);
    }
    Ok(value.iter().map(|byte| char::from(byte.to_ascii_uppercase())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The commands as public programs for the card send them.
    #[test]
    fn commands_are_those_that_the_card_knows() {
        let select = [0x00, 0xa4, 0x04, 0x00, 0x0f]
            .into_iter()
            .chain(*b"sx1.sh.")
            .chain([0xc9, 0xe7, 0xbb, 0xe1, 0xb1, 0xa3, 0xd5, 0xcf]);
        assert_eq!(Command::SelectApplication.bytes(), select.collect::<Vec<u8>>());
        assert_eq!(Command::SelectFile.bytes(), [0x00, 0xa4, 0x02, 0x00, 0x02, 0xef, 0x05]);
        assert_eq!(Command::ReadNumber.bytes(), [0x00, 0xb2, 0x07, 0x2c, 0x0b]);
        assert_eq!(Command::GetResponse(11).bytes(), [0x00, 0xc0, 0x00, 0x00, 0x0b]);
    }

    #[test]
    fn every_status_has_its_meaning() {
        let of = |status: u16| Answer { data: vec![1], status }.accepted();
        assert_eq!(of(0x9000), Ok(vec![1]));
        assert_eq!(of(0x6a82), Err(CardError::NotThere(0x6a82)));
        for status in [0x6283, 0x6982, 0x6985, 0x6d00, 0x6f00] {
            assert_eq!(of(status), Err(CardError::Refused(status)));
        }
        for status in [0x0000, 0x9001, 0xffff] {
            assert_eq!(of(status), Err(CardError::NoStatus(status)));
        }
        assert_eq!(Answer { data: Vec::new(), status: 0x610b }.wants(), Some(More::Fetch(11)));
        assert_eq!(Answer { data: Vec::new(), status: 0x6c09 }.wants(), Some(More::Repeat(9)));
        assert_eq!(Answer { data: Vec::new(), status: 0x9000 }.wants(), None);
    }

    #[test]
    fn a_number_is_read_whole_or_not_at_all() {
        let record = b"\x07\x09A12345678";
        assert_eq!(card_number(record).unwrap(), "A12345678");
        assert_eq!(card_number(b"\x07\x09a12345678").unwrap(), "A12345678");
        for length in 0..record.len() {
            assert_eq!(card_number(&record[..length]), Err(CardError::RecordLength(length)));
        }
        assert_eq!(card_number(b"\x08\x09A12345678"), Err(CardError::NotANumber));
        assert_eq!(card_number(b"\x07\x09A1234\xff678"), Err(CardError::NotANumber));
        assert_eq!(card_number(b"\x07\x09\0\0\0\0\0\0\0\0\0"), Err(CardError::NotANumber));
    }

    proptest! {
        /// Any answer is taken apart or refused; what is given out is always a number.
        #[test]
        fn any_answer_is_taken(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(answer) = Answer::parse(&bytes) {
                prop_assert_eq!(answer.data.len() + 2, bytes.len());
                let _ = answer.wants();
                if let Ok(data) = answer.accepted() {
                    let _ = card_number(&data);
                }
            }
            if let Ok(number) = card_number(&bytes) {
                prop_assert!(number.len() == 9 && number.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            }
        }
    }
}

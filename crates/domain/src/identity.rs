//! Identity documents and their numbers: what can be checked without asking anybody.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Kinds of identity document that a person of a case may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// 居民身份证, 18 digits (GB 11643-1999).
    ResidentCard,
    /// Historic 15-digit number, found on old papers only.
    ResidentCard15,
    /// 港澳台居民居住证, 18 digits beginning 81, 82 or 83.
    ResidencePermit,
    /// 外国人永久居留证 of 2017: three letters and twelve digits.
    PermanentResidence15,
    /// 外国人永久居留身份证 of 2023: 18 digits beginning 9.
    PermanentResidence18,
    /// Passport.
    Passport,
    /// No number: newborn, foundling, vagrant (无号).
    None,
}

/// What is wrong with an identity number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberFault {
    /// Too short or too long.
    #[error("the number has the wrong length")]
    Length,
    /// A sign that cannot stand there.
    #[error("the number has a sign that cannot stand there")]
    Sign,
    /// The birth date inside is no date.
    #[error("the birth date in the number does not exist")]
    BirthDate,
    /// The last digit does not agree with the others.
    #[error("the check digit does not agree")]
    CheckDigit,
}

/// The check character of GB 11643-1999 §6 (ISO 7064 MOD 11-2) for the first seventeen digits.
///
/// `None` if `digits` is not seventeen ASCII digits.
#[must_use]
pub fn check_character(digits: &str) -> Option<char> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHARACTERS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    if digits.len() != 17 {
        return None;
    }
    let mut sum = 0;
    for (digit, weight) in digits.chars().zip(WEIGHTS) {
        sum += digit.to_digit(10)? * weight;
    }
    CHARACTERS.get(usize::try_from(sum % 11).ok()?).copied()
}

/// Checks a number of the given kind as far as arithmetic goes.
///
/// # Errors
/// The first fault found. Only [`NumberFault`] on an 18-digit number may stop an officer; everything else is
/// a warning that he may override with a reason.
pub fn check_number(kind: DocumentKind, number: &str) -> Result<(), NumberFault> {
    let length = number.chars().count();
    match kind {
        DocumentKind::ResidentCard | DocumentKind::ResidencePermit | DocumentKind::PermanentResidence18 => {
            if length != 18 {
                return Err(NumberFault::Length);
            }
            let Some((head, last)) = number.split_at_checked(17) else { return Err(NumberFault::Sign) };
            let check = check_character(head).ok_or(NumberFault::Sign)?;
            let start_fits = match kind {
                DocumentKind::ResidencePermit => matches!(&head[..2], "81" | "82" | "83"),
                DocumentKind::PermanentResidence18 => head.starts_with('9'),
                _ => true,
            };
            if !start_fits {
                return Err(NumberFault::Sign);
            }
            birth_date(number).ok_or(NumberFault::BirthDate)?;
            if last.starts_with(check) { Ok(()) } else { Err(NumberFault::CheckDigit) }
        }
        DocumentKind::ResidentCard15 => match length {
            15 if number.bytes().all(|b| b.is_ascii_digit()) => Ok(()),
            15 => Err(NumberFault::Sign),
            _ => Err(NumberFault::Length),
        },
        DocumentKind::PermanentResidence15 => {
            if length != 15 {
                return Err(NumberFault::Length);
            }
            let bytes = number.as_bytes();
            if bytes.len() == 15
                && bytes[..3].iter().all(u8::is_ascii_uppercase)
                && bytes[3..].iter().all(u8::is_ascii_digit)
            {
                Ok(())
            } else {
                Err(NumberFault::Sign)
            }
        }
        // ICAO 9303 part 4: at most nine signs in the machine readable zone; longer national numbers occur.
        DocumentKind::Passport => match length {
            5..=20 if number.bytes().all(|b| b.is_ascii_alphanumeric()) => Ok(()),
            5..=20 => Err(NumberFault::Sign),
            _ => Err(NumberFault::Length),
        },
        DocumentKind::None => {
            if number.is_empty() {
                Ok(())
            } else {
                Err(NumberFault::Length)
            }
        }
    }
}

/// Whether a number of this kind has a check digit: only there may a wrong number stop an officer.
#[must_use]
pub fn checked_by_arithmetic(kind: DocumentKind) -> bool {
    matches!(
        kind,
        DocumentKind::ResidentCard | DocumentKind::ResidencePermit | DocumentKind::PermanentResidence18
    )
}

/// The birth date inside an 18-digit number.
#[must_use]
pub fn birth_date(number: &str) -> Option<Date> {
    let digits = number.get(6..14)?;
    compact_date(digits)
}

/// Reads `YYYYMMDD`.
#[must_use]
pub fn compact_date(digits: &str) -> Option<Date> {
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Date::new(
        digits.get(..4)?.parse().ok()?,
        digits.get(4..6)?.parse().ok()?,
        digits.get(6..8)?.parse().ok()?,
    )
    .ok()
}

/// Whole years of age on a day (民法典 counts the birthday itself as completed).
#[must_use]
pub fn age_on(born: Date, day: Date) -> i16 {
    let years = day.year() - born.year();
    if (day.month(), day.day()) < (born.month(), born.day()) { years - 1 } else { years }
}

/// An identity number with all but its first three and last two signs hidden, for messages and lists that may
/// be seen by others.
#[must_use]
pub fn masked(number: &str) -> String {
    let signs: Vec<char> = number.chars().collect();
    if signs.len() < 8 {
        return "*".repeat(signs.len());
    }
    let head: String = signs[..3].iter().collect();
    let tail: String = signs[signs.len() - 2..].iter().collect();
    format!("{head}{}{tail}", "*".repeat(signs.len() - 5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_samples_of_the_2023_permanent_residence_card_agree() {
        // Two sample numbers published by 国家移民管理局 with the 2023 card rules.
        for number in ["932682198501010017", "911124198108030024"] {
            assert_eq!(check_number(DocumentKind::PermanentResidence18, number), Ok(()));
        }
    }

    #[test]
    fn every_single_digit_error_is_found() {
        let number = "99990119900101001";
        let number = format!("{number}{}", check_character(number).unwrap());
        assert_eq!(check_number(DocumentKind::ResidentCard, &number), Ok(()));
        for at in 0..17 {
            for digit in '0'..='9' {
                let mut signs: Vec<char> = number.chars().collect();
                if signs[at] == digit {
                    continue;
                }
                signs[at] = digit;
                let wrong: String = signs.into_iter().collect();
                assert!(check_number(DocumentKind::ResidentCard, &wrong).is_err(), "{wrong}");
            }
        }
    }

    #[test]
    fn a_birthday_completes_the_year() {
        let born = Date::new(2008, 11, 22).unwrap();
        assert_eq!(age_on(born, Date::new(2026, 11, 21).unwrap()), 17);
        assert_eq!(age_on(born, Date::new(2026, 11, 22).unwrap()), 18);
    }

    #[test]
    fn rare_signs_do_not_crash_the_check() {
        assert_eq!(check_number(DocumentKind::ResidentCard, "𠮷𠮷𠮷"), Err(NumberFault::Length));
        assert_eq!(check_number(DocumentKind::ResidentCard, &"𠮷".repeat(18)), Err(NumberFault::Sign));
        assert_eq!(masked("99990119900101001X"), "999*************1X");
    }
}

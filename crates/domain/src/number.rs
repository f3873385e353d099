//! Printed numbers: 受理号 and 收件号, taken from blocks that the server leases to a terminal.

use crate::ids::{TerminalId, UnitCode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Kinds of leased number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NumberKind {
    /// 受理号, printed on the receipt.
    Acceptance,
    /// 收件号, printed on the intake slip.
    Intake,
}

impl NumberKind {
    /// The first digit of the printed number.
    #[must_use]
    pub fn digit(self) -> char {
        match self {
            Self::Acceptance => '1',
            Self::Intake => '2',
        }
    }
}

/// A block of serials leased to one epoch of one terminal's store. Never given to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberBlock {
    /// The unit whose numbers they are.
    pub unit: UnitCode,
    /// Kind.
    pub kind: NumberKind,
    /// Year in the number.
    pub year: i16,
    /// The terminal that leased it.
    pub terminal: TerminalId,
    /// The epoch of that terminal's store.
    pub epoch: u32,
    /// First serial.
    pub first: u32,
    /// Last serial.
    pub last: u32,
}

/// Serials have six digits: 999,999 cases of one kind per unit and year, far beyond the busiest hall.
pub const LAST_SERIAL: u32 = 999_999;

/// Writes a number: kind (1 digit), unit (12), year (4), serial (6), check digit (1); 24 digits.
#[must_use]
pub fn format(kind: NumberKind, unit: &UnitCode, year: i16, serial: u32) -> String {
    let body = format!("{}{unit}{year:04}{serial:06}", kind.digit());
    let check = check_digit(&body);
    format!("{body}{check}")
}

/// Whether a number is written rightly; typing errors of one digit and swapped neighbours are found.
#[must_use]
pub fn is_valid(number: &str) -> bool {
    number.len() == 24
        && number.bytes().all(|b| b.is_ascii_digit())
        && number.split_at_checked(23).is_some_and(|(body, last)| last == check_digit(body).to_string())
}

/// The number in a text that says more, such as the address of a receipt's code: the first 24 digits in a row that are
/// one, with no further digit at either end.
#[must_use]
pub fn find_in(text: &str) -> Option<&str> {
    text.split(|sign: char| !sign.is_ascii_digit()).find(|run| is_valid(run))
}

/// ISO/IEC 7064 MOD 11,10: a hybrid system with one digit for digits only.
fn check_digit(body: &str) -> u32 {
    let mut product = 10;
    for digit in body.chars().filter_map(|sign| sign.to_digit(10)) {
        let sum = (product + digit) % 10;
        product = (if sum == 0 { 10 } else { sum }) * 2 % 11;
    }
    (11 - product) % 10
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_standards_example_agrees() {
        // ISO/IEC 7064 MOD 11,10 published example: 0794 has check digit 5.
        assert_eq!(check_digit("0794"), 5);
    }

    #[test]
    fn a_number_is_found_in_what_a_code_says() {
        let unit = UnitCode::try_from("999901001000").unwrap();
        let number = format(NumberKind::Acceptance, &unit, 2026, 7);
        let wrong = format!("{}{}", &number[..23], (number.as_bytes()[23] - b'0' + 1) % 10);
        assert_eq!(find_in(&number), Some(number.as_str()));
        assert_eq!(
            find_in(&format!("https://query.example.invalid/q?n={number}&p=2026")),
            Some(number.as_str())
        );
        assert_eq!(find_in(&format!("{wrong} {number}")), Some(number.as_str()));
        for text in [
            String::new(),
            wrong,
            format!("1{number}"),
            format!("{number}0"),
            "999901199001010010".to_owned(),
        ] {
            assert_eq!(find_in(&text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_wrong_digit_is_found(serial in 0u32..=LAST_SERIAL, at in 0usize..24, digit in 0u32..10) {
            let unit = UnitCode::try_from("999901001000").unwrap();
            let number = format(NumberKind::Acceptance, &unit, 2026, serial);
            prop_assert!(is_valid(&number));
            let mut signs: Vec<char> = number.chars().collect();
            let new = char::from_digit(digit, 10).unwrap();
            prop_assume!(signs[at] != new);
            signs[at] = new;
            prop_assert!(!is_valid(&signs.into_iter().collect::<String>()));
        }
    }
}

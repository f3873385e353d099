//! The citizen identification number of GB 11643: division, birth date, sequence, check digit.
//!
//! Written for the register alone, without a look at the product's own rules, so that the two can
//! disagree in a test.

use jiff::civil::Date;

/// Weights of positions 1 to 17 (GB 11643, from ISO 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check character for each remainder 0 to 10.
const CHECK: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// Sequences from here on belong to the named demo people; the register never gives them out.
pub const DEMO_SEQUENCE_START: u16 = 900;

/// The check character of the first 17 digits, or `None` when they are not 17 digits.
#[must_use]
pub fn check_character(first17: &str) -> Option<char> {
    if first17.len() != 17 {
        return None;
    }
    let mut sum = 0;
    for (byte, weight) in first17.bytes().zip(WEIGHTS) {
        if !byte.is_ascii_digit() {
            return None;
        }
        sum += u32::from(byte - b'0') * weight;
    }
    Some(CHECK[(sum % 11) as usize])
}

/// Puts a number together. `sequence` is 1 to 999; odd for men, even for women.
#[must_use]
pub fn compose(division: &str, birth: Date, sequence: u16) -> String {
    let mut number =
        format!("{division}{:04}{:02}{:02}{sequence:03}", birth.year(), birth.month(), birth.day());
    if let Some(check) = check_character(&number) {
        number.push(check);
    }
    number
}

/// The birth date inside a number, when it is a date of the calendar.
#[must_use]
pub fn birth_date(number: &str) -> Option<Date> {
    let part = |from: usize, to: usize| number.get(from..to)?.parse::<i16>().ok();
    let (year, month, day) = (part(6, 10)?, part(10, 12)?, part(12, 14)?);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The sex code inside a number: `"1"` for an odd sequence, `"2"` for an even one.
#[must_use]
pub fn sex(number: &str) -> Option<&'static str> {
    let digit = number.as_bytes().get(16)?;
    digit.is_ascii_digit().then(|| if (digit - b'0') % 2 == 1 { "1" } else { "2" })
}

/// Whether the number is 18 characters, holds a date and its check character is right.
#[must_use]
pub fn is_valid(number: &str) -> bool {
    number.is_ascii()
        && number.len() == 18
        && birth_date(number).is_some()
        && check_character(&number[..17]) == number.chars().last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_example_has_its_check_digit() {
        // GB 11643-1999, clause 4.4: the worked example 11010519491231002X.
        assert_eq!(check_character("11010519491231002"), Some('X'));
        assert!(is_valid("11010519491231002X"));
        assert!(!is_valid("110105194912310021"));
        assert!(!is_valid("11010519491331002X"));
        assert_eq!(sex("11010519491231002X"), Some("2"));
    }

    #[test]
    fn composing_gives_a_valid_number_of_the_wanted_sex() {
        let number = compose("999901", Date::constant(1984, 2, 29), 37);
        assert!(is_valid(&number), "{number}");
        assert_eq!(sex(&number), Some("1"));
        assert_eq!(birth_date(&number), Some(Date::constant(1984, 2, 29)));
    }
}

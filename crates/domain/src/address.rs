//! Standard addresses (标准地址): how the code of one stands beside its text, and how what an officer types is
//! understood. No look-up is made here: the store finds, these rules say what is looked for.
//!
//! The code is a value of its own, at the path of the text with [`CODE_MARK`] behind it. It is no part of the text's
//! source, because the register asks for text and code as two values, and because a text that is changed by hand
//! loses its code in the same event.

use crate::ids::FieldPath;

/// Stands between the path of an address and the word `code`.
pub const CODE_MARK: &str = "@code";
/// Longest code of a standard address: the 12 digits of the division with 22 of the place, as registers of places
/// write them at most.
pub const CODE_LENGTH: usize = 34;
/// Officers type few parts; more than this is a text pasted in, of which the first parts decide.
const MOST_PARTS: usize = 8;

/// Where the code of an address stands.
#[must_use]
pub fn code_path(text: &FieldPath) -> FieldPath {
    FieldPath(format!("{text}{CODE_MARK}"))
}

/// Of which address a path is the code; none for any other path.
#[must_use]
pub fn text_path(code: &FieldPath) -> Option<FieldPath> {
    code.as_str().strip_suffix(CODE_MARK).map(|text| FieldPath(text.to_owned()))
}

/// Whether a value can be the code of a standard address. Empty takes the code away.
#[must_use]
pub fn is_code(value: &str) -> bool {
    value.len() <= CODE_LENGTH && value.bytes().all(|sign| sign.is_ascii_digit() || sign.is_ascii_uppercase())
}

/// A part of what is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Chinese characters that stand together.
    Words(String),
    /// Digits: a number of a house, building, unit or room.
    Number(String),
    /// Latin letters in small: initials of the pinyin of a road or an estate, or a letter in the address.
    Letters(String),
}

/// What is typed, in its parts. Half and full width, dashes and blanks make no difference.
#[must_use]
pub fn parts(typed: &str) -> Vec<Part> {
    parts_up_to(typed, MOST_PARTS)
}

/// All parts of an address, as what is typed is held against them.
#[must_use]
pub fn parts_of(address: &str) -> Vec<Part> {
    parts_up_to(address, usize::MAX)
}

fn parts_up_to(text: &str, most: usize) -> Vec<Part> {
    let mut found: Vec<Part> = Vec::new();
    let mut joined = false;
    for sign in text.chars().map(half_width) {
        let next = if sign.is_ascii_digit() {
            Part::Number(sign.to_string())
        } else if sign.is_ascii_alphabetic() {
            Part::Letters(sign.to_ascii_lowercase().to_string())
        } else if sign.is_alphanumeric() {
            Part::Words(sign.to_string())
        } else {
            joined = false;
            continue;
        };
        match (found.last_mut(), next) {
            (Some(Part::Words(text)), Part::Words(more))
            | (Some(Part::Number(text)), Part::Number(more))
            | (Some(Part::Letters(text)), Part::Letters(more))
                if joined =>
            {
                text.push_str(&more);
            }
            (_, next) => {
                if found.len() == most {
                    return found;
                }
                found.push(next);
            }
        }
        joined = true;
    }
    found
}

/// The half-width form of a letter, digit or mark that is typed or printed in full width.
#[must_use]
pub fn half_width(sign: char) -> char {
    match sign {
        '\u{ff01}'..='\u{ff5e}' => {
            u32::from(sign).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(sign)
        }
        other => other,
    }
}

/// Splits the name of a division off the front of words: `城关区槐荫路` gives the divisions whose name holds 城关区,
/// and 槐荫路. `names` are codes with full names. No code: the words name no division.
#[must_use]
pub fn division_in_front<'a, 'w>(
    words: &'w str,
    names: &(impl Iterator<Item = (&'a str, &'a str)> + Clone),
) -> (Vec<&'a str>, &'w str) {
    let ends: Vec<usize> = words.char_indices().map(|(at, sign)| at + sign.len_utf8()).collect();
    // One character alone says nothing; names of divisions end in one of these, unless the words end before.
    for end in ends.iter().skip(1).rev() {
        let front = &words[..*end];
        if *end < words.len() && !front.ends_with(['省', '市', '区', '县', '旗', '州', '盟']) {
            continue;
        }
        let codes: Vec<&str> =
            names.clone().filter(|(_, name)| name.contains(front)).map(|(code, _)| code).collect();
        if !codes.is_empty() {
            return (codes, &words[*end..]);
        }
    }
    (Vec::new(), words)
}

/// Whether the rest of an address (building, unit, room) holds parts in their order. The last number may still grow.
#[must_use]
pub fn rest_holds(rest: &str, wanted: &[Part]) -> bool {
    if wanted.is_empty() {
        return true;
    }
    // Most rests are ruled out before they are taken apart. Letters, and what begins with this byte (full width),
    // may be written in another way than they are typed.
    let ruled_out = |part: &Part| match part {
        Part::Words(text) | Part::Number(text) => !rest.contains(text.as_str()),
        Part::Letters(_) => false,
    };
    if !rest.as_bytes().contains(&0xef) && wanted.iter().any(ruled_out) {
        return false;
    }
    let there = parts_of(rest);
    let mut at = 0;
    for (place, part) in wanted.iter().enumerate() {
        let last = place + 1 == wanted.len();
        let fits = |one: &Part| match (one, part) {
            (Part::Number(number), Part::Number(typed)) => {
                number == typed || (last && number.starts_with(typed.as_str()))
            }
            (Part::Words(words), Part::Words(typed)) => words.contains(typed.as_str()),
            (Part::Letters(letters), Part::Letters(typed)) => letters.starts_with(typed.as_str()),
            _ => false,
        };
        match there[at.min(there.len())..].iter().position(fits) {
            Some(found) => at += found + 1,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Part {
        Part::Words(text.into())
    }

    fn number(text: &str) -> Part {
        Part::Number(text.into())
    }

    #[test]
    fn typing_falls_into_words_numbers_and_initials() {
        let all = [words("槐荫路"), number("18"), words("号"), number("2"), number("301")];
        assert_eq!(parts("槐荫路１８号 2-301"), all);
        assert_eq!(parts("HYL18"), [Part::Letters("hyl".into()), number("18")]);
        assert_eq!(parts(" ，。-"), []);
        assert_eq!(parts("𠮷祥巷"), [words("𠮷祥巷")]);
        assert_eq!(parts(&"路1".repeat(40)).len(), MOST_PARTS);
    }

    #[test]
    fn a_division_in_front_is_told_from_the_road() {
        let names = [("999901", "江城市城关区"), ("999902", "江城市临江区")];
        let split = |text| division_in_front(text, &names.iter().copied());
        assert_eq!(split("城关区槐荫路"), (vec!["999901"], "槐荫路"));
        assert_eq!(split("江城市城关区槐荫路"), (vec!["999901"], "槐荫路"));
        assert_eq!(split("江城市槐荫路"), (vec!["999901", "999902"], "槐荫路"));
        assert_eq!(split("城关"), (vec!["999901"], ""));
        assert_eq!(split("城关路"), (vec![], "城关路"));
        assert_eq!(split("槐荫路"), (vec![], "槐荫路"));
        assert_eq!(split("区"), (vec![], "区"));
    }

    #[test]
    fn the_rest_holds_its_parts_in_order_and_the_last_number_grows() {
        let holds = |typed: &str| rest_holds("2幢3单元301室", &parts(typed));
        assert!(holds("2幢301") && holds("2 3 301") && holds("2 30") && holds("301室") && holds(""));
        assert!(!holds("301 2") && !holds("30室") && !holds("1") && !holds("2幢4单元"));
        assert!(!rest_holds("12幢101室", &parts("2幢")), "a number is whole where something follows it");
    }

    #[test]
    fn a_code_stands_beside_its_text() {
        let text = FieldPath::from("new_household.address");
        assert_eq!(text_path(&code_path(&text)), Some(text.clone()));
        assert_eq!(text_path(&text), None);
        assert!(
            is_code("") && is_code("999901510000A00018") && !is_code("99 99") && !is_code(&"9".repeat(35))
        );
    }
}

//! Which items a person's record has, and what each may hold.

use jiff::civil::Date;
use serde_json::json;

use super::refusal::{EffectError, Refusal, RefusalCode};
use super::{household_kind, write};
use crate::model::Person;

/// Items kept beside the main ones.
const FURTHER: [&str; 10] = [
    "native_place",
    "birth_division",
    "birth_place",
    "religion",
    "occupation",
    "workplace",
    "blood_type",
    "height",
    "military_service",
    "phone",
];
/// Items with a place of their own that need no approval.
const MAIN: [&str; 2] = ["marital_status", "education"];
/// Items that only an approval changes.
const GUARDED: [&str; 5] = ["name", "former_name", "sex", "ethnic_group", "birth_date"];
/// GA/T 2000.24: which item each category changes; the number changes without an item of its own.
const CATEGORIES: [(&str, Option<&str>); 12] = [
    ("11", None),
    ("12", None),
    ("19", None),
    ("21", Some("name")),
    ("22", Some("name")),
    ("23", Some("former_name")),
    ("31", Some("sex")),
    ("32", Some("sex")),
    ("41", Some("birth_date")),
    ("49", Some("birth_date")),
    ("51", Some("ethnic_group")),
    ("52", Some("ethnic_group")),
];
/// GB/T 2261.2
const MARITAL: [&str; 8] = ["10", "20", "21", "22", "23", "30", "40", "90"];
/// GB/T 4658
const EDUCATION: [&str; 40] = [
    "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "28", "30", "31",
    "32", "33", "40", "41", "42", "43", "44", "45", "46", "47", "48", "49", "60", "61", "62", "63", "70",
    "71", "73", "80", "81", "83", "90",
];
/// ABO groups, `9` unknown
const BLOOD: [&str; 5] = ["1", "2", "3", "4", "9"];
/// Heights that are no slip of the hand, centimetres.
const HEIGHT: std::ops::RangeInclusive<u16> = 30..=260;
/// Longest free text, characters.
const TEXT_LIMIT: usize = 100;

/// Whether only an approval changes the item.
pub(super) fn guarded(place: &str) -> bool {
    GUARDED.contains(&place)
}

/// Whether the category is one of those that give a new number for its own sake (纠正重号、错号).
pub(super) fn mends_number(category: &str) -> bool {
    CATEGORIES.contains(&(category, None))
}

/// Refuses a category that is none, or that is not about the items changed.
pub(super) fn check_category<'a>(
    category: &str,
    mut places: impl Iterator<Item = &'a str>,
) -> Result<(), EffectError> {
    let row = CATEGORIES.iter().find(|(code, _)| *code == category);
    let is_word = !category.is_empty() && category.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let fits = match row {
        Some((_, None)) => true,
        Some((_, Some(item))) => places.any(|place| place == *item),
        None => is_word && !places.any(guarded),
    };
    if fits {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::CategoryImpossible, "变更更正类别与所改项目不符").into())
}

/// Whether these items exist and a change of this category may be about them.
#[must_use]
pub fn is_change(category: &str, places: &[&str]) -> bool {
    let known = |place: &&str| guarded(place) || FURTHER.contains(place) || MAIN.contains(place);
    let whole_household = category == household_kind::ITEM && places == [household_kind::ITEM];
    whole_household || places.iter().all(known) && check_category(category, places.iter().copied()).is_ok()
}

/// What the record says now; `None` inside for an empty item.
pub(super) fn current(person: &Person, place: &str) -> Result<Option<String>, EffectError> {
    Ok(match place {
        "name" => Some(person.name.clone()),
        "former_name" => person.former_name.clone(),
        "sex" => Some(person.sex.clone()),
        "ethnic_group" => Some(person.ethnic_group.clone()),
        "birth_date" => Some(person.birth_date.to_string()),
        "marital_status" => Some(person.marital_status.clone()),
        "education" => person.education.clone(),
        further if FURTHER.contains(&further) => person.further_items.get(further).cloned(),
        _ => {
            return Err(Refusal::with(
                RefusalCode::ItemUnknown,
                "没有这个登记项目",
                json!({ "place": place }),
            )
            .into());
        }
    })
}

/// The shape of a code of GB/T 2260, of today or of long ago.
fn is_division(value: &str) -> bool {
    value.len() == 6 && value.bytes().all(|sign| sign.is_ascii_digit())
}

/// Writes a value into the person, or refuses one the item cannot have.
pub(super) fn set(person: &mut Person, place: &str, value: &str, today: Date) -> Result<(), EffectError> {
    let text = value.to_owned();
    let possible = match place {
        "name" | "former_name" => {
            if !write::name_possible(value) {
                return Err(Refusal::new(RefusalCode::NameImpossible, "姓名不符合登记要求").into());
            }
            true
        }
        "sex" => matches!(value, "1" | "2"),
        // GB/T 3304 has 56 groups; 97 and 98 are the registers' own.
        "ethnic_group" => {
            value.len() == 2 && value.parse().is_ok_and(|n: u8| (1..=56).contains(&n) || matches!(n, 97 | 98))
        }
        "birth_date" => value.parse::<Date>().is_ok(),
        "marital_status" => MARITAL.contains(&value),
        "education" => EDUCATION.contains(&value),
        "blood_type" => BLOOD.contains(&value),
        "birth_division" => is_division(value),
        // Older records have it in words.
        "native_place" if value.bytes().all(|sign| sign.is_ascii_digit()) => is_division(value),
        "height" => value.parse().is_ok_and(|height: u16| HEIGHT.contains(&height)),
        _ => (1..=TEXT_LIMIT).contains(&value.trim().chars().count()),
    };
    if !possible {
        return Err(Refusal::with(
            RefusalCode::ValueImpossible,
            "项目的新内容填写有误",
            json!({ "place": place }),
        )
        .into());
    }
    match place {
        "name" => person.name = text,
        "former_name" => person.former_name = Some(text),
        "sex" => person.sex = text,
        "ethnic_group" => person.ethnic_group = text,
        "birth_date" => {
            let day = value.parse().unwrap_or(person.birth_date);
            if day > today {
                return Err(Refusal::new(RefusalCode::DateImpossible, "出生日期晚于今天").into());
            }
            person.birth_date = day;
        }
        "marital_status" => person.marital_status = text,
        "education" => person.education = Some(text),
        further => {
            person.further_items.insert(further.to_owned(), text);
        }
    }
    Ok(())
}

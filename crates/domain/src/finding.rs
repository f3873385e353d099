//! Finding a matter (选事项): by pinyin initials, words, number or recent use, in three keys or fewer.
//!
//! What a key does: letters and characters narrow the list, a digit chooses one of the first nine, Enter the first.
//! A number is typed with its letters (`T107`) or after a nought (`0107`): there digits are part of what is typed.

use crate::ids::MatterId;
use crate::matter::MatterDefinition;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Digits 1 to 9 choose.
pub const PAGE: usize = 9;

/// What is looked at of a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Findable<'a> {
    /// Name.
    pub id: &'a MatterId,
    /// Full name.
    pub name: &'a str,
    /// Short name.
    pub short: &'a str,
    /// Pinyin initials of the short name.
    pub initials: &'a str,
    /// Category path.
    pub category: &'a [String],
    /// Materials by name.
    pub materials: &'a [crate::matter::Material],
    /// Whether it belongs to the daily business of every counter.
    pub common: bool,
    /// Whether the present post may take it in.
    pub allowed: bool,
}

impl<'a> Findable<'a> {
    /// What is looked at of a definition.
    #[must_use]
    pub fn of(definition: &'a MatterDefinition, allowed: bool) -> Self {
        Self {
            id: &definition.id,
            name: &definition.name,
            short: &definition.short,
            initials: &definition.initials,
            category: &definition.category,
            materials: &definition.materials,
            common: definition.common,
            allowed,
        }
    }
}

/// How often and when a terminal last took a matter in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// Cases.
    pub count: u32,
    /// Trusted time of the newest, in milliseconds since 1970-01-01 UTC.
    pub last: i64,
}

/// Uses by matter; one never used is not in it.
pub type Uses = BTreeMap<MatterId, Use>;

/// What was typed, and the matters that fit it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<'a> {
    /// Best first.
    pub matters: Vec<Findable<'a>>,
    /// Whether a digit chooses one of the first nine; otherwise it is the next sign of a number.
    pub digits_choose: bool,
}

/// How well a matter fits a word; 0 for not at all.
fn fit(matter: &Findable<'_>, word: &str) -> u32 {
    let upper = word.to_uppercase();
    let id = matter.id.as_str().to_uppercase();
    if let Some(number) = number_of(word) {
        let own = id.trim_start_matches(|sign: char| !sign.is_ascii_digit()).trim_start_matches('0');
        return match own == number {
            true => 100,
            false if !number.is_empty() && own.starts_with(number) => 30,
            false => u32::from(number.is_empty() && !own.is_empty()) * 10,
        };
    }
    if id == upper || matter.initials == upper || matter.short == word {
        return 100;
    }
    if matter.initials.starts_with(&upper) {
        return 80;
    }
    if matter.short.starts_with(word) {
        return 70;
    }
    if matter.short.contains(word) {
        return 60;
    }
    if matter.initials.contains(&upper) {
        return 50;
    }
    if matter.name.contains(word) {
        return 40;
    }
    if id.starts_with(&upper) {
        return 30;
    }
    if matter.category.iter().any(|one| one.contains(word)) {
        return 20;
    }
    if matter.materials.iter().any(|one| one.name.contains(word)) {
        return 5;
    }
    0
}

/// The number behind a nought, without its own leading noughts.
fn number_of(word: &str) -> Option<&str> {
    let digits = word.strip_prefix('0')?;
    digits.chars().all(|sign| sign.is_ascii_digit()).then(|| digits.trim_start_matches('0'))
}

/// Whether the next digit belongs to a number: after a nought, after a digit, and after the letters that numbers of
/// this catalogue begin with.
fn in_a_number(matters: &[Findable<'_>], typed: &str) -> bool {
    let Some(last) = typed.chars().last() else { return false };
    if last.is_ascii_digit() {
        return true;
    }
    let upper = typed.to_uppercase();
    matters.iter().any(|one| {
        let id = one.id.as_str().to_uppercase();
        id.strip_prefix(&upper).is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()))
    })
}

/// Matters that fit every word that was typed, the best first; all of them while nothing is typed. What the post may
/// take in stands before the rest. Without words the daily matters keep their places, then comes what was used last.
/// With words the kind of fit decides, then how often and how lately the terminal took the matter in.
#[must_use]
pub fn find<'a>(matters: &[Findable<'a>], typed: &str, uses: &Uses) -> Found<'a> {
    let typed = typed.trim();
    let words: Vec<&str> = typed.split_whitespace().collect();
    let mut fitting: Vec<(u32, Use, Findable<'a>)> = matters
        .iter()
        .filter_map(|one| {
            let fits: Vec<u32> = words.iter().map(|word| fit(one, word)).collect();
            let used = uses.get(one.id).copied().unwrap_or_default();
            (!fits.contains(&0)).then(|| (fits.iter().sum(), used, *one))
        })
        .collect();
    fitting.sort_by_key(|(fit, used, one)| {
        let daily = words.is_empty() && one.common;
        let (last, count) = if daily { (0, 0) } else { (used.last, used.count) };
        // Without words: daily, then lately used. With words: the fit, then often used, then lately.
        let use_order =
            if words.is_empty() { (Reverse(last), Reverse(0)) } else { (Reverse(0), Reverse(count)) };
        (
            Reverse(one.allowed),
            Reverse(daily),
            Reverse(*fit),
            use_order,
            Reverse(last),
            Reverse(one.common),
            one.id,
        )
    });
    Found {
        matters: fitting.into_iter().map(|(_, _, one)| one).collect(),
        digits_choose: !in_a_number(matters, typed),
    }
}

/// The fewest keys that choose a matter by digit or Enter after typing nothing or the beginning of its initials; none
/// when even all its initials do not bring it onto the first page.
#[must_use]
pub fn keys_needed(matters: &[Findable<'_>], matter: &MatterId, uses: &Uses) -> Option<usize> {
    let own = matters.iter().find(|one| one.id == matter)?;
    let signs: Vec<char> = own.initials.chars().collect();
    (0..=signs.len()).find_map(|typed| {
        let text: String = signs.iter().take(typed).collect();
        let found = find(matters, &text, uses);
        let place = found.matters.iter().position(|one| one.id == matter)?;
        // One key more: Enter for the first, a digit for the others of the page.
        let chosen = place == 0 || (found.digits_choose && place < PAGE);
        chosen.then_some(typed + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matter<'a>(id: &'a MatterId, short: &'a str, initials: &'a str, common: bool) -> Findable<'a> {
        Findable { id, name: short, short, initials, category: &[], materials: &[], common, allowed: true }
    }

    fn ids(found: &Found<'_>) -> Vec<String> {
        found.matters.iter().map(|one| one.id.to_string()).collect()
    }

    #[test]
    fn daily_matters_keep_their_places_and_then_comes_what_was_used_last() {
        let names: Vec<MatterId> = ["T1", "T2", "T3", "T4"].into_iter().map(MatterId::from).collect();
        let all = [
            matter(&names[0], "甲", "J", false),
            matter(&names[1], "乙", "Y", true),
            matter(&names[2], "丙", "B", true),
            matter(&names[3], "丁", "D", false),
        ];
        assert_eq!(ids(&find(&all, "", &Uses::new())), ["T2", "T3", "T1", "T4"]);
        let used = |count, last| Use { count, last };
        let uses = Uses::from([
            (names[3].clone(), used(1, 9)),
            (names[0].clone(), used(5, 8)),
            (names[2].clone(), used(90, 99)),
        ]);
        assert_eq!(ids(&find(&all, "", &uses)), ["T2", "T3", "T4", "T1"]);
    }

    #[test]
    fn use_orders_what_fits_alike_and_never_beats_a_better_fit() {
        let names: Vec<MatterId> = ["A", "B", "C"].into_iter().map(MatterId::from).collect();
        let all = [
            matter(&names[0], "户主变更", "HZBG", false),
            matter(&names[1], "户籍证明", "HJZM", false),
            matter(&names[2], "原户主", "YHZ", false),
        ];
        let uses = Uses::from([(names[1].clone(), Use { count: 2, last: 1 })]);
        assert_eq!(ids(&find(&all, "h", &uses)), ["B", "A", "C"]);
        let uses = Uses::from([(names[2].clone(), Use { count: 9, last: 1 })]);
        assert_eq!(ids(&find(&all, "HZ", &uses)), ["A", "C"]);
        assert_eq!(ids(&find(&all, "户主", &Uses::new())), ["A", "C"]);
        assert_eq!(ids(&find(&all, "户 ZM", &Uses::new())), ["B"]);
    }

    #[test]
    fn a_number_is_typed_with_its_letters_or_after_a_nought() {
        let names: Vec<MatterId> =
            ["T007", "T107", "N07", "JS-H20"].into_iter().map(MatterId::from).collect();
        let all: Vec<Findable<'_>> = names.iter().map(|id| matter(id, "某事", "TS", false)).collect();
        assert_eq!(ids(&find(&all, "t107", &Uses::new())), ["T107"]);
        assert_eq!(ids(&find(&all, "07", &Uses::new())), ["N07", "T007"]);
        assert_eq!(ids(&find(&all, "0107", &Uses::new())), ["T107"]);
        for typed in ["T", "JS-H", "0", "T1", "n"] {
            assert!(!find(&all, typed, &Uses::new()).digits_choose, "{typed}");
        }
        for typed in ["", "TS", "某", "JS"] {
            assert!(find(&all, typed, &Uses::new()).digits_choose, "{typed}");
        }
    }
}

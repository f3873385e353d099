//! Initials of the pinyin of roads and estates, each reading of a character that has more than one.

use pinyin::ToPinyinMulti as _;
use std::collections::BTreeSet;

/// Readings kept of one name: 重庆路 has two; more than this are names made of characters with many readings.
const MOST: usize = 4;

/// Initials of both, where there is an estate.
pub(super) fn of(road: &str, estate: &str) -> Vec<String> {
    [road, estate].into_iter().flat_map(readings).collect()
}

fn readings(name: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    for sign in name.chars() {
        let letters: BTreeSet<char> = match sign.to_pinyin_multi() {
            Some(all) => all.into_iter().filter_map(|one| one.plain().chars().next()).collect(),
            None if sign.is_ascii_alphabetic() => BTreeSet::from([sign.to_ascii_lowercase()]),
            None => continue,
        };
        let longer = found
            .iter()
            .flat_map(|before| letters.iter().map(move |letter| format!("{before}{letter}")))
            .take(MOST)
            .collect();
        found = longer;
    }
    found.retain(|one| !one.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reading_is_found_and_there_are_never_many() {
        assert_eq!(of("槐荫路", ""), ["hyl"]);
        let both = of("重庆路", "听雨花园");
        assert!(both.contains(&"cql".to_owned()) && both.contains(&"zql".to_owned()), "{both:?}");
        assert!(both.contains(&"tyhy".to_owned()), "{both:?}");
        assert!(readings(&"长".repeat(30)).len() <= MOST);
        assert!(of("", "").is_empty());
    }
}

//! Code tables (代码表): sex, ethnic groups, relations ….

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// One code table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CodeTable {
    /// Name, e.g. `ethnic_group`.
    pub id: String,
    /// Title.
    pub title: String,
    /// Standard or document that it comes from.
    pub source: String,
    /// Rows in the order of the standard.
    pub rows: Vec<CodeRow>,
}

/// One row of a code table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct CodeRow {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Pinyin initials, for search by typing.
    #[serde(default)]
    pub initials: String,
    /// First day on which the code was in use; none when it always was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    #[schemars(with = "Option<String>")]
    pub from: Option<Date>,
    /// Last day on which the code was in use; none while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Date>,
    /// Code that took its place, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
    /// What the numbers of this kind of document look like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub number_rule: Option<crate::document_number::NumberRule>,
    /// Beginnings that a number of this kind of document may have, with commas between; empty for any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    #[schemars(default)]
    pub number_prefix: String,
}

impl CodeRow {
    /// How well a row fits what is typed, 0 best; none when it does not.
    fn fits(&self, typed: &str, upper: &str) -> Option<u8> {
        if self.code == typed || self.name == typed {
            Some(0)
        } else if self.code.starts_with(typed) {
            Some(1)
        } else if self.initials == upper {
            Some(2)
        } else if self.initials.starts_with(upper) {
            Some(3)
        } else if self.name.starts_with(typed) {
            Some(4)
        } else if self.name.contains(typed) {
            Some(5)
        } else {
            None
        }
    }

    /// Whether the code is in use on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// What is wrong with the rows of a table that have validity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValidityFault {
    /// The first day lies behind the last.
    Reversed(String),
    /// A code stands twice for the same days.
    Overlap(String),
    /// A successor that the table does not have: code, successor.
    NoSuccessor(String, String),
}

/// All code tables by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeTables {
    /// The tables.
    pub tables: BTreeMap<String, CodeTable>,
}

impl CodeTables {
    /// Whether a table has a code, in use or ended.
    #[must_use]
    pub fn has(&self, table: &str, code: &str) -> bool {
        self.row(table, code).is_some()
    }

    /// The name of a code: the last one that it had.
    #[must_use]
    pub fn name(&self, table: &str, code: &str) -> Option<&str> {
        self.row(table, code).map(|row| row.name.as_str())
    }

    /// Whether a code is known but no longer, or not yet, in use on a day.
    #[must_use]
    pub fn ended(&self, table: &str, code: &str, day: Date) -> bool {
        let rows = self.tables.get(table).map_or(&[][..], |table| table.rows.as_slice());
        let mut known = rows.iter().filter(|row| row.code == code).peekable();
        known.peek().is_some() && !known.any(|row| row.holds_on(day))
    }

    /// The name of a code for people: an ended one is told as such, with what took its place.
    #[must_use]
    pub fn words_on(&self, table: &str, code: &str, day: Date) -> Option<String> {
        let row = self.row(table, code)?;
        if !self.ended(table, code, day) {
            return Some(row.name.clone());
        }
        Some(format!("{}（{}）", row.name, self.ended_words(table, row, day)))
    }

    /// What is told of a row that is not in use on a day: since when, and what took its place.
    #[must_use]
    pub fn ended_words(&self, table: &str, row: &CodeRow, day: Date) -> String {
        if let Some(from) = row.from.filter(|from| day < *from) {
            return format!("{}年起启用", from.year());
        }
        // The last day on which it was in use is known, so it went out of use on the next one.
        let since = row.until.and_then(|until| until.tomorrow().ok());
        let since = since.map_or_else(|| "已停用".to_owned(), |day| format!("已于{}年停用", day.year()));
        match row.next.as_deref().and_then(|next| self.name(table, next)) {
            Some(next) => format!("{since}，现为{next}"),
            None => since,
        }
    }

    /// The row of a code that is in use, or was last.
    pub(crate) fn row(&self, table: &str, code: &str) -> Option<&CodeRow> {
        let rows = self.tables.get(table)?.rows.iter().filter(|row| row.code == code);
        // None sorts before every day, and an open end is the latest of all.
        rows.max_by_key(|row| (row.until.is_none(), row.until))
    }
}

impl CodeTable {
    /// Everything that is wrong with the validity of the rows.
    #[must_use]
    pub fn validity_faults(&self) -> Vec<ValidityFault> {
        let mut faults = Vec::new();
        let mut spans: BTreeMap<&str, Vec<&CodeRow>> = BTreeMap::new();
        for row in &self.rows {
            spans.entry(&row.code).or_default().push(row);
        }
        for row in &self.rows {
            if let (Some(from), Some(until)) = (row.from, row.until)
                && until < from
            {
                faults.push(ValidityFault::Reversed(row.code.clone()));
            }
            if let Some(next) = &row.next
                && !spans.contains_key(next.as_str())
            {
                faults.push(ValidityFault::NoSuccessor(row.code.clone(), next.clone()));
            }
        }
        for (code, mut rows) in spans {
            rows.sort_by_key(|row| row.from);
            let overlap = rows.windows(2).any(|pair| match (pair[0].until, pair[1].from) {
                (Some(until), Some(from)) => from <= until,
                _ => true,
            });
            if overlap {
                faults.push(ValidityFault::Overlap(code.to_owned()));
            }
        }
        faults
    }

    /// Rows by what an officer types: digits, initials or Chinese, several with blanks between; the best first, at most
    /// `limit`. Ended rows come last, and only where `historic` allows them.
    #[must_use]
    pub fn find(&self, typed: &str, day: Date, historic: bool, limit: usize) -> Vec<&CodeRow> {
        let parts: Vec<(&str, String)> =
            typed.split_whitespace().map(|part| (part, part.to_uppercase())).collect();
        let rank = |row: &CodeRow| -> Option<u8> {
            let fits = parts
                .iter()
                .try_fold(0, |worst: u8, (typed, upper)| Some(worst.max(row.fits(typed, upper)?)))?;
            match row.holds_on(day) {
                true => Some(fits),
                false if historic => Some(fits + 10),
                false => None,
            }
        };
        let mut found: Vec<(u8, usize, &CodeRow)> =
            (0..).zip(&self.rows).filter_map(|(place, row)| Some((rank(row)?, place, row))).collect();
        found.sort_by_key(|(rank, place, _)| (*rank, *place));
        found.into_iter().take(limit).map(|(_, _, row)| row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(code: &str, name: &str, from: Option<&str>, until: Option<&str>, next: Option<&str>) -> CodeRow {
        CodeRow {
            code: code.into(),
            name: name.into(),
            initials: "ZX".into(),
            from: from.map(|day| day.parse().unwrap()),
            until: until.map(|day| day.parse().unwrap()),
            next: next.map(str::to_owned),
            number_rule: None,
            number_prefix: String::new(),
        }
    }

    fn table(rows: Vec<CodeRow>) -> CodeTable {
        CodeTable { id: "division".into(), title: String::new(), source: String::new(), rows }
    }

    fn divisions() -> CodeTable {
        table(vec![
            row("999911", "甲县", None, Some("1997-12-31"), Some("999912")),
            row("999912", "甲市", Some("1998-01-01"), None, None),
            row("999913", "乙县", None, Some("1985-12-31"), None),
            row("999913", "丙县", Some("1986-01-01"), None, None),
        ])
    }

    #[test]
    fn an_ended_code_is_known_and_told_as_ended() {
        let codes = CodeTables { tables: BTreeMap::from([("division".into(), divisions())]) };
        let (then, now) = ("1990-05-01".parse().unwrap(), "2026-05-01".parse().unwrap());
        assert!(codes.has("division", "999911") && codes.ended("division", "999911", now));
        assert!(!codes.ended("division", "999911", then));
        assert!(codes.ended("division", "999912", then), "not yet");
        assert!(!codes.ended("division", "999999", now), "unknown is not ended");
        assert_eq!(codes.words_on("division", "999911", now).unwrap(), "甲县（已于1998年停用，现为甲市）");
        assert_eq!(codes.words_on("division", "999911", then).unwrap(), "甲县");
        assert_eq!(codes.name("division", "999913"), Some("丙县"), "a code given again has its last name");
    }

    #[test]
    fn faults_of_validity_are_found() {
        assert_eq!(divisions().validity_faults(), []);
        let overlapping = table(vec![
            row("1", "a", None, Some("1997-12-31"), None),
            row("1", "b", Some("1997-12-31"), None, None),
        ]);
        assert_eq!(overlapping.validity_faults(), [ValidityFault::Overlap("1".into())]);
        let twice = table(vec![row("1", "a", None, None, None), row("1", "b", None, None, None)]);
        assert_eq!(twice.validity_faults(), [ValidityFault::Overlap("1".into())]);
        let lost = table(vec![row("1", "a", Some("1998-01-01"), Some("1997-01-01"), Some("2"))]);
        assert_eq!(
            lost.validity_faults(),
            [ValidityFault::Reversed("1".into()), ValidityFault::NoSuccessor("1".into(), "2".into())]
        );
    }

    #[test]
    fn typing_finds_rows_in_use_first_and_never_more_than_asked_for() {
        let table = divisions();
        let now = "2026-05-01".parse().unwrap();
        let names = |typed, historic| -> Vec<&str> {
            table.find(typed, now, historic, 2).into_iter().map(|row| row.name.as_str()).collect()
        };
        assert_eq!(names("甲", true), ["甲市", "甲县"]);
        assert_eq!(names("甲", false), ["甲市"]);
        assert_eq!(names("999913", false), ["丙县"]);
        assert_eq!(names("zx", true), ["甲市", "丙县"]);
        assert_eq!(names(" zx 甲 ", true), ["甲市", "甲县"], "every part has to fit");
        assert!(names("zx 丁", true).is_empty());
        assert_eq!(names("", true).len(), 2);
        assert!(names("丁", true).is_empty());
    }
}

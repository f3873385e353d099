//! Numbers of identity documents of every kind (rules of the counter, 9): what a number must look like stands in the
//! row of its kind in the code table.

use crate::code::{CodeRow, CodeTables};
use crate::identity::{DocumentKind, NumberFault, check_number};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The code table of the kinds (证件种类).
pub const IDENTITY_DOCUMENT_TYPE: &str = "identity-document-type";

/// What the numbers of a kind look like. A kind without a rule may have any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberRule {
    /// 18 digits with a check digit (GB 11643-1999).
    #[serde(rename = "gb11643_18")]
    Gb11643,
    /// Permanent residence of foreigners: 15 signs of 2017 or 18 digits of 2023.
    PermanentResidence,
    /// 15 digits, as on old papers.
    #[serde(rename = "historic_15")]
    Historic15,
    /// No number at all (无号).
    None,
}

impl CodeRow {
    /// Checks a number of this kind as far as arithmetic goes.
    ///
    /// # Errors
    /// The first fault found. A kind without a rule finds none.
    pub fn check_number(&self, number: &str) -> Result<(), NumberFault> {
        let Some(rule) = self.number_rule else { return Ok(()) };
        let kind = match rule {
            NumberRule::Gb11643 => DocumentKind::ResidentCard,
            NumberRule::PermanentResidence if number.chars().count() == 15 => {
                DocumentKind::PermanentResidence15
            }
            NumberRule::PermanentResidence => DocumentKind::PermanentResidence18,
            NumberRule::Historic15 => DocumentKind::ResidentCard15,
            NumberRule::None => DocumentKind::None,
        };
        let mut prefixes = self.number_prefix.split(',').filter(|one| !one.is_empty()).peekable();
        if prefixes.peek().is_some() && !prefixes.any(|one| number.starts_with(one)) {
            return Err(NumberFault::Sign);
        }
        check_number(kind, number)
    }
}

impl CodeTables {
    /// What is wrong with a number of a kind of identity document; nothing when either is unknown.
    #[must_use]
    pub fn number_fault(&self, document: &str, number: &str) -> Option<NumberFault> {
        self.row(IDENTITY_DOCUMENT_TYPE, document)?.check_number(number).err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(rule: Option<NumberRule>, prefix: &str) -> CodeRow {
        CodeRow {
            code: "1".into(),
            name: "证件".into(),
            initials: String::new(),
            from: None,
            until: None,
            next: None,
            number_rule: rule,
            number_prefix: prefix.into(),
        }
    }

    #[test]
    fn each_kind_of_document_has_its_own_numbers() {
        let card = row(Some(NumberRule::Gb11643), "");
        assert_eq!(card.check_number("999901198001010010"), Err(NumberFault::CheckDigit));
        assert_eq!(card.check_number("99990119800101001"), Err(NumberFault::Length));
        let permit = row(Some(NumberRule::Gb11643), "81,82");
        assert_eq!(permit.check_number("830000199901010019"), Err(NumberFault::Sign));
        assert_ne!(permit.check_number("810000199901010013"), Err(NumberFault::Sign));
        let residence = row(Some(NumberRule::PermanentResidence), "");
        assert_eq!(residence.check_number("ABC990119800101"), Ok(()));
        assert_eq!(residence.check_number("ab"), Err(NumberFault::Length));
        let old = row(Some(NumberRule::Historic15), "");
        assert_eq!(old.check_number("990101800101001"), Ok(()));
        assert_eq!(old.check_number("99010180010100X"), Err(NumberFault::Sign));
        assert!(row(Some(NumberRule::None), "").check_number("1").is_err());
        assert_eq!(row(None, "").check_number("随便"), Ok(()));
    }
}

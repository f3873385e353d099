//! The same business of the same person twice: told before it is submitted, never decided by the terminal
//! (cross-case rules are warnings; only the server may turn one into a refusal).

use crate::case::Case;
use crate::condition::Situation;
use crate::event::{Outcome, civil_day};
use crate::ids::{CaseId, FieldPath, MatterId};
use crate::person::PersonRole;
use crate::requirement::Missing;
use crate::rule::Severity;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Name under which the warning is overridden with a reason.
pub const RULE: &str = "duplicate_case";

/// What was done so long ago is another occasion: a proof of last month may be wanted again.
pub const WITHIN_DAYS: i32 = 30;

/// What is known of another case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Case.
    pub case: CaseId,
    /// Matter.
    pub matter: MatterId,
    /// Identity number of the person whose business it is; empty when unknown.
    pub person_number: String,
    /// Trusted time of its last event, in milliseconds since 1970-01-01 UTC.
    pub changed: i64,
    /// Whether it ended.
    pub ended: bool,
    /// Whether it brings no result, ended or not: refused, withdrawn, terminated, abandoned. Then it may be done again.
    pub fruitless: bool,
}

impl Known {
    /// What matters here of a case; none before it was opened.
    #[must_use]
    pub fn of(case: &Case) -> Option<Self> {
        let (_, person_number) = person(case);
        Some(Self {
            case: case.id,
            matter: case.opening.as_ref()?.matter.clone(),
            person_number,
            changed: case.changed.map_or(0, |time| time.trusted),
            ended: case.outcome.is_some(),
            fruitless: case.refused.is_some() || case.outcome.is_some_and(|one| one != Outcome::Done),
        })
    }
}

/// What the server knew when it was asked for the same business of the same person (服务器查重).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// Cases that the asking unit may read: its own, and those of units below it.
    pub cases: Vec<CaseId>,
    /// Days since which other units have open cases, one for each case. Nothing more of them is told.
    pub since: Vec<Date>,
}

impl Elsewhere {
    /// The answer without cases that are known already, or are meant to be there.
    #[must_use]
    pub fn without(mut self, known: impl Fn(&CaseId) -> bool) -> Self {
        self.cases.retain(|one| !known(one));
        self
    }

    fn is_empty(&self) -> bool {
        self.cases.is_empty() && self.since.is_empty()
    }
}

/// Whose business a case is: name and number of the person whose record changes if named, else of the applicant.
#[must_use]
pub fn person(case: &Case) -> (String, String) {
    let by_field = |section: &str| {
        let name = case.value(&FieldPath(format!("{section}.name")))?;
        let number = ["citizen_number", "number"]
            .iter()
            .find_map(|field| case.value(&FieldPath(format!("{section}.{field}"))))
            .unwrap_or_default();
        Some((name.to_owned(), number.to_owned()))
    };
    ["newborn", "subject", "deceased", "applicant"]
        .iter()
        .find_map(|section| by_field(section))
        .or_else(|| {
            let order = [PersonRole::Subject, PersonRole::Applicant];
            order
                .iter()
                .find_map(|role| case.identities.get(role))
                .or_else(|| case.identities.values().next())
                .map(|one| (one.identity.name.clone(), one.identity.number.clone()))
        })
        .unwrap_or_default()
}

/// Cases of the same person and matter that are open, or were done within [`WITHIN_DAYS`]; none while the person's
/// number is not known.
#[must_use]
pub fn same_business(
    own: CaseId,
    matter: &MatterId,
    person_number: &str,
    known: &[Known],
    day: Date,
) -> Vec<CaseId> {
    if person_number.is_empty() {
        return Vec::new();
    }
    let recent = |one: &&Known| {
        let days = civil_day(one.changed).until(day).map_or(i32::MAX, |span| span.get_days());
        !one.fruitless && (!one.ended || days <= WITHIN_DAYS)
    };
    let same = |one: &&Known| {
        one.case != own && one.matter == *matter && one.person_number.eq_ignore_ascii_case(person_number)
    };
    known.iter().filter(same).filter(recent).map(|one| one.case).collect()
}

/// The warning, while it is not overridden: cases that this terminal knows, and what the server told of others.
#[must_use]
pub fn warning(case: &Case, duplicates: &[CaseId], elsewhere: Option<&Elsewhere>) -> Option<Missing> {
    let other = elsewhere.filter(|one| !one.is_empty());
    if (duplicates.is_empty() && other.is_none()) || case.overrides.contains_key(RULE) {
        return None;
    }
    let mut found = Vec::new();
    if !duplicates.is_empty() {
        found.push(format!("本窗口已有 {} 件在办或者 {WITHIN_DAYS} 日内办结", duplicates.len()));
    }
    if let Some(other) = other {
        if !other.cases.is_empty() {
            found.push(format!("服务器上本单位另有 {} 件", other.cases.len()));
        }
        found.extend(other.since.iter().map(|day| format!("另有单位自 {day} 起在办")));
    }
    let text = format!("同一人的同一事项：{}。请先核对；确需再办的，写明理由后继续。", found.join("；"));
    Some(Missing::Rule { rule: RULE.to_owned(), text, severity: Severity::Warn })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const DAY: i64 = 24 * 3600 * 1000;
    /// 2026-11-22 04:00 UTC.
    const NOW: i64 = 1_795_320_000_000;

    fn known(number: u128, matter: &str, person: &str, days_ago: i64, ended: bool, fruitless: bool) -> Known {
        Known {
            case: CaseId(Uuid::from_u128(number)),
            matter: matter.into(),
            person_number: person.to_owned(),
            changed: NOW - days_ago * DAY,
            ended,
            fruitless,
        }
    }

    #[test]
    fn open_and_lately_done_cases_count_and_fruitless_ones_do_not() {
        let all = [
            known(1, "T001", "99990119900101123x", 400, false, false),
            known(2, "T001", "99990119900101123X", 30, true, false),
            known(3, "T001", "99990119900101123X", 31, true, false),
            known(4, "T001", "99990119900101123X", 1, true, true),
            known(5, "T002", "99990119900101123X", 1, false, false),
            known(6, "T001", "", 1, false, false),
            // Refused, and the applicant still to be told.
            known(7, "T001", "99990119900101123X", 1, false, true),
        ];
        let day = civil_day(NOW);
        let found = |own: u128, person: &str| {
            same_business(CaseId(Uuid::from_u128(own)), &"T001".into(), person, &all, day)
                .into_iter()
                .map(|one| one.0.as_u128())
                .collect::<Vec<_>>()
        };
        assert_eq!(found(9, "99990119900101123X"), [1, 2]);
        assert_eq!(found(1, "99990119900101123X"), [2]);
        assert!(found(9, "").is_empty());
    }
}

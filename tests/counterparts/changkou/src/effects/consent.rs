//! A minor's new name needs both parents.

use jiff::civil::Date;
use rusqlite::Connection;
use serde_json::json;

use super::refusal::{EffectError, Refusal, RefusalCode};
use crate::model::{Person, PersonStatus};
use crate::records;

/// Refuses when a registered parent of a minor has not consented and no exception is named.
pub(super) fn check(
    connection: &Connection,
    today: Date,
    person: &Person,
    consents: &[String],
    exception: Option<&str>,
) -> Result<(), EffectError> {
    let excepted = exception.is_some_and(|reason| !reason.trim().is_empty());
    if person.is_adult_on(today) || excepted {
        return Ok(());
    }
    let mut missing = Vec::new();
    for number in [&person.mother, &person.father].into_iter().flatten() {
        let alive = records::person(connection, number)?.is_some_and(|p| p.status != PersonStatus::Dead);
        if alive && !consents.contains(number) {
            missing.push(number.clone());
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Refusal::with(
        RefusalCode::ParentConsentMissing,
        "未成年人变更姓名须父母双方协商一致",
        json!({ "missing": missing }),
    )
    .into())
}

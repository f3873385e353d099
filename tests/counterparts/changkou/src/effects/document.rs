//! 居民户口簿、户口迁移证、准予迁入证明换发补发: the new paper makes the old one void.

use rusqlite::params;
use serde_json::json;

use super::Change;
use super::admit::{Desk, covers, not_responsible, open_household};
use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::{Document, DocumentIssue, IssueReason};
use super::{target, write};
use crate::papers::{self, Paper};
use crate::records;

pub(super) fn apply(desk: &Desk<'_>, act: &DocumentIssue) -> Result<Change, EffectError> {
    match act.document {
        Document::Booklet => booklet(desk, act),
        Document::MigrationCertificate | Document::EntryPermit => paper(desk, act),
    }
}

fn booklet(desk: &Desk<'_>, act: &DocumentIssue) -> Result<Change, EffectError> {
    let current = records::household(desk.connection, &act.number)?.map_or(0, |h| h.version);
    let seen = act.household_version.unwrap_or(current);
    let household = open_household(desk.connection, desk.client, &act.number, seen)?;
    let new = target::next_booklet(desk.connection, &household.division)?;
    desk.connection.execute(
        "INSERT INTO void_booklet VALUES (?1,?2,?3,?4,?5)",
        params![
            household.booklet_number,
            household.household_number,
            act.reason.word(),
            desk.clock.today().to_string(),
            new
        ],
    )?;
    desk.connection.execute(
        "UPDATE household SET booklet = ?2 WHERE number = ?1",
        params![household.household_number, new],
    )?;
    write::touch_household(desk.connection, &household.household_number)?;
    Ok(Change {
        assigned: json!({ "document_number": new, "void_number": household.booklet_number }),
        household: Some(household.household_number),
        ..Change::default()
    })
}

fn paper(desk: &Desk<'_>, act: &DocumentIssue) -> Result<Change, EffectError> {
    let old = papers::find(desk.connection, act.document, &act.number)?;
    // A paper of another city is replaced there.
    let (old, unit) = old
        .and_then(|paper| paper.unit.clone().map(|unit| (paper, unit)))
        .ok_or_else(|| Refusal::new(RefusalCode::PaperNotFound, "查无本市签发的该证件"))?;
    if !covers(desk.client, &unit) {
        return Err(not_responsible(&unit).into());
    }
    let today = desk.clock.today();
    let details = json!({ "document": old.document, "valid_until": old.valid_until,
        "replaced_by": old.replaced_by });
    let refuse = |code, message| Err(Refusal::with(code, message, details.clone()).into());
    let expired = old.expired(today);
    if old.void_since.is_some() {
        return refuse(RefusalCode::PaperVoid, "该证件已换发补发，原件作废");
    }
    if old.used_on.is_some() {
        return refuse(RefusalCode::PaperUsed, "该证件已使用，不再换发补发");
    }
    if expired && act.reason != IssueReason::Expired {
        return refuse(RefusalCode::PaperExpired, "该证件已过有效期，应按过期重新办理");
    }
    if !expired && act.reason == IssueReason::Expired {
        return refuse(RefusalCode::PaperNotExpired, "该证件未过有效期");
    }
    // A copy is good as long as the first; only an expired paper gets new days.
    let valid_until = if expired { papers::valid_until(act.document, today) } else { old.valid_until };
    let number = papers::next_number(desk.connection, act.document, &unit, today)?;
    papers::make_void(desk.connection, &old.number, &number, today)?;
    let assigned =
        json!({ "document_number": number, "void_number": old.number, "valid_until": valid_until });
    papers::insert(desk.connection, &Paper { number, issued_on: today, valid_until, ..old })?;
    Ok(Change { assigned, ..Change::default() })
}

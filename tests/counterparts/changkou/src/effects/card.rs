//! 居民身份证受理: the register notes the application; cards are made and numbered elsewhere.

use jiff::ToSpan;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::json;

use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::IdCardAcceptance;
use super::{Change, Note, open_household, registered_person, write};
use crate::records;
use crate::register::Clock;

/// A card may be renewed for expiry from this many months before its last day: the window within which
/// the counter reminds of an expiring card.
const RENEWAL_MONTHS: i32 = 6;
/// Below this age a guardian applies (居民身份证法 article 7).
const GUARDIAN_BELOW: i16 = 16;

pub(super) fn apply(
    connection: &Connection,
    clock: &Clock,
    client: &str,
    act: &IdCardAcceptance,
) -> Result<Change, EffectError> {
    let person = registered_person(connection, &act.citizen_number, act.person_version)?;
    let current = records::household(connection, &person.household_number)?.map_or(0, |h| h.version);
    open_household(connection, client, &person.household_number, current)?;
    let today = clock.today();
    if person.age_on(today) < GUARDIAN_BELOW && act.guardian.is_none() {
        return Err(Refusal::new(RefusalCode::GuardianMissing, "未满十六周岁须由监护人代为申领").into());
    }
    let open: Option<String> = connection
        .query_row(
            "SELECT receipt FROM card_acceptance WHERE citizen = ?1 AND state = 'accepted'",
            params![act.citizen_number],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(receipt) = open {
        return Err(Refusal::with(
            RefusalCode::CardApplicationOpen,
            "该人已有在办的居民身份证申领",
            json!({ "receipt_number": receipt }),
        )
        .into());
    }
    let first = act.reason.starts_with('1');
    match &person.id_card {
        Some(_) if first => {
            return Err(
                Refusal::new(RefusalCode::CardExists, "该人已领过居民身份证，应办理换领或补领").into()
            );
        }
        None if !first => {
            return Err(Refusal::new(RefusalCode::NoFormerCard, "查无该人领证记录，应办理首次申领").into());
        }
        Some(card) if act.reason == "21" => {
            let due = card.last_day().is_some_and(|last| last <= today + RENEWAL_MONTHS.months());
            if !due {
                return Err(Refusal::with(
                    RefusalCode::CardNotDue,
                    "居民身份证未到期，不能按有效期满换领",
                    json!({ "valid_until": card.valid_until }),
                )
                .into());
            }
        }
        _ => {}
    }
    let used: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM card_acceptance WHERE acceptance_number = ?1)",
        params![act.acceptance_number],
        |row| row.get(0),
    )?;
    if used {
        return Err(Refusal::new(RefusalCode::AcceptanceNumberUsed, "受理号已使用").into());
    }
    // The receipt number is drawn once for all kinds of acts; the caller writes it over this mark.
    connection.execute(
        "INSERT INTO card_acceptance VALUES ('',?1,?2,?3,?4,?5,'accepted')",
        params![act.citizen_number, act.acceptance_number, act.reason, act.collection, today.to_string()],
    )?;
    write::touch_person(connection, &act.citizen_number)?;
    let details = json!({ "acceptance_number": act.acceptance_number, "reason": act.reason });
    Ok(Change {
        notes: vec![Note::new(&act.citizen_number, &person.household_number, details)],
        assigned: json!({
            "acceptance_number": act.acceptance_number,
            "card_state": "accepted",
            "card_state_name": "已受理",
        }),
        person: Some(act.citizen_number.clone()),
        household: Some(person.household_number),
    })
}

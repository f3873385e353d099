//! What every act needs first: the household and the person it is about, as the client saw them.

use rusqlite::Connection;
use serde_json::json;

use super::refusal::{EffectError, Refusal, RefusalCode};
use crate::model::{Household, Person, PersonStatus};
use crate::records;
use crate::register::Clock;

/// At whose desk, and on which day, an act is brought into effect.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    /// Inside the act's transaction
    pub connection: &'a Connection,
    /// The register's clock
    pub clock: &'a Clock,
    /// The client's unit, which limits what it may change
    pub client: &'a str,
    /// The unit that handles the case; it keeps the households and papers it makes
    pub unit: &'a str,
}

impl Desk<'_> {
    /// The unit that handles the case, where it may keep something new.
    pub(super) fn keeping_unit(&self) -> Result<&str, EffectError> {
        let is_code = self.unit.len() == 12 && self.unit.bytes().all(|byte| byte.is_ascii_digit());
        if is_code && covers(self.client, self.unit) {
            return Ok(self.unit);
        }
        Err(not_responsible(self.unit).into())
    }
}

pub(super) fn not_responsible(owner_unit: &str) -> Refusal {
    Refusal::with(
        RefusalCode::UnitNotResponsible,
        "该户不属于本单位管辖",
        json!({ "owner_unit": owner_unit }),
    )
}

pub(super) fn dead() -> Refusal {
    Refusal::new(RefusalCode::PersonDead, "该人已办理死亡注销")
}

pub(super) fn cancelled() -> Refusal {
    Refusal::new(RefusalCode::PersonCancelled, "该人户口已注销")
}

/// Refuses a number that another one replaced, and names that one.
pub(super) fn not_replaced(connection: &Connection, number: &str) -> Result<(), EffectError> {
    match records::replaced_by(connection, number)? {
        None => Ok(()),
        Some(current) => Err(Refusal::with(
            RefusalCode::NumberReplaced,
            "该公民身份号码已变更，请使用现号码",
            json!({ "citizen_number": current }),
        )
        .into()),
    }
}

/// The household, if the client may change it and saw its present state.
pub(super) fn open_household(
    connection: &Connection,
    client: &str,
    number: &str,
    version: i64,
) -> Result<Household, EffectError> {
    let household = records::household(connection, number)?
        .ok_or_else(|| Refusal::new(RefusalCode::HouseholdNotFound, "户号不存在"))?;
    if household.status != "open" {
        return Err(Refusal::new(RefusalCode::HouseholdClosed, "该户已销户").into());
    }
    if !covers(client, &household.owner_unit) {
        return Err(not_responsible(&household.owner_unit).into());
    }
    if household.flags.iter().any(|flag| flag == "business_frozen") {
        return Err(Refusal::new(RefusalCode::HouseholdFrozen, "该户户口业务已冻结，不能办理").into());
    }
    if household.version != version {
        return Err(Refusal::with(
            RefusalCode::HouseholdVersionChanged,
            "该户信息已变动，请重新核对",
            json!({ "seen": version, "current": household.version }),
        )
        .into());
    }
    Ok(household)
}

/// The registered person, if the client saw the present state.
pub(super) fn registered_person(
    connection: &Connection,
    number: &str,
    version: i64,
) -> Result<Person, EffectError> {
    let Some(person) = records::person(connection, number)? else {
        not_replaced(connection, number)?;
        return Err(Refusal::new(RefusalCode::PersonNotFound, "查无此人").into());
    };
    match person.status {
        PersonStatus::Registered => {}
        PersonStatus::Dead => return Err(dead().into()),
        PersonStatus::MovedOut => {
            return Err(Refusal::new(RefusalCode::PersonNotRegistered, "该人已迁出，不在册").into());
        }
        PersonStatus::Cancelled => return Err(cancelled().into()),
    }
    if person.version != version {
        return Err(Refusal::with(
            RefusalCode::PersonVersionChanged,
            "该人信息已变动，请重新核对",
            json!({ "seen": version, "current": person.version }),
        )
        .into());
    }
    Ok(person)
}

/// Whether a client unit stands above (or is) the owner unit: the code without its trailing zero pairs
/// is a prefix.
#[must_use]
pub fn covers(client: &str, owner: &str) -> bool {
    let mut stem = client;
    while let Some(shorter) = stem.strip_suffix("00") {
        stem = shorter;
    }
    !stem.is_empty() && owner.starts_with(stem)
}

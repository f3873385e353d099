//! The household people come into: one that stands, or one the act founds.

use rusqlite::{Connection, params};
use serde_json::json;

use super::admit::{Desk, open_household};
use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::NewHousehold;
use super::{sound, write};
use crate::database;
use crate::model::Household;
use crate::records;
use crate::register::next_count;
use crate::relation::HEAD;

/// Households founded by acts are numbered from here; below are those of the invented population, and those
/// that begin with 9 belong to the demo people.
const FIRST_FOUNDED: i64 = 500_000_000;
/// Flags of land that admits no joining relatives (集体土地、冻结土地).
const LAND_FLAGS: [&str; 2] = ["collective_land", "frozen_land"];
/// The reason those flags forbid.
const RELATIVE_JOINING: &str = "relative_joining";

/// Where people go, as the request says it.
pub(super) struct Target<'a> {
    /// 户号 of a standing household
    pub number: Option<&'a String>,
    /// Version the client saw
    pub version: Option<i64>,
    /// A household to be founded
    pub new: Option<&'a NewHousehold>,
}

/// A household to be founded.
pub(super) struct Founding<'a> {
    /// 户别
    pub kind: &'a str,
    /// 住址
    pub address: &'a str,
    /// 标准地址编码 of the address
    pub address_code: Option<&'a str>,
    /// Name of a collective household
    pub name: Option<&'a str>,
    /// Who answers for it
    pub responsible: Option<&'a str>,
    /// 数据归属单位
    pub owner_unit: &'a str,
    /// Flags of the address, where it is that of a standing household
    pub flags: Vec<String>,
}

impl Target<'_> {
    /// The household: opened as the client saw it, or founded empty with version 0.
    pub(super) fn open(&self, desk: &Desk<'_>) -> Result<Household, EffectError> {
        let household = self.look(desk)?;
        if self.new.is_some() { found(desk.connection, household) } else { Ok(household) }
    }

    /// The same without founding anything: a household to be founded has no number.
    pub(super) fn look(&self, desk: &Desk<'_>) -> Result<Household, EffectError> {
        match (self.number, self.version, self.new) {
            (Some(number), Some(version), None) => {
                open_household(desk.connection, desk.client, number, version)
            }
            (None, None, Some(new)) => draft(Founding {
                kind: &new.kind,
                address: &new.address,
                address_code: new.address_code.as_deref(),
                name: None,
                responsible: None,
                owner_unit: desk.keeping_unit()?,
                flags: Vec::new(),
            }),
            _ => Err(Refusal::new(
                RefusalCode::TargetUnclear,
                "须写明迁入的户号和版本，或者写明新立户，二者取一",
            )
            .into()),
        }
    }

    /// Refuses relatives where the land admits none.
    pub(super) fn admits(household: &Household, reason: &str) -> Result<(), EffectError> {
        let blocking = household.flags.iter().find(|flag| LAND_FLAGS.contains(&flag.as_str()));
        match blocking {
            Some(flag) if reason == RELATIVE_JOINING => Err(Refusal::with(
                RefusalCode::HouseholdLandBlocked,
                "该户地址为集体土地或冻结土地，不办理投靠迁入",
                json!({ "flag": flag }),
            )
            .into()),
            _ => Ok(()),
        }
    }
}

/// An empty household without a number; its version is 0 until the act that founds it touches it.
pub(super) fn draft(founding: Founding<'_>) -> Result<Household, EffectError> {
    for (place, possible) in [
        ("kind", matches!(founding.kind, "1" | "2")),
        ("address", (1..=100).contains(&founding.address.trim().chars().count())),
        ("address_code", founding.address_code.is_none_or(is_address_code)),
    ] {
        if !possible {
            return Err(Refusal::with(
                RefusalCode::ValueImpossible,
                "户别或住址填写有误",
                json!({ "place": place }),
            )
            .into());
        }
    }
    Ok(Household {
        household_number: String::new(),
        kind: founding.kind.to_owned(),
        division: founding.owner_unit.get(..6).unwrap_or_default().to_owned(),
        owner_unit: founding.owner_unit.to_owned(),
        address: founding.address.to_owned(),
        address_code: founding.address_code.map(str::to_owned),
        booklet_number: String::new(),
        flags: founding.flags,
        status: "open".into(),
        head: None,
        head_exception: Some(if founding.kind == "2" { "collective" } else { "no_members" }.into()),
        name: founding.name.map(str::to_owned),
        responsible: founding.responsible.map(str::to_owned),
        version: 0,
        members: Vec::new(),
    })
}

/// 标准地址编码: at most 34 digits and capital letters, the first six a division.
fn is_address_code(code: &str) -> bool {
    (7..=34).contains(&code.len())
        && code.bytes().all(|sign| sign.is_ascii_digit() || sign.is_ascii_uppercase())
        && code.bytes().take(6).all(|sign| sign.is_ascii_digit())
}

/// Gives a drafted household its numbers and writes it.
pub(super) fn found(connection: &Connection, mut household: Household) -> Result<Household, EffectError> {
    loop {
        let number = (FIRST_FOUNDED + next_count(connection, "household")?).to_string();
        if records::household(connection, &number)?.is_none() {
            household.household_number = number;
            break;
        }
    }
    household.booklet_number = next_booklet(connection, &household.division)?;
    database::insert_household(connection, &household)?;
    Ok(household)
}

/// A new booklet number; the invented population's run below the middle of the eight digits.
pub(super) fn next_booklet(connection: &Connection, division: &str) -> rusqlite::Result<String> {
    Ok(format!("{division}{:08}", 50_000_000 + next_count(connection, "booklet")?))
}

/// After people were placed: an empty family household takes its head from them, and the whole is checked.
pub(super) fn settle(
    desk: &Desk<'_>,
    household: &Household,
    arrivals: &[(&str, &str)],
) -> Result<(), EffectError> {
    let number = &household.household_number;
    if household.kind == "1"
        && household.head.is_none()
        && let Some((head, _)) = arrivals.iter().find(|(_, relation)| *relation == HEAD)
    {
        desk.connection.execute(
            "UPDATE household SET head = ?2, head_exception = CASE head_exception WHEN 'no_members' THEN NULL
             ELSE head_exception END WHERE number = ?1",
            params![number, head],
        )?;
    }
    write::touch_household(desk.connection, number)?;
    sound::check(desk.connection, number, desk.clock.today())
}

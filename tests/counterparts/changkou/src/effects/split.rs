//! 分户: some members of a family household make one of their own.

use serde_json::json;

use super::admit::{Desk, open_household};
use super::leave::{self, Succession};
use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::{HouseholdSplit, Relations};
use super::target::{self, Founding};
use super::{Change, Note, sound, write};
use crate::history;
use crate::model::{Household, Person};
use crate::relation::HEAD;

/// How the record of somebody who moved says why.
const SPLIT: &str = "分户登记";

pub(super) fn apply(desk: &Desk<'_>, act: &HouseholdSplit) -> Result<Change, EffectError> {
    let old = open_household(desk.connection, desk.client, &act.household_number, act.household_version)?;
    if old.kind == "2" {
        return Err(Refusal::new(RefusalCode::HouseholdCollective, "集体户不办理分户").into());
    }
    let leaving = act.movers.iter().map(String::as_str).collect();
    let movers: Vec<&Person> =
        old.members.iter().filter(|m| act.movers.contains(&m.citizen_number)).collect();
    if movers.is_empty() && act.movers.is_empty() {
        return Err(Refusal::new(RefusalCode::MoversMissing, "须至少写明一名分出人员").into());
    }
    if movers.len() < act.movers.len() {
        return Err(Refusal::new(RefusalCode::MoverNotMember, "分出人员须为该户在册成员").into());
    }
    if movers.len() == old.members.len() {
        return Err(Refusal::new(RefusalCode::NobodyRemains, "全户分出，原户无人，不是分户").into());
    }
    let today = desk.clock.today();
    let head = movers
        .iter()
        .find(|m| m.citizen_number == act.new_head)
        .ok_or_else(|| Refusal::new(RefusalCode::NewHeadNotMember, "新户户主须为分出人员"))?;
    if !head.is_adult_on(today) {
        let adults = movers.iter().filter(|m| m.is_adult_on(today)).count();
        return Err(sound::not_adult(adults).into());
    }
    let others: Vec<&str> = act.movers.iter().map(String::as_str).filter(|m| *m != act.new_head).collect();
    write::relations_complete(&others, &act.relations)?;
    let founding = Founding {
        kind: &old.kind,
        address: act.address.as_deref().unwrap_or(&old.address),
        address_code: match act.address {
            Some(_) => act.address_code.as_deref(),
            None => old.address_code.as_deref(),
        },
        name: None,
        responsible: None,
        owner_unit: &old.owner_unit,
        // What is said of the land stays true of the same address.
        flags: if act.address.is_none() { old.flags.clone() } else { Vec::new() },
    };
    let new = target::found(desk.connection, target::draft(founding)?)?;
    let mut notes = Vec::new();
    let mut places = Vec::new();
    for mover in &movers {
        let number = mover.citizen_number.as_str();
        let relation = act.relations.get(number).map_or(HEAD, String::as_str);
        history::end_stay(desk.connection, mover, old.head.as_deref(), today)?;
        write::place(desk.connection, number, &new.household_number, relation, today, SPLIT)?;
        let details = json!({ "from_household": old.household_number, "relation": relation });
        notes.push(Note::new(number, &new.household_number, details));
        places.push((number, relation));
    }
    let (remaining_head, remaining_relations) = remaining(act, &old)?;
    let succession = Succession {
        new_head: remaining_head.as_deref(),
        relations: &remaining_relations,
        head_exception: None,
    };
    leave::hand_on(desk.connection, today, &old, &leaving, &succession)?;
    target::settle(desk, &new, &places)?;
    Ok(Change {
        person: Some(act.new_head.clone()),
        assigned: json!({ "household_number": new.household_number, "booklet_number": new.booklet_number }),
        household: Some(new.household_number),
        notes,
    })
}

/// The head of those who stay: as named, or the one whose relation is `02`.
fn remaining(act: &HouseholdSplit, old: &Household) -> Result<(Option<String>, Relations), EffectError> {
    let mut relations = act.remaining_relations.clone();
    if act.remaining_head.is_some() {
        return Ok((act.remaining_head.clone(), relations));
    }
    let listed = relations.iter().find(|(_, code)| *code == HEAD).map(|(number, _)| number.clone());
    let Some(head) = listed else { return Ok((None, relations)) };
    relations.remove(&head);
    let stays = old.head.as_ref().is_some_and(|present| !act.movers.contains(present));
    if stays && old.head.as_ref() != Some(&head) {
        return Err(Refusal::new(RefusalCode::HeadStays, "原户户主没有分出，不能另定户主").into());
    }
    Ok((Some(head), relations))
}

//! What each proof says, from the person's record and history.

use jiff::civil::Date;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::sentences;
use crate::history::{self, Shared, Stay};
use crate::model::{Household, Person, PersonStatus};
use crate::{number, records};

/// The proofs the register gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// 户籍证明 of one person
    Registration,
    /// 户籍证明 of a whole household
    Household,
    /// 户口登记项目内容变更更正证明
    ItemChange,
    /// 注销户口证明
    Cancellation,
    /// 曾经同户人员间的亲属关系证明
    FormerHouseholdKinship,
}

impl Kind {
    /// Reads the kind in a path; words may be joined by `-` or `_`.
    pub(super) fn from_path(word: &str) -> Option<Self> {
        Some(match word.replace('_', "-").as_str() {
            "household-registration" => Self::Registration,
            "household" => Self::Household,
            "item-change" => Self::ItemChange,
            "cancellation" => Self::Cancellation,
            "former-household-kinship" => Self::FormerHouseholdKinship,
            _ => return None,
        })
    }
}

/// What the proof must be about, beyond the number it is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct About<'a> {
    /// Another number: the other's of a kinship, or one the person had before
    pub with: Option<&'a str>,
    /// A name the person had before
    pub name: Option<&'a str>,
    /// The only reason of a cancellation that is proved
    pub reason: Option<&'a str>,
}

/// The facts of a proof, and the sentences that say them; none when the register has nothing to prove.
pub(super) fn of(
    connection: &Connection,
    kind: Kind,
    asked: &str,
    about: About<'_>,
) -> rusqlite::Result<Option<Value>> {
    let mut found = facts(connection, kind, asked, about)?;
    if let Some(proof) = &mut found {
        proof["content"] = json!(sentences::of(kind, proof));
    }
    Ok(found)
}

fn facts(
    connection: &Connection,
    kind: Kind,
    asked: &str,
    about: About<'_>,
) -> rusqlite::Result<Option<Value>> {
    // A household is asked for by its own number or by a member's.
    if kind == Kind::Household && !number::is_valid(asked) {
        return Ok(records::household(connection, asked)?.as_ref().and_then(household));
    }
    let Some(person) = records::person_by_any_number(connection, asked)? else { return Ok(None) };
    match kind {
        Kind::Registration => registration(connection, &person),
        Kind::Household if person.status != PersonStatus::Registered => Ok(None),
        Kind::Household => {
            Ok(records::household(connection, &person.household_number)?.as_ref().and_then(household))
        }
        Kind::ItemChange => {
            let proof = item_changes(connection, &person)?;
            Ok(proof.filter(|proof| says(&person, proof, about)))
        }
        Kind::Cancellation => {
            let proof = cancellation(connection, &person)?;
            Ok(proof.filter(|proof| about.reason.is_none_or(|reason| proof["reason"] == reason)))
        }
        Kind::FormerHouseholdKinship => kinship(connection, &person, about.with),
    }
}

fn head(household: &Household) -> Option<&Person> {
    household.members.iter().find(|m| Some(&m.citizen_number) == household.head.as_ref())
}

/// Who somebody is, without where.
fn identity(person: &Person) -> Value {
    json!({
        "name": person.name,
        "former_name": person.former_name,
        "sex": person.sex,
        "ethnic_group": person.ethnic_group,
        "birth_date": person.birth_date,
        "citizen_number": person.citizen_number,
        "former_numbers": person.former_numbers,
    })
}

/// Only a registered resident has any.
fn registration(connection: &Connection, person: &Person) -> rusqlite::Result<Option<Value>> {
    if person.status != PersonStatus::Registered {
        return Ok(None);
    }
    let Some(household) = records::household(connection, &person.household_number)? else { return Ok(None) };
    let mut proof = identity(person);
    proof["address"] = json!(household.address);
    proof["household_number"] = json!(household.household_number);
    proof["household_kind"] = json!(household.kind);
    proof["head_name"] = json!(head(&household).map(|h| &h.name));
    proof["relation"] = json!(person.relation);
    proof["since"] = json!(person.since);
    proof["since_reason"] = json!(person.since_reason);
    proof["owner_unit"] = json!(household.owner_unit);
    Ok(Some(proof))
}

fn household(household: &Household) -> Option<Value> {
    if household.status != "open" {
        return None;
    }
    let members: Vec<Value> = household
        .members
        .iter()
        .map(|member| {
            let mut row = identity(member);
            row["relation"] = json!(member.relation);
            row["since"] = json!(member.since);
            row["since_reason"] = json!(member.since_reason);
            row
        })
        .collect();
    Some(json!({
        "household_number": household.household_number,
        "household_kind": household.kind,
        "household_name": household.name,
        "address": household.address,
        "booklet_number": household.booklet_number,
        "head_name": head(household).map(|h| &h.name),
        "owner_unit": household.owner_unit,
        "members": members,
    }))
}

/// Every change of an item that an act of this register made, oldest first.
fn item_changes(connection: &Connection, person: &Person) -> rusqlite::Result<Option<Value>> {
    let mut rows = Vec::new();
    for entry in history::entries(connection, &person.citizen_number)? {
        let Some(changes) = entry.details["changes"].as_object() else { continue };
        for (item, change) in changes {
            rows.push(json!({
                "item": item,
                "before": change["before"],
                "after": change["after"],
                "changed_on": entry.effective_on,
                "category": entry.details["category"],
                "approval_number": entry.details["approval_number"],
                "receipt_number": entry.receipt_number,
            }));
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let mut proof = identity(person);
    proof["changes"] = json!(rows);
    Ok(Some(proof))
}

/// Whether the changes show the other number and the other name to be the same person's.
fn says(person: &Person, proof: &Value, about: About<'_>) -> bool {
    let changed = |item: &str, value: &str| {
        let rows = proof["changes"].as_array().into_iter().flatten();
        rows.filter(|row| row["item"] == item).any(|row| row["before"] == value || row["after"] == value)
    };
    let is_own =
        |own: &[String], item: &str, value: &str| own.iter().any(|one| one == value) || changed(item, value);
    let names: Vec<String> = person.former_name.iter().chain([&person.name]).cloned().collect();
    let numbers: Vec<String> =
        person.former_numbers.iter().chain([&person.citizen_number]).cloned().collect();
    about.with.is_none_or(|number| is_own(&numbers, "citizen_number", number))
        && about.name.is_none_or(|name| is_own(&names, "name", name))
}

/// That nobody of this name, sex and birth date is or was registered here; none when somebody is.
pub(super) fn absence(
    connection: &Connection,
    name: &str,
    sex: &str,
    birth_date: Date,
    today: Date,
) -> rusqlite::Result<Option<Value>> {
    let (found, more) = records::search(connection, name, Some(birth_date))?;
    if more || found.iter().any(|one| one.sex == sex) {
        return Ok(None);
    }
    let mut proof = json!({ "name": name, "sex": sex, "birth_date": birth_date, "searched_on": today });
    proof["content"] = json!(sentences::absence(&proof));
    Ok(Some(proof))
}

/// That a registration ended, when and why; nobody registered has one.
fn cancellation(connection: &Connection, person: &Person) -> rusqlite::Result<Option<Value>> {
    let (kind, reason) = match person.status {
        PersonStatus::Registered => return Ok(None),
        PersonStatus::Dead => ("death_cancellation", Some("dead")),
        PersonStatus::MovedOut => ("migration_out", Some("moved_out")),
        PersonStatus::Cancelled => ("cancellation", person.status_reason.as_deref()),
    };
    let acts = history::entries(connection, &person.citizen_number)?;
    let act = acts.iter().rev().find(|entry| entry.kind == kind);
    let household = records::household(connection, &person.household_number)?;
    let mut proof = identity(person);
    proof["cancelled_on"] = json!(person.status_since);
    proof["reason"] = json!(reason);
    proof["address"] = json!(household.as_ref().map(|h| &h.address));
    proof["household_number"] = json!(person.household_number);
    proof["owner_unit"] = json!(household.as_ref().map(|h| &h.owner_unit));
    proof["receipt_number"] = json!(act.map(|entry| &entry.receipt_number));
    proof["approval_number"] = act.map_or(Value::Null, |entry| entry.details["approval_number"].clone());
    proof["to_address"] = act.map_or(Value::Null, |entry| entry.details["to_address"].clone());
    Ok(Some(proof))
}

fn kinship(connection: &Connection, person: &Person, with: Option<&str>) -> rusqlite::Result<Option<Value>> {
    let with = match with {
        None => None,
        Some(number) => match records::person_by_any_number(connection, number)? {
            Some(other) => Some(other.citizen_number),
            None => return Ok(None),
        },
    };
    let mut rows = Vec::new();
    for shared in history::shared(connection, person)? {
        if with.as_ref().is_none_or(|with| with == &shared.other.citizen_number) {
            rows.extend(common(connection, person, &shared)?);
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let mut proof = identity(person);
    proof["shared"] = json!(rows);
    Ok(Some(proof))
}

/// One common time: both relations to the head of that time, and the kinship the records name themselves.
fn common(connection: &Connection, person: &Person, shared: &Shared) -> rusqlite::Result<Option<Value>> {
    let Some(other) = records::person(connection, &shared.other.citizen_number)? else { return Ok(None) };
    let household = records::household(connection, &shared.own.household_number)?;
    let head = match &shared.own.head {
        Some(head) => records::person(connection, head)?,
        None => None,
    };
    let relation = |stay: &Stay| stay.relation.clone();
    Ok(Some(json!({
        "household_number": shared.own.household_number,
        "address": household.map(|h| h.address),
        "head_name": head.as_ref().map(|h| &h.name),
        "head_number": head.as_ref().map(|h| &h.citizen_number),
        "relation": relation(&shared.own),
        "other": identity(&other),
        "other_relation": relation(&shared.other),
        "kinship": direct(person, &other),
        "since": shared.since,
        "until": shared.until,
    })))
}

/// What the other is to the person by their own records: parent, child or spouse.
fn direct(person: &Person, other: &Person) -> Option<&'static str> {
    let is = |link: &Option<String>, whose: &Person| link.as_ref() == Some(&whose.citizen_number);
    if is(&person.mother, other) {
        Some("mother")
    } else if is(&person.father, other) {
        Some("father")
    } else if is(&other.mother, person) || is(&other.father, person) {
        Some("child")
    } else if is(&person.spouse, other) || is(&other.spouse, person) {
        Some("spouse")
    } else {
        None
    }
}

//! 户别变更: handed over as an item of the one who asks for it, and true of the whole household.

use rusqlite::params;
use serde_json::json;

use super::admit::Desk;
use super::refusal::{EffectError, Refusal, RefusalCode};
use super::request::ItemChange;
use super::{Change, Note, sound, write};
use crate::history;
use crate::model::{Household, Person};
use crate::relation::HEAD;

/// The item's name.
pub(super) const ITEM: &str = "household_kind";
/// Relation of everybody in a collective household.
const UNRELATED: &str = "99";

pub(super) fn apply(
    desk: &Desk<'_>,
    act: &ItemChange,
    person: &Person,
    household: &Household,
) -> Result<Change, EffectError> {
    let kind = act.changes.get(ITEM).map(String::as_str).unwrap_or_default();
    let refuse = |code, words, details| Err(Refusal::with(code, words, details).into());
    if act.changes.len() > 1 || act.relation.is_some() || act.category != ITEM {
        return refuse(RefusalCode::CategoryImpossible, "户别变更不与其他项目一并办理", json!({}));
    }
    if kind == household.kind {
        let details = json!({ "unchanged": [ITEM] });
        return refuse(RefusalCode::ValueUnchanged, "新内容与现登记内容相同", details);
    }
    match kind {
        "1" => {
            let [only] = household.members.as_slice() else {
                let numbers: Vec<&str> =
                    household.members.iter().map(|one| one.citizen_number.as_str()).collect();
                return refuse(
                    RefusalCode::NewHeadNeeded,
                    "集体户内不止一人，不能直接改为家庭户，须先迁出立户",
                    json!({ "members": numbers }),
                );
            };
            turn(desk, household, "1", Some(only))?;
        }
        "2" => turn(desk, household, "2", None)?,
        _ => {
            let details = json!({ "place": ITEM });
            return refuse(RefusalCode::ValueImpossible, "项目的新内容填写有误", details);
        }
    }
    write::touch_household(desk.connection, &household.household_number)?;
    sound::check(desk.connection, &household.household_number, desk.clock.today())?;
    let details = json!({ "changes": { ITEM: { "before": household.kind, "after": kind } },
        "category": act.category, "approval_number": act.approval_number });
    Ok(Change {
        assigned: json!({ "before": { ITEM: household.kind } }),
        notes: vec![Note::new(&person.citizen_number, &household.household_number, details)],
        person: Some(person.citizen_number.clone()),
        household: Some(household.household_number.clone()),
    })
}

/// Writes the kind, the head and everybody's relation to it.
fn turn(
    desk: &Desk<'_>,
    household: &Household,
    kind: &str,
    head: Option<&Person>,
) -> Result<(), EffectError> {
    for member in &household.members {
        history::end_stay(desk.connection, member, household.head.as_deref(), desk.clock.today())?;
        let relation = if head.is_some() { HEAD } else { UNRELATED };
        desk.connection.execute(
            "UPDATE person SET relation = ?2, version = version + 1 WHERE number = ?1",
            params![member.citizen_number, relation],
        )?;
    }
    desk.connection.execute(
        "UPDATE household SET kind = ?2, head = ?3, head_exception = ?4 WHERE number = ?1",
        params![
            household.household_number,
            kind,
            head.map(|one| &one.citizen_number),
            head.is_none().then_some("collective")
        ],
    )?;
    Ok(())
}

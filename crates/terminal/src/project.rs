//! The work list: one row per case, made anew inside the transaction that changed its events.

use crate::act::replay;
use domain::case::Case;
use domain::cbor;
use domain::duplicate::person;
use domain::effect::UnfinishedState;
use domain::flow::Level;
use domain::ids::{CaseId, FieldPath};
use domain::person::{Role, Roster};
use serde::{Deserialize, Serialize};
use store::table::case::CaseRow;
use store::table::outbox::OutboxState;
use store::{StoreError, Transaction, table};

/// Makes work-list rows for synchronisation.
pub(crate) struct WorkList;

impl sync::Projection for WorkList {
    fn project(&self, tx: &Transaction<'_>, case: CaseId) -> store::Result<()> {
        project(tx, case)
    }
}

/// What the list shows of a case beside the columns of the row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) person: String,
    pub(crate) matter_name: String,
    pub(crate) state: String,
    pub(crate) next: String,
    pub(crate) taken_in_by: String,
    /// Last day for promised materials that lack, `YYYY-MM-DD`; empty for none.
    #[serde(default)]
    pub(crate) promised_until: String,
    /// Last day of a supplement, `YYYY-MM-DD`; empty for none.
    #[serde(default)]
    pub(crate) supplement_until: String,
    /// Whether the clock stands still.
    #[serde(default)]
    pub(crate) suspended: bool,
    /// Who has the work: log-in name and name; empty for whoever comes.
    #[serde(default)]
    pub(crate) holder: (String, String),
    /// Who may review the present step for somebody else, and until when.
    #[serde(default)]
    pub(crate) delegated: Vec<(String, String)>,
    /// Units whose households it is about, beside the one that took it in.
    #[serde(default)]
    pub(crate) home: Vec<String>,
    /// How the register has an act that it has not finished.
    #[serde(default)]
    pub(crate) unfinished: Option<UnfinishedState>,
}

/// Makes the row of a case.
pub(crate) fn project(tx: &Transaction<'_>, id: CaseId) -> store::Result<()> {
    let rows = table::event::of_case(tx, id)?;
    let (case, _) = replay(rows, id).map_err(|_| StoreError::Unreadable("event"))?;
    let Some(opening) = &case.opening else {
        // Its opening has no place on the server: it stays in sight until somebody dealt with that.
        if table::outbox::of_case(tx, id, OutboxState::Troubled)?.is_empty() {
            table::case::remove(tx, id)?;
        }
        return Ok(());
    };
    let roster: Roster = table::terminal::get(tx, crate::contents::ROSTER)?
        .and_then(|bytes| cbor::from_slice(&bytes).ok())
        .unwrap_or_default();
    let (step_kind, step_roles, step_unit) = match &case.stage {
        Some(stage) => (
            step_word(&stage.kind),
            format!(",{},", stage.roles.iter().map(|role| role_word(*role)).collect::<Vec<_>>().join(",")),
            roster
                .unit_at(&opening.unit, stage.level)
                .map_or_else(|| opening.unit.to_string(), |unit| unit.code.to_string()),
        ),
        None => (String::new(), String::new(), String::new()),
    };
    let (person, person_number) = person(&case);
    let next = match &case.stage {
        Some(stage) if stage.level == Level::Station => {
            stage.roles.iter().map(|role| role.title()).collect::<Vec<_>>().join("、")
        }
        Some(stage) => stage.roles.first().map_or_else(String::new, |role| role.title().to_owned()),
        None if case.outcome.is_some() => String::new(),
        None => "窗口".to_owned(),
    };
    let line = Line {
        person: person.clone(),
        matter_name: opening.matter_name.clone(),
        state: case.state_words(),
        next,
        taken_in_by: opening.actor.name.clone(),
        promised_until: promised_until(&case),
        supplement_until: case.open_supplement().map(|one| one.until.to_string()).unwrap_or_default(),
        suspended: case.course.suspension.is_some(),
        holder: case
            .course
            .holder
            .as_ref()
            .map(|one| (one.to.to_string(), one.name.clone()))
            .unwrap_or_default(),
        delegated: delegated(&case),
        home: case.home_units.iter().map(ToString::to_string).collect(),
        unfinished: case.unfinished.as_ref().map(|one| one.state),
    };
    let submission = case.submission.as_ref();
    let number = submission.and_then(|one| one.number.clone()).unwrap_or_default();
    let mut words: Vec<String> = case
        .fields
        .iter()
        .filter(|(path, _)| is_searched(path))
        .map(|(_, value)| value.value.clone())
        .collect();
    words.extend(
        case.identities.values().flat_map(|one| [one.identity.name.clone(), one.identity.number.clone()]),
    );
    words.push(number.clone());
    words.extend(submission.and_then(|one| one.intake_number.clone()));
    words.retain(|word| !word.is_empty());
    words.sort();
    words.dedup();
    table::case::put(
        tx,
        &CaseRow {
            id,
            number,
            matter: opening.matter.0.clone(),
            unit: opening.unit.to_string(),
            person_number,
            opened: opening.time.trusted,
            changed: case.changed.map_or(opening.time.trusted, |time| time.trusted),
            due: submission.and_then(|one| one.due).map(|day| day.to_string()).unwrap_or_default(),
            step_kind,
            step_roles,
            step_unit,
            at_counter: case.at_counter(),
            awaits_confirmation: case.awaits_confirmation(),
            ended: case.outcome.is_some(),
            line: cbor::to_vec(&line),
            words,
        },
    )
}

fn promised_until(case: &Case) -> String {
    let promise = case.course.tolerance.as_ref().filter(|_| !case.outstanding().is_empty());
    promise.map(|one| one.until.to_string()).unwrap_or_default()
}

fn delegated(case: &Case) -> Vec<(String, String)> {
    let Some(stage) = &case.stage else { return Vec::new() };
    let here = case.course.delegations.iter().filter(|one| one.step == stage.step);
    here.map(|one| (one.to.to_string(), one.until.to_string())).collect()
}

/// Names and numbers are what an officer searches by.
fn is_searched(path: &FieldPath) -> bool {
    let last = path.as_str().rsplit('.').next().unwrap_or_default();
    last == "name"
        || last == "new_name"
        || last == "number"
        || last.ends_with("_number")
        || last == "certificate"
}

/// A role as the work list holds it: the word that serde writes.
pub(crate) fn role_word(role: Role) -> String {
    word(&role)
}

/// A kind of step as the work list holds it.
pub(crate) fn step_word(kind: &domain::flow::StepKind) -> String {
    word(kind)
}

fn word<T: Serialize>(thing: &T) -> String {
    match serde_json::to_value(thing) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

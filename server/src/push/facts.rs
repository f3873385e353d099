//! Facts inside an act that only the server can vouch for: leased numbers and answers of the register.

use crate::enrol::kind_name;
use crate::fault::Result;
use crate::house::Terminal;
use crate::keys::hash;
use crate::storage::{Work, one, values};
use domain::act::Act;
use domain::case::Case;
use domain::command::Command;
use domain::effect::UnfinishedState;
use domain::event::{CheckState, Event, EventRecord, RegisterAnswer, Settlement, SubmissionMode};
use domain::ids::CaseId;
use domain::matter::MatterDefinition;
use domain::number::{NumberKind, is_valid};

/// A number with its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PrintedNumber {
    kind: NumberKind,
    unit: String,
    year: i64,
    serial: i64,
}

/// The new numbers that an act gives out; one that the case had before is not new.
pub(super) fn new_numbers<'a>(records: &'a [EventRecord], case: &Case) -> Vec<(NumberKind, &'a str)> {
    let before = |number: &str| {
        case.submission.as_ref().is_some_and(|one| {
            one.number.as_deref() == Some(number)
                || one.accepted_number.as_deref() == Some(number)
                || one.intake_number.as_deref() == Some(number)
        })
    };
    records
        .iter()
        .filter_map(|record| match &record.event {
            Event::Submitted { mode: SubmissionMode::Accepted, number: Some(number), .. }
            | Event::AcceptanceConfirmed { number, .. } => Some((NumberKind::Acceptance, number.as_str())),
            Event::Submitted { mode: SubmissionMode::TakenIn, number: Some(number), .. } => {
                Some((NumberKind::Intake, number.as_str()))
            }
            _ => None,
        })
        .filter(|(_, number)| !before(number))
        .collect()
}

/// Reads a printed number: kind (1 digit), unit (12), year (4), serial (6), check digit (1).
fn parse(kind: NumberKind, number: &str) -> Option<PrintedNumber> {
    if !is_valid(number) || !number.starts_with(kind.digit()) {
        return None;
    }
    Some(PrintedNumber {
        kind,
        unit: number.get(1..13)?.to_owned(),
        year: number.get(13..17)?.parse().ok()?,
        serial: number.get(17..23)?.parse().ok()?,
    })
}

/// Finds a number in a block leased to this epoch of the terminal, free for a case: unused, or printed by an act of the
/// same case that has no place; none when it is not there. What a citizen was given in print stays good when the act
/// that gave it has to be made again.
pub(super) async fn leased(
    work: &mut dyn Work,
    terminal: &Terminal,
    epoch: u32,
    kind: NumberKind,
    number: &str,
    case: &CaseId,
) -> Result<Option<PrintedNumber>> {
    let Some(parsed) = parse(kind, number) else { return Ok(None) };
    let block = one(
        work,
        "SELECT request FROM number_block WHERE terminal = $1 AND epoch = $2 AND kind = $3 AND unit = $4 \
         AND year = $5 AND first <= $6 AND last >= $6",
        values![
            terminal.id.to_string(),
            epoch,
            kind_name(kind),
            parsed.unit.clone(),
            parsed.year,
            parsed.serial
        ],
    )
    .await?;
    if block.is_none() {
        return Ok(None);
    }
    let used = one(
        work,
        "SELECT case_id, act_id FROM number_used WHERE kind = $1 AND unit = $2 AND year = $3 AND serial = $4",
        values![kind_name(kind), parsed.unit.clone(), parsed.year, parsed.serial],
    )
    .await?;
    let Some(used) = used else { return Ok(Some(parsed)) };
    let same_case = used.text(0)? == case.to_string();
    let free = same_case && !placed(work, used.text(1)?).await?;
    Ok(free.then_some(parsed))
}

/// Whether any act of a name was placed.
async fn placed(work: &mut dyn Work, act: &str) -> Result<bool> {
    let row = one(
        work,
        "SELECT outcome FROM applied WHERE act_id = $1 AND outcome = 'placed'",
        values![act.to_owned()],
    )
    .await?;
    Ok(row.is_some())
}

/// Whether a settlement is about an act of the same terminal and case that was answered and has no place.
pub(super) async fn unplaced(
    work: &mut dyn Work,
    terminal: &Terminal,
    act: &Act,
    settlement: &Settlement,
) -> Result<bool> {
    let row = one(
        work,
        "SELECT outcome FROM applied WHERE act_id = $1 AND case_id = $2 AND terminal = $3",
        values![settlement.act.to_string(), act.case.to_string(), terminal.id.to_string()],
    )
    .await?;
    Ok(row.is_some_and(|row| row.text(0).is_ok_and(|outcome| outcome != "placed")))
}

/// Notes that a number was used, now by this act.
pub(super) async fn note_used(work: &mut dyn Work, number: &PrintedNumber, act: &Act) -> Result<()> {
    work.run(
        "DELETE FROM number_used WHERE kind = $1 AND unit = $2 AND year = $3 AND serial = $4",
        values![kind_name(number.kind), number.unit.clone(), number.year, number.serial],
    )
    .await?;
    work.run(
        "INSERT INTO number_used (kind, unit, year, serial, case_id, act_id) VALUES ($1, $2, $3, $4, $5, $6)",
        values![
            kind_name(number.kind),
            number.unit.clone(),
            number.year,
            number.serial,
            act.case.to_string(),
            act.id.to_string()
        ],
    )
    .await?;
    Ok(())
}

/// Content of an answer as its proof is stored.
pub(crate) fn answer_digest(keys: &crate::keys::Keys, answer: &RegisterAnswer, refused: &str) -> String {
    let bytes = domain::cbor::to_vec(&(answer, refused));
    keys.token("register answer", &hash(&bytes).to_hex())
}

/// The same of an answer that ends nothing: it can never pass for one that does.
pub(crate) fn unfinished_digest(
    keys: &crate::keys::Keys,
    answer: &RegisterAnswer,
    state: UnfinishedState,
    reason: &str,
) -> String {
    let bytes = domain::cbor::to_vec(&(answer, state, reason));
    keys.token("unfinished register answer", &hash(&bytes).to_hex())
}

/// Whether the register's answer in a command is one that this server passed on, to this question and case. An
/// answer that never came needs no proof.
pub(super) async fn answer_known(
    keys: &crate::keys::Keys,
    work: &mut dyn Work,
    act: &Act,
    definition: &MatterDefinition,
) -> Result<bool> {
    let effects = || definition.effects.iter().map(|one| format!("effect:{}", one.kind)).collect();
    let (answer, digest, queries) = match &act.command {
        Command::RecordLookup { lookup, answer } => {
            if answer.state == CheckState::Unavailable && answer.values.is_empty() {
                return Ok(true);
            }
            let query = definition.lookup(lookup).map(|one| one.query.clone()).unwrap_or_default();
            (answer, answer_digest(keys, answer, ""), vec![query])
        }
        Command::RecordEffect { answer, refused } => {
            (answer, answer_digest(keys, answer, refused), effects())
        }
        Command::RecordUnfinished { answer, state, reason } => {
            (answer, unfinished_digest(keys, answer, *state, reason), effects())
        }
        _ => return Ok(true),
    };
    let row = one(
        work,
        "SELECT query, case_id FROM register_answer WHERE query_id = $1 AND digest = $2",
        values![answer.query_id.clone(), digest],
    )
    .await?;
    let Some(row) = row else { return Ok(false) };
    // What was asked on the arrival page, before there was a case, may serve any.
    let for_case = row.is_null(1) || row.text(1)? == act.case.to_string();
    let asked = row.text(0)?;
    Ok(for_case && queries.iter().any(|query| query == asked))
}

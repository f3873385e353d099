//! A closed case reopens only as rectification (更正): its own record becomes right. What the register holds is
//! changed by a matter of its own.

use super::course::officer_of_the_unit;
use crate::case::Case;
use crate::context::{Context, Facts};
use crate::course::rectification_stage;
use crate::event::{Event, Outcome, SubmissionMode};
use crate::ids::FieldPath;
use crate::matter::{Effect, MatterDefinition};
use crate::refusal::Refusal;
use crate::requirement::{Missing, missing};

type Decided = Result<Vec<Event>, Refusal>;

pub(super) fn open(reason: &str, case: &Case, context: &Context) -> Decided {
    if !context.online {
        return Err(Refusal::NotOffline);
    }
    officer_of_the_unit(case, context)?;
    match case.outcome {
        Some(Outcome::Done) => {}
        // What ended otherwise is applied for again.
        _ => return Err(Refusal::NotClosed),
    }
    if reason.trim().is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    Ok(vec![Event::RectificationOpened { reason: reason.to_owned() }])
}

/// What is complete goes to a head of the station; checks and signatures stand from the first time.
pub(super) fn submit(case: &Case, context: &Context, facts: &Facts<'_>) -> Decided {
    if !context.online {
        return Err(Refusal::NotOffline);
    }
    officer_of_the_unit(case, context)?;
    let submission = case.submission.as_ref().ok_or(Refusal::WrongStage)?;
    // Ages and deadlines were right on the day of the application.
    let day = submission.applied.day();
    let mut lacking = missing(facts.definition, case, facts.codes, day, true);
    lacking.retain(|one| {
        !matches!(
            one,
            Missing::Signature { .. }
                | Missing::Identity { .. }
                | Missing::Answer { .. }
                | Missing::Fingerprints { .. }
        )
    });
    if !lacking.is_empty() {
        return Err(Refusal::Incomplete { missing: lacking });
    }
    Ok(vec![Event::Submitted {
        mode: SubmissionMode::Accepted,
        number: submission.number.clone(),
        query_password: submission.query_password.clone(),
        due: submission.due,
        stage: Some(rectification_stage()),
    }])
}

/// Whether a field was handed to the register, or came from it.
pub(super) fn registered(definition: &MatterDefinition, path: &FieldPath) -> bool {
    definition.effects.iter().any(|effect| names(effect, path))
}

fn names(effect: &Effect, path: &FieldPath) -> bool {
    let section = path.as_str().split('.').next().unwrap_or_default();
    effect.body.values().any(|one| one == path)
        || effect.result.keys().any(|one| one == path)
        || effect.rows.iter().any(|one| one.section == section)
        || effect.entries.iter().any(|one| one.section == section)
        || effect.answer_entries.iter().flat_map(|one| &one.only).any(|one| one == path)
}

//! The citizen's evaluation (好差评). It changes nothing of the case: neither what is decided nor how long it takes.

use crate::case::Case;
use crate::context::Context;
use crate::event::{EvaluationOccasion, Event, Reading};
use crate::person::Post;
use crate::refusal::Refusal;
use crate::requirement::FieldFault;

/// Five levels, 5 非常满意 to 1 非常不满意 (国办发〔2019〕51号).
const LEVELS: std::ops::RangeInclusive<u8> = 1..=5;

/// What can be rated now.
///
/// # Errors
/// Nothing that somebody came for is done yet, it was done at another station, or it was rated before.
pub fn evaluable(case: &Case, post: &Post) -> Result<EvaluationOccasion, Refusal> {
    let opening = case.opening.as_ref().ok_or(Refusal::NotOpen)?;
    if opening.unit != post.unit {
        return Err(Refusal::UnitNotAllowed);
    }
    if case.submission.is_none() {
        return Err(Refusal::NotEvaluable);
    }
    let ended = case.outcome.is_some() || case.collection.is_some();
    let occasion = if ended { EvaluationOccasion::Result } else { EvaluationOccasion::Intake };
    if case.evaluations.contains_key(&occasion) {
        return Err(Refusal::AlreadyEvaluated);
    }
    Ok(occasion)
}

pub(super) fn evaluate(
    score: u8,
    reading: Option<&Reading>,
    case: &Case,
    context: &Context,
) -> Result<Vec<Event>, Refusal> {
    let occasion = evaluable(case, &context.actor.post)?;
    if !LEVELS.contains(&score) {
        let field = "evaluation".to_owned();
        return Err(Refusal::WrongValue { field, fault: FieldFault::NotANumber });
    }
    Ok(vec![Event::Evaluated { occasion, score, reading: reading.cloned() }])
}

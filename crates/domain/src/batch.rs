//! Batch review (批量审核): which waiting cases may be passed together. Each keeps an act of its own, signed and checked
//! like any other; what makes a case unlike the others has to be looked at by itself.

use crate::case::Case;
use crate::condition::Situation;
use crate::flow::StepKind;
use crate::ids::FieldPath;
use crate::matter::MatterDefinition;

/// Why a case has to be looked at by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alone {
    /// The definition does not allow batches.
    NotAllowed,
    /// It does not wait for a review.
    NotWaiting,
    /// Fields differ from the register.
    Differs(Vec<FieldPath>),
    /// Somebody overrode a warning.
    Overridden,
    /// It was sent back before, or an opinion was given.
    SeenBefore,
}

impl Alone {
    /// In words, for the reviewer.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::NotAllowed => "这个事项要逐件审核".to_owned(),
            Self::NotWaiting => "现在不在审核环节".to_owned(),
            Self::Differs(fields) => format!("有 {} 处与登记不一致，要单独看", fields.len()),
            Self::Overridden => "受理时有提示被说明理由后继续，要单独看".to_owned(),
            Self::SeenBefore => "以前退回过或者已有意见，要单独看".to_owned(),
        }
    }
}

/// Fields whose value differs from what the register holds.
#[must_use]
pub fn differing(case: &Case) -> Vec<FieldPath> {
    let differs =
        |(path, known): &(&FieldPath, &String)| case.value(path).is_some_and(|value| value != *known);
    case.register.iter().filter(differs).map(|(path, _)| path.clone()).collect()
}

/// Why a case has to be looked at by itself; none when it may be passed with others of its matter.
#[must_use]
pub fn alone(definition: &MatterDefinition, case: &Case) -> Option<Alone> {
    if !definition.batch_review {
        return Some(Alone::NotAllowed);
    }
    if case.stage.as_ref().is_none_or(|stage| stage.kind != StepKind::Review) {
        return Some(Alone::NotWaiting);
    }
    let differs = differing(case);
    if !differs.is_empty() {
        return Some(Alone::Differs(differs));
    }
    if !case.overrides.is_empty() {
        return Some(Alone::Overridden);
    }
    let sent_back = case.reviews.iter().any(|one| one.decision != crate::event::Decision::Pass);
    (sent_back || case.provisional_opinion.is_some()).then_some(Alone::SeenBefore)
}

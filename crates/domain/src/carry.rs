//! Data of an earlier case for a new one (连办, 再次办理): what may be taken over, and what is only offered.

use crate::case::Case;
use crate::condition::Situation;
use crate::event::{Relation, ValueSource};
use crate::ids::{FieldPath, MaterialId, QuestionId};
use crate::matter::{Field, Material, MaterialRule, MatterDefinition};
use crate::person::PersonRole;
use jiff::civil::Date;

/// Persons whose identity of the earlier case counts in the new one: those it asks for, seen on the same day. On a
/// later day a person shows the document again.
#[must_use]
pub fn identities(earlier: &Case, to: &MatterDefinition, day: Date) -> Vec<PersonRole> {
    let asked = |person: &PersonRole| {
        to.sections.iter().any(|one| one.person == Some(*person))
            || to.signers.iter().any(|one| one.person == *person)
    };
    let today = earlier.changed.is_some_and(|time| time.day() == day);
    let read_today = |person: &PersonRole| {
        let reading = earlier.identities.get(person).and_then(|one| one.reading.as_ref());
        reading.map_or(today, |one| crate::event::civil_day(one.at) == day)
    };
    earlier.identities.keys().filter(|one| asked(one) && read_today(one)).copied().collect()
}

/// Whether two fields hold the same kind of thing.
#[must_use]
pub fn alike(one: &Field, other: &Field) -> bool {
    one.kind == other.kind && one.codes == other.codes && one.kind.typed()
}

/// Values of the earlier case for fields of the new one that are still empty. Doing the same again takes over the
/// whole form; another business for the same person only what the form says of people who were there: a second
/// newborn does not get the name of the first. What the register said then is asked anew.
#[must_use]
pub fn values(
    relation: Relation,
    (earlier, from): (&Case, &MatterDefinition),
    (case, to): (&Case, &MatterDefinition),
) -> Vec<(FieldPath, String)> {
    earlier
        .fields
        .iter()
        .filter(|(path, one)| {
            !one.value.is_empty() && case.value(path).is_none() && one.source != ValueSource::Register
        })
        .filter(|(path, _)| match (from.field(path), to.field(path)) {
            (Some(old), Some(new)) => alike(old, new),
            _ => false,
        })
        .filter(|(path, _)| {
            let there = |person: PersonRole| earlier.identities.contains_key(&person);
            let about = |one: &MatterDefinition| one.section_of(path).and_then(|section| section.person);
            relation == Relation::Redo || (about(from) == about(to) && about(to).is_some_and(there))
        })
        .map(|(path, one)| (path.clone(), one.value.clone()))
        .collect()
}

/// Answers of the earlier case that the new definition still knows. Only for the same business.
#[must_use]
pub fn answers(earlier: &Case, from: &MatterDefinition, to: &MatterDefinition) -> Vec<(QuestionId, String)> {
    let known = |id: &QuestionId, answer: &str| {
        let text = |one: &MatterDefinition| {
            let question = one.questions.iter().find(|one| one.id == *id)?;
            Some((question.text.clone(), question.answers.iter().find(|one| one.id == answer)?.text.clone()))
        };
        text(to).is_some_and(|new| text(from).is_some_and(|old| old == new))
    };
    let order = to.questions.iter().map(|one| &one.id);
    order
        .filter_map(|id| Some((id.clone(), earlier.answers.get(id)?.clone())))
        .filter(|(id, answer)| known(id, answer))
        .collect()
}

/// A material of the earlier case that may stand for one of the new case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// In the earlier case.
    pub from: MaterialId,
    /// In the new case.
    pub to: MaterialId,
    /// Its pages there.
    pub pages: usize,
}

/// Whether two materials are the same paper: the same words, given in the same form. The quotation marks around the
/// name of a document do not matter.
#[must_use]
pub fn same_paper(one: &Material, other: &Material) -> bool {
    let bare = |name: &str| name.replace(['《', '》', '“', '”', ' '], "");
    bare(&one.name) == bare(&other.name) && one.medium == other.medium
}

/// Scanned materials of the earlier case that the new one asks for and does not have yet. Offered, never taken over:
/// the officer looks whether it is the paper that the citizen holds.
#[must_use]
pub fn materials(
    (earlier, from): (&Case, &MatterDefinition),
    (case, to): (&Case, &MatterDefinition),
) -> Vec<Offered> {
    let pages = |one: &Case, id: &MaterialId| one.materials.get(id).map_or(0, Vec::len);
    to.materials
        .iter()
        .filter(|one| !matches!(one.rule, MaterialRule::Internal | MaterialRule::Late))
        .filter(|one| crate::requirement::material_applies(one, case) && pages(case, &one.id) == 0)
        .filter_map(|one| {
            let same = |old: &&Material| same_paper(old, one) && pages(earlier, &old.id) > 0;
            let old = from.materials.iter().find(same)?;
            Some(Offered { from: old.id.clone(), to: one.id.clone(), pages: pages(earlier, &old.id) })
        })
        .collect()
}

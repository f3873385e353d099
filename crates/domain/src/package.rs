//! One-thing packages (一件事): several matters taken in together, with one form and each repeated paper once.
//!
//! A package is data. Each member stays a case of its own with its own flow and number; what is typed, answered or
//! scanned in one member is written to every member that has the same thing. Which things are the same is said by
//! their names, and by the package where the names differ.

use crate::carry::{alike, same_paper};
use crate::case::Case;
use crate::command::Command;
use crate::condition::Situation;
use crate::ids::{FieldPath, MaterialId, MatterId, QuestionId};
use crate::matter::{Material, MaterialRule, MatterDefinition, Question};
use crate::person::PersonRole;
use crate::requirement::{field_applies, material_applies, section_applies};
use crate::row_card::takes_cards;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A package as a file of `assets/packages/` writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Name.
    pub id: String,
    /// Title, as citizens know it.
    pub title: String,
    /// Pinyin initials of the title.
    pub initials: String,
    /// For whom, in words.
    pub guide: String,
    /// Where it comes from.
    pub source: String,
    /// What the authority must confirm before use.
    #[serde(default)]
    pub to_confirm: Vec<String>,
    /// Its matters; the first leads.
    #[serde(rename = "member")]
    pub members: Vec<Member>,
    /// Fields that are the same although their paths differ.
    #[serde(default, rename = "same_field")]
    pub fields: Vec<SameField>,
    /// Materials that are the same although their words differ.
    #[serde(default, rename = "same_material")]
    pub materials: Vec<SameMaterial>,
    /// Fields that are kept apart although their paths are the same.
    #[serde(default)]
    pub apart: Vec<FieldPath>,
}

/// A matter of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Matter.
    pub matter: MatterId,
    /// Whether the citizen may leave it out.
    #[serde(default)]
    pub optional: bool,
    /// When it is wanted, in words.
    #[serde(default)]
    pub when: String,
}

/// One field under its path in each matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SameField {
    /// Path by matter.
    pub paths: BTreeMap<MatterId, FieldPath>,
}

/// One paper under its name in each matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SameMaterial {
    /// Material by matter.
    pub names: BTreeMap<MatterId, MaterialId>,
}

/// What is wrong with a package, for whoever keeps it: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackageFault {
    /// Fewer than two matters.
    TooFew,
    /// A matter stands twice.
    Twice(MatterId),
    /// A matter that is not there, or is no member.
    UnknownMatter(MatterId),
    /// A field that is not there.
    UnknownField(MatterId, FieldPath),
    /// A material that is not there.
    UnknownMaterial(MatterId, MaterialId),
    /// Fields that hold different kinds of things.
    FieldsDiffer(FieldPath, FieldPath),
    /// Papers given in different forms, or not by the citizen.
    MaterialsDiffer(MaterialId, MaterialId),
    /// A field kept apart that no two members share.
    NothingApart(FieldPath),
}

impl fmt::Display for PackageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew => write!(f, "一件事至少要有两个事项。请补上事项。"),
            Self::Twice(matter) => write!(f, "事项“{matter}”写了两次。请去掉一处。"),
            Self::UnknownMatter(matter) => {
                write!(f, "没有叫“{matter}”的事项，或者它不在这件事里。请改成已有的事项编号。")
            }
            Self::UnknownField(matter, path) => {
                write!(f, "事项“{matter}”没有栏目“{path}”。请核对表单里的栏目名。")
            }
            Self::UnknownMaterial(matter, id) => {
                write!(f, "事项“{matter}”没有材料“{id}”。请核对事项里的材料名。")
            }
            Self::FieldsDiffer(one, other) => {
                write!(f, "栏目“{one}”和“{other}”填的不是一类内容，不能共用。请去掉这一组。")
            }
            Self::MaterialsDiffer(one, other) => {
                write!(f, "材料“{one}”和“{other}”的提交形式不同，不能共用。请去掉这一组。")
            }
            Self::NothingApart(path) => {
                write!(f, "没有两个事项都有栏目“{path}”，不必写分开填。请去掉这一行。")
            }
        }
    }
}

/// What of a member stands in the one form of its package already, with a member before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskedBefore {
    /// Questions of the situation.
    pub questions: Vec<QuestionId>,
    /// Fields of the form; a column of a table is named by its first row.
    pub fields: Vec<FieldPath>,
    /// Materials.
    pub materials: Vec<MaterialId>,
}

impl Package {
    /// Reads a file.
    ///
    /// # Errors
    /// What the reader says, with line and column.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|fault| fault.to_string().trim_end().to_owned())
    }

    /// Everything that is wrong with it among the definitions in force; empty when it may be used.
    #[must_use]
    pub fn faults(&self, definitions: &BTreeMap<MatterId, &MatterDefinition>) -> Vec<PackageFault> {
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        if self.members.len() < 2 {
            faults.push(PackageFault::TooFew);
        }
        for member in &self.members {
            if !seen.insert(&member.matter) {
                faults.push(PackageFault::Twice(member.matter.clone()));
            } else if !definitions.contains_key(&member.matter) {
                faults.push(PackageFault::UnknownMatter(member.matter.clone()));
            }
        }
        let definition = |matter: &MatterId| definitions.get(matter).filter(|_| seen.contains(matter));
        for same in &self.fields {
            let mut first = None;
            for (matter, path) in &same.paths {
                let Some(definition) = definition(matter) else {
                    faults.push(PackageFault::UnknownMatter(matter.clone()));
                    continue;
                };
                let Some(field) = definition.field(path) else {
                    faults.push(PackageFault::UnknownField(matter.clone(), path.clone()));
                    continue;
                };
                let (known, known_path) = first.get_or_insert((field, path));
                if !alike(known, field) {
                    faults.push(PackageFault::FieldsDiffer((*known_path).clone(), path.clone()));
                }
            }
        }
        for same in &self.materials {
            let mut first = None;
            for (matter, id) in &same.names {
                let Some(definition) = definition(matter) else {
                    faults.push(PackageFault::UnknownMatter(matter.clone()));
                    continue;
                };
                let Some(material) = definition.materials.iter().find(|one| one.id == *id) else {
                    faults.push(PackageFault::UnknownMaterial(matter.clone(), id.clone()));
                    continue;
                };
                let known = *first.get_or_insert(material);
                let inside = matches!(material.rule, MaterialRule::Internal | MaterialRule::Late);
                if inside || known.medium != material.medium {
                    faults.push(PackageFault::MaterialsDiffer(known.id.clone(), id.clone()));
                }
            }
        }
        for path in &self.apart {
            let having = self.members.iter().filter_map(|one| definitions.get(&one.matter));
            if having.filter(|one| one.field(path).is_some()).count() < 2 {
                faults.push(PackageFault::NothingApart(path.clone()));
            }
        }
        faults
    }

    /// Where a field of one member stands in another.
    #[must_use]
    pub fn field(
        &self,
        path: &FieldPath,
        from: &MatterDefinition,
        to: &MatterDefinition,
    ) -> Option<FieldPath> {
        let said = self.fields.iter().find(|one| one.paths.get(&from.id) == Some(path));
        if let Some(there) = said.and_then(|one| one.paths.get(&to.id)) {
            return Some(there.clone());
        }
        let taken = self.fields.iter().any(|one| one.paths.get(&to.id) == Some(path));
        if taken || self.apart.contains(path) {
            return None;
        }
        let (one, other) = (from.field(path)?, to.field(path)?);
        alike(one, other).then(|| path.clone())
    }

    /// Which material of another member is the same paper as one of this member.
    #[must_use]
    pub fn material(
        &self,
        id: &MaterialId,
        from: &MatterDefinition,
        to: &MatterDefinition,
    ) -> Option<MaterialId> {
        let said = self.materials.iter().find(|one| one.names.get(&from.id) == Some(id));
        if let Some(there) = said.and_then(|one| one.names.get(&to.id)) {
            return Some(there.clone());
        }
        let own = from.materials.iter().find(|one| one.id == *id)?;
        let brought = |rule| !matches!(rule, MaterialRule::Internal | MaterialRule::Late);
        to.materials
            .iter()
            .find(|one| brought(one.rule) && brought(own.rule) && same_paper(own, one))
            .map(|one| one.id.clone())
    }

    /// What a command on one member is on another: the same answer, fields, identity or page there. None where the
    /// other has nothing of the kind. Signing, submitting and deciding stay each member's own.
    #[must_use]
    pub fn mirrored(
        &self,
        command: &Command,
        from: &MatterDefinition,
        to: &MatterDefinition,
    ) -> Option<Command> {
        let material = |id| self.material(id, from, to);
        Some(match command {
            Command::Answer { question, answer } if same_question(question, answer, from, to) => {
                command.clone()
            }
            Command::ChangeFields { changes, source, reason } => {
                let changes: Vec<(FieldPath, String)> = changes
                    .iter()
                    .filter_map(|(path, value)| Some((self.field(path, from, to)?, value.clone())))
                    .collect();
                if changes.is_empty() {
                    return None;
                }
                Command::ChangeFields { changes, source: *source, reason: reason.clone() }
            }
            Command::ReadIdentity { person, .. } if asks_for(*person, to) => command.clone(),
            Command::ReadRowCard { section, .. } if self.same_table(section, from, to) => command.clone(),
            Command::AddPage { material: id, page, picture, reading } => Command::AddPage {
                material: material(id)?,
                page: *page,
                picture: picture.clone(),
                reading: reading.clone(),
            },
            Command::ReplacePage { material: id, page, picture, reading } => Command::ReplacePage {
                material: material(id)?,
                page: *page,
                picture: picture.clone(),
                reading: reading.clone(),
            },
            Command::RemovePage { material: id, page } => {
                Command::RemovePage { material: material(id)?, page: *page }
            }
            Command::KeepPage { material: id, page, findings, reason } => Command::KeepPage {
                material: material(id)?,
                page: *page,
                findings: findings.clone(),
                reason: reason.clone(),
            },
            Command::ReorderPages { material: id, order } => {
                Command::ReorderPages { material: material(id)?, order: order.clone() }
            }
            _ => return None,
        })
    }

    /// What a member asks for that a member before it asks for already: the one form of the package has it once.
    #[must_use]
    pub fn asked_before(
        &self,
        before: &[(&Case, &MatterDefinition)],
        to: (&Case, &MatterDefinition),
    ) -> AskedBefore {
        AskedBefore {
            questions: questions_before(before, to),
            fields: self.fields_before(before, to),
            materials: self.materials_before(before, to),
        }
    }

    fn fields_before(
        &self,
        before: &[(&Case, &MatterDefinition)],
        (case, definition): (&Case, &MatterDefinition),
    ) -> Vec<FieldPath> {
        let visible = |path: &FieldPath, case: &Case, definition: &MatterDefinition| {
            definition.section_of(path).is_some_and(|one| section_applies(one, case))
                && definition.field(path).is_some_and(|one| field_applies(one, case))
        };
        let known = |path: &FieldPath| {
            before.iter().any(|(other, there)| {
                self.field(path, definition, there).is_some_and(|one| visible(&one, other, there))
            })
        };
        let paths = definition.sections.iter().flat_map(|section| {
            section.fields.iter().map(move |field| {
                FieldPath(match section.table {
                    true => format!("{}.0.{}", section.id, field.id),
                    false => format!("{}.{}", section.id, field.id),
                })
            })
        });
        paths.filter(|path| visible(path, case, definition) && known(path)).collect()
    }

    /// A paper that is one of several stays with its group. One that the earlier member asks for less strictly, or that
    /// was scanned there before it was asked for here, stays in sight, or nobody would see that it is wanted.
    fn materials_before(
        &self,
        before: &[(&Case, &MatterDefinition)],
        (case, definition): (&Case, &MatterDefinition),
    ) -> Vec<MaterialId> {
        let scanned =
            |id: &MaterialId, case: &Case| case.materials.get(id).is_some_and(|pages| !pages.is_empty());
        let covers = |one: &Material, other: &Case, there: &MatterDefinition| {
            let id = self.material(&one.id, definition, there)?;
            let earlier = there.materials.iter().find(|earlier| earlier.id == id)?;
            let as_strictly = earlier.rule == MaterialRule::Required || earlier.rule == one.rule;
            let in_step = scanned(&id, other) == scanned(&one.id, case);
            (material_applies(earlier, other) && as_strictly && in_step).then_some(())
        };
        let known = |one: &Material| before.iter().any(|(other, there)| covers(one, other, there).is_some());
        let own = definition.materials.iter().filter(|one| material_applies(one, case));
        own.filter(|one| one.rule != MaterialRule::OneOf && known(one)).map(|one| one.id.clone()).collect()
    }

    /// Whether both members have the table, and none of its columns is kept apart.
    fn same_table(&self, section: &str, from: &MatterDefinition, to: &MatterDefinition) -> bool {
        let known = from.sections.iter().find(|one| one.id == section);
        let there = to.sections.iter().any(|one| one.id == section && takes_cards(one));
        let column = |path: FieldPath| self.field(&path, from, to) == Some(path.clone());
        there
            && known.is_some_and(|one| {
                one.fields.iter().all(|field| column(FieldPath(format!("{section}.0.{}", field.id))))
            })
    }

    /// Fields of one member whose value in another is not the same: what was typed did not reach it, or it was typed
    /// anew there.
    #[must_use]
    pub fn out_of_step(
        &self,
        (one, from): (&Case, &MatterDefinition),
        (other, to): (&Case, &MatterDefinition),
    ) -> Vec<FieldPath> {
        let differs = |path: &FieldPath| {
            let there = self.field(path, from, to)?;
            (one.value(path) != other.value(&there)).then(|| path.clone())
        };
        one.fields.keys().filter_map(differs).collect()
    }

    /// Pairs of materials of two members that are scanned once.
    #[must_use]
    pub fn shared_materials(
        &self,
        from: &MatterDefinition,
        to: &MatterDefinition,
    ) -> Vec<(MaterialId, MaterialId)> {
        let pair = |id: &MaterialId| Some((id.clone(), self.material(id, from, to)?));
        from.materials.iter().filter_map(|one| pair(&one.id)).collect()
    }
}

/// Questions that a member before asks with the same answers: what is answered there holds here too.
fn questions_before(
    before: &[(&Case, &MatterDefinition)],
    (case, definition): (&Case, &MatterDefinition),
) -> Vec<QuestionId> {
    let asked = |one: &Question, case: &Case| one.when.as_ref().is_none_or(|when| when.holds(case));
    // One that came up here only after it was answered there has no answer yet, and is asked here.
    let known = |one: &Question| {
        before.iter().any(|(other, there)| {
            case.answer(&one.id) == other.answer(&one.id)
                && there.questions.iter().any(|first| first.id == one.id && asked(first, other))
                && one.answers.iter().all(|answer| same_question(&one.id, &answer.id, there, definition))
        })
    };
    definition
        .questions
        .iter()
        .filter(|one| asked(one, case) && known(one))
        .map(|one| one.id.clone())
        .collect()
}

/// Whether both definitions ask the same question and know the same answer.
fn same_question(id: &QuestionId, answer: &str, from: &MatterDefinition, to: &MatterDefinition) -> bool {
    let words = |one: &MatterDefinition| {
        let question = one.questions.iter().find(|one| one.id == *id)?;
        let answer = question.answers.iter().find(|one| one.id == answer)?;
        Some((question.text.clone(), answer.text.clone()))
    };
    words(to).is_some_and(|there| words(from) == Some(there))
}

/// Whether a matter wants to know who a person is.
fn asks_for(person: PersonRole, definition: &MatterDefinition) -> bool {
    definition.sections.iter().any(|one| one.person == Some(person))
        || definition.signers.iter().any(|one| one.person == person)
}

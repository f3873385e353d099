//! What a case still needs before it can be submitted: the sentence on the submit key.

use crate::case::Case;
use crate::code::CodeTables;
use crate::condition::Situation;
use crate::event::CheckState;
use crate::identity::{DocumentKind, check_number};
use crate::ids::{FieldPath, MaterialId, QuestionId, SlotId};
use crate::matter::{Field, FieldKind, Material, MaterialRule, MatterDefinition, Section, Signer};
use crate::person::PersonRole;
use crate::rule::Severity;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One thing that is missing or wrong; the screen jumps to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Missing {
    /// A situation question without answer.
    Answer {
        /// Question.
        question: QuestionId,
        /// In words.
        text: String,
    },
    /// A required field without value.
    Field {
        /// Field.
        field: FieldPath,
        /// Its label.
        label: String,
    },
    /// A field whose value cannot be.
    FieldWrong {
        /// Field.
        field: FieldPath,
        /// Its label.
        label: String,
        /// What is wrong.
        fault: FieldFault,
    },
    /// A required material without page.
    Material {
        /// Material.
        material: MaterialId,
        /// Its name.
        name: String,
    },
    /// A group of which one material must be there.
    OneOf {
        /// The materials of the group.
        materials: Vec<MaterialId>,
        /// Their names.
        names: Vec<String>,
    },
    /// A signature.
    Signature {
        /// Slot.
        slot: SlotId,
        /// Who.
        label: String,
    },
    /// The identity of somebody who has to sign.
    Identity {
        /// Slot of the signer.
        slot: SlotId,
        /// Who.
        label: String,
    },
    /// Fingerprints, or the reason why there are none.
    Fingerprints {
        /// Whose.
        person: PersonRole,
        /// Who that is, in words.
        label: String,
    },
    /// A check that must agree and does not.
    Check {
        /// Look-up.
        lookup: String,
        /// In words.
        title: String,
        /// Its state.
        state: CheckState,
    },
    /// A rule that does not hold.
    Rule {
        /// Rule.
        rule: String,
        /// What is wrong and what to do.
        text: String,
        /// Whether a reason overrides it.
        severity: Severity,
    },
}

impl Missing {
    /// Whether it is the citizen's to bring: a paper, a signature, himself. Fields and questions the counter asks, and
    /// checks it makes.
    #[must_use]
    pub const fn is_brought(&self) -> bool {
        matches!(
            self,
            Self::Material { .. } | Self::OneOf { .. } | Self::Signature { .. } | Self::Identity { .. }
        )
    }
}

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FieldFault {
    /// Longer than the field holds.
    TooLong,
    /// A sign that cannot stand in a name.
    NameSign,
    /// Not a day of the calendar.
    NotADate,
    /// Not a code of the table.
    NotACode,
    /// A code that was taken out of use, where one in use is wanted.
    CodeEnded,
    /// Not the right number of signs.
    NumberLength,
    /// A sign that cannot stand in the number.
    NumberSign,
    /// The check digit does not agree.
    CheckDigit,
    /// The birth date inside the number does not exist.
    NumberBirthDate,
    /// Not a phone number.
    NotAPhone,
    /// Not a whole number.
    NotANumber,
    /// Given by the register only.
    AssignedByRegister,
    /// Follows from other fields.
    Computed,
}

impl From<crate::identity::NumberFault> for FieldFault {
    fn from(fault: crate::identity::NumberFault) -> Self {
        use crate::identity::NumberFault;
        match fault {
            NumberFault::Length => Self::NumberLength,
            NumberFault::Sign => Self::NumberSign,
            NumberFault::BirthDate => Self::NumberBirthDate,
            NumberFault::CheckDigit => Self::CheckDigit,
        }
    }
}

impl FieldFault {
    /// Every kind with its stable code, for the completeness test of the message catalogue.
    pub const CODES: [(Self, &'static str); 13] = [
        (Self::TooLong, "FIELD_TOO_LONG"),
        (Self::NameSign, "FIELD_NAME_SIGN"),
        (Self::NotADate, "FIELD_NOT_A_DATE"),
        (Self::NotACode, "FIELD_NOT_A_CODE"),
        (Self::CodeEnded, "FIELD_CODE_ENDED"),
        (Self::NumberLength, "FIELD_NUMBER_LENGTH"),
        (Self::NumberSign, "FIELD_NUMBER_SIGN"),
        (Self::CheckDigit, "FIELD_CHECK_DIGIT"),
        (Self::NumberBirthDate, "FIELD_NUMBER_BIRTH_DATE"),
        (Self::NotAPhone, "FIELD_NOT_A_PHONE"),
        (Self::NotANumber, "FIELD_NOT_A_NUMBER"),
        (Self::AssignedByRegister, "FIELD_ASSIGNED_BY_REGISTER"),
        (Self::Computed, "FIELD_COMPUTED"),
    ];

    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "FIELD_TOO_LONG",
            Self::NameSign => "FIELD_NAME_SIGN",
            Self::NotADate => "FIELD_NOT_A_DATE",
            Self::NotACode => "FIELD_NOT_A_CODE",
            Self::CodeEnded => "FIELD_CODE_ENDED",
            Self::NumberLength => "FIELD_NUMBER_LENGTH",
            Self::NumberSign => "FIELD_NUMBER_SIGN",
            Self::CheckDigit => "FIELD_CHECK_DIGIT",
            Self::NumberBirthDate => "FIELD_NUMBER_BIRTH_DATE",
            Self::NotAPhone => "FIELD_NOT_A_PHONE",
            Self::NotANumber => "FIELD_NOT_A_NUMBER",
            Self::AssignedByRegister => "FIELD_ASSIGNED_BY_REGISTER",
            Self::Computed => "FIELD_COMPUTED",
        }
    }
}

/// A person's name has at most 50 characters (rules of the counter, 9).
pub const NAME_LENGTH: usize = 50;
/// Address of a card: 35 UTF-16 units; register addresses run longer. 100 is twice the longest seen.
pub const ADDRESS_LENGTH: usize = 100;
/// One line of other text.
pub const TEXT_LENGTH: usize = 100;
/// A statement in the citizen's words fits one page.
pub const LONG_TEXT_LENGTH: usize = 1000;

/// Checks the shape of a value on a day; an empty one is fine.
///
/// # Errors
/// What is wrong with it.
pub fn check_value(field: &Field, value: &str, codes: &CodeTables, day: Date) -> Result<(), FieldFault> {
    if value.is_empty() {
        return Ok(());
    }
    let length = value.chars().count();
    let at_most = |limit: usize| if length <= limit { Ok(()) } else { Err(FieldFault::TooLong) };
    match field.kind {
        FieldKind::Text => at_most(TEXT_LENGTH),
        FieldKind::LongText => at_most(LONG_TEXT_LENGTH),
        FieldKind::Address => at_most(ADDRESS_LENGTH),
        FieldKind::Name => {
            at_most(NAME_LENGTH)?;
            if value
                .chars()
                .any(|sign| sign.is_control() || sign.is_ascii_digit() || sign.is_ascii_punctuation())
            {
                return Err(FieldFault::NameSign);
            }
            Ok(())
        }
        FieldKind::IdNumber => check_number(DocumentKind::ResidentCard, value).map_err(FieldFault::from),
        FieldKind::Date => value.parse::<Date>().map(|_| ()).map_err(|_| FieldFault::NotADate),
        FieldKind::DateOrLongTerm => {
            if value == "长期" {
                return Ok(());
            }
            value.parse::<Date>().map(|_| ()).map_err(|_| FieldFault::NotADate)
        }
        FieldKind::Code => {
            let table = field.codes.as_deref().unwrap_or_default();
            if !codes.has(table, value) {
                return Err(FieldFault::NotACode);
            }
            if codes.ended(table, value, day) && !field.historic {
                return Err(FieldFault::CodeEnded);
            }
            Ok(())
        }
        FieldKind::Phone => {
            let digits = value.chars().filter(char::is_ascii_digit).count();
            // Seven digits of a local line up to fifteen of E.164.
            let fits = value.chars().all(|sign| sign.is_ascii_digit() || "-+ ".contains(sign));
            if fits && (7..=15).contains(&digits) { Ok(()) } else { Err(FieldFault::NotAPhone) }
        }
        FieldKind::Number => value.parse::<i64>().map(|_| ()).map_err(|_| FieldFault::NotANumber),
        FieldKind::Assigned => Err(FieldFault::AssignedByRegister),
        FieldKind::Computed => Err(FieldFault::Computed),
    }
}

/// Whether a section is shown for a case.
#[must_use]
pub fn section_applies(section: &Section, case: &dyn Situation) -> bool {
    section.when.as_ref().is_none_or(|when| when.holds(case))
}

/// Whether a field is shown for a case.
#[must_use]
pub fn field_applies(field: &Field, case: &dyn Situation) -> bool {
    field.when.as_ref().is_none_or(|when| when.holds(case))
}

/// Whether a material is asked for in a case.
#[must_use]
pub fn material_applies(material: &Material, case: &dyn Situation) -> bool {
    material.when.as_ref().is_none_or(|when| when.holds(case))
}

/// Whether a signature is asked for in a case.
#[must_use]
pub fn signer_applies(signer: &Signer, case: &dyn Situation) -> bool {
    signer.when.as_ref().is_none_or(|when| when.holds(case))
}

/// Everything that is missing, in the order of the screen. With `taken_in_only` the checks that need the network
/// are left out: they come with the confirmation.
#[must_use]
pub fn missing(
    definition: &MatterDefinition,
    case: &Case,
    codes: &CodeTables,
    day: Date,
    taken_in_only: bool,
) -> Vec<Missing> {
    let mut found = Vec::new();
    missing_answers(definition, case, &mut found);
    missing_fields(definition, case, codes, day, &mut found);
    missing_materials(definition, case, day, &mut found);
    for rule in &definition.rules {
        if rule.severity == Severity::Warn && case.overrides.contains_key(&rule.id) {
            continue;
        }
        if !rule.holds(case, codes, day) {
            found.push(Missing::Rule {
                rule: rule.id.clone(),
                text: rule.text.clone(),
                severity: rule.severity,
            });
        }
    }
    if !taken_in_only {
        for lookup in &definition.lookups {
            let applies = lookup.when.as_ref().is_none_or(|when| when.holds(case));
            let state = case.check_state(&lookup.id);
            if lookup.must_agree && applies && state != CheckState::Agrees {
                found.push(Missing::Check { lookup: lookup.id.clone(), title: lookup.title.clone(), state });
            }
        }
    }
    if let Some(demand) = definition.fingerprints.as_ref().filter(|one| one.applies(case))
        && !case.fingerprints.contains_key(&demand.person)
    {
        let label = definition.person_words(demand.person).to_owned();
        found.push(Missing::Fingerprints { person: demand.person, label });
    }
    for signer in definition.signers.iter().filter(|signer| signer_applies(signer, case)) {
        if !case.identities.contains_key(&signer.person) {
            found.push(Missing::Identity { slot: signer.slot.clone(), label: signer.label.clone() });
        }
        if !case.signatures.contains_key(&signer.slot) {
            found.push(Missing::Signature { slot: signer.slot.clone(), label: signer.label.clone() });
        }
    }
    found
}

fn missing_answers(definition: &MatterDefinition, case: &Case, found: &mut Vec<Missing>) {
    for question in &definition.questions {
        let asked = question.when.as_ref().is_none_or(|when| when.holds(case));
        if asked && case.answer(&question.id).is_none() {
            found.push(Missing::Answer { question: question.id.clone(), text: question.text.clone() });
        }
    }
}

fn missing_fields(
    definition: &MatterDefinition,
    case: &Case,
    codes: &CodeTables,
    day: Date,
    found: &mut Vec<Missing>,
) {
    for section in definition.sections.iter().filter(|section| section_applies(section, case)) {
        let rows: Vec<Option<u16>> =
            if section.table { case.rows(&section.id).into_iter().map(Some).collect() } else { vec![None] };
        for row in rows {
            for field in section.fields.iter().filter(|field| field_applies(field, case)) {
                let path = FieldPath(match row {
                    Some(row) => format!("{}.{row}.{}", section.id, field.id),
                    None => format!("{}.{}", section.id, field.id),
                });
                if !field.kind.typed() || definition.comes_later(&path, case) {
                    continue;
                }
                match case.value(&path) {
                    None if field.required => {
                        found.push(Missing::Field { field: path, label: field.label.clone() });
                    }
                    None => {}
                    Some(value) => {
                        if let Err(fault) = check_value(field, value, codes, day) {
                            found.push(Missing::FieldWrong {
                                field: path,
                                label: field.label.clone(),
                                fault,
                            });
                        }
                    }
                }
            }
        }
    }
}

fn missing_materials(definition: &MatterDefinition, case: &Case, day: Date, found: &mut Vec<Missing>) {
    let has_pages = |id: &MaterialId| {
        case.course.tolerates(id, day) || case.materials.get(id).is_some_and(|pages| !pages.is_empty())
    };
    let unsupplied = case.unsupplied();
    let asked: Vec<&Material> =
        definition.materials.iter().filter(|material| material_applies(material, case)).collect();
    let mut groups_seen: Vec<&str> = Vec::new();
    for material in &asked {
        match material.rule {
            // What a reviewer ticked has to come again, whatever lies there already.
            _ if unsupplied.contains(&material.id) => {
                found.push(Missing::Material { material: material.id.clone(), name: material.name.clone() });
            }
            MaterialRule::Required if !has_pages(&material.id) => {
                found.push(Missing::Material { material: material.id.clone(), name: material.name.clone() });
            }
            MaterialRule::OneOf if !groups_seen.contains(&material.group.as_str()) => {
                groups_seen.push(&material.group);
                let group: Vec<&&Material> = asked
                    .iter()
                    .filter(|one| one.rule == MaterialRule::OneOf && one.group == material.group)
                    .collect();
                if !group.iter().any(|one| has_pages(&one.id)) {
                    found.push(Missing::OneOf {
                        materials: group.iter().map(|one| one.id.clone()).collect(),
                        names: group.iter().map(|one| one.name.clone()).collect(),
                    });
                }
            }
            _ => {}
        }
    }
}

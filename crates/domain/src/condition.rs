//! Conditions inside definitions: data, not a language.

use crate::ids::{FieldPath, QuestionId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// When a material, field, signer or print applies. Written in definitions as a small table, for example
/// `{ question = "married", is = "no" }` or `{ any = [ … ] }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Condition {
    /// A situation question has this answer.
    Answer {
        /// The question.
        question: QuestionId,
        /// The id of the answer.
        is: String,
    },
    /// A field has one of these values.
    Field {
        /// The field.
        field: FieldPath,
        /// The values.
        one_of: Vec<String>,
    },
    /// A field has a value.
    Filled {
        /// The field.
        filled: FieldPath,
    },
    /// Two fields are both filled and differ.
    Differ {
        /// The two fields.
        differ: [FieldPath; 2],
    },
    /// All hold.
    All {
        /// The parts.
        all: Vec<Condition>,
    },
    /// At least one holds.
    Any {
        /// The parts.
        any: Vec<Condition>,
    },
    /// The part does not hold.
    Not {
        /// The part.
        not: Box<Condition>,
    },
}

/// What a condition looks at: the answers given and the values of fields.
pub trait Situation {
    /// The id of the answer given to a question.
    fn answer(&self, question: &QuestionId) -> Option<&str>;
    /// The value of a field; an empty one counts as none.
    fn value(&self, field: &FieldPath) -> Option<&str>;
}

impl Condition {
    /// Whether the condition holds.
    #[must_use]
    pub fn holds(&self, situation: &dyn Situation) -> bool {
        match self {
            Self::Answer { question, is } => situation.answer(question) == Some(is),
            Self::Field { field, one_of } => {
                situation.value(field).is_some_and(|value| one_of.iter().any(|one| one == value))
            }
            Self::Filled { filled } => situation.value(filled).is_some(),
            Self::Differ { differ: [first, second] } => {
                match (situation.value(first), situation.value(second)) {
                    (Some(first), Some(second)) => first != second,
                    _ => false,
                }
            }
            Self::All { all } => all.iter().all(|part| part.holds(situation)),
            Self::Any { any } => any.iter().any(|part| part.holds(situation)),
            Self::Not { not } => !not.holds(situation),
        }
    }

    /// Every question and field that the condition looks at.
    pub fn mentions(&self, questions: &mut Vec<QuestionId>, fields: &mut Vec<FieldPath>) {
        match self {
            Self::Answer { question, .. } => questions.push(question.clone()),
            Self::Field { field, .. } => fields.push(field.clone()),
            Self::Filled { filled } => fields.push(filled.clone()),
            Self::Differ { differ } => fields.extend(differ.iter().cloned()),
            Self::All { all: parts } | Self::Any { any: parts } => {
                for part in parts {
                    part.mentions(questions, fields);
                }
            }
            Self::Not { not } => not.mentions(questions, fields),
        }
    }
}

/// A situation held in two maps, for tests and previews.
#[derive(Debug, Clone, Default)]
pub struct MapSituation {
    /// Answers by question.
    pub answers: BTreeMap<QuestionId, String>,
    /// Values by field.
    pub values: BTreeMap<FieldPath, String>,
}

impl Situation for MapSituation {
    fn answer(&self, question: &QuestionId) -> Option<&str> {
        self.answers.get(question).map(String::as_str)
    }
    fn value(&self, field: &FieldPath) -> Option<&str> {
        self.values.get(field).map(String::as_str).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Condition {
        #[derive(Deserialize)]
        struct Row {
            when: Condition,
        }
        toml::from_str::<Row>(text).unwrap().when
    }

    #[test]
    fn conditions_read_as_written() {
        let when = parse(
            r#"when = { all = [ { question = "married", is = "yes" }, { not = { field = "father.ethnic_group", one_of = ["01"] } } ] }"#,
        );
        let mut situation = MapSituation::default();
        assert!(!when.holds(&situation));
        situation.answers.insert("married".into(), "yes".into());
        assert!(when.holds(&situation), "an empty field is not in the list");
        situation.values.insert("father.ethnic_group".into(), "01".into());
        assert!(!when.holds(&situation));
    }

    #[test]
    fn differing_needs_both() {
        let when = parse(r#"when = { differ = ["mother.ethnic_group", "father.ethnic_group"] }"#);
        let mut situation = MapSituation::default();
        situation.values.insert("mother.ethnic_group".into(), "01".into());
        assert!(!when.holds(&situation));
        situation.values.insert("father.ethnic_group".into(), "03".into());
        assert!(when.holds(&situation));
    }

    #[test]
    fn an_unknown_word_is_refused() {
        #[derive(Deserialize)]
        struct Row {
            #[allow(dead_code)]
            when: Condition,
        }
        assert!(toml::from_str::<Row>(r#"when = { question = "a", are = "b" }"#).is_err());
    }
}

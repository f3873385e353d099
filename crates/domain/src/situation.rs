//! Situations of a matter: every way through its questions, and what a condition can still become on one.

use crate::condition::{Condition, Situation};
use crate::ids::{FieldPath, QuestionId};
use crate::matter::MatterDefinition;
use std::collections::BTreeMap;

/// One way through the questions: the answer of each that is asked on it.
pub type Answers = BTreeMap<QuestionId, String>;

/// What a condition can be while the fields are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chance {
    /// It holds for some fields.
    pub holds: bool,
    /// It does not hold for some fields.
    pub fails: bool,
}

impl Chance {
    fn known(holds: bool) -> Self {
        Self { holds, fails: !holds }
    }
}

/// What a condition can be where these answers are given and nothing is known of the fields.
#[must_use]
pub fn chance(condition: &Condition, answers: &Answers) -> Chance {
    match condition {
        Condition::Answer { question, is } => Chance::known(answers.get(question) == Some(is)),
        Condition::Field { .. } | Condition::Filled { .. } | Condition::Differ { .. } => {
            Chance { holds: true, fails: true }
        }
        Condition::All { all } => all.iter().map(|part| chance(part, answers)).fold(
            Chance { holds: true, fails: false },
            |sum, part| Chance { holds: sum.holds && part.holds, fails: sum.fails || part.fails },
        ),
        Condition::Any { any } => any.iter().map(|part| chance(part, answers)).fold(
            Chance { holds: false, fails: true },
            |sum, part| Chance { holds: sum.holds || part.holds, fails: sum.fails && part.fails },
        ),
        Condition::Not { not } => {
            let part = chance(not, answers);
            Chance { holds: part.fails, fails: part.holds }
        }
    }
}

/// Ways through the questions of one matter that are still looked at: more would make a guide that nobody can
/// answer at a counter, and checking them all would take minutes.
pub const MOST: usize = 4096;

/// Every way through the questions; none where there are more than [`MOST`].
#[must_use]
pub fn ways(definition: &MatterDefinition) -> Option<Vec<Answers>> {
    let mut ways = vec![Answers::new()];
    for question in &definition.questions {
        let mut longer = Vec::new();
        for way in ways {
            let asked = question
                .when
                .as_ref()
                .map_or(Chance { holds: true, fails: false }, |when| chance(when, &way));
            if asked.holds {
                for answer in &question.answers {
                    let mut with = way.clone();
                    with.insert(question.id.clone(), answer.id.clone());
                    longer.push(with);
                }
            }
            if asked.fails {
                longer.push(way);
            }
        }
        if longer.len() > MOST {
            return None;
        }
        ways = longer;
    }
    Some(ways)
}

/// Answers with values of fields, for looking at what a situation brings.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Answers.
    pub answers: &'a Answers,
    /// Values.
    pub values: &'a BTreeMap<FieldPath, String>,
}

impl Situation for Given<'_> {
    fn answer(&self, question: &QuestionId) -> Option<&str> {
        self.answers.get(question).map(String::as_str)
    }
    fn value(&self, field: &FieldPath) -> Option<&str> {
        self.values.get(field).map(String::as_str).filter(|value| !value.is_empty())
    }
}

//! Consultation without a case (咨询): which questions a situation brings, which materials it needs and why.
//!
//! Nothing here knows a person, and nothing of it is kept.

use crate::ids::{MaterialId, QuestionId};
use crate::matter::{Material, MaterialRule, MatterDefinition, Question};
use crate::situation::{Answers, Chance, chance};
use std::collections::BTreeSet;

/// A material that the situation needs, or one of a group of which one is enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed<'a> {
    /// The material, or the first of its group.
    pub material: &'a Material,
    /// The others of its group: any of them is as good.
    pub or: Vec<&'a Material>,
    /// Whether the situation needs it for certain; otherwise it depends on what the form will say.
    pub certain: bool,
}

impl Needed<'_> {
    /// Whether it, or another of its group, is among what the citizen has.
    #[must_use]
    pub fn met(&self, has: &BTreeSet<MaterialId>) -> bool {
        has.contains(&self.material.id) || self.or.iter().any(|one| has.contains(&one.id))
    }
}

fn certainly() -> Chance {
    Chance { holds: true, fails: false }
}

/// The questions that are asked where these answers are given, in their order.
#[must_use]
pub fn asked<'a>(definition: &'a MatterDefinition, answers: &Answers) -> Vec<&'a Question> {
    definition
        .questions
        .iter()
        .filter(|one| one.when.as_ref().map_or_else(certainly, |when| chance(when, answers)).holds)
        .collect()
}

/// The answers that still count: those to questions that are asked, and that are among their answers. An answer that
/// took its question away takes with it what was answered there.
#[must_use]
pub fn kept(definition: &MatterDefinition, given: &[(QuestionId, String)]) -> Answers {
    let mut answers = Answers::new();
    for question in &definition.questions {
        if !question.when.as_ref().map_or_else(certainly, |when| chance(when, &answers)).holds {
            continue;
        }
        let known = |answer: &String| question.answers.iter().any(|one| one.id == *answer);
        if let Some((_, answer)) = given.iter().find(|(id, answer)| *id == question.id && known(answer)) {
            answers.insert(question.id.clone(), answer.clone());
        }
    }
    answers
}

/// What the citizen has to bring in a situation, in the order of the guide. Nothing that is looked up inside, or that
/// comes later in the flow.
#[must_use]
pub fn needed<'a>(definition: &'a MatterDefinition, answers: &Answers) -> Vec<Needed<'a>> {
    let mut needed: Vec<Needed<'a>> = Vec::new();
    for material in &definition.materials {
        if matches!(material.rule, MaterialRule::Internal | MaterialRule::Late) {
            continue;
        }
        let comes = material.when.as_ref().map_or_else(certainly, |when| chance(when, answers));
        if !comes.holds {
            continue;
        }
        let certain = !comes.fails && material.rule != MaterialRule::Optional;
        let group = (material.rule == MaterialRule::OneOf).then_some(&material.group);
        let same = |one: &&mut Needed<'_>| {
            one.material.rule == MaterialRule::OneOf && Some(&one.material.group) == group
        };
        match needed.iter_mut().find(same) {
            Some(one) => {
                one.or.push(material);
                one.certain |= certain;
            }
            None => needed.push(Needed { material, or: Vec::new(), certain }),
        }
    }
    needed
}

/// What is still lacking of it.
#[must_use]
pub fn lacking<'a>(needed: &[Needed<'a>], has: &BTreeSet<MaterialId>) -> Vec<Needed<'a>> {
    needed.iter().filter(|one| !one.met(has)).cloned().collect()
}

/// Longest text of a code on the applicant screen, in bytes of UTF-8: 121 modules on a side at error correction M
/// (ISO/IEC 18004, version 26: 1059 bytes), which a telephone reads from a screen at arm's length.
pub const MOST_BYTES: usize = 1_000;

/// A notice as plain text for a telephone: the head, then as many of the points as fit, then the foot. What does not
/// fit is told by its number, never cut in the middle.
#[must_use]
pub fn plain_text(head: &[String], points: &[String], foot: &[String], most: usize) -> String {
    let join = |shown: usize| {
        let mut lines: Vec<String> = head.to_vec();
        lines.extend(points.iter().take(shown).zip(1..).map(|(point, at)| format!("{at}. {point}")));
        if shown < points.len() {
            lines.push(format!("另有 {} 项，见纸质告知单", points.len() - shown));
        }
        lines.extend(foot.iter().cloned());
        lines.join("\n")
    };
    (0..=points.len()).rev().map(join).find(|text| text.len() <= most).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_notice_says_how_much_stands_on_the_paper_only() {
        let text = |most| plain_text(&["头".into()], &["甲".into(), "乙".into()], &["尾".into()], most);
        assert_eq!(text(100), "头\n1. 甲\n2. 乙\n尾");
        assert_eq!(text(60), "头\n1. 甲\n2. 乙\n尾");
        let short = plain_text(&["头".into()], &vec!["长".repeat(30); 3], &["尾".into()], 200);
        assert!(short.contains("1. 长") && short.contains("另有 2 项") && short.len() <= 200, "{short}");
    }
}

//! Whose fingerprints a matter asks for.

use super::MatterDefinition;
use super::file::Placed;
use crate::case::Case;
use crate::condition::Condition;
use crate::fault::Wrong;
use crate::fingerprint::FingerRule;
use crate::person::PersonRole;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whose fingerprints are taken, and by which rule (rules of the counter, 17).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FingerprintDemand {
    /// Whose.
    pub person: PersonRole,
    /// When; always if it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// How many fingers and pictures, and how good.
    #[serde(default)]
    pub rule: FingerRule,
}

impl FingerprintDemand {
    /// Whether a case has to have them.
    #[must_use]
    pub fn applies(&self, case: &Case) -> bool {
        self.when.as_ref().is_none_or(|when| when.holds(case))
    }
}

impl MatterDefinition {
    /// What is wrong with the demand for fingerprints.
    pub(super) fn wrong_fingerprints(&self) -> Vec<Placed> {
        let Some(demand) = &self.fingerprints else { return Vec::new() };
        let mut wrong = Vec::new();
        if !self.sections.iter().any(|section| section.person == Some(demand.person)) {
            let what = "表单里没有这个人的段，不知道采谁的指纹";
            wrong.push(("fingerprints.person".to_owned(), Wrong::Misused { what }));
        }
        if !demand.rule.is_possible() {
            let what = "手指 1 到 10 枚、每枚 1 到 9 张、质量 0 到 100 分、重采 1 到 9 次";
            wrong.push(("fingerprints.rule".to_owned(), Wrong::Misused { what }));
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_nobody_can_fulfil_is_none() {
        let usual = FingerRule::default();
        assert!(usual.is_possible());
        for wrong in [
            FingerRule { fingers: 0, ..usual },
            FingerRule { fingers: 11, ..usual },
            FingerRule { images: 0, ..usual },
            FingerRule { quality: 101, ..usual },
            FingerRule { tries: 0, ..usual },
        ] {
            assert!(!wrong.is_possible(), "{wrong:?}");
        }
    }
}

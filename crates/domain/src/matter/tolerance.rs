//! Materials that may never come later (rules of the counter, 12).

use super::file::Placed;
use super::{Material, MatterDefinition};
use crate::fault::Wrong;

/// Words in the name of a material that shows who somebody is, that and of whom a child was born, or the ground on
/// which an authority already decided. None of them may be missing when an application is accepted: identity papers,
/// the medical certificate of birth, the expert opinion on parentage, approvals.
const NEVER_LATER: [&str; 7] =
    ["身份证", "身份证明", "出生医学证明", "亲子鉴定", "批准", "审批", "准予迁入证明"];

fn never_later(material: &Material) -> bool {
    NEVER_LATER.iter().any(|word| material.name.contains(word))
}

impl MatterDefinition {
    /// Materials that the definition lets come later, and that may not.
    pub(super) fn wrong_tolerance(&self) -> Vec<Placed> {
        let wrong = self.materials.iter().filter(|one| one.tolerance && never_later(one));
        wrong.map(|one| (format!("material.{}.tolerance", one.id), Wrong::NeverLater)).collect()
    }
}

//! Materials (材料) that a matter asks for.

use crate::condition::Condition;
use crate::ids::MaterialId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A material (材料) that a matter asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// Name.
    pub id: MaterialId,
    /// As printed on the guide.
    pub name: String,
    /// Whether it must be there.
    pub rule: MaterialRule,
    /// For `one_of`: the group; one material of each group must be there.
    #[serde(default)]
    pub group: String,
    /// When it is asked for at all.
    #[serde(default)]
    pub when: Option<Condition>,
    /// In the citizen's words, for the one-time notice.
    #[serde(default)]
    pub plain: String,
    /// Whether it may be missing against a signed promise (容缺).
    #[serde(default)]
    pub tolerance: bool,
    /// Name of the look-up that checks it.
    #[serde(default)]
    pub check: Option<String>,
    /// In which form it may be given.
    #[serde(default, skip_serializing_if = "Medium::is_either")]
    pub medium: Medium,
    /// Paper copies that stay with the file; 0: none, the scan is enough.
    #[serde(default, skip_serializing_if = "no_copies")]
    pub copies: u8,
    /// The electronic certificate that may stand for it, by its name in the certificate library.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub certificate: String,
    /// What the officer looks at in it or inside other systems, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub inspect: String,
    /// Why it is asked for in the situation at hand, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub because: String,
}

fn no_copies(copies: &u8) -> bool {
    *copies == 0
}

/// In which form a material may be given (材料模板：电子化、实物、选择性).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// 选择性: scanned paper or an electronic certificate
    #[default]
    Either,
    /// 电子化: only electronic
    Electronic,
    /// 实物: the paper itself is taken in
    Physical,
}

impl Medium {
    fn is_either(&self) -> bool {
        *self == Self::Either
    }
}

/// Upload rule of a material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MaterialRule {
    /// 必须
    Required,
    /// 可选
    Optional,
    /// 多选一, within its group
    OneOf,
    /// 内部核查: not asked from the citizen; the officer looks it up inside, and may add a page
    Internal,
    /// 补扫: comes later, at the step of the flow that names it
    Late,
}

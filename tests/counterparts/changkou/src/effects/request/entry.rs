//! Acts by which somebody comes into the register, and those that make a household.

use jiff::civil::Date;
use serde::Deserialize;

/// A household made by the act that fills it (立户).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewHousehold {
    /// 户别: `1` family, `2` collective
    pub kind: String,
    /// 住址
    pub address: String,
    /// 标准地址编码, where the address was chosen from the standard ones
    #[serde(default)]
    pub address_code: Option<String>,
}

/// Why a person comes into the register without being born or moving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryCategory {
    /// 恢复户口
    Restored,
    /// 户口补录
    Supplemented,
    /// 国（境）外回来定居
    SettledFromAbroad,
    /// 收养入户
    Adopted,
    /// 入籍
    Naturalised,
    /// 撤销死亡（宣告）
    RevokedDeath,
    /// 撤销宣告失踪
    RevokedMissing,
}

impl EntryCategory {
    /// 何因登记, as the person's record shows it.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Restored => "恢复户口",
            Self::Supplemented => "户口补录",
            Self::SettledFromAbroad => "国（境）外定居落户",
            Self::Adopted => "收养入户",
            Self::Naturalised => "入籍落户",
            Self::RevokedDeath => "撤销死亡恢复户口",
            Self::RevokedMissing => "撤销失踪恢复户口",
        }
    }
}

/// 恢复户口、户口补录、涉外定居、收养入户
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonEntry {
    /// 户号 the person joins; either this or `new_household`
    #[serde(default)]
    pub household_number: Option<String>,
    /// Version the client saw
    #[serde(default)]
    pub household_version: Option<i64>,
    /// The household the person founds and heads
    #[serde(default)]
    pub new_household: Option<NewHousehold>,
    /// `minors_only` when a minor founds a household alone
    #[serde(default)]
    pub head_exception: Option<String>,
    /// Who enters
    pub person: Entrant,
    /// The number the person had; kept
    #[serde(default)]
    pub former_number: Option<String>,
    /// Why
    pub category: EntryCategory,
    /// Approval document
    #[serde(default)]
    pub approval_number: Option<String>,
}

/// Who enters.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entrant {
    /// 姓名
    pub name: String,
    /// 性别
    pub sex: String,
    /// 民族
    pub ethnic_group: String,
    /// 出生日期
    pub birth_date: Date,
    /// 与户主关系; may be missing in a new household, whose head the person is
    #[serde(default)]
    pub relation: Option<String>,
}

/// 立户, without anybody in it yet
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HouseholdCreation {
    /// 户别: `1` family, `2` collective
    pub kind: String,
    /// Name of a collective household
    #[serde(default)]
    pub name: Option<String>,
    /// 住址
    pub address: String,
    /// 标准地址编码, where the address was chosen from the standard ones
    #[serde(default)]
    pub address_code: Option<String>,
    /// Who answers for a collective household (协管员)
    #[serde(default)]
    pub responsible: Option<String>,
}

//! Acts that end a registration, mend its items, or replace a paper.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::Relations;

/// Why a registration ends other than by death or by moving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancellationReason {
    /// 参军
    Enlisted,
    /// 赴港澳定居
    SettledHkMacao,
    /// 赴台湾定居
    SettledTaiwan,
    /// 出国定居
    SettledAbroad,
    /// 加入外国国籍
    ForeignNationality,
    /// 宣告失踪
    DeclaredMissing,
    /// 重复登记
    Duplicate,
    /// 错误登记
    WrongEntry,
    /// 其他
    Other,
}

impl CancellationReason {
    /// The word stored and sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Enlisted => "enlisted",
            Self::SettledHkMacao => "settled_hk_macao",
            Self::SettledTaiwan => "settled_taiwan",
            Self::SettledAbroad => "settled_abroad",
            Self::ForeignNationality => "foreign_nationality",
            Self::DeclaredMissing => "declared_missing",
            Self::Duplicate => "duplicate",
            Self::WrongEntry => "wrong_entry",
            Self::Other => "other",
        }
    }
}

/// 注销
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancellation {
    /// Whose registration ends
    pub citizen_number: String,
    /// Version the client saw
    pub person_version: i64,
    /// Version of the household the client saw
    pub household_version: i64,
    /// Why
    pub reason: CancellationReason,
    /// The day the registration ends
    pub on: Date,
    /// Approval document
    #[serde(default)]
    pub approval_number: Option<String>,
    /// The new head, when the head goes and members stay
    #[serde(default)]
    pub new_head: Option<String>,
    /// Every other staying member's relation to the new head
    #[serde(default)]
    pub relations: Relations,
    /// `minors_only` when no adult stays
    #[serde(default)]
    pub head_exception: Option<String>,
}

/// 变更更正
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemChange {
    /// Whose items
    pub citizen_number: String,
    /// Version the client saw
    pub person_version: i64,
    /// GA/T 2000.24 code, or a word for items outside that table
    pub category: String,
    /// Item → new value
    #[serde(default)]
    pub changes: BTreeMap<String, String>,
    /// New relation to the head, where the present one does not fit the new sex
    #[serde(default)]
    pub relation: Option<String>,
    /// Approval document; compulsory for name, former name, sex, ethnic group, birth date and number
    #[serde(default)]
    pub approval_number: Option<String>,
    /// For a minor's name: those who consented, every registered parent
    #[serde(default)]
    pub consents: Vec<String>,
    /// Why one parent's consent is enough
    #[serde(default)]
    pub consent_exception: Option<String>,
}

/// Papers the register numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// 居民户口簿
    Booklet,
    /// 户口迁移证
    MigrationCertificate,
    /// 准予迁入证明
    EntryPermit,
}

impl Document {
    /// The word stored and sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Booklet => "booklet",
            Self::MigrationCertificate => "migration_certificate",
            Self::EntryPermit => "entry_permit",
        }
    }
}

/// Why a paper is issued again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueReason {
    /// First issue
    New,
    /// 遗失补发
    Lost,
    /// 损坏换发
    Damaged,
    /// 过期重发
    Expired,
    /// 内容变动换发
    Changed,
}

impl IssueReason {
    /// The word stored and sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Lost => "lost",
            Self::Damaged => "damaged",
            Self::Expired => "expired",
            Self::Changed => "changed",
        }
    }
}

/// 居民户口簿、户口迁移证、准予迁入证明换发补发
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentIssue {
    /// Which paper
    pub document: Document,
    /// 户号 for a booklet, else the paper's number
    pub number: String,
    /// Why
    pub reason: IssueReason,
    /// Version of the household the client saw, for a booklet
    #[serde(default)]
    pub household_version: Option<i64>,
}

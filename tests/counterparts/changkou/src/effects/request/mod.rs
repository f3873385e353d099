//! What a client hands over for 业务落实.

mod birth;
mod changes;
mod entry;
mod moves;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

pub use birth::{BirthRegistration, Joins};
pub use changes::{Cancellation, Document, DocumentIssue, IssueReason, ItemChange};
pub use entry::{Entrant, EntryCategory, HouseholdCreation, NewHousehold, PersonEntry};
pub use moves::{
    AddressChange, EntryPermit, HouseholdSplit, Migrant, MigrationIn, MigrationOut, OneStopOut, Origin,
    ShownCertificate, Versions,
};

/// One decided act.
#[derive(Debug, Clone, Deserialize)]
pub struct EffectRequest {
    /// The client's id of the case; one act of a kind per case comes into effect once
    pub case_id: String,
    /// The printed case number, when there is one
    #[serde(default)]
    pub case_number: Option<String>,
    /// Who hands it over
    pub handled_by: HandledBy,
    /// Taken in for another station of the city (跨所受理): the act may reach as far as the client
    #[serde(default)]
    pub cross_station: bool,
    /// Day of the decision
    pub decided_on: Date,
    /// The act itself
    #[serde(flatten)]
    pub act: Act,
}

/// Who hands the act over.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandledBy {
    /// 12-digit unit code
    pub unit: String,
    /// The officer's login
    pub officer: String,
}

/// The kinds of acts.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", content = "act", rename_all = "snake_case")]
pub enum Act {
    /// 出生登记
    BirthRegistration(BirthRegistration),
    /// 户主变更
    HeadChange(HeadChange),
    /// 姓名变更
    NameChange(NameChange),
    /// 死亡注销
    DeathCancellation(DeathCancellation),
    /// 居民身份证受理
    IdCardAcceptance(IdCardAcceptance),
    /// 恢复户口、户口补录、涉外定居、收养入户
    PersonEntry(PersonEntry),
    /// 开具准予迁入证明
    EntryPermit(EntryPermit),
    /// 省内一站式迁出
    OneStopOut(OneStopOut),
    /// 市外迁入落户
    MigrationIn(MigrationIn),
    /// 市内迁移、住址变动
    AddressChange(AddressChange),
    /// 迁出市外
    MigrationOut(MigrationOut),
    /// 注销
    Cancellation(Cancellation),
    /// 变更更正
    ItemChange(ItemChange),
    /// 分户
    HouseholdSplit(HouseholdSplit),
    /// 立户
    HouseholdCreation(HouseholdCreation),
    /// 居民户口簿、户口迁移证、准予迁入证明换发补发
    DocumentIssue(DocumentIssue),
}

impl Act {
    /// The kind's word in JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::BirthRegistration(_) => "birth_registration",
            Self::HeadChange(_) => "head_change",
            Self::NameChange(_) => "name_change",
            Self::DeathCancellation(_) => "death_cancellation",
            Self::IdCardAcceptance(_) => "id_card_acceptance",
            Self::PersonEntry(_) => "person_entry",
            Self::EntryPermit(_) => "entry_permit",
            Self::OneStopOut(_) => "one_stop_out",
            Self::MigrationIn(_) => "migration_in",
            Self::AddressChange(_) => "address_change",
            Self::MigrationOut(_) => "migration_out",
            Self::Cancellation(_) => "cancellation",
            Self::ItemChange(_) => "item_change",
            Self::HouseholdSplit(_) => "household_split",
            Self::HouseholdCreation(_) => "household_creation",
            Self::DocumentIssue(_) => "document_issue",
        }
    }
}

/// Relations to the (new) head: citizen number → code.
pub type Relations = BTreeMap<String, String>;

/// 户主变更
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadChange {
    /// 户号
    pub household_number: String,
    /// Version the client saw
    pub household_version: i64,
    /// The new head's number
    pub new_head: String,
    /// Every other member's relation to the new head
    pub relations: Relations,
}

/// 姓名变更
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameChange {
    /// Whose name
    pub citizen_number: String,
    /// Version the client saw
    pub person_version: i64,
    /// The new name
    pub new_name: String,
    /// Numbers of those who consented; for a minor every registered parent
    #[serde(default)]
    pub consents: Vec<String>,
    /// Why one parent's consent is enough (for example a judgment); empty when both consented
    #[serde(default)]
    pub consent_exception: Option<String>,
    /// Approval document of the sub-bureau
    pub approval_number: String,
}

/// 死亡注销
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeathCancellation {
    /// Who died
    pub citizen_number: String,
    /// Version the client saw
    pub person_version: i64,
    /// Version of the household the client saw; nobody can see one of somebody who is in none any more
    #[serde(default)]
    pub household_version: Option<i64>,
    /// Date of death
    pub died_on: Date,
    /// 死亡原因类别
    pub cause: String,
    /// Kind of proof; `medical_certificate` needs `proof_number`
    pub proof: String,
    /// Number of the death certificate
    #[serde(default)]
    pub proof_number: Option<String>,
    /// The new head, when the head died and members remain
    #[serde(default)]
    pub new_head: Option<String>,
    /// Every other remaining member's relation to the new head
    #[serde(default)]
    pub relations: Relations,
    /// `minors_only` when no adult remains
    #[serde(default)]
    pub head_exception: Option<String>,
}

/// 居民身份证受理
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdCardAcceptance {
    /// Applicant's number
    pub citizen_number: String,
    /// Version the client saw
    pub person_version: i64,
    /// 受理号 of the client
    pub acceptance_number: String,
    /// 申领原因, GA/T 2000.10
    pub reason: String,
    /// 领证方式
    pub collection: String,
    /// Guardian's number, compulsory under 16
    #[serde(default)]
    pub guardian: Option<String>,
}

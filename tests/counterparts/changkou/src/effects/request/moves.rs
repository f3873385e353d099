//! Acts by which registered people change their household, or people from elsewhere come.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};

use super::{NewHousehold, Relations};

/// A version the client saw. Where versions stand in a map by person they may come as text: a client that
/// knows its numbers by their place cannot list a place that holds a citizen number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(pub i64);

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(i64),
            Text(String),
        }
        match Either::deserialize(deserializer)? {
            Either::Number(number) => Ok(Self(number)),
            Either::Text(text) => text.parse().map(Self).map_err(serde::de::Error::custom),
        }
    }
}

/// Versions the client saw: citizen number → version.
pub type Versions = BTreeMap<String, Version>;

/// Somebody who comes from another city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Migrant {
    /// 公民身份号码
    pub citizen_number: String,
    /// 姓名
    pub name: String,
    /// 性别
    pub sex: String,
    /// 出生日期
    pub birth_date: Date,
    /// 民族
    pub ethnic_group: String,
    /// 与户主关系 in the household here
    pub relation: String,
}

/// 开具准予迁入证明（电子准迁证）
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryPermit {
    /// 户号 they may join; either this or `new_household`
    #[serde(default)]
    pub household_number: Option<String>,
    /// Version the client saw
    #[serde(default)]
    pub household_version: Option<i64>,
    /// The household they may found
    #[serde(default)]
    pub new_household: Option<NewHousehold>,
    /// Who may come
    pub persons: Vec<Migrant>,
    /// Where they are registered now
    pub from_address: String,
    /// 迁入原因; `relative_joining` is what flags of land forbid
    pub reason: String,
    /// Approval document
    #[serde(default)]
    pub approval_number: Option<String>,
}

/// 省内一站式迁出: the province's platform takes them out of the register at the place of origin.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneStopOut {
    /// 准予迁入证明编号
    pub permit_number: String,
    /// Who leaves: exactly those of the permit
    pub persons: Vec<Leaver>,
}

/// Somebody who leaves another city by the platform; the permit says the rest.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaver {
    /// 公民身份号码
    pub citizen_number: String,
}

/// Where the migrants come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Another city of the province: `one_stop_out` first, no migration certificate
    SameProvince,
    /// Another province: a migration certificate is needed
    OtherProvince,
}

/// A 户口迁移证 as it was shown at the counter.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownCertificate {
    /// 编号
    pub number: String,
    /// 签发日期
    pub issued_on: Date,
    /// 有效期止
    pub valid_until: Date,
}

/// 市外迁入落户
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MigrationIn {
    /// 户号 they join; either this or `new_household`
    #[serde(default)]
    pub household_number: Option<String>,
    /// Version the client saw
    #[serde(default)]
    pub household_version: Option<i64>,
    /// The household they found
    #[serde(default)]
    pub new_household: Option<NewHousehold>,
    /// Who comes: exactly those of the permit
    pub persons: Vec<Migrant>,
    /// 准予迁入证明编号
    pub permit_number: String,
    /// 户口迁移证, compulsory from another province
    #[serde(default)]
    pub migration_certificate: Option<ShownCertificate>,
    /// Where they come from
    pub from: Origin,
}

/// 市内迁移、住址变动
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressChange {
    /// Who moves, all of one household
    pub citizen_numbers: BTreeSet<String>,
    /// Versions the client saw
    pub person_versions: Versions,
    /// Version of the household they leave
    pub from_household_version: i64,
    /// 户号 they join; either this or `new_household`
    #[serde(default)]
    pub household_number: Option<String>,
    /// Version the client saw
    #[serde(default)]
    pub household_version: Option<i64>,
    /// The household they found
    #[serde(default)]
    pub new_household: Option<NewHousehold>,
    /// 迁移原因; `relative_joining` is what flags of land forbid
    pub reason: String,
    /// Every mover's relation to the head of the household joined
    pub relations: Relations,
    /// The new head of those who stay, when the head moves
    #[serde(default)]
    pub new_head: Option<String>,
    /// Every other staying member's relation to the new head
    #[serde(default)]
    pub remaining_relations: Relations,
    /// `minors_only` when no adult stays
    #[serde(default)]
    pub head_exception: Option<String>,
}

/// 迁出市外
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MigrationOut {
    /// Who leaves, all of one household
    pub citizen_numbers: BTreeSet<String>,
    /// Versions the client saw
    pub person_versions: Versions,
    /// Version of the household they leave
    pub household_version: i64,
    /// 迁往地址
    pub to_address: String,
    /// 迁出原因
    pub reason: String,
    /// The new head of those who stay, when the head leaves
    #[serde(default)]
    pub new_head: Option<String>,
    /// Every other staying member's relation to the new head
    #[serde(default)]
    pub relations: Relations,
    /// `minors_only` when no adult stays
    #[serde(default)]
    pub head_exception: Option<String>,
}

/// 分户
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HouseholdSplit {
    /// 户号 that is split
    pub household_number: String,
    /// Version the client saw
    pub household_version: i64,
    /// Who goes into the new household
    pub movers: BTreeSet<String>,
    /// The new household's head, a mover
    pub new_head: String,
    /// Every other mover's relation to the new head
    #[serde(default)]
    pub relations: Relations,
    /// 住址 of the new household; missing when it is the old one's
    #[serde(default)]
    pub address: Option<String>,
    /// 标准地址编码 of that address, where it was chosen from the standard ones
    #[serde(default)]
    pub address_code: Option<String>,
    /// The old household's new head, when its head goes
    #[serde(default)]
    pub remaining_head: Option<String>,
    /// Every other staying member's relation to that head. Without `remaining_head` the new head stands here with
    /// `02`; while the head stays, present relations may be said again
    #[serde(default)]
    pub remaining_relations: Relations,
}

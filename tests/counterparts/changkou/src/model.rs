//! What the register holds and shows: persons, households, certificates.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Whether a person still counts as a resident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonStatus {
    /// 在册
    Registered,
    /// 死亡注销
    Dead,
    /// 迁出
    MovedOut,
    /// 注销 for another reason than death: 参军, 出国定居, 重复登记 …
    Cancelled,
}

impl PersonStatus {
    /// The word stored and sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Dead => "dead",
            Self::MovedOut => "moved_out",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the stored word; anything else counts as moved out, which grants nothing.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "registered" => Self::Registered,
            "dead" => Self::Dead,
            "cancelled" => Self::Cancelled,
            _ => Self::MovedOut,
        }
    }
}

/// The newest ID card the register knows of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdCard {
    /// 签发机关
    pub issuing_office: String,
    /// 有效期起
    pub valid_from: Date,
    /// 有效期止: a date, or `长期`.
    pub valid_until: String,
}

impl IdCard {
    /// The last day of validity; `None` for a long-term card.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        self.valid_until.parse().ok()
    }
}

/// One person of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// 公民身份号码
    pub citizen_number: String,
    /// 姓名
    pub name: String,
    /// 曾用名
    pub former_name: Option<String>,
    /// 性别, GB/T 2261.1
    pub sex: String,
    /// 民族, GB/T 3304
    pub ethnic_group: String,
    /// 出生日期
    pub birth_date: Date,
    /// 婚姻状况, GB/T 2261.2
    pub marital_status: String,
    /// 文化程度, GB/T 4658; none for small children
    pub education: Option<String>,
    /// 户号
    pub household_number: String,
    /// 与户主关系, GB/T 4761
    pub relation: String,
    /// Registered in this household since
    pub since: Date,
    /// 何因迁入或登记
    pub since_reason: String,
    /// Whether the person still counts
    pub status: PersonStatus,
    /// Date of the death, move or cancellation
    pub status_since: Option<Date>,
    /// Why the person moved out or was cancelled
    pub status_reason: Option<String>,
    /// Mother's number
    pub mother: Option<String>,
    /// Father's number
    pub father: Option<String>,
    /// Spouse's number
    pub spouse: Option<String>,
    /// The newest ID card
    pub id_card: Option<IdCard>,
    /// Further items by their word: `native_place`, `occupation`, `blood_type` …
    pub further_items: BTreeMap<String, String>,
    /// Numbers the person had before; each still finds the person
    pub former_numbers: Vec<String>,
    /// Goes up with every change; effects name the one they saw
    pub version: i64,
}

impl Person {
    /// Full years on `day`.
    #[must_use]
    pub fn age_on(&self, day: Date) -> i16 {
        let had_birthday = (day.month(), day.day()) >= (self.birth_date.month(), self.birth_date.day());
        day.year() - self.birth_date.year() - i16::from(!had_birthday)
    }

    /// Adult at 18 (民法典 article 17).
    #[must_use]
    pub fn is_adult_on(&self, day: Date) -> bool {
        self.age_on(day) >= 18
    }
}

/// One household with its registered members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Household {
    /// 户号
    pub household_number: String,
    /// 户别: `1` family, `2` collective
    pub kind: String,
    /// 行政区划
    pub division: String,
    /// 数据归属单位, 12 digits
    pub owner_unit: String,
    /// 住址
    pub address: String,
    /// 标准地址编码 of the address, where an act said it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_code: Option<String>,
    /// 户口簿编号
    pub booklet_number: String,
    /// `collective_land`, `frozen_land`, `business_frozen`
    pub flags: Vec<String>,
    /// `open` or `closed` (销户)
    pub status: String,
    /// Number of the 户主
    pub head: Option<String>,
    /// Why there may be no adult head: `collective`, `minors_only`, or `no_members` until somebody joins
    pub head_exception: Option<String>,
    /// Name of a collective household
    pub name: Option<String>,
    /// Who answers for a collective household
    pub responsible: Option<String>,
    /// Goes up with every change; effects name the one they saw
    pub version: i64,
    /// Registered members, the head first, then as they came
    pub members: Vec<Person>,
}

/// 出生医学证明
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BirthCertificate {
    /// 编号: a letter and nine digits
    pub number: String,
    /// 新生儿姓名
    pub newborn_name: String,
    /// 性别
    pub sex: String,
    /// Date of birth
    pub birth_date: Date,
    /// Time of birth, `HH:MM`
    pub birth_time: String,
    /// 出生地点
    pub birth_place: String,
    /// 签发机构
    pub issued_by: String,
    /// Mother's name and number
    pub mother_name: String,
    /// Mother's number
    pub mother: String,
    /// Father's name, when given
    pub father_name: Option<String>,
    /// Father's number, when given
    pub father: Option<String>,
    /// The person registered with it; a used one registers nobody else
    pub used_by: Option<String>,
}

/// 居民死亡医学证明（推断）书
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeathCertificate {
    /// 编号
    pub number: String,
    /// The dead person's number
    pub citizen_number: String,
    /// Name
    pub name: String,
    /// Date of death
    pub died_on: Date,
    /// 死亡原因类别
    pub cause: String,
    /// 出具单位
    pub issued_by: String,
    /// Whether a cancellation was done with it
    pub used: bool,
}

/// A marriage as the civil affairs office sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Marriage {
    /// 结婚证字号
    pub certificate: String,
    /// Husband's number
    pub husband: String,
    /// Wife's number
    pub wife: String,
    /// Date of registration
    pub registered_on: Date,
    /// 登记机关
    pub registered_by: String,
    /// `married`, `divorced` or `ended_by_death`
    pub status: String,
}

/// A record held elsewhere that collides with one of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Collision {
    /// `same_person` (重人) or `same_number` (重号)
    pub kind: String,
    /// Our person
    pub citizen_number: String,
    /// The number of the other record (the same for 重号)
    pub other_number: String,
    /// The other record's name
    pub other_name: String,
    /// The other record's sex
    pub other_sex: String,
    /// The other record's birth date
    pub other_birth_date: Date,
    /// Who holds the other record
    pub held_at: String,
}

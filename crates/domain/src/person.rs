//! Persons of a case and people of the counter.

use crate::flow::Level;
use crate::ids::{OfficerId, UnitCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Persons of a case.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PersonRole {
    /// 申请人
    Applicant,
    /// 被申请人, the person whose record changes
    Subject,
    /// 父亲
    Father,
    /// 母亲
    Mother,
    /// 监护人
    Guardian,
    /// 户主
    HouseholdHead,
    /// 原户主
    FormerHead,
    /// 配偶
    Spouse,
    /// 代办人
    Agent,
}

/// Roles of the people of the counter.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 辅警: takes in, digitises, submits; never closes household business.
    Auxiliary,
    /// 户籍民警
    Officer,
    /// 社区民警
    CommunityOfficer,
    /// 照相员
    Photographer,
    /// 所领导
    Head,
    /// 分局审批
    CountyReviewer,
    /// 市局审批
    CityReviewer,
    /// 质检员
    Inspector,
    /// 系统管理员
    Admin,
}

impl Role {
    /// The role's name on screens and papers.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Auxiliary => "辅警",
            Self::Officer => "户籍民警",
            Self::CommunityOfficer => "社区民警",
            Self::Photographer => "照相员",
            Self::Head => "所领导",
            Self::CountyReviewer => "分局审批",
            Self::CityReviewer => "市局审批",
            Self::Inspector => "质检员",
            Self::Admin => "系统管理员",
        }
    }
}

/// A post (岗位): what somebody is, where. One may hold several and switch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
pub struct Post {
    /// The unit.
    pub unit: UnitCode,
    /// The role.
    pub role: Role,
}

/// Somebody acting: the officer and the post he acts in, as the session knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Actor {
    /// The officer.
    pub officer: OfficerId,
    /// The officer's name, for papers and trails.
    pub name: String,
    /// The post.
    pub post: Post,
}

/// An officer of the roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// Log-in name.
    pub id: OfficerId,
    /// Name.
    pub name: String,
    /// Posts held.
    pub posts: Vec<Post>,
    /// Whether the account may be used.
    pub active: bool,
}

/// A unit of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Unit {
    /// Code.
    pub code: UnitCode,
    /// Full name.
    pub name: String,
    /// Short name for the header.
    pub short: String,
    /// Level.
    pub level: Level,
    /// The unit above.
    pub parent: Option<UnitCode>,
}

/// Officers and units as the server last told them. Signed acts name its version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// Version, rising.
    pub version: u64,
    /// All officers that this terminal may meet.
    pub officers: Vec<Officer>,
    /// All units named.
    pub units: Vec<Unit>,
}

impl Roster {
    /// An officer by log-in name.
    #[must_use]
    pub fn officer(&self, id: &OfficerId) -> Option<&Officer> {
        self.officers.iter().find(|officer| officer.id == *id)
    }

    /// A unit by code.
    #[must_use]
    pub fn unit(&self, code: &UnitCode) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.code == *code)
    }

    /// The unit of a level at or above a unit.
    #[must_use]
    pub fn unit_at(&self, code: &UnitCode, level: Level) -> Option<&Unit> {
        let mut at = self.unit(code)?;
        // A tree of units is at most as deep as there are units; a circle in bad data must end too.
        for _ in 0..=self.units.len() {
            if at.level == level {
                return Some(at);
            }
            at = self.unit(at.parent.as_ref()?)?;
        }
        None
    }

    /// Whether a unit is another or lies above it.
    #[must_use]
    pub fn covers(&self, upper: &UnitCode, lower: &UnitCode) -> bool {
        let mut at = Some(lower.clone());
        // Bad data with a circle must end too.
        for _ in 0..=self.units.len() {
            let Some(code) = at else { return false };
            if code == *upper {
                return true;
            }
            at = self.unit(&code).and_then(|unit| unit.parent.clone());
        }
        false
    }

    /// Whether an officer holds a post and may use it.
    #[must_use]
    pub fn holds(&self, id: &OfficerId, post: &Post) -> bool {
        self.officer(id).is_some_and(|officer| officer.active && officer.posts.contains(post))
    }
}

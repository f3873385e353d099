//! 出生登记, as a client hands it over.

use jiff::civil::Date;
use serde::Deserialize;

/// Whose household the child joins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Joins {
    /// 随母入户
    #[default]
    Mother,
    /// 随父入户
    Father,
    /// 随祖父母、外祖父母入户
    Grandparent,
    /// 随法定监护人入户
    Guardian,
    /// 部队驻地等集体户
    Collective,
    /// 父母中在册的一方
    EitherParent,
}

impl Joins {
    /// The word stored and sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Mother => "mother",
            Self::Father => "father",
            Self::Grandparent => "grandparent",
            Self::Guardian => "guardian",
            Self::Collective => "collective",
            Self::EitherParent => "either_parent",
        }
    }
}

/// 出生登记. What must be there depends on whose household the child joins; [`Shape`] says so.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Shape")]
pub struct BirthRegistration {
    /// Whose household
    pub joins: Joins,
    /// 户号 the child joins
    pub household_number: String,
    /// Version the client saw
    pub household_version: i64,
    /// Mother's number; compulsory where the child joins her
    pub mother: Option<String>,
    /// Version the client saw
    pub mother_version: Option<i64>,
    /// Father's number; compulsory where the child joins him
    pub father: Option<String>,
    /// The grandparent's or guardian's number, compulsory where the child joins one
    pub host: Option<String>,
    /// 出生医学证明编号; compulsory where the child joins the mother
    pub certificate: Option<String>,
    /// The child
    pub newborn: Newborn,
}

/// The child of a birth registration; it has no number yet.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Newborn {
    /// 姓名
    pub name: String,
    /// 性别
    pub sex: String,
    /// 出生日期
    pub birth_date: Date,
    /// 民族
    pub ethnic_group: String,
    /// 与户主关系
    pub relation: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    #[serde(default)]
    joins: Joins,
    household_number: String,
    household_version: i64,
    #[serde(default)]
    mother: Option<String>,
    #[serde(default)]
    mother_version: Option<i64>,
    #[serde(default)]
    father: Option<String>,
    #[serde(default)]
    host: Option<String>,
    #[serde(default)]
    certificate: Option<String>,
    newborn: Newborn,
}

impl TryFrom<Shape> for BirthRegistration {
    type Error = String;

    fn try_from(shape: Shape) -> Result<Self, String> {
        let needed: &[(&str, bool)] = match shape.joins {
            Joins::Mother => &[
                ("mother", shape.mother.is_some()),
                ("mother_version", shape.mother_version.is_some()),
                ("certificate", shape.certificate.is_some()),
            ],
            Joins::Father => &[("father", shape.father.is_some())],
            Joins::Grandparent | Joins::Guardian => &[("host", shape.host.is_some())],
            Joins::EitherParent => {
                &[("mother` or `father", shape.mother.is_some() || shape.father.is_some())]
            }
            Joins::Collective => &[],
        };
        if let Some((field, _)) = needed.iter().find(|(_, given)| !given) {
            return Err(format!("missing field `{field}` for a child that joins {}", shape.joins.word()));
        }
        Ok(Self {
            joins: shape.joins,
            household_number: shape.household_number,
            household_version: shape.household_version,
            mother: shape.mother,
            mother_version: shape.mother_version,
            father: shape.father,
            host: shape.host,
            certificate: shape.certificate,
            newborn: shape.newborn,
        })
    }
}

//! What is wrong with the files of the catalogue, in words for whoever keeps them: where, what, and what to do.

use crate::package::PackageFault;
use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionFault {
    /// File, as it was named when it was read.
    pub file: String,
    /// Place inside, for example `material.booklet.when`; empty for the whole file.
    pub place: String,
    /// What is wrong.
    pub wrong: Wrong,
}

/// Kinds of faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// The file does not read as what its folder holds.
    Unreadable {
        /// What the reader says, with line and column.
        said: String,
    },
    /// It names something that is not there.
    Unknown {
        /// Kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// One name stands twice.
    Twice {
        /// Kind of thing.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Something that must be said is not said.
    Unsaid {
        /// What is missing.
        what: &'static str,
    },
    /// Things that wait for each other.
    Circle {
        /// Their names, the first again at the end.
        through: Vec<String>,
    },
    /// A step that no case comes to, or at which nobody may act.
    Unreachable {
        /// Why.
        why: &'static str,
    },
    /// A condition or rule that no situation meets.
    Never {
        /// What can never be.
        what: &'static str,
    },
    /// Something that is there and may not be used so.
    Misused {
        /// What is wrong with it.
        what: &'static str,
    },
    /// A changed definition that has a version which was published before, with other contents.
    Published {
        /// Its version.
        version: u32,
        /// The highest that was ever published of it.
        highest: u32,
    },
    /// Two rules that cannot both hold.
    Contradiction {
        /// The other rule.
        other: String,
    },
    /// A material that may never come later.
    NeverLater,
    /// Something in a one-thing package.
    Package(PackageFault),
}

impl Wrong {
    /// Something unknown, with what there is instead.
    pub fn unknown<'a>(
        what: &'static str,
        name: &(impl ToString + ?Sized),
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self::Unknown { what, name: name.to_string(), known: known.into_iter().map(str::to_owned).collect() }
    }
}

/// Names shown to choose from; more than these help nobody.
const SHOWN: usize = 12;

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { said } => write!(f, "读不出来：{said}。请按格式说明改正这一处。"),
            Self::Unknown { what, name, known } if known.is_empty() => {
                write!(f, "没有叫“{name}”的{what}，这里一个{what}也没有。请先加上它，或者去掉这一处。")
            }
            Self::Unknown { what, name, known } => {
                let more = if known.len() > SHOWN { " …" } else { "" };
                let shown = known.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("、");
                write!(f, "没有叫“{name}”的{what}。现有：{shown}{more}。请改成其中一个，或者先加上它。")
            }
            Self::Twice { what, name } => write!(f, "有两个{what}都叫“{name}”。请改掉其中一个的名字。"),
            Self::Unsaid { what } => write!(f, "缺少{what}。请补上。"),
            Self::Circle { through } => {
                write!(f, "互相等待：{}。请去掉其中一个条件，让它们有先后。", through.join(" → "))
            }
            Self::Unreachable { why } => write!(f, "这一步走不到：{why}。请调整流程。"),
            Self::Never { what } => write!(f, "{what}，任何情形下都不成立。请改正条件，或者去掉它。"),
            Self::Misused { what } => write!(f, "{what}。请改正。"),
            Self::Package(fault) => fault.fmt(f),
            Self::NeverLater => f.write_str(
                "身份证明、出生医学证明、亲子鉴定和审批依据不能容缺。请去掉这份材料的 tolerance。",
            ),
            Self::Published { version, highest } => write!(
                f,
                "内容改了，版本号仍是 {version}，而已发布过的最高版本是 {highest}。请把 version 改成 {}，再发布。",
                u64::from(*highest) + 1
            ),
            Self::Contradiction { other } => {
                write!(f, "与“{other}”互相矛盾，两条不可能同时满足。请改正其中一条。")
            }
        }
    }
}

impl fmt::Display for DefinitionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if !self.place.is_empty() {
            write!(f, " {}", self.place)?;
        }
        write!(f, "：{}", self.wrong)
    }
}

impl std::error::Error for DefinitionFault {}

/// Everything that is wrong with a set of files; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionFaults(pub Vec<DefinitionFault>);

impl fmt::Display for DefinitionFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for DefinitionFaults {}

//! 与户主关系 (GB/T 4761-2008): which codes exist, whom they fit, and what a household must look like.

use jiff::civil::Date;

use crate::model::{Household, Person};

/// 户主
pub const HEAD: &str = "02";

/// Codes only a man can have.
const MEN: &[&str] = &[
    "11", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "41", "43", "46", "47", "51", "53",
    "55", "57", "61", "63", "66", "71", "73", "76", "78", "81", "83", "85", "87", "89", "93", "95",
];
/// Codes only a woman can have.
const WOMEN: &[&str] = &[
    "12", "30", "31", "32", "33", "34", "35", "36", "37", "38", "39", "42", "44", "45", "48", "52", "54",
    "56", "58", "62", "64", "67", "72", "74", "75", "77", "82", "84", "86", "88", "90", "94", "96",
];
/// Codes either can have.
const EITHER: &[&str] = &[
    "01", "02", "10", "40", "49", "50", "59", "60", "65", "68", "69", "70", "79", "80", "91", "92", "97",
    "99",
];
/// Own children, who must be younger than the head.
const CHILDREN: &[&str] =
    &["20", "21", "22", "23", "24", "25", "26", "30", "31", "32", "33", "34", "35", "36"];
/// Own parents, who must be older than the head.
const PARENTS: &[&str] = &["50", "51", "52"];
/// Husband or wife of the head: at most one.
const SPOUSES: &[&str] = &["10", "11", "12"];

/// What is wrong with one member's relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationFault {
    /// Not a code of the table
    Unknown,
    /// The code belongs to the other sex
    Sex,
    /// A second head
    SecondHead,
    /// A second spouse of the head
    SecondSpouse,
    /// A child older, or a parent younger, than the head
    Age,
}

/// Whether the code stands in the table at all.
#[must_use]
pub fn exists(code: &str) -> bool {
    MEN.contains(&code) || WOMEN.contains(&code) || EITHER.contains(&code)
}

/// Whether the code can be a newborn's: a child of any kind or a grandchild.
#[must_use]
pub fn fits_newborn(code: &str) -> bool {
    exists(code)
        && (code.starts_with('2') && code != "28"
            || code.starts_with('3') && code != "38"
            || matches!(code, "40" | "41" | "42" | "43" | "44" | "47" | "48" | "49")
            || matches!(code, "79" | "80" | "93" | "94" | "95" | "96" | "97"))
}

/// Faults of a member under a head.
#[must_use]
pub fn fault(member: &Person, code: &str, head: &Person) -> Option<RelationFault> {
    if !exists(code) {
        return Some(RelationFault::Unknown);
    }
    if code == HEAD || code == "01" {
        return Some(RelationFault::SecondHead);
    }
    if MEN.contains(&code) && member.sex != "1" || WOMEN.contains(&code) && member.sex != "2" {
        return Some(RelationFault::Sex);
    }
    if CHILDREN.contains(&code) && member.birth_date <= head.birth_date
        || PARENTS.contains(&code) && member.birth_date >= head.birth_date
    {
        return Some(RelationFault::Age);
    }
    None
}

/// Whether the head already has a spouse among these codes besides `code` itself.
#[must_use]
pub fn is_spouse(code: &str) -> bool {
    SPOUSES.contains(&code)
}

/// Everything that breaks the rule "exactly one adult head, or a named exception".
#[must_use]
pub fn household_faults(household: &Household, today: Date) -> Vec<String> {
    let mut faults = Vec::new();
    let members = &household.members;
    if household.status == "closed" {
        if !members.is_empty() {
            faults.push("a closed household has members".into());
        }
        return faults;
    }
    if members.is_empty() {
        let named = matches!(household.head_exception.as_deref(), Some("no_members" | "collective"));
        if !named || household.head.is_some() {
            faults.push("an open household has no members".into());
        }
        return faults;
    }
    if household.head_exception.as_deref() == Some("collective") {
        if household.kind != "2" || household.head.is_some() {
            faults.push("only a collective household goes without a head".into());
        }
        return faults;
    }
    let heads: Vec<&Person> = members.iter().filter(|m| m.relation == HEAD).collect();
    let [head] = heads.as_slice() else {
        faults.push(format!("{} heads", heads.len()));
        return faults;
    };
    if household.head.as_deref() != Some(&head.citizen_number) {
        faults.push("the household names another head than its members do".into());
    }
    if !head.is_adult_on(today) && household.head_exception.as_deref() != Some("minors_only") {
        faults.push("the head is a minor without a named exception".into());
    }
    if members.iter().filter(|m| is_spouse(&m.relation)).count() > 1 {
        faults.push("two spouses of the head".into());
    }
    for member in members.iter().filter(|m| m.relation != HEAD) {
        if let Some(found) = fault(member, &member.relation, head) {
            faults.push(format!("relation {}: {found:?}", member.relation));
        }
    }
    faults
}

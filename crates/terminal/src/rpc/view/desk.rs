//! The desk, lists and the arrival page.

use domain::event::Identity;
use domain::ids::{CaseId, MatterId};
use domain::matter::Guide;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The desk (工作台).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Desk {
    /// Waits for the present post.
    pub to_do: Vec<CaseLine>,
    /// The register has them and has not finished (待续办).
    pub unfinished: Vec<CaseLine>,
    /// Taken in elsewhere, about households of this unit (外所受理的本所户): to be read only.
    pub home: Vec<CaseLine>,
    /// Waits for somebody else.
    pub waiting: Vec<CaseLine>,
    /// Due soon or over.
    pub due_soon: Vec<CaseLine>,
    /// Today in numbers.
    pub today: Vec<TodayNumber>,
    /// Matters used last here; digits 1 to 9 start them.
    pub recent: Vec<MatterLine>,
    /// Notices of the system.
    pub notices: Vec<String>,
}

/// One number of today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TodayNumber {
    /// What is counted.
    pub title: String,
    /// How many.
    pub count: u32,
}

/// A case in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CaseLine {
    /// Case.
    pub id: CaseId,
    /// Printed number, when it has one.
    pub number: String,
    /// Person whose business it is.
    pub person: String,
    /// Matter.
    pub matter: MatterId,
    /// Short name of the matter.
    pub matter_name: String,
    /// Where it stands, in words.
    pub state: String,
    /// Who acts next, in words; empty when it has ended.
    pub next: String,
    /// Who took it in.
    pub taken_in_by: String,
    /// Trusted time of opening.
    #[ts(type = "number")]
    pub opened: i64,
    /// Trusted time of the last event.
    #[ts(type = "number")]
    pub changed: i64,
    /// Last day of the promised time, `YYYY-MM-DD`; empty when none runs.
    pub due: String,
    /// Days until then; negative when over.
    pub days_left: Option<i32>,
    /// Materials that were promised or asked for and whose day is near or over, in words; empty when there are none.
    pub remind: String,
    /// Whether that day is over.
    pub overdue: bool,
    /// Who has the work, once it was handed over; empty otherwise.
    pub holder: String,
    /// Acts that are not on the server yet.
    pub unsent: u32,
    /// Whether an act of it was refused or is in conflict.
    pub troubled: bool,
    /// Whether the register has its act and has not finished it.
    pub unfinished: bool,
    /// Whether it is parked.
    pub parked: bool,
    /// Whether it has ended.
    pub ended: bool,
}

/// A matter in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MatterLine {
    /// Name.
    pub id: MatterId,
    /// Full name.
    pub name: String,
    /// Short name.
    pub short: String,
    /// Pinyin initials.
    pub initials: String,
    /// Category path.
    pub category: Vec<String>,
    /// Guide.
    pub guide: Guide,
    /// Materials by name.
    pub materials: Vec<String>,
    /// Whether the present post may take it in.
    pub allowed: bool,
    /// Why it cannot be accepted now (without the network only 收件); empty when it can.
    pub limit: String,
}

/// 来意页: who laid a card, and what concerns him here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Arrival {
    /// Identity as read.
    pub identity: Identity,
    /// What the card lacks or tells: expired, expires soon ….
    pub notes: Vec<String>,
    /// Open cases of the own unit.
    pub open_cases: Vec<CaseLine>,
    /// Results that wait for him.
    pub to_collect: Vec<CaseLine>,
    /// Likeliest matters; digits start them.
    pub matters: Vec<MatterLine>,
}

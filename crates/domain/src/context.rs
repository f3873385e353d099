//! What a decision depends on beside the case: recorded with the act, so that the server can decide again.

use crate::code::CodeTables;
use crate::duplicate::Elsewhere;
use crate::event::EventTime;
use crate::ids::{CaseId, ContentHash, TerminalId};
use crate::limit::Calendar;
use crate::matter::MatterDefinition;
use crate::person::{Actor, Roster};
use serde::{Deserialize, Serialize};

/// What the rules used, by hash or value. Signed with the act and never looked up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// Who, in which post: from the session, never from the screen.
    pub actor: Actor,
    /// Where.
    pub terminal: TerminalId,
    /// The definition of the case's matter.
    pub definition: ContentHash,
    /// The code tables.
    pub codes: ContentHash,
    /// The calendar.
    pub calendar: ContentHash,
    /// Version of the roster.
    pub roster: u64,
    /// When.
    pub time: EventTime,
    /// Whether the server could be reached.
    pub online: bool,
    /// Things given out for this act.
    pub allotted: Allotted,
    /// Cases of the same person and matter that the terminal knew of ([`crate::duplicate::same_business`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duplicates: Vec<CaseId>,
    /// What the server said of others when it was asked; none where it was not asked or could not be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Elsewhere>,
}

/// Numbers and passwords taken for an act.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allotted {
    /// Next number of the leased block of acceptances (受理号).
    pub case_number: Option<String>,
    /// Next number of the leased block of intakes (收件号).
    pub intake_number: Option<String>,
    /// Random password for the citizen's query.
    pub query_password: Option<String>,
}

/// The things that a context names by hash, looked up.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The matter.
    pub definition: &'a MatterDefinition,
    /// Code tables.
    pub codes: &'a CodeTables,
    /// Calendar.
    pub calendar: &'a Calendar,
    /// Officers and units.
    pub roster: &'a Roster,
}

//! The day sheet (日清单): what an officer did at one terminal on one day, counted from the events alone.

use crate::event::{Event, EventRecord, Outcome, civil_day};
use crate::ids::{CaseId, OfficerId, TerminalId};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What became of a case on the day, by an officer's act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Case.
    pub case: CaseId,
    /// Trusted time, in milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// Why, in words; empty where there is nothing to say.
    pub reason: String,
}

/// The sheet of one officer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DaySheet {
    /// Handed in: accepted, or taken in without the network. A case handed in again counts once.
    pub taken: Vec<Entry>,
    /// Ended, or given out. A case that ended and was given out counts once.
    pub finished: Vec<Entry>,
    /// Withdrawn cases.
    pub void: Vec<Entry>,
    /// Papers printed.
    pub printed: u32,
    /// Of these, printed again.
    pub reprinted: u32,
}

/// Whose work of which day, at which terminal.
#[derive(Debug, Clone, Copy)]
pub struct Shift<'a> {
    /// Officer.
    pub officer: &'a OfficerId,
    /// Terminal.
    pub terminal: TerminalId,
    /// Day (China Standard Time).
    pub day: Date,
}

impl Shift<'_> {
    fn has(&self, record: &EventRecord) -> bool {
        record.actor.officer == *self.officer
            && record.terminal == self.terminal
            && civil_day(record.time.trusted) == self.day
    }
}

/// Adds up the events of any number of cases, in any order; the entries come by time.
#[must_use]
pub fn day_sheet<'a>(shift: Shift<'_>, records: impl IntoIterator<Item = &'a EventRecord>) -> DaySheet {
    let mut taken: BTreeMap<CaseId, Entry> = BTreeMap::new();
    let mut finished: BTreeMap<CaseId, Entry> = BTreeMap::new();
    let mut sheet = DaySheet::default();
    let note = |list: &mut BTreeMap<CaseId, Entry>, record: &EventRecord, reason: &str| {
        let (case, at) = (record.case, record.time.trusted);
        let first = list.entry(case).or_insert_with(|| Entry { case, at, reason: reason.to_owned() });
        if at < first.at {
            *first = Entry { case, at, reason: reason.to_owned() };
        }
    };
    for record in records.into_iter().filter(|one| shift.has(one)) {
        match &record.event {
            Event::Submitted { .. } => note(&mut taken, record, ""),
            Event::Closed { outcome: Outcome::Done | Outcome::Refused } | Event::Collected { .. } => {
                note(&mut finished, record, "");
            }
            Event::Withdrawn { reason } => {
                sheet.void.push(Entry { case: record.case, at: record.time.trusted, reason: reason.clone() });
            }
            Event::Printed(paper) => {
                sheet.printed += 1;
                sheet.reprinted += u32::from(!paper.reprint_reason.is_empty());
            }
            _ => {}
        }
    }
    let by_time = |list: BTreeMap<CaseId, Entry>| {
        let mut list: Vec<Entry> = list.into_values().collect();
        list.sort_by_key(|one| (one.at, one.case));
        list
    };
    sheet.taken = by_time(taken);
    sheet.finished = by_time(finished);
    sheet.void.sort_by_key(|one| (one.at, one.case));
    sheet
}

/// Officers who did anything at a terminal on a day.
#[must_use]
pub fn officers<'a>(
    terminal: TerminalId,
    day: Date,
    records: impl IntoIterator<Item = &'a EventRecord>,
) -> Vec<OfficerId> {
    let mut officers: Vec<OfficerId> = records
        .into_iter()
        .filter(|one| one.terminal == terminal && civil_day(one.time.trusted) == day)
        .map(|one| one.actor.officer.clone())
        .collect();
    officers.sort();
    officers.dedup();
    officers
}

//! The day sheet (日清单): what an officer did at one terminal on one day, counted from the events alone.

use crate::event::{Event, EventRecord, Outcome, PrintedDocument, civil_day};
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

/// Controlled blanks (空白证件) that one kind of paper was printed on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blanks {
    /// Template of the paper.
    pub template: String,
    /// Their pre-printed serials, in the order of printing.
    pub used: Vec<String>,
    /// Of these and of earlier days', what a paper printed anew has made void: they have to be taken back (rules of
    /// the counter, 18).
    pub void: Vec<String>,
}

/// The sheet of one officer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DaySheet {
    /// Handed in: accepted, or taken in without the network. A case handed in again counts once.
    pub taken: Vec<Entry>,
    /// Ended in whatever way but by withdrawal, or given out. A case that ended and was given out counts once.
    pub finished: Vec<Entry>,
    /// Cases withdrawn by the citizen, or abandoned because they were opened by mistake.
    pub void: Vec<Entry>,
    /// Papers printed.
    pub printed: u32,
    /// Of these, printed again.
    pub reprinted: u32,
    /// Controlled blanks, by template.
    pub blanks: Vec<Blanks>,
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
    // Sheets that papers stand on, by case and paper: whatever the day, one printed anew makes void the one before.
    let mut printed: BTreeMap<(CaseId, &str), Vec<(&EventRecord, &PrintedDocument)>> = BTreeMap::new();
    for record in records {
        if let Event::Printed(paper) = &record.event
            && !paper.blank.is_empty()
        {
            printed.entry((record.case, &paper.document)).or_default().push((record, paper));
        }
        if !shift.has(record) {
            continue;
        }
        match &record.event {
            Event::Submitted { .. } => note(&mut taken, record, ""),
            Event::Closed { outcome: Outcome::Done | Outcome::Refused } | Event::Collected { .. } => {
                note(&mut finished, record, "");
            }
            Event::Terminated { reason } => note(&mut finished, record, &reason.text),
            Event::Withdrawn { reason } | Event::Abandoned { reason } => {
                sheet.void.push(Entry { case: record.case, at: record.time.trusted, reason: reason.clone() });
            }
            Event::Printed(paper) => {
                sheet.printed += 1;
                sheet.reprinted += u32::from(!paper.reprint_reason.is_empty());
            }
            _ => {}
        }
    }
    sheet.blanks = blanks(shift, printed);
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

fn blanks(
    shift: Shift<'_>,
    printed: BTreeMap<(CaseId, &str), Vec<(&EventRecord, &PrintedDocument)>>,
) -> Vec<Blanks> {
    // Serials with their moments: the sheet lists them as they left the printer.
    let mut kinds: BTreeMap<&str, (Vec<(i64, &str)>, Vec<(i64, &str)>)> = BTreeMap::new();
    for mut sheets in printed.into_values() {
        // Papers of one case may come from several terminals: the trusted time orders them, the chain what one did.
        sheets.sort_by_key(|(record, _)| (record.time.trusted, record.seq));
        let mut before: Option<&PrintedDocument> = None;
        for (record, paper) in sheets {
            if shift.has(record) {
                let (used, void) = kinds.entry(&paper.template).or_default();
                used.push((record.time.trusted, &paper.blank));
                void.extend(before.map(|one| (record.time.trusted, one.blank.as_str())));
            }
            before = Some(paper);
        }
    }
    let in_order = |mut list: Vec<(i64, &str)>| -> Vec<String> {
        list.sort_unstable();
        list.into_iter().map(|(_, serial)| serial.to_owned()).collect()
    };
    kinds
        .into_iter()
        .map(|(template, (used, void))| Blanks {
            template: template.to_owned(),
            used: in_order(used),
            void: in_order(void),
        })
        .collect()
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

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
    /// Their pre-printed serials as the officer wrote them, in the order of printing.
    pub used: Vec<String>,
    /// Of these and of earlier days', what a paper printed anew has made void: they have to be taken back (rules of
    /// the counter, 18).
    pub void: Vec<String>,
}

/// Blanks that an entry of the officer stands for: one serial, several with commas between, or from the first to the
/// last (`A0000001-A0000003`, `A0000001至3`).
#[must_use]
pub fn blanks_of(serials: &str) -> u32 {
    let bare: String = serials.chars().filter(|one| !one.is_whitespace()).collect();
    let entries = bare.split(['、', ',', '，', ';', '；']).filter(|one| !one.is_empty());
    entries.map(run_of).sum()
}

/// A serial as the letters before its digits and the digits; none where it ends in no digit.
fn parts_of(serial: &str) -> Option<(&str, &str)> {
    let letters = serial.trim_end_matches(|one: char| one.is_ascii_digit());
    serial.get(letters.len()..).filter(|digits| !digits.is_empty()).map(|digits| (letters, digits))
}

/// Blanks from the first to the last; what does not read as that is one.
fn run_of(entry: &str) -> u32 {
    /// No box of blanks holds more; a longer run is a slip of the pen.
    const LONGEST: u64 = 1_000;
    let ends: Vec<_> = entry
        .split(['-', '—', '－', '–', '~', '～', '至'])
        .filter(|one| !one.is_empty())
        .map(parts_of)
        .collect();
    let [Some((letters, first)), Some((others, last))] = ends[..] else { return 1 };
    let (Ok(first), Ok(last)) = (first.parse::<u64>(), last.parse::<u64>()) else { return 1 };
    let same = others.is_empty() || others == letters;
    let run = last.checked_sub(first).filter(|run| same && *run < LONGEST);
    run.and_then(|run| u32::try_from(run + 1).ok()).unwrap_or(1)
}

/// Serials for people: those that follow one another as first and last.
#[must_use]
pub fn blank_runs(serials: &[String]) -> String {
    let follows = |one: &String, next: &String| match (parts_of(one), parts_of(next)) {
        (Some((letters, number)), Some((others, after))) => {
            let one_more = number.parse::<u64>().ok().and_then(|number| number.checked_add(1));
            letters == others
                && number.len() == after.len()
                && one_more.is_some()
                && one_more == after.parse().ok()
        }
        _ => false,
    };
    let words = serials.chunk_by(follows).filter_map(|group| {
        let (first, last) = (group.first()?, group.last()?);
        Some(if group.len() == 1 { first.clone() } else { format!("{first} 至 {last}") })
    });
    words.collect::<Vec<_>>().join("、")
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
    let mut printed = BTreeMap::new();
    for record in records {
        if let Event::Printed(paper) = &record.event
            && !paper.blank.is_empty()
        {
            printed
                .entry((record.case, paper.document.as_str()))
                .or_insert_with(Vec::new)
                .push((record, paper));
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

/// Papers on blanks, by case and document.
type Sheets<'a> = BTreeMap<(CaseId, &'a str), Vec<(&'a EventRecord, &'a PrintedDocument)>>;

fn blanks(shift: Shift<'_>, printed: Sheets<'_>) -> Vec<Blanks> {
    let mut kinds: BTreeMap<&str, Serials<'_>> = BTreeMap::new();
    for mut sheets in printed.into_values() {
        // Papers of one case may come from several terminals: the trusted time orders them, the chain what one did.
        sheets.sort_by_key(|(record, _)| (record.time.trusted, record.seq));
        let mut before: Option<&PrintedDocument> = None;
        for (record, paper) in sheets {
            if shift.has(record) {
                let serials = kinds.entry(&paper.template).or_default();
                serials.used.push((record.time.trusted, &paper.blank));
                serials.void.extend(before.map(|one| (record.time.trusted, one.blank.as_str())));
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
        .map(|(template, serials)| Blanks {
            template: template.to_owned(),
            used: in_order(serials.used),
            void: in_order(serials.void),
        })
        .collect()
}

/// Serials with their moments: the sheet lists them as they left the printer.
#[derive(Default)]
struct Serials<'a> {
    used: Vec<(i64, &'a str)>,
    void: Vec<(i64, &'a str)>,
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

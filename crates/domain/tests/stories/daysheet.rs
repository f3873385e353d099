//! The day sheet against a plain recount, on random days of random counters.

use super::desk::{AUXILIARY, OFFICER};
use super::samples::{events, printed, record};
use domain::daysheet::{Shift, blank_runs, blanks_of, day_sheet, officers};
use domain::event::{Event, EventRecord, Outcome, PrintedDocument, civil_day};
use domain::ids::{CaseId, TerminalId};
use proptest::prelude::*;
use std::collections::BTreeSet;
use uuid::Uuid;

/// 2026-11-22 04:00 UTC.
const NOON: i64 = 1_795_320_000_000;
const HOUR: i64 = 3600 * 1000;

/// Any event, of one of four cases, by one of two officers at one of two terminals, within three days.
fn any_record() -> impl Strategy<Value = EventRecord> {
    (0..events().len(), 0_u128..4, any::<bool>(), 0_u128..2, -36_i64..36).prop_map(
        |(kind, case, auxiliary, terminal, hours)| {
            let mut one = record(
                events()[kind].clone(),
                1,
                if auxiliary { AUXILIARY } else { OFFICER },
                NOON + hours * HOUR,
            );
            one.case = CaseId(Uuid::from_u128(case + 1));
            one.terminal = TerminalId(Uuid::from_u128(terminal + 1));
            one
        },
    )
}

/// Cases that have such an event of the shift, counted one by one.
fn recount(records: &[EventRecord], shift: Shift<'_>, wanted: fn(&Event) -> bool) -> usize {
    let mut cases = BTreeSet::new();
    for one in records {
        if one.actor.officer == *shift.officer
            && one.terminal == shift.terminal
            && civil_day(one.time.trusted) == shift.day
            && wanted(&one.event)
        {
            cases.insert(one.case);
        }
    }
    cases.len()
}

proptest! {
    #[test]
    fn the_sheet_is_what_a_recount_gives(records in prop::collection::vec(any_record(), 0..120)) {
        let terminal = TerminalId(Uuid::from_u128(1));
        let day = civil_day(NOON);
        let mut all = 0;
        for officer in officers(terminal, day, &records) {
            let shift = Shift { officer: &officer, terminal, day };
            let sheet = day_sheet(shift, &records);
            prop_assert_eq!(sheet.taken.len(), recount(&records, shift, |one| matches!(one, Event::Submitted { .. })));
            prop_assert_eq!(sheet.finished.len(), recount(&records, shift, |one| {
                matches!(
                    one,
                    Event::Collected { .. }
                        | Event::Terminated { .. }
                        | Event::Closed { outcome: Outcome::Done | Outcome::Refused }
                )
            }));
            let of_shift = |one: &&EventRecord| {
                one.actor.officer == officer && one.terminal == terminal && civil_day(one.time.trusted) == day
            };
            let count = |wanted: fn(&Event) -> bool| {
                records.iter().filter(of_shift).filter(|one| wanted(&one.event)).count()
            };
            prop_assert_eq!(sheet.void.len(), count(|one| {
                matches!(one, Event::Withdrawn { .. } | Event::Abandoned { .. })
            }));
            prop_assert_eq!(sheet.printed as usize, count(|one| matches!(one, Event::Printed(_))));
            prop_assert!(sheet.taken.is_sorted_by_key(|one| one.at));
            all += records.iter().filter(of_shift).count();
        }
        // Nobody who did anything is left out.
        let whole = records.iter().filter(|one| one.terminal == terminal && civil_day(one.time.trusted) == day);
        prop_assert_eq!(all, whole.count());
    }
}

/// Papers on controlled blanks: what was printed on whose day, and what a paper printed anew makes void.
#[test]
fn a_blank_counts_where_it_was_printed_on_and_is_void_when_its_paper_is_printed_anew() {
    let sheet_of = |case: u128, document: &str, blank: &str, officer, time| {
        let paper = PrintedDocument {
            document: document.into(),
            template: "entry-permit".into(),
            blank: blank.into(),
            ..printed()
        };
        let mut one = record(Event::Printed(paper), 1, officer, time);
        one.case = CaseId(Uuid::from_u128(case));
        one.terminal = TerminalId(Uuid::from_u128(1));
        one
    };
    let day = civil_day(NOON);
    let records = [
        sheet_of(1, "permit", "A0000001", OFFICER, NOON - 30 * HOUR),
        // Printed anew today, twice: by the officer, and by his colleague, whose sheet makes void that of the officer.
        sheet_of(1, "permit", "A0000003", OFFICER, NOON),
        sheet_of(1, "permit", "A0000004", AUXILIARY, NOON + HOUR),
        // Another paper, another case, and one on plain paper.
        sheet_of(1, "stub", "B0000001", OFFICER, NOON),
        sheet_of(2, "permit", "A0000002", OFFICER, NOON - HOUR),
        sheet_of(2, "proof", "", OFFICER, NOON),
    ];
    let sheet = |officer| {
        let officer = &record(Event::Printed(printed()), 1, officer, NOON).actor.officer;
        let shift = Shift { officer, terminal: TerminalId(Uuid::from_u128(1)), day };
        // In whatever order they come.
        let sheet = day_sheet(shift, records.iter().rev());
        sheet.blanks.into_iter().map(|one| (one.template, one.used, one.void)).collect::<Vec<_>>()
    };
    let words = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    let kind = || "entry-permit".to_owned();
    assert_eq!(
        sheet(OFFICER),
        [(kind(), words(&["A0000002", "A0000003", "B0000001"]), words(&["A0000001"]))]
    );
    assert_eq!(sheet(AUXILIARY), [(kind(), words(&["A0000004"]), words(&["A0000003"]))]);
}

#[test]
fn an_entry_of_several_blanks_counts_each() {
    let counted = [
        ("皖迁00000017", 1),
        (" 皖准00000023-00000025 ", 3),
        ("皖准00000023 至 皖准00000025", 3),
        ("A0000009～11", 3),
        ("A0000001、A0000005，A0000007-8", 4),
        // What does not read as a run is one sheet, and never thousands.
        ("A0000005-A0000001", 1),
        ("A0000001-B0000002", 1),
        ("A1-2-3", 1),
        ("A0000001-A9999999", 1),
        ("存根-甲", 1),
        ("", 0),
    ];
    for (entry, sheets) in counted {
        assert_eq!(blanks_of(entry), sheets, "{entry}");
    }
}

#[test]
fn serials_that_follow_one_another_stand_as_first_and_last() {
    let said =
        |serials: &[&str]| blank_runs(&serials.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
    assert_eq!(said(&["A0000008", "A0000009", "A0000010"]), "A0000008 至 A0000010");
    assert_eq!(said(&["A0000001", "A0000003", "B0000004"]), "A0000001、A0000003、B0000004");
    // 9 and 10 of another width do not lie on one another; what has no digits stands alone.
    assert_eq!(said(&["A9", "A10", "甲", "乙"]), "A9、A10、甲、乙");
    assert_eq!(said(&[]), "");
}

//! The shipped calendar.

use super::desk::CATALOGUE;
use domain::limit::{NoCalendar, TimeLimit};
use jiff::civil::{Date, Weekday};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn two_years_are_there_and_no_third_is_assumed() {
    let calendar = &CATALOGUE.calendar;
    assert_eq!(calendar.years, [2025, 2026]);
    assert!(calendar.source.contains("国务院办公厅"));
    assert_eq!(calendar.works(day("2027-01-04")), Err(NoCalendar(2027)));
    assert_eq!(calendar.due(day("2026-12-31"), TimeLimit::WorkingDays(1)), Err(NoCalendar(2027)));
}

#[test]
fn exceptions_differ_from_the_week() {
    for (date, works) in &CATALOGUE.calendar.exceptions {
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        assert_eq!(*works, weekend, "{date} would not be an exception");
    }
}

#[test]
fn the_years_have_their_number_of_working_days() {
    for (year, expected) in [(2025, 248), (2026, 248)] {
        let mut at = Date::new(year, 1, 1).unwrap();
        let mut days = 0;
        while at.year() == year {
            days += i32::from(CATALOGUE.calendar.works(at).unwrap());
            at = at.tomorrow().unwrap();
        }
        assert_eq!(days, expected, "{year}");
    }
}

#[test]
fn a_limit_over_the_autumn_holidays() {
    // 2026: 1 to 7 October free, 20 September and 10 October worked, 25 September free.
    let due = |from, days| CATALOGUE.calendar.due(day(from), TimeLimit::WorkingDays(days)).unwrap();
    assert_eq!(due("2026-09-30", 1), day("2026-10-08"));
    assert_eq!(due("2026-09-30", 3), day("2026-10-10"));
    assert_eq!(due("2026-09-18", 1), day("2026-09-20"));
    assert_eq!(due("2026-09-24", 1), day("2026-09-28"));
}

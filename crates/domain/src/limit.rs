//! Time limits and the calendar they are counted by.

use jiff::civil::{Date, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// A time limit (承诺时限) with its unit. It starts with the acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "unit", content = "count", rename_all = "snake_case")]
pub enum TimeLimit {
    /// 当场办结
    OnTheSpot,
    /// 工作日
    WorkingDays(u16),
    /// 自然日
    CalendarDays(u16),
    /// 月
    Months(u16),
}

/// Days that differ from the week's rule, by the State Council's yearly notice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Where the table comes from.
    #[serde(default)]
    pub source: String,
    /// Years that the table covers.
    pub years: Vec<i16>,
    /// Working Saturdays and Sundays (true) and free weekdays (false).
    #[schemars(with = "BTreeMap<String, bool>")]
    pub exceptions: BTreeMap<Date, bool>,
}

/// The calendar says nothing about a year that a limit reaches into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the calendar has no data for {0}")]
pub struct NoCalendar(pub i16);

/// From this month on the next year is missed: the State Council's notice comes out in the autumn, and the limits of
/// cases accepted in December reach into the year after.
const NEXT_YEAR_IS_MISSED_FROM: i8 = 11;

/// What the calendar lacks on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarGap {
    /// The year itself: no limit of working days can be computed any more.
    ThisYear(i16),
    /// The next year, from November on: limits that reach into it cannot be computed.
    NextYear(i16),
}

impl CalendarGap {
    /// In words, with the cure.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::ThisYear(year) => format!(
                "没有 {year} 年的工作日安排，承诺件算不出办结期限，不能提交。请管理员在 assets/calendar 加入 {year} 年的放假安排后发布。"
            ),
            Self::NextYear(year) => format!(
                "还没有 {year} 年的工作日安排，期限跨到 {year} 年的承诺件将不能提交。请管理员按国务院办公厅通知，在 assets/calendar 加入 {year} 年的放假安排后发布。"
            ),
        }
    }
}

impl Calendar {
    /// What the calendar lacks on a day, the worst first.
    #[must_use]
    pub fn gap(&self, today: Date) -> Option<CalendarGap> {
        let (year, next) = (today.year(), today.year().saturating_add(1));
        if !self.years.contains(&year) {
            return Some(CalendarGap::ThisYear(year));
        }
        let missed = today.month() >= NEXT_YEAR_IS_MISSED_FROM && !self.years.contains(&next);
        missed.then_some(CalendarGap::NextYear(next))
    }

    /// Whether a day is a working day.
    ///
    /// # Errors
    /// When the table does not cover the year: weekends are never assumed.
    pub fn works(&self, day: Date) -> Result<bool, NoCalendar> {
        if !self.years.contains(&day.year()) {
            return Err(NoCalendar(day.year()));
        }
        Ok(self
            .exceptions
            .get(&day)
            .copied()
            .unwrap_or(!matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)))
    }

    /// The last day of a limit that starts on `from` (the day itself is not counted).
    ///
    /// # Errors
    /// [`NoCalendar`] when working days must be counted in a year without data.
    pub fn due(&self, from: Date, limit: TimeLimit) -> Result<Date, NoCalendar> {
        let far = NoCalendar(9999);
        match limit {
            TimeLimit::OnTheSpot => Ok(from),
            TimeLimit::CalendarDays(days) => {
                from.checked_add(jiff::Span::new().days(i64::from(days))).map_err(|_| far)
            }
            TimeLimit::Months(months) => {
                from.checked_add(jiff::Span::new().months(i64::from(months))).map_err(|_| far)
            }
            TimeLimit::WorkingDays(days) => {
                let mut day = from;
                for _ in 0..days {
                    loop {
                        day = day.tomorrow().map_err(|_| far)?;
                        if self.works(day)? {
                            break;
                        }
                    }
                }
                Ok(day)
            }
        }
    }

    /// The last day of a limit whose clock stood still from one day to another: what was left of it then counts from
    /// the day on which it goes on. A limit that was over already stays over.
    ///
    /// # Errors
    /// [`NoCalendar`] when working days must be counted in a year without data.
    pub fn due_after_pause(
        &self,
        due: Date,
        stopped: Date,
        goes_on: Date,
        limit: TimeLimit,
    ) -> Result<Date, NoCalendar> {
        let far = NoCalendar(9999);
        if due < stopped {
            return Ok(due);
        }
        if let TimeLimit::WorkingDays(_) = limit {
            let (mut day, mut left) = (stopped, 0_u16);
            while day < due {
                day = day.tomorrow().map_err(|_| far)?;
                left = left.saturating_add(u16::from(self.works(day)?));
            }
            return self.due(goes_on, TimeLimit::WorkingDays(left));
        }
        let paused = stopped.until(goes_on).map_err(|_| far)?;
        due.checked_add(paused).map_err(|_| far)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_clock_that_stood_still_goes_on_with_what_was_left() {
        let calendar = Calendar { source: String::new(), years: vec![2026], exceptions: BTreeMap::new() };
        // Ten working days from Monday the 2nd end on Monday the 16th; on Wednesday the 4th eight are left.
        let limit = TimeLimit::WorkingDays(10);
        let due = calendar.due(day("2026-11-02"), limit).unwrap();
        assert_eq!(due, day("2026-11-16"));
        let later = calendar.due_after_pause(due, day("2026-11-04"), day("2026-11-20"), limit);
        assert_eq!(later, Ok(day("2026-12-02")));
        let days = TimeLimit::CalendarDays(60);
        let later = calendar.due_after_pause(day("2026-03-01"), day("2026-02-01"), day("2026-02-11"), days);
        assert_eq!(later, Ok(day("2026-03-11")));
        // Over already when it was stopped.
        let over = calendar.due_after_pause(day("2026-01-05"), day("2026-02-01"), day("2026-02-11"), days);
        assert_eq!(over, Ok(day("2026-01-05")));
    }

    #[test]
    fn the_next_year_is_missed_from_november_on() {
        let calendar = Calendar { years: vec![2026], ..Calendar::default() };
        assert_eq!(calendar.gap(day("2026-10-31")), None);
        assert_eq!(calendar.gap(day("2026-11-01")), Some(CalendarGap::NextYear(2027)));
        assert_eq!(calendar.gap(day("2027-01-01")), Some(CalendarGap::ThisYear(2027)));
        let both = Calendar { years: vec![2026, 2027], ..Calendar::default() };
        assert_eq!(both.gap(day("2026-12-31")), None);
        assert!(CalendarGap::NextYear(2027).words().contains("请管理员"));
    }

    #[test]
    fn working_days_skip_holidays_and_use_make_up_days() {
        let calendar = Calendar {
            source: String::new(),
            years: vec![2026],
            exceptions: BTreeMap::from([(day("2026-10-10"), true), (day("2026-10-07"), false)]),
        };
        // 2026-10-06 is a Tuesday; the 7th is free, the 10th a working Saturday.
        assert_eq!(calendar.due(day("2026-10-06"), TimeLimit::WorkingDays(3)), Ok(day("2026-10-10")));
        assert_eq!(calendar.due(day("2026-12-31"), TimeLimit::WorkingDays(1)), Err(NoCalendar(2027)));
        assert_eq!(calendar.due(day("2026-12-31"), TimeLimit::CalendarDays(60)), Ok(day("2027-03-01")));
        assert_eq!(calendar.due(day("2026-01-31"), TimeLimit::Months(1)), Ok(day("2026-02-28")));
    }
}

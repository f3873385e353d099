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

impl Calendar {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
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

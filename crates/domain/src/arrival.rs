//! The arrival page (来意页): what the card itself tells, and which matters it makes likely. Nothing else is looked at.

use crate::matter::Offer;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A card that expires within six months is told (rules of the counter, 24).
const EXPIRES_SOON_MONTHS: i64 = 6;

/// How long a card is still valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CardValidity {
    /// For long, or without end.
    Valid,
    /// Until this day, within six months.
    ExpiresSoon(Date),
    /// It ended on this day.
    Expired(Date),
}

impl CardValidity {
    /// Reads the last day of validity as the card gives it: `YYYY-MM-DD` or `长期`.
    #[must_use]
    pub fn of(valid_until: &str, day: Date) -> Self {
        let Ok(last) = valid_until.parse::<Date>() else { return Self::Valid };
        let soon = day.checked_add(jiff::Span::new().months(EXPIRES_SOON_MONTHS)).unwrap_or(Date::MAX);
        if last < day {
            Self::Expired(last)
        } else if last <= soon {
            Self::ExpiresSoon(last)
        } else {
            Self::Valid
        }
    }

    /// Place of a matter on the page: smaller comes first; equal ones keep their own order.
    #[must_use]
    pub fn place(self, offer: Offer) -> u8 {
        match (offer, self) {
            (Offer::CardExpiring, Self::ExpiresSoon(_) | Self::Expired(_)) => 0,
            (Offer::Usual, _) => 1,
            (Offer::CardExpiring, Self::Valid) => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(valid_until: &str) -> CardValidity {
        CardValidity::of(valid_until, Date::constant(2026, 11, 22))
    }

    #[test]
    fn the_last_day_counts_and_long_term_never_ends() {
        assert_eq!(of("2026-11-21"), CardValidity::Expired(Date::constant(2026, 11, 21)));
        assert_eq!(of("2026-11-22"), CardValidity::ExpiresSoon(Date::constant(2026, 11, 22)));
        assert_eq!(of("2027-05-22"), CardValidity::ExpiresSoon(Date::constant(2027, 5, 22)));
        assert_eq!(of("2027-05-23"), CardValidity::Valid);
        assert_eq!(of("长期"), CardValidity::Valid);
    }

    #[test]
    fn a_renewal_comes_first_only_for_a_card_that_ends() {
        assert!(of("2026-11-21").place(Offer::CardExpiring) < of("2026-11-21").place(Offer::Usual));
        assert!(of("长期").place(Offer::CardExpiring) > of("长期").place(Offer::Usual));
    }
}

//! Tickets of the hall's queue (叫号): letters, then a number that counts through the day.

/// Longest ticket: signs of halls show eight signs or fewer; what is longer was never printed by a queue machine.
const LONGEST: usize = 8;

/// A ticket as it is typed or printed, in capital letters; none if it cannot be one.
#[must_use]
pub fn ticket(typed: &str) -> Option<String> {
    let ticket = typed.trim().to_ascii_uppercase();
    let fits = (1..=LONGEST).contains(&ticket.len());
    let last = ticket.chars().last();
    (fits && ticket.chars().all(|sign| sign.is_ascii_alphanumeric()) && last?.is_ascii_digit())
        .then_some(ticket)
}

/// The ticket after this one: its number counts on and keeps its width.
#[must_use]
pub fn following(ticket: &str) -> Option<String> {
    numbered(ticket, |number| number.checked_add(1))
}

/// The first ticket of another day, of the same letters.
#[must_use]
pub fn first_of_day(ticket: &str) -> Option<String> {
    numbered(ticket, |_| Some(1))
}

fn numbered(ticket: &str, next: impl FnOnce(u64) -> Option<u64>) -> Option<String> {
    let letters = ticket.trim_end_matches(|sign: char| sign.is_ascii_digit());
    let digits = &ticket[letters.len()..];
    let number = next(digits.parse().ok()?)?;
    let (digits, width) = (number.to_string(), digits.len());
    self::ticket(&format!("{letters}{digits:0>width$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_count_on_and_begin_anew_each_day() {
        assert_eq!(following("A023").as_deref(), Some("A024"));
        assert_eq!(following("A999").as_deref(), Some("A1000"));
        assert_eq!(following("0099").as_deref(), Some("0100"));
        assert_eq!(first_of_day("B187").as_deref(), Some("B001"));
        assert_eq!(following("99999999"), None, "no sign shows nine digits");
        assert_eq!(ticket(" a023 ").as_deref(), Some("A023"));
        for wrong in ["", "A", "甲001", "A-01", "A00000023"] {
            assert_eq!(ticket(wrong), None, "{wrong}");
        }
    }
}

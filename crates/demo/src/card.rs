//! The demo people's identity cards, and the hand that lays them on the virtual reader.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;
use virtual_devices::control::Order;
use virtual_devices::samv::{CardLayout, ReaderFault, ValidUntil, VirtualCard};

/// The reader answers at once or not at all.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
struct People {
    household: Vec<Household>,
}

#[derive(Deserialize)]
struct Household {
    address: String,
    member: Vec<Member>,
}

#[derive(Deserialize)]
struct Member {
    key: String,
    number: String,
    name: String,
    sex: String,
    ethnic_group: String,
    birth_date: String,
    card: Option<Printed>,
}

#[derive(Deserialize)]
struct Printed {
    issuing_office: String,
    valid_from: Option<Date>,
    valid_until: Option<String>,
    expires_in_days: Option<i32>,
    years: Option<i32>,
}

/// A person's card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoCard {
    /// How the story calls the person.
    pub key: String,
    /// The card.
    pub card: VirtualCard,
}

/// The cards of the demo people (`people.toml`); `today` is the day that relative validities count from.
///
/// # Errors
/// The file does not read.
pub fn cards(file: &Path, today: Date) -> anyhow::Result<Vec<DemoCard>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let people: People =
        toml::from_str(&text).with_context(|| format!("understanding {}", file.display()))?;
    let mut cards = Vec::new();
    for household in people.household {
        for member in household.member {
            let Some(printed) = member.card else { continue };
            let (valid_from, valid_until) = validity(&printed, today)?;
            let card = VirtualCard {
                kind: CardLayout::Resident,
                name: member.name,
                english_name: String::new(),
                sex_code: member.sex,
                ethnic_group_code: member.ethnic_group,
                nationality_code: String::new(),
                birth_date: member.birth_date,
                address: household.address.clone(),
                added_address: None,
                number: member.number,
                issuing_office: printed.issuing_office,
                valid_from,
                valid_until,
                pass_number: String::new(),
                issue_count: String::new(),
                version: String::new(),
                fingerprint: false,
            };
            cards.push(DemoCard { key: member.key, card });
        }
    }
    ensure!(!cards.is_empty(), "{} has no cards", file.display());
    Ok(cards)
}

fn validity(printed: &Printed, today: Date) -> anyhow::Result<(String, ValidUntil)> {
    let (from, until) =
        match (printed.valid_from, &printed.valid_until, printed.expires_in_days, printed.years) {
            (Some(from), Some(until), None, None) => (from, until.clone()),
            (None, None, Some(days), Some(years)) => {
                let until = today.checked_add(days.days())?;
                (until.checked_sub(years.years())?, until.to_string())
            }
            _ => bail!("a card has either valid_from and valid_until, or expires_in_days and years"),
        };
    let until = if until == "长期" { "long_term".to_owned() } else { until };
    Ok((from.to_string(), ValidUntil(until)))
}

/// The hand at the virtual reader.
#[derive(Debug, Clone)]
pub struct Hand {
    socket: PathBuf,
}

impl Hand {
    /// The hand at the reader with this control socket.
    #[must_use]
    pub const fn new(socket: PathBuf) -> Self {
        Self { socket }
    }

    /// Lays a card on the reader, in place of the one that lay there.
    ///
    /// # Errors
    /// The reader does not answer or refuses.
    pub fn lay(&self, card: &VirtualCard) -> anyhow::Result<()> {
        self.lift()?;
        self.order(&Order::Lay { card: Box::new(card.clone()) })
    }

    /// Takes the card away.
    ///
    /// # Errors
    /// The reader does not answer.
    pub fn lift(&self) -> anyhow::Result<()> {
        self.order(&Order::Lift)
    }

    /// Tells the reader to do something wrong.
    ///
    /// # Errors
    /// The reader does not answer.
    pub fn fault(&self, fault: ReaderFault) -> anyhow::Result<()> {
        self.order(&Order::Fault { fault })
    }

    fn order(&self, order: &Order) -> anyhow::Result<()> {
        let mut stream = UnixStream::connect(&self.socket).with_context(|| {
            format!("no virtual reader at {}: does the station run?", self.socket.display())
        })?;
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        let mut line = serde_json::to_vec(order)?;
        line.push(b'\n');
        stream.write_all(&line)?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).context("the virtual reader does not answer")?;
        let answer: serde_json::Value = serde_json::from_str(&answer)?;
        ensure!(answer["ok"] == true, "the virtual reader refuses: {}", answer["message"]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demo_cards(today: &str) -> Vec<DemoCard> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/demo/people.toml");
        cards(&file, today.parse().expect("a day")).expect("cards")
    }

    #[test]
    fn every_demo_card_fits_into_its_chip() {
        let cards = demo_cards("2026-11-22");
        assert!(cards.len() >= 10);
        for card in cards {
            card.card.text_area().unwrap_or_else(|error| panic!("{}: {error}", card.key));
            assert!(card.card.number.starts_with("999901"), "{}: not a demo number", card.key);
        }
    }

    #[test]
    fn relative_validities_count_from_today() {
        for (today, until) in [("2026-11-22", "2027-03-22"), ("2030-01-01", "2030-05-01")] {
            let cards = demo_cards(today);
            let card =
                cards.iter().find(|card| card.key == "jiang_expiring").expect("the card that expires soon");
            assert_eq!(card.card.valid_until.0, until);
        }
        let cards = demo_cards("2026-11-22");
        let card = cards.iter().find(|card| card.key == "wu_son").expect("a card for ever");
        assert_eq!(card.card.valid_until.0, "long_term");
    }
}

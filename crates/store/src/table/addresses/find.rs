//! Searching addresses as they are typed.

use super::{Present, Slot, of_slot};
use crate::Result;
use domain::address::{self, Part};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// Sites looked into for one way of reading what was typed: a road has some hundred numbers, and whoever types a
/// room has typed the number of the house before.
const MOST_SITES: u32 = 64;
/// Addresses read in one search at most: about 30 pages of the file.
const MOST_READ: usize = 6_000;
/// While several sites fit, so many addresses of each are offered.
const OF_EACH_SITE: usize = 3;

/// An address that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Code of the standard address.
    pub code: String,
    /// Code of its division.
    pub division: String,
    /// Code of the unit of the police station responsible.
    pub station: String,
    /// Without the name of the division.
    pub text: String,
}

/// Single characters with spaces between; a number is one word of the index.
pub(super) fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() * 2);
    let mut digits = false;
    for sign in text.chars() {
        if sign.is_ascii_digit() {
            if !digits {
                spaced.push(' ');
            }
            spaced.push(sign);
            digits = true;
            continue;
        }
        digits = false;
        spaced.push(' ');
        if sign.is_alphanumeric() {
            spaced.extend(sign.to_lowercase());
        }
    }
    spaced
}

struct Search<'a> {
    connection: &'a Connection,
    slot: Slot,
    limit: usize,
    found: Vec<Found>,
    seen: BTreeSet<String>,
    read: usize,
}

/// Finds addresses by what is typed: parts of road and estate in any order, then parts of building, unit and room in
/// their order; the last number and initials may still grow. The own division comes first, then whole numbers, then
/// the order of the package. At most `limit`; nothing for nothing typed.
///
/// # Errors
/// When the database cannot be read.
pub fn find(
    connection: &Connection,
    package: &Present,
    divisions: &BTreeMap<String, String>,
    typed: &str,
    own_division: &str,
    limit: usize,
) -> Result<Vec<Found>> {
    let parts = address::parts(typed);
    let mut search =
        Search { connection, slot: package.slot, limit, found: Vec::new(), seen: BTreeSet::new(), read: 0 };
    let several = divisions.len() > 1 && divisions.contains_key(own_division);
    let areas: &[Option<&str>] = if several { &[Some(own_division), None] } else { &[None] };
    for area in areas {
        for site_parts in (1..=parts.len()).rev() {
            let (site, rest) = parts.split_at(site_parts);
            for growing in [false, true] {
                if search.full() {
                    return Ok(search.found);
                }
                // Only what is typed last may grow, and what grows is not yet followed by anything.
                if growing && (!rest.is_empty() || !matches!(site.last(), Some(Part::Number(_)))) {
                    continue;
                }
                let Some(expression) = expression(site, *area, growing, divisions) else { continue };
                search.sites(&expression, rest)?;
            }
        }
    }
    Ok(search.found)
}

/// What the index is asked; none when the parts say nothing.
fn expression(
    parts: &[Part],
    area: Option<&str>,
    growing: bool,
    divisions: &BTreeMap<String, String>,
) -> Option<String> {
    let names = divisions.iter().map(|(code, name)| (code.as_str(), name.as_str()));
    let mut asked: Vec<String> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let last = at + 1 == parts.len();
        match part {
            Part::Words(words) => {
                let whole = format!("text : \"{}\"", spaced(words).trim());
                let (codes, road) = address::division_in_front(words, &names);
                if codes.is_empty() {
                    asked.push(whole);
                    continue;
                }
                let codes: Vec<String> = codes.iter().map(|code| format!("d{code}")).collect();
                let codes = format!("area : ({})", codes.join(" OR "));
                asked.push(if road.is_empty() {
                    format!("({whole} OR {codes})")
                } else {
                    format!("({whole} OR ({codes} AND text : \"{}\"))", spaced(road).trim())
                });
            }
            Part::Number(number) if last && growing => asked.push(format!("text : \"{number}\" *")),
            Part::Number(number) => asked.push(format!("text : \"{number}\"")),
            Part::Letters(letters) => {
                asked.push(format!("(initials : \"{letters}\" * OR text : \"{letters}\")"));
            }
        }
    }
    if asked.is_empty() {
        return None;
    }
    if let Some(area) = area {
        asked.push(format!("area : \"d{area}\""));
    }
    Some(asked.join(" AND "))
}

impl Search<'_> {
    fn full(&self) -> bool {
        self.found.len() >= self.limit || self.read >= MOST_READ
    }

    fn sites(&mut self, expression: &str, rest: &[Part]) -> Result<()> {
        let question = match self.slot {
            Slot::First => {
                "SELECT rowid FROM address_search_0 WHERE address_search_0 MATCH ?1 ORDER BY rowid LIMIT ?2"
            }
            Slot::Second => {
                "SELECT rowid FROM address_search_1 WHERE address_search_1 MATCH ?1 ORDER BY rowid LIMIT ?2"
            }
        };
        let sites: Vec<i64> = self
            .connection
            .prepare_cached(question)?
            .query_map((expression, MOST_SITES), |row| row.get(0))?
            .collect::<std::result::Result<_, _>>()?;
        let of_each = if sites.len() > 1 && rest.is_empty() { OF_EACH_SITE } else { self.limit };
        for site in sites {
            if self.full() {
                break;
            }
            self.rooms(site, rest, of_each)?;
        }
        Ok(())
    }

    fn rooms(&mut self, site: i64, rest: &[Part], most: usize) -> Result<()> {
        let (division, station, text): (String, String, String) = self
            .connection
            .prepare_cached(of_slot!(
                self.slot,
                "SELECT division, station, text FROM address_site",
                " WHERE id = ?1"
            ))?
            .query_row([site], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut statement = self.connection.prepare_cached(of_slot!(
            self.slot,
            "SELECT code, rest FROM address_room",
            " WHERE site = ?1 ORDER BY place"
        ))?;
        let mut rows = statement.query([site])?;
        let mut taken = 0;
        while taken < most && !self.full() {
            let Some(row) = rows.next()? else { break };
            self.read += 1;
            let found: String = row.get(1)?;
            if !address::rest_holds(&found, rest) {
                continue;
            }
            let code: String = row.get(0)?;
            taken += 1;
            if self.seen.insert(code.clone()) {
                self.found.push(Found {
                    code,
                    division: division.clone(),
                    station: station.clone(),
                    text: format!("{text}{found}"),
                });
            }
        }
        Ok(())
    }
}

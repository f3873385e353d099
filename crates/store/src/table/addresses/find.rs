//! Searching addresses as they are typed.

use super::{Present, ROWS_OF_SITE, Slot, of_slot};
use crate::Result;
use domain::address::{self, Part};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// Addresses read in one search at most: the index leaves few that do not fit, and so many are read in the time that
/// an officer does not notice.
const MOST_READ: usize = 10_000;
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

/// Single characters with spaces between, in half width and small letters; a number is one word of the index.
pub(super) fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() * 2);
    let mut digits = false;
    for sign in text.chars().map(address::half_width) {
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

/// What stands in the rests of addresses, each once: characters, numbers, letters that stand together.
pub(super) fn signs<'a>(rests: impl Iterator<Item = &'a str>) -> String {
    let mut known = BTreeSet::new();
    for part in rests.flat_map(address::parts_of) {
        match part {
            Part::Words(words) => known.extend(words.chars().map(String::from)),
            Part::Number(one) | Part::Letters(one) => {
                known.insert(one);
            }
        }
    }
    known.into_iter().collect::<Vec<_>>().join(" ")
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
    let areas =
        if several { vec![Area::Own(own_division), Area::Others(own_division)] } else { vec![Area::All] };
    let (least, most) = search.cuts(&parts, divisions)?;
    for area in areas {
        for site_parts in (least..=most).rev() {
            let (site, rest) = parts.split_at(site_parts);
            for growing in [false, true] {
                if search.full() {
                    return Ok(search.found);
                }
                // Only what is typed last may grow, and what grows is not yet followed by anything.
                if growing && (!rest.is_empty() || !matches!(site.last(), Some(Part::Number(_)))) {
                    continue;
                }
                let asked = [of_site(site, growing, divisions), of_rest(rest)].concat();
                search.sites(&area.within(&asked), rest)?;
            }
        }
    }
    Ok(search.found)
}

/// Where is searched.
#[derive(Clone, Copy)]
enum Area<'a> {
    All,
    Own(&'a str),
    Others(&'a str),
}

impl Area<'_> {
    fn within(self, asked: &[String]) -> String {
        let asked = asked.join(" AND ");
        match self {
            Self::All => asked,
            Self::Own(code) => format!("{asked} AND area : \"d{code}\""),
            Self::Others(code) => format!("({asked}) NOT area : \"d{code}\""),
        }
    }
}

/// What the index is asked for road, number and estate.
fn of_site(parts: &[Part], growing: bool, divisions: &BTreeMap<String, String>) -> Vec<String> {
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
                let single = spaced(letters);
                asked.push(format!("(initials : \"{letters}\" * OR text : \"{}\")", single.trim()));
            }
        }
    }
    asked
}

/// What the index is asked for building, unit and room. It knows the signs alone, not their order.
fn of_rest(parts: &[Part]) -> Vec<String> {
    let mut asked: Vec<String> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        match part {
            Part::Words(words) => asked.extend(words.chars().map(|sign| format!("rest : \"{sign}\""))),
            Part::Number(number) if at + 1 == parts.len() => asked.push(format!("rest : \"{number}\" *")),
            Part::Number(number) => asked.push(format!("rest : \"{number}\"")),
            Part::Letters(letters) => asked.push(format!("rest : \"{letters}\" *")),
        }
    }
    asked
}

impl Search<'_> {
    fn full(&self) -> bool {
        self.found.len() >= self.limit || self.read >= MOST_READ
    }

    /// How few and how many parts can stand before the rest: where no site has the first parts, none has them with
    /// one more, and the same for the last ones. Spares questions that cost most where nothing is found.
    fn cuts(&self, parts: &[Part], divisions: &BTreeMap<String, String>) -> Result<(usize, usize)> {
        let mut most = 0;
        while most < parts.len() && self.any(&of_site(&parts[..=most], most + 1 == parts.len(), divisions))? {
            most += 1;
        }
        let mut least = parts.len();
        while least > 1 && self.any(&of_rest(&parts[least - 1..]))? {
            least -= 1;
        }
        Ok((least.max(1), most))
    }

    fn any(&self, asked: &[String]) -> Result<bool> {
        let question = match self.slot {
            Slot::First => "SELECT 1 FROM address_index_0 WHERE address_index_0 MATCH ?1 LIMIT 1",
            Slot::Second => "SELECT 1 FROM address_index_1 WHERE address_index_1 MATCH ?1 LIMIT 1",
        };
        Ok(self.connection.prepare_cached(question)?.exists([asked.join(" AND ")])?)
    }

    fn sites(&mut self, expression: &str, rest: &[Part]) -> Result<()> {
        let question = match self.slot {
            Slot::First => "SELECT rowid FROM address_index_0 WHERE address_index_0 MATCH ?1 ORDER BY rowid",
            Slot::Second => "SELECT rowid FROM address_index_1 WHERE address_index_1 MATCH ?1 ORDER BY rowid",
        };
        let mut statement = self.connection.prepare_cached(question)?;
        let mut rows = statement.query([expression])?;
        // A site may have several rows of the index, one behind the other.
        let mut next = |after: Option<i64>| -> Result<Option<i64>> {
            while let Some(row) = rows.next()? {
                let site = row.get::<_, i64>(0)? / ROWS_OF_SITE;
                if after != Some(site) {
                    return Ok(Some(site));
                }
            }
            Ok(None)
        };
        let Some(first) = next(None)? else { return Ok(()) };
        let mut following = next(Some(first))?;
        let alone = following.is_none();
        let of_each = if alone || !rest.is_empty() { self.limit } else { OF_EACH_SITE };
        let mut site = first;
        loop {
            self.rooms(site, rest, of_each)?;
            match following {
                Some(one) if !self.full() => site = one,
                _ => return Ok(()),
            }
            following = next(Some(site))?;
        }
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
            let found = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            if !address::rest_holds(found, rest) {
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

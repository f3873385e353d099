//! The invented population: the same seed and size give the same people, on every machine.

mod city;
mod family;
mod names;
mod papers;

use std::collections::{BTreeMap, HashMap};

use jiff::{ToSpan, civil::Date};

use crate::model::{
    BirthCertificate, Collision, DeathCertificate, Household, IdCard, Marriage, Person, PersonStatus,
};
use crate::number;
use crate::random::Random;

pub use city::{DISTRICTS, District};

/// Goes up when the same seed would give other people; part of the cache file's name.
pub const POPULATION_VERSION: u32 = 1;

/// The day the population is invented for. Fixed, so that a seed means the same people next year.
pub const AS_OF: Date = Date::constant(2026, 11, 22);

/// Everything invented from one seed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Population {
    /// Households; their `members` are empty, persons point to them
    pub households: Vec<Household>,
    /// Persons, dead and moved-out ones included
    pub persons: Vec<Person>,
    /// Birth medical certificates, used and unused
    pub births: Vec<BirthCertificate>,
    /// Death certificates, used and unused
    pub deaths: Vec<DeathCertificate>,
    /// Marriages
    pub marriages: Vec<Marriage>,
    /// 重人重号
    pub collisions: Vec<Collision>,
}

/// Invents at least `persons` persons.
#[must_use]
pub fn invent(seed: u64, persons: usize) -> Population {
    let mut inventor =
        Inventor { random: Random::new(seed), sequences: HashMap::new(), population: Population::default() };
    while inventor.population.persons.len() < persons {
        inventor.household();
    }
    inventor.collisions();
    inventor.population
}

struct Inventor {
    random: Random,
    /// Last sequence given, by division, birth date and sex
    sequences: HashMap<(&'static str, Date, bool), u16>,
    population: Population,
}

/// What a family shape says about one person before the number is drawn.
struct Sketch {
    district: &'static District,
    male: bool,
    birth: Date,
    surname: &'static str,
    ethnic: &'static str,
    relation: &'static str,
    household: String,
}

impl Inventor {
    /// Draws number, name, card and schooling; returns the person's index.
    fn person(&mut self, sketch: Sketch) -> usize {
        let Sketch { district, male, birth, surname, ethnic, relation, household } = sketch;
        let last = self.sequences.entry((district.code, birth, male)).or_insert(if male { 0 } else { 1 });
        let sequence = if male { *last * 2 + 1 } else { *last * 2 };
        *last += 1;
        let age = AS_OF.year() - birth.year();
        let since = if self.random.chance(600) || age < 18 {
            birth + i32::try_from(self.random.between(5, 40)).unwrap_or(5).days()
        } else {
            AS_OF - i32::try_from(self.random.between(60, 9000)).unwrap_or(60).days()
        };
        let born_here = (since - birth).get_days() < 60;
        let since_reason = if born_here { "出生登记" } else { self.random.pick(names::MOVE_REASONS) };
        let person = Person {
            citizen_number: number::compose(district.code, birth, sequence),
            name: names::full_name(&mut self.random, surname, male, ethnic),
            former_name: None,
            sex: if male { "1" } else { "2" }.into(),
            ethnic_group: ethnic.into(),
            birth_date: birth,
            marital_status: "10".into(),
            education: self.education(age),
            household_number: household,
            relation: relation.into(),
            since: since.min(AS_OF).max(birth),
            since_reason: since_reason.into(),
            status: PersonStatus::Registered,
            status_since: None,
            status_reason: None,
            mother: None,
            father: None,
            spouse: None,
            id_card: self.card(birth, district),
            further_items: BTreeMap::new(),
            former_numbers: Vec::new(),
            version: 1,
        };
        self.population.persons.push(person);
        self.population.persons.len() - 1
    }

    fn education(&mut self, age: i16) -> Option<String> {
        let code = match age {
            ..=6 => return None,
            7..=12 => "80",
            13..=15 => "70",
            16..=18 => "60",
            _ => self.random.pick(&["10", "20", "20", "30", "30", "40", "60", "70", "70", "80"]),
        };
        Some(code.into())
    }

    /// A card as the law grants it at the age of issue; a few ran out during the last two years.
    fn card(&mut self, birth: Date, district: &District) -> Option<IdCard> {
        let age_on = |day: Date| {
            day.year() - birth.year() - i16::from((day.month(), day.day()) < (birth.month(), birth.day()))
        };
        let age = age_on(AS_OF);
        if age < 16 && !self.random.chance(300) || age >= 16 && self.random.chance(5) {
            return None;
        }
        for _ in 0..12 {
            let days = self.random.between(10, 20 * 365);
            let from = AS_OF - i32::try_from(days).unwrap_or(10).days();
            if from < birth + 90.days() {
                continue;
            }
            let until = match validity_years(age_on(from)) {
                None => "长期".to_owned(),
                Some(years) => {
                    let until = from + years.years();
                    if until < AS_OF - 2.years() {
                        continue;
                    }
                    until.to_string()
                }
            };
            return Some(IdCard {
                issuing_office: district.issuing_office.into(),
                valid_from: from,
                valid_until: until,
            });
        }
        None
    }

    /// A date that makes a person `low` to `high` years old on the day of the population.
    fn birth(&mut self, low: i64, high: i64) -> Date {
        let days = self.random.between(low * 365 + low / 4 + 1, (high + 1) * 365 + high / 4 - 1);
        AS_OF - i32::try_from(days).unwrap_or(0).days()
    }
}

/// Years of validity by age at issue; `None` is long-term (居民身份证法 article 5).
#[must_use]
pub fn validity_years(age: i16) -> Option<i16> {
    match age {
        ..=15 => Some(5),
        16..=25 => Some(10),
        26..=45 => Some(20),
        _ => None,
    }
}

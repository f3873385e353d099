//! Shapes of households, each with one adult head, and collective households without one.

use jiff::{ToSpan, civil::Date};

use super::city::{DISTRICTS, District};
use super::{AS_OF, Inventor, Sketch, names};
use crate::model::{Household, PersonStatus};

/// First household number; nine digits, those that begin with 9 belong to the demo people.
const FIRST_HOUSEHOLD: usize = 100_000_001;

/// A household being filled.
struct Home {
    district: &'static District,
    number: String,
    surname: &'static str,
    ethnic: &'static str,
}

impl Inventor {
    /// Adds one household of a random shape.
    pub(super) fn household(&mut self) {
        let district: &'static District =
            &DISTRICTS[if self.random.chance(550) { 0 } else { self.random.between(1, 3) as usize }];
        let count = self.population.households.len();
        let number = (FIRST_HOUSEHOLD + count).to_string();
        let owner_unit = self.random.pick(district.stations).to_owned();
        let collective = count % 400 == 399;
        let mut flags = Vec::new();
        if self.random.chance(if district.rural { 300 } else { 15 }) {
            flags.push("collective_land".to_owned());
        }
        if self.random.chance(10) {
            flags.push("frozen_land".to_owned());
        }
        if self.random.chance(3) {
            flags.push("business_frozen".to_owned());
        }
        let address = self.address(district);
        self.population.households.push(Household {
            household_number: number.clone(),
            kind: if collective { "2" } else { "1" }.into(),
            division: district.code.into(),
            booklet_number: format!("{}{:08}", district.code, count + 1),
            owner_unit,
            address,
            address_code: None,
            flags,
            status: "open".into(),
            head: None,
            head_exception: collective.then(|| "collective".into()),
            name: None,
            responsible: None,
            version: 1,
            members: Vec::new(),
        });
        let surname = names::surname(&mut self.random);
        let ethnic = names::ethnic_group(&mut self.random);
        let home = Home { district, number, surname, ethnic };
        if collective {
            self.dormitory(&home);
            return;
        }
        let head = match self.random.below(100) {
            0..=44 => self.couple_with_children(&home, 24, 55),
            45..=59 => self.three_generations(&home),
            60..=69 => self.couple_with_children(&home, 60, 85),
            70..=79 => {
                let male = self.random.chance(500);
                self.member(&home, male, (22, 88), "02", home.surname)
            }
            80..=89 => self.widowed_with_children(&home),
            _ => self.siblings(&home),
        };
        let number = self.population.persons[head].citizen_number.clone();
        if let Some(household) = self.population.households.last_mut() {
            household.head = Some(number);
        }
        if self.random.chance(40) {
            self.moved_out(&home, head);
        }
    }

    fn member(
        &mut self,
        home: &Home,
        male: bool,
        age: (i64, i64),
        relation: &'static str,
        surname: &'static str,
    ) -> usize {
        let birth = self.birth(age.0, age.1);
        self.born_on(home, male, birth, relation, surname)
    }

    fn born_on(
        &mut self,
        home: &Home,
        male: bool,
        birth: Date,
        relation: &'static str,
        surname: &'static str,
    ) -> usize {
        self.person(Sketch {
            district: home.district,
            male,
            birth,
            surname,
            ethnic: home.ethnic,
            relation,
            household: home.number.clone(),
        })
    }

    /// Husband and wife of about the same age; returns (husband, wife).
    fn couple(
        &mut self,
        home: &Home,
        age: (i64, i64),
        husband_relation: &'static str,
        wife_relation: &'static str,
        husband_surname: &'static str,
    ) -> (usize, usize) {
        let husband = self.member(home, true, age, husband_relation, husband_surname);
        let husband_birth = self.population.persons[husband].birth_date;
        let wife_birth = husband_birth + i32::try_from(self.random.between(-1500, 1500)).unwrap_or(0).days();
        // The legal age of marriage for women is 20 (民法典 article 1047).
        let wife_birth = wife_birth.min(AS_OF - 21.years());
        let wife_surname = names::surname(&mut self.random);
        let wife = self.born_on(home, false, wife_birth, wife_relation, wife_surname);
        if self.random.chance(40) {
            let other = names::ethnic_group(&mut self.random);
            if other != "05" {
                self.population.persons[wife].ethnic_group = other.into();
            }
        }
        self.marry(home.district, husband, wife);
        (husband, wife)
    }

    /// Children of the couple, with the codes for only, eldest, second… child.
    fn children(&mut self, home: &Home, father: Option<usize>, mother: usize, most: i64) -> Vec<usize> {
        let mother_birth = self.population.persons[mother].birth_date;
        let count = self.random.between(0, most);
        let mut births: Vec<(Date, bool)> = (0..count)
            .map(|_| {
                let years = self.random.between(22 * 365, 38 * 365);
                let birth = mother_birth + i32::try_from(years).unwrap_or(9000).days();
                (birth, self.random.chance(512))
            })
            .filter(|(birth, _)| *birth < AS_OF - 40.days())
            .collect();
        births.sort_unstable();
        births.dedup_by(|a, b| (a.0 - b.0).get_days() < 300);
        let only = births.len() == 1;
        let (mut sons, mut daughters) = (0, 0);
        let mut made = Vec::new();
        for (birth, male) in births {
            let relation = if male {
                sons += 1;
                if only { "21" } else { ["22", "23", "24", "25"][sons.min(4) - 1] }
            } else {
                daughters += 1;
                if only { "31" } else { ["32", "33", "34", "35"][daughters.min(4) - 1] }
            };
            let child = self.born_on(home, male, birth, relation, home.surname);
            self.descend(child, father, mother);
            made.push(child);
        }
        made
    }

    fn couple_with_children(&mut self, home: &Home, low: i64, high: i64) -> usize {
        let wife_heads = self.random.chance(150);
        let (husband_code, wife_code) = if wife_heads { ("11", "02") } else { ("02", "12") };
        let (husband, wife) = self.couple(home, (low, high), husband_code, wife_code, home.surname);
        let most = if low >= 60 { 1 } else { 3 };
        self.children(home, Some(husband), wife, most);
        if low < 60 {
            self.unregistered_newborn(husband, wife);
        } else {
            self.unreported_death(home.district, husband);
        }
        if wife_heads { wife } else { husband }
    }

    fn three_generations(&mut self, home: &Home) -> usize {
        let (grandfather, grandmother) = self.couple(home, (56, 80), "02", "12", home.surname);
        let years = self.random.between(22 * 365, 30 * 365);
        let birth =
            self.population.persons[grandmother].birth_date + i32::try_from(years).unwrap_or(9000).days();
        let birth = birth.min(AS_OF - 24.years());
        let son = self.born_on(home, true, birth, "21", home.surname);
        self.descend(son, Some(grandfather), grandmother);
        let wife_surname = names::surname(&mut self.random);
        let wife_birth = birth + i32::try_from(self.random.between(-900, 900)).unwrap_or(0).days();
        let wife = self.born_on(home, false, wife_birth, "38", wife_surname);
        self.marry(home.district, son, wife);
        for child in self.children(home, Some(son), wife, 2) {
            let male = self.population.persons[child].sex == "1";
            self.population.persons[child].relation = if male { "41" } else { "42" }.into();
        }
        grandfather
    }

    fn widowed_with_children(&mut self, home: &Home) -> usize {
        let (husband, wife) = self.couple(home, (35, 82), "11", "02", home.surname);
        self.children(home, Some(husband), wife, 2);
        self.bury(home.district, husband);
        wife
    }

    fn siblings(&mut self, home: &Home) -> usize {
        let male = self.random.chance(500);
        let head = self.member(home, male, (22, 60), "02", home.surname);
        let birth = self.population.persons[head].birth_date;
        let distance = i32::try_from(self.random.between(400, 2500)).unwrap_or(400).days();
        let (older, male) = (self.random.chance(500), self.random.chance(500));
        let birth = if older { birth - distance } else { birth + distance };
        let relation = match (older, male) {
            (true, true) => "71",
            (false, true) => "73",
            (true, false) => "75",
            (false, false) => "77",
        };
        self.born_on(home, male, birth, relation, home.surname);
        head
    }

    /// A collective household: adults of different families, without a head.
    fn dormitory(&mut self, home: &Home) {
        for _ in 0..self.random.between(8, 30) {
            let surname = names::surname(&mut self.random);
            let male = self.random.chance(500);
            self.member(home, male, (20, 45), "99", surname);
        }
    }

    /// A former member who moved away; keeps the record, not the membership.
    fn moved_out(&mut self, home: &Home, head: usize) {
        let birth = self.population.persons[head].birth_date + 400.days();
        let person = self.born_on(home, true, birth.min(AS_OF - 20.years()), "97", home.surname);
        let day = AS_OF - i32::try_from(self.random.between(30, 3000)).unwrap_or(30).days();
        let person = &mut self.population.persons[person];
        person.status = PersonStatus::MovedOut;
        person.status_since = Some(day.max(person.since));
    }

    fn descend(&mut self, child: usize, father: Option<usize>, mother: usize) {
        let persons = &mut self.population.persons;
        persons[child].mother = Some(persons[mother].citizen_number.clone());
        persons[child].father = father.map(|f| persons[f].citizen_number.clone());
        self.used_birth_certificate(child);
    }
}

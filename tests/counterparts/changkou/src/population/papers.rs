//! Papers about the invented people: marriages, birth and death certificates, collisions.

use jiff::ToSpan;

use super::city::{District, HOSPITALS};
use super::{AS_OF, Inventor, names};
use crate::model::{BirthCertificate, Collision, DeathCertificate, Marriage, PersonStatus};
use crate::number;

/// First running number of certificates; the demo people's are below it.
const FIRST_CERTIFICATE: usize = 1_000_001;
/// Every so many persons one record collides with one held elsewhere.
const COLLISION_EVERY: usize = 1500;
/// Division of colliding records: another district of the demo city's numbering, used by nobody here.
const ELSEWHERE: &str = "999981";

impl Inventor {
    pub(super) fn marry(&mut self, district: &District, husband: usize, wife: usize) {
        let persons = &mut self.population.persons;
        let (man, woman) = (persons[husband].citizen_number.clone(), persons[wife].citizen_number.clone());
        persons[husband].spouse = Some(woman.clone());
        persons[wife].spouse = Some(man.clone());
        for person in [husband, wife] {
            persons[person].marital_status = "21".into();
        }
        let earliest = persons[husband].birth_date.max(persons[wife].birth_date) + 22.years();
        let day = earliest + i32::try_from(self.random.between(0, 1200)).unwrap_or(0).days();
        let day = day.min(AS_OF - 30.days());
        let certificate =
            format!("J{}-{}-{:06}", district.code, day.year(), self.population.marriages.len() + 1);
        self.population.marriages.push(Marriage {
            certificate,
            husband: man,
            wife: woman,
            registered_on: day,
            registered_by: district.registry.into(),
            status: "married".into(),
        });
    }

    /// The person died and was cancelled; the spouse is widowed.
    pub(super) fn bury(&mut self, district: &District, person: usize) {
        let day = AS_OF - i32::try_from(self.random.between(30, 3500)).unwrap_or(30).days();
        let persons = &mut self.population.persons;
        // Nobody dies before the youngest child is born.
        let day = persons[person..].iter().map(|p| p.birth_date).fold(day, jiff::civil::Date::max);
        persons[person].status = PersonStatus::Dead;
        persons[person].status_since = Some(day);
        let number = persons[person].citizen_number.clone();
        let name = persons[person].name.clone();
        if let Some(widow) = persons.iter_mut().rev().find(|p| p.spouse.as_deref() == Some(&number)) {
            widow.marital_status = "30".into();
        }
        if let Some(marriage) = self.population.marriages.last_mut().filter(|m| m.husband == number) {
            marriage.status = "ended_by_death".into();
        }
        self.death_certificate(district, number, name, day, true);
    }

    /// Some old people have died, but nobody has been to the station yet.
    pub(super) fn unreported_death(&mut self, district: &District, person: usize) {
        if self.random.chance(25) {
            let day = AS_OF - i32::try_from(self.random.between(1, 25)).unwrap_or(1).days();
            let dead = &self.population.persons[person];
            let (number, name) = (dead.citizen_number.clone(), dead.name.clone());
            self.death_certificate(district, number, name, day, false);
        }
    }

    fn death_certificate(
        &mut self,
        district: &District,
        citizen_number: String,
        name: String,
        died_on: jiff::civil::Date,
        used: bool,
    ) {
        let count = FIRST_CERTIFICATE + self.population.deaths.len();
        self.population.deaths.push(DeathCertificate {
            number: format!("D99{count:07}"),
            citizen_number,
            name,
            died_on,
            cause: self.random.pick(&["1", "1", "2"]).into(),
            issued_by: format!("{}人民医院", district.address),
            used,
        });
    }

    pub(super) fn used_birth_certificate(&mut self, child: usize) {
        let person = &self.population.persons[child];
        // The certificate exists since 1996; older registrations rest on other papers.
        if person.birth_date.year() < 1996 {
            return;
        }
        let (mother, father) = (person.mother.clone(), person.father.clone());
        let (name, sex, birth) = (person.name.clone(), person.sex.clone(), person.birth_date);
        let used_by = Some(person.citizen_number.clone());
        self.birth_certificate(name, sex, birth, mother, father, used_by);
    }

    /// Some young couples have a newborn who is not registered yet.
    pub(super) fn unregistered_newborn(&mut self, husband: usize, wife: usize) {
        let age = AS_OF.year() - self.population.persons[wife].birth_date.year();
        if !(22..=42).contains(&age) || !self.random.chance(60) {
            return;
        }
        let birth = AS_OF - i32::try_from(self.random.between(3, 39)).unwrap_or(3).days();
        let male = self.random.chance(512);
        let surname = home_surname(&self.population.persons[husband].name);
        let name = names::full_name(&mut self.random, &surname, male, "01");
        let persons = &self.population.persons;
        let (mother, father) =
            (persons[wife].citizen_number.clone(), persons[husband].citizen_number.clone());
        let sex = if male { "1" } else { "2" }.to_owned();
        self.birth_certificate(name, sex, birth, Some(mother), Some(father), None);
    }

    fn birth_certificate(
        &mut self,
        newborn_name: String,
        sex: String,
        birth_date: jiff::civil::Date,
        mother: Option<String>,
        father: Option<String>,
        used_by: Option<String>,
    ) {
        let name_of = |number: &Option<String>| {
            let persons = &self.population.persons;
            persons.iter().rev().find(|p| Some(&p.citizen_number) == number.as_ref()).map(|p| p.name.clone())
        };
        let (mother_name, father_name) = (name_of(&mother).unwrap_or_default(), name_of(&father));
        let hospital = self.random.pick(HOSPITALS);
        let count = FIRST_CERTIFICATE + self.population.births.len();
        self.population.births.push(BirthCertificate {
            number: format!("Z99{count:07}"),
            newborn_name,
            sex,
            birth_date,
            birth_time: format!("{:02}:{:02}", self.random.between(0, 23), self.random.between(0, 59)),
            birth_place: hospital.into(),
            issued_by: hospital.into(),
            mother_name,
            mother: mother.unwrap_or_default(),
            father_name,
            father,
            used_by,
        });
    }

    /// Lets some records collide with records held elsewhere.
    pub(super) fn collisions(&mut self) {
        for (index, person) in self.population.persons.iter().enumerate().skip(7).step_by(COLLISION_EVERY) {
            let same_person = (index / COLLISION_EVERY).is_multiple_of(2);
            let sequence = if person.sex == "1" { 11 } else { 12 };
            self.population.collisions.push(Collision {
                kind: if same_person { "same_person" } else { "same_number" }.into(),
                citizen_number: person.citizen_number.clone(),
                other_number: if same_person {
                    number::compose(ELSEWHERE, person.birth_date, sequence)
                } else {
                    person.citizen_number.clone()
                },
                other_name: if same_person {
                    person.name.clone()
                } else {
                    names::full_name(
                        &mut self.random,
                        names::SURNAMES[index % names::SURNAMES.len()],
                        person.sex == "1",
                        "01",
                    )
                },
                other_sex: person.sex.clone(),
                other_birth_date: person.birth_date,
                held_at: "外市户籍库".into(),
            });
        }
    }
}

/// The family name of an invented person: two characters for the double surnames.
fn home_surname(name: &str) -> String {
    let double = names::SURNAMES.iter().find(|s| s.chars().count() == 2 && name.starts_with(**s));
    double.map_or_else(|| name.chars().take(1).collect(), |s| (*s).to_owned())
}

//! The named demo people (`assets/demo/people.toml`) who stand in the register with exact data.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::{Context as _, bail};
use jiff::{ToSpan, civil::Date, civil::DateTime};
use rusqlite::Connection;
use serde::Deserialize;

use crate::model::{BirthCertificate, DeathCertificate, Household, IdCard, Marriage, Person, PersonStatus};
use crate::{database, number, records, relation};

#[derive(Debug, Deserialize)]
struct File {
    format: u32,
    #[serde(default)]
    household: Vec<HouseholdEntry>,
    #[serde(default)]
    birth_certificate: Vec<BirthEntry>,
    #[serde(default)]
    death_certificate: Vec<DeathEntry>,
    #[serde(default)]
    marriage: Vec<MarriageEntry>,
}

#[derive(Debug, Deserialize)]
struct HouseholdEntry {
    number: String,
    kind: String,
    division: String,
    owner_unit: String,
    address: String,
    booklet_number: String,
    #[serde(default)]
    flags: Vec<String>,
    member: Vec<MemberEntry>,
}

#[derive(Debug, Deserialize)]
struct MemberEntry {
    key: String,
    number: String,
    name: String,
    sex: String,
    ethnic_group: String,
    birth_date: Date,
    relation: String,
    marital_status: String,
    education: Option<String>,
    spouse: Option<String>,
    father: Option<String>,
    mother: Option<String>,
    since: Date,
    since_reason: String,
    card: Option<CardEntry>,
}

#[derive(Debug, Deserialize)]
struct CardEntry {
    issuing_office: String,
    valid_from: Option<Date>,
    valid_until: Option<String>,
    expires_in_days: Option<i32>,
    years: Option<i32>,
}

#[derive(Debug, Deserialize)]
struct BirthEntry {
    number: String,
    newborn_name: String,
    sex: String,
    born_at: DateTime,
    birth_place: String,
    issued_by: String,
    mother: String,
    father: Option<String>,
    used_by: Option<String>,
}

#[derive(Debug, Deserialize)]
struct DeathEntry {
    number: String,
    person: String,
    died_on: Date,
    cause: String,
    issued_by: String,
}

#[derive(Debug, Deserialize)]
struct MarriageEntry {
    certificate: String,
    husband: String,
    wife: String,
    registered_on: Date,
    registered_by: String,
}

/// The demo people with every `key` and relative date resolved.
#[derive(Debug)]
pub struct DemoPeople {
    /// Households with their members
    pub households: Vec<Household>,
    /// The numbers by `key`
    pub numbers: HashMap<String, String>,
    births: Vec<BirthCertificate>,
    deaths: Vec<DeathCertificate>,
    marriages: Vec<Marriage>,
}

impl CardEntry {
    fn resolve(&self, today: Date) -> anyhow::Result<IdCard> {
        let issuing_office = self.issuing_office.clone();
        match (self.valid_from, &self.valid_until, self.expires_in_days, self.years) {
            (Some(valid_from), Some(until), None, None) => {
                Ok(IdCard { issuing_office, valid_from, valid_until: until.clone() })
            }
            (None, None, Some(days), Some(years)) => {
                let until = today + days.days();
                Ok(IdCard {
                    issuing_office,
                    valid_from: until - years.years(),
                    valid_until: until.to_string(),
                })
            }
            _ => bail!("a card has either valid_from and valid_until, or expires_in_days and years"),
        }
    }
}

/// Reads and checks the file. `today` is the day relative card dates count from.
///
/// # Errors
/// When the file cannot be read, names an unknown key, or breaks a rule of the register.
pub fn load(path: &Path, today: Date) -> anyhow::Result<DemoPeople> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let file: File = toml::from_str(&text).context("the demo people file has another form")?;
    if file.format != 1 {
        bail!("demo people format {} is not known", file.format);
    }
    let members = || file.household.iter().flat_map(|h| &h.member);
    let numbers: HashMap<String, String> = members().map(|m| (m.key.clone(), m.number.clone())).collect();
    let names: HashMap<&str, &str> = members().map(|m| (m.key.as_str(), m.name.as_str())).collect();
    let number_of = |key: &str| numbers.get(key).cloned().with_context(|| format!("no person has key {key}"));
    let optional = |key: &Option<String>| key.as_deref().map(number_of).transpose();
    let mut households = Vec::new();
    for entry in &file.household {
        let mut persons = Vec::new();
        for member in &entry.member {
            if !number::is_valid(&member.number)
                || number::birth_date(&member.number) != Some(member.birth_date)
                || number::sex(&member.number) != Some(&member.sex)
            {
                bail!("the number of {} does not fit birth date, sex or check digit", member.key);
            }
            persons.push(Person {
                citizen_number: member.number.clone(),
                name: member.name.clone(),
                former_name: None,
                sex: member.sex.clone(),
                ethnic_group: member.ethnic_group.clone(),
                birth_date: member.birth_date,
                marital_status: member.marital_status.clone(),
                education: member.education.clone(),
                household_number: entry.number.clone(),
                relation: member.relation.clone(),
                since: member.since,
                since_reason: member.since_reason.clone(),
                status: PersonStatus::Registered,
                status_since: None,
                status_reason: None,
                mother: optional(&member.mother)?,
                father: optional(&member.father)?,
                spouse: optional(&member.spouse)?,
                id_card: member.card.as_ref().map(|card| card.resolve(today)).transpose()?,
                further_items: BTreeMap::new(),
                former_numbers: Vec::new(),
                version: 1,
            });
        }
        let head = persons.iter().find(|p| p.relation == relation::HEAD).map(|p| p.citizen_number.clone());
        let household = Household {
            household_number: entry.number.clone(),
            kind: entry.kind.clone(),
            division: entry.division.clone(),
            owner_unit: entry.owner_unit.clone(),
            address: entry.address.clone(),
            address_code: None,
            booklet_number: entry.booklet_number.clone(),
            flags: entry.flags.clone(),
            status: "open".into(),
            head,
            head_exception: None,
            name: None,
            responsible: None,
            version: 1,
            members: persons,
        };
        if let Some(fault) = relation::household_faults(&household, today).first() {
            bail!("demo household {}: {fault}", household.household_number);
        }
        households.push(household);
    }
    let name_of = |key: &str| names.get(key).map(|n| (*n).to_owned()).unwrap_or_default();
    let births = file
        .birth_certificate
        .iter()
        .map(|b| {
            Ok(BirthCertificate {
                number: b.number.clone(),
                newborn_name: b.newborn_name.clone(),
                sex: b.sex.clone(),
                birth_date: b.born_at.date(),
                birth_time: b.born_at.strftime("%H:%M").to_string(),
                birth_place: b.birth_place.clone(),
                issued_by: b.issued_by.clone(),
                mother_name: name_of(&b.mother),
                mother: number_of(&b.mother)?,
                father_name: b.father.as_deref().map(name_of),
                father: optional(&b.father)?,
                used_by: optional(&b.used_by)?,
            })
        })
        .collect::<anyhow::Result<_>>()?;
    let deaths = file
        .death_certificate
        .iter()
        .map(|d| {
            Ok(DeathCertificate {
                number: d.number.clone(),
                citizen_number: number_of(&d.person)?,
                name: name_of(&d.person),
                died_on: d.died_on,
                cause: d.cause.clone(),
                issued_by: d.issued_by.clone(),
                used: false,
            })
        })
        .collect::<anyhow::Result<_>>()?;
    let marriages = file
        .marriage
        .iter()
        .map(|m| {
            Ok(Marriage {
                certificate: m.certificate.clone(),
                husband: number_of(&m.husband)?,
                wife: number_of(&m.wife)?,
                registered_on: m.registered_on,
                registered_by: m.registered_by.clone(),
                status: "married".into(),
            })
        })
        .collect::<anyhow::Result<_>>()?;
    Ok(DemoPeople { households, numbers, births, deaths, marriages })
}

/// Puts the demo people into the register. A household that is there already is left as it is, so that a
/// restart keeps what effects have changed.
///
/// # Errors
/// When SQLite refuses.
pub fn install(connection: &mut Connection, people: &DemoPeople) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for household in &people.households {
        if records::household(&transaction, &household.household_number)?.is_none() {
            database::insert_household(&transaction, household)?;
            for person in &household.members {
                database::insert_person(&transaction, person)?;
            }
        }
    }
    for certificate in &people.births {
        if records::birth_certificate(&transaction, &certificate.number)?.is_none() {
            database::insert_birth_certificate(&transaction, certificate)?;
        }
    }
    for certificate in &people.deaths {
        if records::death_certificate(&transaction, &certificate.number)?.is_none() {
            database::insert_death_certificate(&transaction, certificate)?;
        }
    }
    for marriage in &people.marriages {
        if records::marriage(&transaction, &marriage.husband)?.is_none() {
            database::insert_marriage(&transaction, marriage)?;
        }
    }
    transaction.commit()
}

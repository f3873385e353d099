//! The invented population and the demo people.

use std::collections::{HashMap, HashSet};

use changkou::model::{Household, Person, PersonStatus};
use changkou::population::{AS_OF, Population, invent};
use changkou::{demo, number, relation};
use jiff::ToSpan as _;

use crate::running::{SEED, TODAY, assets};

fn with_members(population: &Population) -> Vec<Household> {
    let mut members: HashMap<&str, Vec<Person>> = HashMap::new();
    for person in population.persons.iter().filter(|p| p.status == PersonStatus::Registered) {
        members.entry(&person.household_number).or_default().push(person.clone());
    }
    let filled = population.households.iter().map(|household| {
        let mut household = household.clone();
        household.members = members.remove(household.household_number.as_str()).unwrap_or_default();
        household
    });
    filled.collect()
}

#[test]
fn one_seed_is_one_population() {
    println!("seed {SEED}");
    let first = invent(SEED, 2000);
    assert_eq!(first, invent(SEED, 2000));
    assert_ne!(first.persons, invent(SEED + 1, 2000).persons);
    let longer = invent(SEED, 4000);
    assert_eq!(first.persons[..], longer.persons[..first.persons.len()]);
}

#[test]
fn every_number_is_valid_unique_and_says_the_persons_birth_and_sex() {
    println!("seed {SEED}");
    let population = invent(SEED, 20_000);
    let mut seen = HashSet::new();
    for person in &population.persons {
        let citizen = &person.citizen_number;
        assert!(number::is_valid(citizen), "{citizen}");
        assert!(citizen.starts_with("9999"), "{citizen}");
        assert_eq!(number::birth_date(citizen), Some(person.birth_date));
        assert_eq!(number::sex(citizen), Some(person.sex.as_str()));
        assert!(seen.insert(citizen), "{citizen} twice");
        assert!(person.birth_date <= AS_OF && person.since <= AS_OF);
    }
}

#[test]
fn every_household_has_one_adult_head_or_a_named_exception() {
    println!("seed {SEED}");
    let households = with_members(&invent(SEED, 20_000));
    for household in &households {
        let faults = relation::household_faults(household, AS_OF);
        assert!(faults.is_empty(), "{} {faults:?}", household.household_number);
    }
    assert!(households.iter().any(|h| h.head_exception.as_deref() == Some("collective")));
}

#[test]
fn the_population_holds_what_the_counter_needs_to_meet() {
    println!("seed {SEED}");
    let p = invent(SEED, 20_000);
    for rare in ["𠮷", "𬭚", "㛃", "·"] {
        assert!(p.persons.iter().any(|person| person.name.contains(rare)), "{rare}");
    }
    for flag in ["collective_land", "frozen_land", "business_frozen"] {
        assert!(p.households.iter().any(|h| h.flags.iter().any(|f| f == flag)), "{flag}");
    }
    let expiring = |p: &&Person| {
        let last = p.id_card.as_ref().and_then(changkou::model::IdCard::last_day);
        last.is_some_and(|day| day > AS_OF && day <= AS_OF + 6.months())
    };
    assert!(p.persons.iter().filter(expiring).count() > 50);
    assert!(p.persons.iter().any(|p| p.status == PersonStatus::Dead));
    assert!(p.persons.iter().any(|p| p.status == PersonStatus::MovedOut));
    assert!(p.births.iter().any(|b| b.used_by.is_none()) && p.births.iter().any(|b| b.used_by.is_some()));
    assert!(p.deaths.iter().any(|d| d.used) && p.deaths.iter().any(|d| !d.used));
    let kinds: HashSet<&str> = p.collisions.iter().map(|c| c.kind.as_str()).collect();
    assert_eq!(kinds.len(), 2);
    let registered = |citizen: &String| p.persons.iter().any(|q| &q.citizen_number == citizen);
    for birth in p.births.iter().take(300) {
        assert!(registered(&birth.mother) && !birth.mother_name.is_empty());
    }
}

#[test]
fn the_demo_people_are_sound_and_their_relative_dates_move_with_the_day() {
    let people = demo::load(&assets("demo/people.toml"), TODAY).unwrap();
    let members: Vec<&Person> = people.households.iter().flat_map(|h| &h.members).collect();
    assert!(members.len() >= 12);
    for rare in ["𠮷", "𬭚", "㛃"] {
        assert!(members.iter().any(|m| m.name.contains(rare)), "{rare}");
    }
    let expiring = |today| {
        let people = demo::load(&assets("demo/people.toml"), today).unwrap();
        let number = people.numbers["jiang_expiring"].clone();
        let all: Vec<Person> = people.households.into_iter().flat_map(|h| h.members).collect();
        all.into_iter().find(|m| m.citizen_number == number).unwrap().id_card.unwrap().last_day().unwrap()
    };
    assert_eq!(expiring(TODAY), TODAY + 120.days());
    assert_eq!(expiring(TODAY + 3.years()), TODAY + 3.years() + 120.days());
}

#[test]
fn the_relation_table_and_the_code_file_agree() {
    let text = std::fs::read_to_string(assets("codes/relation-to-head.toml")).unwrap();
    let table: toml::Value = toml::from_str(&text).unwrap();
    let rows = table["row"].as_array().unwrap();
    for row in rows {
        assert!(relation::exists(row["code"].as_str().unwrap()), "{row}");
    }
    let listed: HashSet<&str> = rows.iter().map(|r| r["code"].as_str().unwrap()).collect();
    for code in 0..100 {
        let code = format!("{code:02}");
        assert_eq!(relation::exists(&code), listed.contains(code.as_str()), "{code}");
    }
}

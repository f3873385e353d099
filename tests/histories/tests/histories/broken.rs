//! Definitions broken at random: reading never panics, and what is refused is refused with its file and place.

use crate::dice::Dice;
use crate::{number, world};
use domain::catalogue::{Catalogue, NamedText};
use domain::fault::{DefinitionFaults, Wrong};
use std::panic::{AssertUnwindSafe, catch_unwind};
use toml::{Table, Value};

/// Every place of a tree, as the keys and numbers that lead there.
fn places(value: &Value, here: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    found.push(here.clone());
    let inner: Vec<(String, &Value)> = match value {
        Value::Table(table) => table.iter().map(|(key, inner)| (key.clone(), inner)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(at, inner)| (at.to_string(), inner)).collect(),
        _ => Vec::new(),
    };
    for (key, inner) in inner {
        here.push(key);
        places(inner, here, found);
        here.pop();
    }
}

fn at<'a>(value: &'a mut Value, place: &[String]) -> Option<&'a mut Value> {
    let mut value = value;
    for key in place {
        value = match value {
            Value::Table(table) => table.get_mut(key)?,
            Value::Array(list) => list.get_mut(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(value)
}

/// Changes something at a random place of a tree.
fn mutate(root: &mut Value, dice: &mut Dice) {
    let mut found = Vec::new();
    places(root, &mut Vec::new(), &mut found);
    found.remove(0);
    let Some(place) = dice.pick(&found).cloned() else { return };
    let other = dice.pick(&found).and_then(|place| at(root, place).cloned());
    let (last, before) = place.split_last().expect("below the root");
    match dice.below(7) {
        // A name that leads nowhere.
        0 => {
            if let Some(Value::String(text)) = at(root, &place) {
                text.push('x');
            }
        }
        // A part that is not there.
        1 => match at(root, before) {
            Some(Value::Table(table)) => {
                table.remove(last);
            }
            Some(Value::Array(list)) => {
                list.remove(last.parse().expect("a number"));
            }
            _ => {}
        },
        // Another type.
        2 => {
            let other = dice.one(&[
                Value::Integer(-1),
                Value::Boolean(true),
                Value::String(String::new()),
                Value::Array(Vec::new()),
                Value::Table(Table::new()),
            ]);
            if let Some(value) = at(root, &place) {
                *value = other;
            }
        }
        // A part twice.
        3 => {
            if let Some(Value::Array(list)) = at(root, before) {
                let number: usize = last.parse().expect("a number");
                list.push(list[number].clone());
            }
        }
        // Something of another place.
        4 => {
            if let (Some(value), Some(other)) = (at(root, &place), other) {
                *value = other;
            }
        }
        // A key that nobody knows.
        5 => {
            if let Some(Value::Table(table)) = at(root, &place) {
                table.insert("unheard".into(), Value::Integer(1));
            }
        }
        // Another order.
        _ => {
            if let Some(Value::Array(list)) = at(root, before) {
                list.reverse();
            }
        }
    }
}

/// Breaks the text itself.
fn tear(text: &str, dice: &mut Dice) -> String {
    let mut signs: Vec<char> = text.chars().collect();
    match dice.below(3) {
        0 => signs.truncate(dice.below(signs.len())),
        1 => {
            signs.remove(dice.below(signs.len()));
        }
        _ => signs.insert(dice.below(signs.len()), dice.one(&['"', '[', '\u{0}', '=', '𠮷', '\\'])),
    }
    signs.into_iter().collect()
}

/// What a refusal must tell.
fn told(faults: &DefinitionFaults, files: &[NamedText]) -> Result<(), String> {
    if faults.0.is_empty() {
        return Err("refused without a fault".into());
    }
    for fault in &faults.0 {
        if !files.iter().any(|(file, _)| *file == fault.file) {
            return Err(format!("no file {:?}", fault.file));
        }
        if fault.place.is_empty() && !matches!(fault.wrong, Wrong::Unreadable { .. }) {
            return Err(format!("no place: {fault}"));
        }
        if !fault.to_string().contains('请') && !matches!(fault.wrong, Wrong::Unreadable { .. }) {
            return Err(format!("no cure: {fault}"));
        }
    }
    Ok(())
}

#[test]
fn definitions_broken_at_random_never_panic_and_are_refused_with_their_place() {
    let seed = number("SEED", 20_261_123);
    let worlds = number("WORLDS", 60) as usize;
    println!("SEED={seed} WORLDS={worlds}");
    let (mut refused, mut kept, mut failed) = (0, 0, Vec::new());
    for number in 0..worlds {
        let mut files = world::files(seed, number);
        files.push(world::calendar());
        for broken in 0..12 {
            let mut dice = Dice::of(seed ^ 0xB0, (number * 100 + broken) as u64);
            let mut files = files.clone();
            let which = dice.below(files.len());
            let text = &files[which].1;
            files[which].1 = if dice.percent(20) {
                tear(text, &mut dice)
            } else {
                let mut root: Value = toml::from_str(text).unwrap();
                for _ in 0..dice.between(1, 2) {
                    mutate(&mut root, &mut dice);
                }
                toml::to_string(&root).unwrap()
            };
            let read = catch_unwind(AssertUnwindSafe(|| Catalogue::from_files(&files)));
            let place = format!("SEED={seed} world {number} broken {broken} {}", files[which].0);
            match read {
                Err(_) => failed.push(format!("{place}: panicked")),
                Ok(Err(faults)) => {
                    refused += 1;
                    if let Err(fault) = told(&faults, &files) {
                        failed.push(format!("{place}: {fault}"));
                    }
                }
                Ok(Ok(_)) => kept += 1,
            }
        }
    }
    println!("{refused} refused, {kept} still hold");
    assert!(failed.is_empty(), "{} failed: {:#?}", failed.len(), failed.iter().take(6).collect::<Vec<_>>());
    assert!(refused > kept, "{refused} refused, {kept} still hold");
}

/// One change each that must be refused, and the beginning of the place that must be told.
#[test]
fn what_is_surely_broken_is_refused_at_its_place() {
    type Change = fn(&mut Table);
    fn first(table: &mut Table, key: &str) -> Table {
        table[key].as_array().unwrap()[0].as_table().unwrap().clone()
    }
    let changes: [(&str, &str, Change); 9] = [
        ("matters/", "flow", |table| table["flow"] = "nowhere".into()),
        ("matters/", "officer_flow", |table| {
            table.insert("officer_flow".into(), "nowhere".into());
        }),
        ("matters/", "form", |table| {
            table.insert("form".into(), "nowhere".into());
        }),
        ("matters/", "papers", |table| {
            table.insert("papers".into(), "nowhere".into());
        }),
        ("matters/", "intake_roles", |table| table["intake_roles"] = Value::Array(Vec::new())),
        ("matters/", "without", |table| {
            table.insert("without".into(), Value::Array(vec!["section.nowhere".into()]));
        }),
        ("matters/", "flow_for.1.when", |table| {
            let when: Value = toml::from_str::<Table>("when = { question = \"nowhere\", is = \"a\" }")
                .unwrap()["when"]
                .clone();
            let flow = table["flow"].clone();
            let choice: Table = [("when".to_owned(), when), ("flow".to_owned(), flow)].into_iter().collect();
            table.insert("flow_for".into(), Value::Array(vec![choice.into()]));
        }),
        ("flows/", "flow", |table| {
            let step = first(table, "step");
            table["step"].as_array_mut().unwrap().push(step.into());
        }),
        ("codes/", "row.01", |table| {
            let row = first(table, "row");
            table["row"].as_array_mut().unwrap().push(row.into());
        }),
    ];
    for number in 0..20 {
        let mut files = world::files(20_261_123, number);
        files.push(world::calendar());
        for (folder, place, change) in &changes {
            let mut files = files.clone();
            let (file, text) = files.iter_mut().find(|(file, _)| file.starts_with(folder)).unwrap();
            let mut table: Table = toml::from_str(text).unwrap();
            change(&mut table);
            *text = toml::to_string(&table).unwrap();
            let file = file.clone();
            let faults = Catalogue::from_files(&files).expect_err("must be refused");
            // A flow is told about with the matter that takes it.
            let there = faults
                .0
                .iter()
                .any(|fault| fault.place.starts_with(place) && (fault.file == file || *folder == "flows/"));
            assert!(there, "world {number} {file} {place}: {faults}");
        }
    }
}

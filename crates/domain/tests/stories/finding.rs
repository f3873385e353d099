//! Keys to every shipped matter: counted, not promised.

use super::desk::CATALOGUE;
use domain::finding::{Findable, PAGE, Use, Uses, find, keys_needed};
use domain::ids::MatterId;
use std::collections::BTreeMap;

fn matters() -> Vec<Findable<'static>> {
    CATALOGUE.matters.values().map(|one| Findable::of(&one.definition, true)).collect()
}

fn spread(keys: impl IntoIterator<Item = usize>) -> BTreeMap<usize, usize> {
    keys.into_iter().fold(BTreeMap::new(), |mut sum, keys| {
        *sum.entry(keys).or_default() += 1;
        sum
    })
}

/// The first letters of a matter's initials, with at most so many keys.
fn typed(matter: &Findable<'_>, keys: usize) -> String {
    matter.initials.chars().take(keys).collect()
}

#[test]
fn with_nothing_known_every_matter_says_its_keys() {
    let all = matters();
    let uses = Uses::new();
    let mut lines = Vec::new();
    let mut keys = Vec::new();
    let mut off_page = Vec::new();
    for matter in &all {
        let needed =
            keys_needed(&all, matter.id, &uses).unwrap_or_else(|| panic!("{} is not found", matter.id));
        keys.push(needed);
        let place = find(&all, &typed(matter, 3), &uses).matters.iter().position(|one| one.id == matter.id);
        if place.is_none_or(|place| place >= PAGE) {
            off_page.push(matter.short);
        }
        lines.push(format!("{needed}  {:9} {:18} {}", matter.id, matter.initials, matter.short));
    }
    lines.sort();
    println!("{}\nkeys: matters {:?}", lines.join("\n"), spread(keys.iter().copied()));
    println!("not on the first page after three letters: {off_page:?}");
    assert!(all.len() >= 173, "{} matters are shipped", all.len());
    // Three letters bring every matter onto the page, and a digit chooses it.
    assert!(off_page.is_empty(), "{off_page:?}");
    assert!(keys.iter().all(|keys| *keys <= 3), "{:?}", spread(keys));
    for daily in all.iter().filter(|one| one.common) {
        assert_eq!(keys_needed(&all, daily.id, &uses), Some(1), "{}", daily.short);
    }
}

#[test]
fn what_a_counter_used_lately_needs_three_keys_or_fewer() {
    let all = matters();
    // Each matter used alone, and twenty and sixty neighbours used together, each as often as its place says.
    let mut worst = 0;
    let mut keys = Vec::new();
    for (width, step) in [(1, 1), (20, 10), (60, 40)] {
        for start in (0..all.len()).step_by(step) {
            let used: Vec<&MatterId> = (0..width).map(|step| all[(start + step) % all.len()].id).collect();
            let uses: Uses = used
                .iter()
                .zip(1..)
                .map(|(id, count)| ((*id).clone(), Use { count, last: i64::from(count) }))
                .collect();
            for id in used {
                let needed = keys_needed(&all, id, &uses).unwrap();
                worst = worst.max(needed);
                keys.push(needed);
                assert!(needed <= 3, "{id} needs {needed} keys when {width} matters were used");
            }
        }
    }
    println!("keys: choices {:?}, worst {worst}", spread(keys));
}

#[test]
fn with_every_matter_used_at_once_three_keys_are_counted_too() {
    let all = matters();
    let uses: Uses = all
        .iter()
        .zip(1..)
        .map(|(one, count)| (one.id.clone(), Use { count, last: i64::from(count) }))
        .collect();
    let within = |uses: &Uses| {
        all.iter().filter(|one| keys_needed(&all, one.id, uses).is_some_and(|keys| keys <= 3)).count()
    };
    println!(
        "within three keys: {} of {} unused, {} all used",
        within(&Uses::new()),
        all.len(),
        within(&uses)
    );
    assert_eq!(within(&Uses::new()), all.len());
}

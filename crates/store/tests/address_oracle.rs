//! The index of standard addresses against reading every address: the same hits for whatever is typed.

use crate::support::Random;
use domain::address::{self, Part};
use domain::ids::ContentHash;
use gm::DatabaseKey;
use std::collections::{BTreeMap, BTreeSet};
use store::table::addresses::{self, SiteRow};
use store::{Options, Priority, Store};

/// Few enough for the bound on what one search reads, many enough for every kind of hit.
const SITES: i64 = 220;
const QUERIES: u32 = 600;
const LIMIT: usize = 20;
const OWN: &str = "999901";
const DIVISIONS: [(&str, &str); 3] =
    [("999901", "江城市城关区"), ("999902", "江城市临江区"), ("999921", "江城市青石县")];
const ROADS: [(&str, &[&str]); 8] = [
    ("槐荫路", &["hyl"]),
    ("槐树街", &["hsj"]),
    ("长安中路", &["cazl", "zazl"]),
    ("重阳巷", &["cyx", "zyx"]),
    ("𠮷祥巷", &["jxx"]),
    ("沿江大道", &["yjdd"]),
    ("建设路", &["jsl"]),
    ("３号路", &["hl"]),
];
const ESTATES: [(&str, &[&str]); 5] =
    [("", &[]), ("", &[]), ("听雨花园", &["tyhy"]), ("A座公寓", &["azgy"]), ("城关新村", &["cgxc"])];

fn pick<'a, T>(random: &mut Random, of: &'a [T]) -> &'a T {
    &of[usize::try_from(random.next() % of.len() as u64).unwrap()]
}

fn below(random: &mut Random, bound: u64) -> u64 {
    random.below(bound)
}

/// Seed of this run: `SEED`, or the clock's; printed, so that a red run can be repeated.
fn seed() -> u64 {
    let given = std::env::var("SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        since.as_nanos() as u64 | 1
    });
    println!("address oracle: SEED={seed}");
    seed
}

fn sites(random: &mut Random) -> Vec<SiteRow> {
    (0..SITES)
        .map(|id| {
            let (road, of_road) = *pick(random, &ROADS);
            let (estate, of_estate) = *pick(random, &ESTATES);
            let number = match below(random, 6) {
                0 => format!("{}号之{}", 1 + below(random, 30), 1 + below(random, 3)),
                1 => format!("甲{}号", 1 + below(random, 9)),
                _ => format!("{}号", 1 + below(random, 120)),
            };
            let rests: Vec<String> = match below(random, 4) {
                0 => vec![String::new()],
                1 => (1..=1 + below(random, 4)).map(|floor| format!("{floor}层")).collect(),
                2 => (1..=1 + below(random, 6)).map(|room| format!("B{room}－{room}0{room}室")).collect(),
                _ => (1..=1 + below(random, 3))
                    .flat_map(|house| (1..=3).map(move |floor| format!("{house}幢{floor}单元{floor}02室")))
                    .collect(),
            };
            let division = pick(random, &DIVISIONS).0;
            SiteRow {
                id: id * 3,
                division: division.into(),
                station: format!("{division}510000"),
                text: format!("{road}{number}{estate}"),
                initials: of_road.iter().chain(of_estate).map(|one| (*one).to_owned()).collect(),
                rooms: (0..).zip(rests).map(|(at, rest)| (at, format!("{id}X{at}"), rest)).collect(),
            }
        })
        .collect()
}

/// Brings each site whole, or cut in two batches in the middle of its rooms.
fn publish(store: &Store, random: &mut Random, sites: &[SiteRow]) {
    let at = store.write(Priority::Background, |tx| addresses::begin(tx, ContentHash([1; 32]), b"head"));
    let mut at = at.unwrap().unwrap();
    let mut batch: Vec<SiteRow> = Vec::new();
    for site in sites {
        let cut = usize::try_from(below(random, 1 + site.rooms.len() as u64)).unwrap();
        if cut == 0 {
            batch.push(site.clone());
            continue;
        }
        batch.push(SiteRow { rooms: site.rooms[..cut].to_vec(), ..site.clone() });
        let done = std::mem::take(&mut batch);
        at = store.write(Priority::Background, move |tx| addresses::put(tx, at, &done, false)).unwrap();
        if cut < site.rooms.len() {
            batch.push(SiteRow { rooms: site.rooms[cut..].to_vec(), ..site.clone() });
        }
    }
    let rows = u32::try_from(sites.iter().map(|site| site.rooms.len()).sum::<usize>()).unwrap();
    at = store.write(Priority::Background, move |tx| addresses::put(tx, at, &batch, true)).unwrap();
    store.write(Priority::Background, move |tx| addresses::put_in_force(tx, at, rows)).unwrap();
}

/// Whether an address fits what is typed, by looking at it alone.
fn fits(site: &SiteRow, rest: &str, typed: &[Part]) -> bool {
    (1..=typed.len()).any(|cut| {
        let (front, back) = typed.split_at(cut);
        let site_fits = front.iter().enumerate().all(|(at, part)| {
            let grows = back.is_empty() && at + 1 == front.len();
            part_fits(site, part, grows)
        });
        site_fits && address::rest_holds(rest, back)
    })
}

fn part_fits(site: &SiteRow, part: &Part, grows: bool) -> bool {
    let text: String = site
        .text
        .chars()
        .map(address::half_width)
        .flat_map(char::to_lowercase)
        .filter(|one| one.is_alphanumeric())
        .collect();
    match part {
        Part::Words(words) => {
            let (codes, road) = address::division_in_front(words, &DIVISIONS.iter().copied());
            text.contains(words) || (codes.contains(&site.division.as_str()) && text.contains(road))
        }
        Part::Number(number) => address::parts_of(&site.text).iter().any(|one| match one {
            Part::Number(there) => there == number || (grows && there.starts_with(number.as_str())),
            _ => false,
        }),
        Part::Letters(letters) => {
            site.initials.iter().any(|one| one.starts_with(letters.as_str())) || text.contains(letters)
        }
    }
}

/// A piece of an address that is there, parts of two of them, or signs that belong together nowhere.
fn typed(random: &mut Random, sites: &[SiteRow]) -> String {
    let site = pick(random, sites);
    let rest = &pick(random, &site.rooms).2;
    let mut pieces: Vec<String> = Vec::new();
    let mut some = |text: &str, random: &mut Random| {
        let signs: Vec<char> = text.chars().collect();
        if signs.is_empty() {
            return;
        }
        let from = usize::try_from(below(random, signs.len() as u64)).unwrap();
        let length = 1 + usize::try_from(below(random, (signs.len() - from) as u64)).unwrap();
        pieces.push(signs[from..from + length].iter().collect());
    };
    match below(random, 6) {
        0 => some(&format!("{}{rest}", site.text), random),
        1 => {
            some(&site.text, random);
            some(rest, random);
        }
        2 => {
            some(&site.initials.join(""), random);
            some(&site.text, random);
        }
        3 => {
            let division = pick(random, &DIVISIONS).1;
            some(division, random);
            some(&site.text, random);
        }
        4 => {
            some(&site.text, random);
            some(&pick(random, sites).text, random);
            some(rest, random);
        }
        _ => pieces.push(format!("{}{}", pick(random, &ROADS).0, 1 + below(random, 130))),
    }
    pieces.join(["", " ", "-"][usize::try_from(below(random, 3)).unwrap()])
}

#[test]
fn typing_finds_what_a_look_at_every_address_finds() {
    let mut random = Random(seed());
    let folder = tempfile::tempdir().unwrap();
    let key = DatabaseKey::generate().unwrap();
    let store = Store::create(folder.path(), &key, &Options::default()).unwrap();
    let sites = sites(&mut random);
    publish(&store, &mut random, &sites);
    let divisions: BTreeMap<String, String> =
        DIVISIONS.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect();
    let (mut none, mut few, mut full) = (0, 0, 0);
    for _ in 0..QUERIES {
        let text = typed(&mut random, &sites);
        let found = store
            .read(|db| {
                let present = addresses::present(db)?.expect("a package");
                addresses::find(db, &present, &divisions, &text, OWN, LIMIT)
            })
            .unwrap();
        let parts = address::parts(&text);
        let all: BTreeMap<&str, &SiteRow> = sites
            .iter()
            .flat_map(|site| site.rooms.iter().map(move |room| (site, room)))
            .filter(|(site, room)| fits(site, &room.2, &parts))
            .map(|(site, room)| (room.1.as_str(), site))
            .collect();
        let codes: BTreeSet<&str> = found.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(codes.len(), found.len(), "{text}: each once");
        for one in &found {
            assert!(all.contains_key(one.code.as_str()), "{text}: {} does not fit", one.text);
        }
        let foreign = found.iter().position(|one| one.division != OWN).unwrap_or(found.len());
        assert!(found[foreign..].iter().all(|one| one.division != OWN), "{text}: the own division first");
        match found.len() {
            0 => none += 1,
            LIMIT => full += 1,
            _ => few += 1,
        }
        if found.len() == LIMIT {
            continue;
        }
        // Nothing is missing, but further addresses of a site while several sites fit.
        let mut of_site: BTreeMap<i64, usize> = BTreeMap::new();
        for one in &found {
            *of_site.entry(all[one.code.as_str()].id).or_default() += 1;
        }
        for (code, site) in &all {
            let enough = of_site.get(&site.id).is_some_and(|count| *count >= 3) && of_site.len() > 1;
            assert!(codes.contains(code) || enough, "{text}: {code} at {} is not found", site.text);
        }
    }
    println!("no hit {none}, some {few}, as many as fit on the screen {full}");
    assert!(none > 0 && few > 0 && full > 0, "the queries are all of one kind");
}

//! Rows of household business: definitions and standard addresses at a window.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use demo::place::{Parts, Place};
use demo::station::Station;
use demo::window::Window;
use serde_json::{Value, json};

use super::{line, share};
use crate::say;

/// Addresses of a large city.
const ADDRESSES: usize = 700_000;
/// The package is fetched and indexed on a slow PC in this time.
const FETCH_LIMIT: Duration = Duration::from_secs(900);
/// What an officer types, key by key: initials, a road with number and room, parts in any order, the division first,
/// one character that most addresses have, the middle of a name, one number, rooms that stand in few of many sites,
/// something that is nowhere.
const TYPED: [&str; 12] = [
    "hyl18",
    "槐荫路18号2幢1单元301",
    "花园 石桥 7",
    "城关区望江东路66",
    "号",
    "荫",
    "1",
    "18 101",
    "花园 6 2 1002",
    "路 999",
    "ttssl 99",
    "天涯海角路8号",
];

/// The address package is published before the windows are enrolled, so that they fetch it with everything else.
pub(super) fn publish(place: &Place, parts: &Parts) -> anyhow::Result<()> {
    let before = size(&place.server(), "server.db")?;
    let begun = Instant::now();
    Station::publish_addresses(place, parts, ADDRESSES)?;
    line("700,000 addresses read and published", begun.elapsed(), None)?;
    each("server's database, an address", size(&place.server(), "server.db")?.saturating_sub(before))
}

/// Bytes of each address.
fn each(what: &str, bytes: u64) -> anyhow::Result<()> {
    say(&format!("{what:<42} {:>9.1} B", bytes as f64 / ADDRESSES as f64))
}

/// Each key of [`TYPED`] as the form asks it, cold and warm; the anchor is a command that asks the store nothing.
pub(super) fn addresses(window: &Window, place: &Place, name: &str) -> anyhow::Result<()> {
    let ask = |text: &str| window.call("find_addresses", json!({ "text": text }));
    let begun = Instant::now();
    while ask("路")?["here"] != Value::Bool(true) {
        anyhow::ensure!(begun.elapsed() < FETCH_LIMIT, "the addresses do not come");
        std::thread::sleep(Duration::from_millis(200));
    }
    line("addresses fetched and indexed, from the log-in", begun.elapsed(), None)?;
    let mut empty: Vec<Duration> = Vec::new();
    for _ in 0..50 {
        let begun = Instant::now();
        ask("")?;
        empty.push(begun.elapsed());
    }
    let anchor = share(&mut empty, 50);
    for state in ["cold", "warm"] {
        let mut times = Vec::new();
        let mut slowest = (Duration::ZERO, String::new());
        for typed in TYPED {
            let ends = typed.char_indices().map(|(at, sign)| at + sign.len_utf8());
            for end in ends {
                let begun = Instant::now();
                let found = ask(&typed[..end])?;
                let took = begun.elapsed();
                let lines = found["lines"].as_array().context("the addresses")?.len();
                anyhow::ensure!(lines <= 20, "{lines} addresses were offered");
                if took > slowest.0 {
                    slowest = (took, typed[..end].to_owned());
                }
                times.push(took);
            }
        }
        line(&format!("address type-ahead, {state}, median"), share(&mut times, 50), Some(anchor))?;
        line(&format!("address type-ahead, {state}, slowest: {}", slowest.1), slowest.0, Some(anchor))?;
    }
    let bytes = size(&place.window(name), "terminal.db")?;
    say(&format!("{:<42} {:>9} MiB", "database with the addresses", bytes >> 20))?;
    each("the same, an address", bytes)
}

/// Bytes of a database and its log in a folder and below it.
fn size(folder: &std::path::Path, name: &str) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            bytes += size(&entry.path(), name)?;
        } else if entry.file_name().to_string_lossy().starts_with(name) {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}

/// The first list of matters after a log-in, which reads every definition from the terminal's store, beside the second.
pub(super) fn first_list(window: &Window) -> anyhow::Result<()> {
    let begun = Instant::now();
    let matters = window.call("matters", json!({}))?;
    let first = begun.elapsed();
    let begun = Instant::now();
    window.call("matters", json!({}))?;
    let count = matters.as_array().map_or(0, Vec::len);
    line(&format!("first list of {count} matters after a log-in"), first, Some(begun.elapsed()))
}

/// All definitions from the files, as the server and `check-assets` load them, and from their stored form, beside
/// reading the same files.
pub(super) fn definitions(parts: &Parts) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut files = Vec::new();
    for folder in domain::catalogue::FOLDERS {
        for entry in std::fs::read_dir(parts.assets.join(folder))? {
            let path = entry?.path();
            if path.extension().is_some_and(|one| one == "toml") {
                let name = path.file_name().context("a file's name")?.to_string_lossy().into_owned();
                files.push((format!("{folder}/{name}"), std::fs::read_to_string(&path)?));
            }
        }
    }
    let reading = begun.elapsed();
    files.sort();
    let begun = Instant::now();
    let catalogue = domain::catalogue::Catalogue::from_files(&files).context("the definitions")?;
    line(
        &format!("{} definitions loaded and checked", catalogue.matters.len()),
        begun.elapsed(),
        Some(reading),
    )?;
    let stored: Vec<&Vec<u8>> = catalogue.matters.values().map(|one| &one.bytes).collect();
    let begun = Instant::now();
    for bytes in stored {
        domain::matter::MatterDefinition::from_bytes(bytes).map_err(|_| anyhow::anyhow!("a definition"))?;
    }
    line("the same from their stored form", begun.elapsed(), Some(reading))
}

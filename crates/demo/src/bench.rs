//! `demo bench`: what of the budgets can be measured at a window, each beside an anchor of the same PC.

mod household;

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use demo::card::cards;
use demo::place::{Parts, Place};
use demo::station::Station;
use demo::window::{AgentProcess, Window, enrol};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::say;

/// Acts that are timed.
const ACTS: usize = 200;
/// Acts whose way to another window is timed.
const RESULTS: usize = 20;
/// Nothing is told so late, on the slowest of PCs.
const TOLD_LIMIT: Duration = Duration::from_secs(60);
/// Bytes of an act with its rows: one page of the database.
const PAGE: usize = 4096;

/// Measures on a fresh station in `root`.
pub(crate) fn bench(root: &Path, parts: &Parts) -> anyhow::Result<()> {
    // Before anything else runs on this PC.
    household::definitions(parts)?;
    let place = Place::open(root)?;
    Station::prepare(&place, parts)?;
    household::publish(&place, parts)?;
    let begun = Instant::now();
    let station = Station::start(place.clone(), parts)?;
    line("station ready", begun.elapsed(), None)?;
    let name = "柜台一";
    let begun = Instant::now();
    let mut agent = AgentProcess::start(name, &place, parts, &station.server)?;
    line("window ready (agent host)", begun.elapsed(), None)?;
    let window = Window::open(&agent.addresses.officer)?;
    enrol(&window, name, &place, &station.server)?;
    let begun = Instant::now();
    window.call("login", json!({ "officer": "F0001", "password": "jiangcheng-F0001" }))?;
    line("first log-in, against the server", begun.elapsed(), None)?;
    household::addresses(&window, &place, name)?;
    // The next morning: nothing has to be fetched, nothing is in memory yet.
    drop(window);
    agent.end();
    agent = AgentProcess::start(name, &place, parts, &station.server)?;
    let window = Window::open(&agent.addresses.officer)?;
    window.call("login", json!({ "officer": "F0001", "password": "jiangcheng-F0001" }))?;
    household::first_list(&window)?;

    let opened =
        window.call("open_case", json!({ "command": Uuid::now_v7(), "matter": "T001", "arrival": false }))?;
    let case = opened["line"]["id"].as_str().context("a case")?.to_owned();
    let mut times = Vec::new();
    for turn in 0..ACTS {
        let answer = if turn % 2 == 0 { "mother" } else { "father" };
        let request =
            json!({ "command": Uuid::now_v7(), "case": case, "question": "applicant_is", "answer": answer });
        let begun = Instant::now();
        window.call("answer_question", request)?;
        times.push(begun.elapsed());
    }
    let anchor = synced_pages(root)?;
    line("one act saved and shown, median", share(&mut times, 50), Some(anchor[0]))?;
    line("one act saved and shown, p99", share(&mut times, 99), Some(anchor[1]))?;

    let mut papers = Vec::new();
    for document in ["one-time-notice", "application"] {
        let begun = Instant::now();
        window.call("preview_print", json!({ "case": case, "document": document }))?;
        papers.push(begun.elapsed());
    }
    line("paper preview, cold worker", papers[0], None)?;
    line("paper preview, warm worker", papers[1], None)?;
    card(&window, &place, parts, &case)?;
    results(&window, &case, &station, parts)?;
    match memory(agent.process()) {
        Some(kilobytes) => say(&format!(
            "{:<42} {:>9} MiB (PSS, agent host with its processes)",
            "memory after this",
            kilobytes / 1024
        ))?,
        None => say("memory: not readable by this account")?,
    }
    agent.end();
    Ok(())
}

/// From the key at one window until the other window is told, through the server, beside the push alone. No window
/// asks: both only listen.
fn results(window: &Window, case: &str, station: &Station, parts: &Parts) -> anyhow::Result<()> {
    let name = "所长室";
    let mut agent = AgentProcess::start(name, &station.place, parts, &station.server)?;
    let office = Window::open(&agent.addresses.officer)?;
    enrol(&office, name, &station.place, &station.server)?;
    office.call("login", json!({ "officer": "J0001", "password": "jiangcheng-J0001" }))?;
    let until = Instant::now() + TOLD_LIMIT;
    while window.call("sync_state", json!({}))?["line"]["pending"] != 0
        || office.call("case", json!({ "case": case })).is_err()
    {
        anyhow::ensure!(Instant::now() < until, "the case does not reach the other window");
        std::thread::sleep(Duration::from_millis(100));
    }
    let (here, there) = (window.changes()?, office.changes()?);
    let topic = format!("case:{case}");
    let (mut pushes, mut results) = (Vec::new(), Vec::new());
    for turn in 0..RESULTS {
        // The line is quiet before each.
        std::thread::sleep(Duration::from_millis(300));
        while here.try_recv().is_ok() || there.try_recv().is_ok() {}
        let answer = if turn % 2 == 0 { "mother" } else { "father" };
        let begun = Instant::now();
        window.call(
            "answer_question",
            json!({ "command": Uuid::now_v7(), "case": case, "question": "applicant_is", "answer": answer }),
        )?;
        results.push(told(&there, &topic)? - begun);
        pushes.push(told(&here, "sync")? - begun);
    }
    agent.end();
    line("an act told at the other window, median", share(&mut results, 50), Some(share(&mut pushes, 50)))
}

/// When a window was told of a topic by synchronisation.
fn told(changes: &Receiver<(Instant, Value)>, topic: &str) -> anyhow::Result<Instant> {
    loop {
        let (moment, change) = changes.recv_timeout(TOLD_LIMIT).context("nothing was told")?;
        let topics = change["topics"].as_array().map_or(&[][..], Vec::as_slice);
        if change["source"] == "sync" && topics.iter().any(|one| one == topic) {
            return Ok(moment);
        }
    }
}

/// From the order to the filled fields, with the card lying on the reader: mostly the time of the wire.
fn card(window: &Window, place: &Place, parts: &Parts, case: &str) -> anyhow::Result<()> {
    let cards = cards(&parts.assets.join("demo/people.toml"), jiff::Zoned::now().date())?;
    let card = cards.iter().find(|card| card.key == "shen_mother").context("the card")?;
    demo::card::Hand::new(place.reader_control()).lay(&card.card)?;
    let begun = Instant::now();
    let request = json!({ "command": Uuid::now_v7(), "case": case, "person": "mother" });
    window.operate("read_card", request, Duration::from_secs(30))?;
    // 1,295 bytes of the answer at 115,200 baud, ten bits a byte.
    line("card read and filled in", begun.elapsed(), Some(Duration::from_micros(112_413)))
}

/// Median and p99 of writing a page and waiting until the disk has it.
fn synced_pages(folder: &Path) -> anyhow::Result<[Duration; 2]> {
    let path = folder.join("anchor");
    let mut file = File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..ACTS {
        let begun = Instant::now();
        file.write_all(&[7; PAGE])?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    std::fs::remove_file(path)?;
    Ok([share(&mut times, 50), share(&mut times, 99)])
}

fn share(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

/// Proportional set size of a process and everything below it, KiB.
fn memory(process: u32) -> Option<u64> {
    let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let own = rollup
        .lines()
        .find_map(|line| line.strip_prefix("Pss:"))?
        .trim()
        .trim_end_matches(" kB")
        .parse::<u64>()
        .ok()?;
    let mut all = own;
    for task in std::fs::read_dir(format!("/proc/{process}/task")).ok()?.flatten() {
        let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
            all += memory(child).unwrap_or_default();
        }
    }
    Some(all)
}

fn line(what: &str, time: Duration, anchor: Option<Duration>) -> anyhow::Result<()> {
    let milliseconds = time.as_secs_f64() * 1e3;
    match anchor {
        Some(anchor) => say(&format!(
            "{what:<42} {milliseconds:>9.2} ms   {:.2} × {:.2} ms",
            time.as_secs_f64() / anchor.as_secs_f64(),
            anchor.as_secs_f64() * 1e3
        )),
        None => say(&format!("{what:<42} {milliseconds:>9.2} ms")),
    }
}

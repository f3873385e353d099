//! Histories at terminals, judged by a server that gets their bytes and keeps its own database.

use crate::dice::Dice;
use crate::history::{Counts, Ground, History, Queued, people};
use crate::number;
use crate::report::{Report, Row};
use crate::site::{Site, Template, WINDOWS};
use crate::window::{Window, hash};
use domain::matter::MatterDefinition;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Histories of `make test`: under a minute of one core, unoptimised. `make test-full` plays 100,000.
const HISTORIES: u64 = 300;
/// Histories that one server judges before a fresh copy takes over.
const BATCH: usize = 150;
/// Definitions that one batch draws from.
const DEFINITIONS: usize = 30;
/// Rounds of working, pushing and pulling.
const ROUNDS: usize = 6;
/// Random worlds beside the shipped matters.
const WORLDS: usize = 60;

/// One batch: what it came to, and what failed.
struct Batch {
    number: usize,
    agreed: usize,
    failed: usize,
    counts: Counts,
    input: String,
    seconds: f64,
    faults: Vec<String>,
}

async fn play(template: &Template, seed: u64, number: usize, count: usize) -> Batch {
    let begun = Instant::now();
    let mut dice = Dice::of(seed, number as u64 + 1);
    let mut site = Site::start(template).await;
    let mut windows = Vec::new();
    for (profile, _) in WINDOWS {
        windows.push(Window::enrol(&site.url(), template.code(profile), profile).await);
    }
    let mut reader = windows.pop().expect("the last one reads");
    let roster = windows[0].roster.clone();
    let all: Vec<&MatterDefinition> =
        template.catalogue.matters.values().map(|one| &one.definition).collect();
    let mut definitions = Vec::new();
    for _ in 0..DEFINITIONS {
        let definition = dice.one(&all);
        let name = windows[0].edition.definitions[&definition.id];
        let intents = crate::desk::intents(definition, &template.catalogue, 2, &mut dice);
        definitions.push((definition, name, intents));
    }
    let mut histories = Vec::new();
    let mut counts = Counts::default();
    let mut faults = Vec::new();
    {
        let mut ground = Ground {
            catalogue: &template.catalogue,
            people: people(&roster),
            roster,
            register: &site.register,
            pool: HashMap::new(),
            definitions,
        };
        for one in 0..count {
            let own = Dice::of(dice.next(), one as u64);
            histories.push(History::new(one, own, &ground));
        }
        for round in 0..ROUNDS {
            let mut queues: Vec<Vec<Queued>> = windows.iter().map(|_| Vec::new()).collect();
            for history in &mut histories {
                let mut here = history.windows.clone();
                // The first round begins the case; who did not begin it sees nothing yet.
                dice.shuffle(&mut here);
                for at in here {
                    history.work(round, at, &mut windows[at], &mut ground, &mut queues[at]).await;
                }
            }
            let mut order: Vec<usize> = (0..windows.len()).collect();
            dice.shuffle(&mut order);
            for at in order {
                let acts: Vec<_> =
                    queues[at].iter().map(|one| (one.act.to_bytes(), one.session.clone())).collect();
                let outcomes = windows[at].push(&acts).await;
                for (queued, outcome) in queues[at].iter().zip(&outcomes) {
                    histories[queued.history].answered(at, queued, outcome, &ground);
                }
            }
            for (at, window) in windows.iter_mut().enumerate() {
                // A terminal that does not pull works on with what it has.
                if round + 1 == ROUNDS || dice.percent(70) {
                    window.pull().await;
                    for history in &mut histories {
                        if history.windows.contains(&at) {
                            history.pulled(at, window);
                        }
                    }
                }
            }
        }
    }
    // Nothing but the database is left of what was pushed.
    site.restart().await;
    reader.url = site.url();
    reader.pull().await;
    let states = states(&site);
    let mut input = Vec::new();
    let (mut agreed, mut failed) = (0, 0);
    let mut numbers = HashSet::new();
    for history in &mut histories {
        let submission = history.today.submission.as_ref();
        let given =
            submission.into_iter().flat_map(|one| [&one.accepted_number, &one.intake_number]).flatten();
        if given.into_iter().any(|number| !numbers.insert(number.clone())) {
            history.fault.get_or_insert("a number was given to two cases".to_owned());
        }
        history.finish(&reader, states.get(&history.case.to_string()).map(String::as_str));
        input.extend(history.input());
        counts.add(&history.counts);
        match &history.fault {
            None => agreed += 1,
            Some(fault) => {
                failed += 1;
                faults.push(format!("SEED={seed} BATCH={number} history {}: {fault}", history.number));
            }
        }
    }
    // One batch in fifty is proved from its rows alone, with every signature.
    if number.is_multiple_of(50) {
        let found = site.prove().await;
        if !found.is_empty() {
            failed += 1;
            faults.push(format!("SEED={seed} BATCH={number}: {found:?}"));
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    Batch { number, agreed, failed, counts, input: hash(&input).to_hex()[..16].to_owned(), seconds, faults }
}

/// The states of the server's cases, as its rows say in clear.
fn states(site: &Site) -> HashMap<String, String> {
    let db = rusqlite::Connection::open(site.data().join("server.db")).unwrap();
    let mut read = db.prepare("SELECT id, state FROM case_file").unwrap();
    let rows = read.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn terminal_and_server_agree_on_random_histories() {
    let seed = number("SEED", 20_261_123);
    let wanted = number("HISTORIES", HISTORIES) as usize;
    let only = std::env::var("BATCH").ok().and_then(|text| text.parse::<usize>().ok());
    println!("SEED={seed} HISTORIES={wanted}");
    let begun = Instant::now();
    let template = runtime().block_on(Template::prepare(seed, WORLDS));
    let batches = wanted.div_ceil(BATCH);
    let next = AtomicUsize::new(only.unwrap_or(0));
    let end = only.map_or(batches, |only| only + 1);
    // Two at a time: the smallest PC of the tests has two cores.
    let mut all: Vec<Batch> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let runtime = runtime();
                    let mut done = Vec::new();
                    loop {
                        let number = next.fetch_add(1, Ordering::SeqCst);
                        if number >= end {
                            return done;
                        }
                        let count = BATCH.min(wanted.saturating_sub(number * BATCH).max(1));
                        let batch = runtime.block_on(play(&template, seed, number, count));
                        if number.is_multiple_of(50) || batch.failed > 0 {
                            println!("batch {number} of {batches}: {} failed", batch.failed);
                        }
                        done.push(batch);
                    }
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    all.sort_by_key(|batch| batch.number);
    let mut counts = Counts::default();
    let mut rows = Vec::new();
    for batch in &all {
        counts.add(&batch.counts);
        let said = format!("{:?}", batch.counts);
        rows.push(Row {
            id: format!("histories SEED={seed} BATCH={}", batch.number),
            input: batch.input.clone(),
            result: if batch.failed == 0 { "passed" } else { "failed" }.to_owned(),
            seconds: batch.seconds,
            agreed: batch.agreed,
            failed: batch.failed,
            evidence: if batch.faults.is_empty() { said } else { batch.faults.join("\n") },
        });
    }
    println!("{counts:?} in {:.0} s", begun.elapsed().as_secs_f64());
    let report = Report::take("histories", rows);
    println!("histories: {} agreed, {} failed", report.agreed(), report.failed());
    let faults: Vec<&String> = all.iter().flat_map(|batch| &batch.faults).take(5).collect();
    assert_eq!(report.failed(), 0, "{faults:#?}");
    if only.is_none() {
        assert_eq!(report.agreed(), wanted);
    }
    if wanted >= 10_000 && only.is_none() {
        // Everything that may become of an act was met.
        let met =
            [counts.placed, counts.refused, counts.conflicts, counts.no_longer, counts.held, counts.ended];
        assert!(met.iter().all(|count| *count > 0), "{counts:?}");
    }
}

//! Pulls: who waits is woken, nothing is skipped, nothing is acknowledged before it is contained.

use crate::on_both;
use crate::support::window::{HAN, change};
use crate::support::{Kind, Site};
use domain::command::Command;
use std::time::{Duration, Instant};

on_both!(
    who_waits_is_woken,
    another_process_is_heard,
    no_cursor_skips_while_many_write,
    acknowledgements_follow_the_pages,
    a_restored_server_asks_to_begin_anew,
    a_new_roster_is_told,
);

async fn who_waits_is_woken(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let mut office = site.window("head-office").await;
    let session = counter.login("F0001").await;
    office.pull().await;
    let mut local = counter.new_case("D001");
    let item = counter.act(&session, &mut local, Command::Open);
    let waiting = tokio::spawn(async move {
        let answer = office.pull_once(20_000, 10).await.unwrap();
        (Instant::now(), answer.changes.len())
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished(), "nothing happened yet");
    counter.placed(&session, &[item]).await;
    let answered = Instant::now();
    let (woken, changes) = waiting.await.unwrap();
    assert!(changes > 0);
    assert!(woken.saturating_duration_since(answered) < Duration::from_secs(2));
    site.finish().await;
}

async fn another_process_is_heard(kind: Kind) {
    let site = Site::start(kind).await;
    let second = site.second_node().await;
    let mut counter = site.window("counter1").await;
    let mut office = site.window("head-office").await;
    office.url = format!("http://{}", second.addr);
    let session = counter.login("F0001").await;
    office.pull().await;
    let mut local = counter.new_case("D001");
    let item = counter.act(&session, &mut local, Command::Open);
    let waiting = tokio::spawn(async move {
        let answer = office.pull_once(20_000, 10).await.unwrap();
        (Instant::now(), answer.changes.len())
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    counter.placed(&session, std::slice::from_ref(&item)).await;
    let answered = Instant::now();
    let (woken, changes) = waiting.await.unwrap();
    assert!(changes > 0);
    assert!(woken.saturating_duration_since(answered) < Duration::from_secs(2));
    // The other process gives the same answer to the same act.
    let first = counter.push(&session, std::slice::from_ref(&item)).await.unwrap();
    counter.url = format!("http://{}", second.addr);
    assert_eq!(counter.push(&session, &[item]).await.unwrap().results, first.results);
    second.stop().await;
    site.finish().await;
}

async fn no_cursor_skips_while_many_write(kind: Kind) {
    const CASES: usize = 12;
    let site = Site::start(kind).await;
    let second = site.second_node().await;
    let mut counter = site.window("counter1").await;
    let mut office = site.window("head-office").await;
    office.url = format!("http://{}", second.addr);
    let auxiliary = counter.login("F0001").await;
    let officer = office.login("J0001").await;
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..CASES {
        let mut local = counter.new_case("D001");
        mine.push(counter.act(&auxiliary, &mut local, Command::Open));
        mine.push(counter.act(&auxiliary, &mut local, HAN.read()));
        let mut local = office.new_case("D001");
        theirs.push(office.act(&officer, &mut local, Command::Open));
        theirs.push(office.act(&officer, &mut local, change("extra.note", "甲")));
    }
    // Two processes write side by side; the second window reads in small pages all the while.
    let write = async {
        for item in &mine {
            counter.placed(&auxiliary, std::slice::from_ref(item)).await;
        }
    };
    let mut pages = 0;
    let read = async {
        for item in &theirs {
            office.placed(&officer, std::slice::from_ref(item)).await;
            let answer = office.pull_once(0, 3).await.unwrap();
            office.take(answer);
            pages += 1;
        }
    };
    tokio::join!(write, read);
    office.pull().await;
    assert_eq!(pages, 2 * CASES);
    // `take` has checked that no place of a case was skipped; and every case is here whole.
    assert_eq!(office.placed.len(), 2 * CASES);
    let own = office.placed.values().filter(|records| records.len() == 2).count();
    let others = office.placed.values().filter(|records| records.len() == 3).count();
    assert_eq!((own, others), (CASES, CASES));
    second.stop().await;
    site.finish().await;
}

async fn acknowledgements_follow_the_pages(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let (_, items) = counter.take_in(&session, &HAN).await;
    counter.placed(&session, &items).await;
    let mut last = 0;
    loop {
        let answer = counter.pull_once(0, 1).await.unwrap();
        let (more, ack) = (answer.more, answer.ack_through);
        counter.take(answer);
        assert!(ack >= last);
        last = ack;
        let contained: usize = counter.placed.values().map(Vec::len).sum();
        // The first act gives one event, the second two: never more is acknowledged than is here.
        let through = [0, 1, 1, 2, 3, 4, 5][contained.min(6)];
        assert_eq!(ack, through, "{contained} events are here");
        if !more {
            break;
        }
    }
    assert_eq!(last, items.len() as u64);
    site.finish().await;
}

async fn a_restored_server_asks_to_begin_anew(kind: Kind) {
    let mut site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let mut local = counter.new_case("D001");
    let item = counter.act(&session, &mut local, Command::Open);
    counter.placed(&session, &[item]).await;
    counter.pull().await;
    let before = counter.time().await.incarnation;
    site.stop().await;
    server::note_restored(&site.settings).await.unwrap();
    site.restart().await;
    counter.url = site.url();
    assert_ne!(counter.time().await.incarnation, before);
    let answer = counter.pull_once(0, 10).await.unwrap();
    assert!(answer.reset && answer.changes.is_empty() && answer.ack_through == 0);
    counter.cursor.clear();
    let answer = counter.pull_once(0, 10).await.unwrap();
    assert!(!answer.reset && answer.changes.len() > 1);
    site.finish().await;
}

async fn a_new_roster_is_told(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    counter.pull().await;
    assert!(counter.pull_once(0, 10).await.unwrap().changes.is_empty());
    let file = site.settings.assets.clone().unwrap().join("demo/officers.toml");
    let text = std::fs::read_to_string(&file).unwrap().replace("\"photographer\"", "\"inspector\"");
    std::fs::write(&file, text).unwrap();
    server::prepare_demo(&site.settings).await.unwrap();
    let answer = counter.pull_once(10_000, 10).await.unwrap();
    assert_eq!(answer.changes, [protocol::pull::Change::Edition]);
    site.finish().await;
}

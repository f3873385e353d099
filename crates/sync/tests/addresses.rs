//! Standard addresses on their way: whole or not at all, over a line that changes them and one that breaks.

use crate::support::counter::Counter;
use crate::support::proxy::Lie;
use crate::support::{House, settings, wait_for};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use store::table::addresses;

/// One piece has 4,000 addresses.
const OF_A_ROAD: usize = 4_000;

/// A road for each piece, in the order in which the server sorts them.
fn publish(house: &House, roads: &[&str]) {
    let mut file = String::from(
        "标准地址编码,行政区划代码,行政区划名称,街路巷,门牌号,小区,楼室,派出所代码,派出所名称\n",
    );
    for (at, road) in roads.iter().enumerate() {
        for number in 1..=OF_A_ROAD {
            writeln!(
                file,
                "9999015{at:02}{number:05},999901,江城市城关区,{road},{number}号,,,999901510000,城关派出所"
            )
            .unwrap();
        }
    }
    let path = house.folder.path().join("addresses.csv");
    std::fs::write(&path, file).unwrap();
    let words =
        server::AddressWords { title: "演示".into(), source: "虚构".into(), day: "2026-11-22".into() };
    let rows =
        house.runtime.block_on(server::import_addresses(&settings(&house.data()), &path, &words)).unwrap();
    assert_eq!(rows as usize, roads.len() * OF_A_ROAD);
}

fn found(counter: &Counter, typed: &str) -> Vec<String> {
    counter
        .store
        .read(|db| {
            let Some(present) = addresses::present(db)? else { return Ok(Vec::new()) };
            let found = addresses::find(db, &present, &BTreeMap::new(), typed, "999901", 20)?;
            Ok(found.into_iter().map(|one| one.text).collect())
        })
        .unwrap()
}

fn failed(counter: &Counter, rounds: u32) {
    wait_for("rounds that failed", || {
        counter.sync().lanes().iter().any(|lane| lane.name == "addresses" && lane.failures >= rounds)
    });
}

fn holds(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_changed_package_or_piece_is_refused_and_the_true_one_comes_later() {
    let house = House::open();
    let proxy = house.proxy();
    publish(&house, &["东一路", "东二路"]);
    let lies: [Lie; 2] = [
        |path, mut body| {
            if path.starts_with("/v1/addresses") {
                let last = body.len() - 1;
                body[last] ^= 1;
            }
            body
        },
        |path, mut body| {
            if path.starts_with("/v1/contents/") && holds(&body, "rooms") && holds(&body, "东二路") {
                let last = body.len() - 1;
                body[last] ^= 1;
            }
            body
        },
    ];
    proxy.set_lie(Some(lies[0]));
    let counter = Counter::open(&house, &proxy.url(), "柜台一", "J0001");
    for lie in lies {
        proxy.set_lie(Some(lie));
        counter.sync().wake();
        failed(&counter, 3);
        assert!(found(&counter, "东一路").is_empty(), "nothing is searched before all of it is here");
    }
    proxy.set_lie(None);
    counter.sync().wake();
    wait_for("the addresses", || !found(&counter, "东二路 4000").is_empty());
    assert_eq!(found(&counter, "dyl7")[0], "东一路7号");
    assert_eq!(found(&counter, "东二路4000"), ["东二路4000号"]);
}

#[test]
fn a_new_package_goes_on_where_it_stopped_and_takes_the_place_of_the_old_one_at_once() {
    let house = House::open();
    let proxy = house.proxy();
    publish(&house, &["东一路"]);
    let mut counter = Counter::open(&house, &proxy.url(), "柜台一", "J0001");
    wait_for("the first addresses", || !found(&counter, "东一路").is_empty());

    let breaks_last: Lie = |path, body| {
        let last = path.starts_with("/v1/contents/") && holds(&body, "rooms") && holds(&body, "西三路");
        if last { Vec::new() } else { body }
    };
    proxy.set_lie(Some(breaks_last));
    publish(&house, &["西一路", "西三路", "西二路"]);
    failed(&counter, 2);
    assert_eq!(found(&counter, "西一路"), [""; 0]);
    assert_eq!(found(&counter, "东一路 3999"), ["东一路3999号"], "the old ones are searched meanwhile");

    // A terminal that starts anew asks for the missing pieces alone: the others could not be had any more.
    counter.disconnect();
    let gives_missing: Lie = |path, body| {
        let others = path.starts_with("/v1/contents/") && holds(&body, "rooms") && holds(&body, "西一路");
        if others { Vec::new() } else { body }
    };
    proxy.set_lie(Some(gives_missing));
    counter.connect();
    wait_for("the new addresses", || !found(&counter, "西三路").is_empty());
    for road in ["西一路", "西二路", "西三路"] {
        assert_eq!(found(&counter, &format!("{road}4000")), [format!("{road}4000号")]);
    }
    assert_eq!(found(&counter, "东一路"), [""; 0]);
}

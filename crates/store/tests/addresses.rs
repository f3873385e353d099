//! Standard addresses: what typing finds, how a package comes and takes the place of the one before.

use domain::ids::ContentHash;
use gm::DatabaseKey;
use std::collections::BTreeMap;
use store::table::addresses::{self, Coming, Found, SiteRow};
use store::{Options, Priority, Store};

fn store() -> (tempfile::TempDir, DatabaseKey, Store) {
    let folder = tempfile::tempdir().unwrap();
    let key = DatabaseKey::generate().unwrap();
    let store = Store::create(folder.path(), &key, &Options::default()).unwrap();
    (folder, key, store)
}

fn site(id: i64, division: &str, text: &str, initials: &[&str], rests: &[&str]) -> SiteRow {
    SiteRow {
        id,
        division: division.into(),
        station: format!("{division}510000"),
        text: text.into(),
        initials: initials.iter().map(|one| (*one).to_owned()).collect(),
        rooms: (0..).zip(rests).map(|(at, rest)| (at, format!("{id}X{at}"), (*rest).to_owned())).collect(),
    }
}

fn city() -> Vec<SiteRow> {
    vec![
        site(1, "999901", "槐荫路2号", &["hyl"], &[""]),
        site(2, "999901", "槐荫路18号听雨花园", &["hyl", "tyhy"], &["2幢301室", "2幢302室", "12幢301室"]),
        site(3, "999901", "槐荫路180号", &["hyl"], &["1单元101室"]),
        site(4, "999901", "𠮷祥巷7号", &["jxx"], &[""]),
        site(5, "999902", "槐荫路18号", &["hyl"], &["A座5层"]),
        site(6, "999902", "沿江大道301号", &["yjdd"], &[""]),
    ]
}

fn begin(store: &Store, id: u8) -> Coming {
    let id = ContentHash([id; 32]);
    loop {
        let at = store.write(Priority::Background, move |tx| addresses::begin(tx, id, b"head")).unwrap();
        if let Some(at) = at {
            return at;
        }
        while store.write(Priority::Background, |tx| addresses::sweep(tx)).unwrap() {}
    }
}

fn put(store: &Store, at: Coming, sites: Vec<SiteRow>, last: bool) -> store::Result<Coming> {
    store.write(Priority::Background, move |tx| addresses::put(tx, at, &sites, last))
}

fn publish(store: &Store, id: u8, sites: Vec<SiteRow>) {
    let rows = u32::try_from(sites.iter().map(|site| site.rooms.len()).sum::<usize>()).unwrap();
    let at = put(store, begin(store, id), sites, true).unwrap();
    store.write(Priority::Background, move |tx| addresses::put_in_force(tx, at, rows)).unwrap();
}

fn found(store: &Store, typed: &str, own: &str) -> Vec<Found> {
    let divisions = BTreeMap::from(
        [("999901", "江城市城关区"), ("999902", "江城市临江区")].map(|(a, b)| (a.into(), b.into())),
    );
    store
        .read(|db| {
            let Some(present) = addresses::present(db)? else { return Ok(Vec::new()) };
            addresses::find(db, &present, &divisions, typed, own, 20)
        })
        .unwrap()
}

fn texts(store: &Store, typed: &str) -> Vec<String> {
    found(store, typed, "999901").into_iter().map(|one| one.text).collect()
}

#[test]
fn typing_finds_by_parts_numbers_and_initials() {
    let (_folder, _key, store) = store();
    assert_eq!(texts(&store, "槐荫路"), [""; 0], "nothing is here yet");
    publish(&store, 1, city());
    let two = "槐荫路18号听雨花园2幢301室";
    assert_eq!(texts(&store, "hyl18")[0], two);
    assert_eq!(texts(&store, "HYL18"), texts(&store, "hyl18"));
    assert_eq!(texts(&store, "听雨 槐荫")[0], two, "parts in any order");
    assert_eq!(texts(&store, "tyhy 302"), ["槐荫路18号听雨花园2幢302室"]);
    assert_eq!(texts(&store, "槐荫路18 2-301"), [two], "12幢 is another number than 2幢");
    assert_eq!(texts(&store, "城关区槐荫路18号听雨花园2幢301室"), [two]);
    assert_eq!(texts(&store, "江城市城关区𠮷祥"), ["𠮷祥巷7号"]);
    assert_eq!(texts(&store, "hyl18 a座"), ["槐荫路18号A座5层"]);
    assert_eq!(texts(&store, "临江 槐荫"), ["槐荫路18号A座5层"]);
    for nothing in ["", " ，", "天涯路", "hyl19", "槐荫路18号3幢", "\" OR *", "hyl) OR (a"] {
        assert_eq!(texts(&store, nothing), [""; 0], "{nothing}");
    }
}

#[test]
fn the_own_division_comes_first_then_whole_numbers_then_the_order_of_the_package() {
    let (_folder, _key, store) = store();
    publish(&store, 1, city());
    let all = texts(&store, "hyl18");
    assert_eq!(
        all,
        [
            "槐荫路18号听雨花园2幢301室",
            "槐荫路18号听雨花园2幢302室",
            "槐荫路18号听雨花园12幢301室",
            "槐荫路180号1单元101室",
            "槐荫路18号A座5层"
        ]
    );
    let other = found(&store, "hyl18", "999902");
    assert_eq!((other[0].text.as_str(), other[0].station.as_str()), ("槐荫路18号A座5层", "999902510000"));
    assert_eq!(other.len(), all.len());
    assert_eq!(found(&store, "hyl18", "110101")[0].text, all[0], "a division that the package does not have");
    assert_eq!(texts(&store, "槐荫路")[0], "槐荫路2号");
}

#[test]
fn never_more_than_asked_for_and_each_once() {
    let (_folder, _key, store) = store();
    let rests: Vec<String> = (0..400).map(|room| format!("{}室", 100 + room)).collect();
    let rests: Vec<&str> = rests.iter().map(String::as_str).collect();
    let sites = (1..=50).map(|id| site(id, "999901", &format!("槐荫路{id}号"), &["hyl"], &rests)).collect();
    publish(&store, 1, sites);
    for typed in ["h", "hyl", "1", "路", "hyl1", "槐荫路1 1", "hyl 5 499"] {
        let found = found(&store, typed, "999901");
        let codes: std::collections::BTreeSet<_> = found.iter().map(|one| &one.code).collect();
        assert!(!found.is_empty() && found.len() <= 20 && codes.len() == found.len(), "{typed}");
    }
    assert_eq!(texts(&store, "hyl 5 499")[0], "槐荫路5号499室");
}

#[test]
fn a_package_goes_on_where_it_stopped_and_is_seen_only_when_whole() {
    let (folder, key, store) = store();
    publish(&store, 1, city());
    let at =
        put(&store, begin(&store, 2), vec![site(1, "999901", "新街1号", &["xj"], &[""])], false).unwrap();
    assert_eq!((at.pieces, at.batches), (0, 1));
    assert_eq!(texts(&store, "新街"), [""; 0], "half a package is not searched");
    assert_eq!(texts(&store, "𠮷祥"), ["𠮷祥巷7号"]);
    drop(store);
    let store = Store::open(folder.path(), &key, &Options::default()).unwrap();
    assert_eq!(begin(&store, 2), at, "a restart goes on there");
    let stale = Coming { batches: 0, ..at };
    assert!(put(&store, stale, vec![site(9, "999901", "旧街1号", &[], &[""])], false).is_err());
    let at = put(&store, at, vec![site(2, "999901", "新街2号", &["xj"], &[""])], true).unwrap();
    assert_eq!((at.pieces, at.batches), (1, 0));
    let short = store.write(Priority::Background, move |tx| addresses::put_in_force(tx, at, 3));
    assert!(short.is_err(), "a package with fewer addresses than it says");
    assert_eq!(texts(&store, "𠮷祥"), ["𠮷祥巷7号"], "and the one before still stands");
    store.write(Priority::Background, move |tx| addresses::put_in_force(tx, at, 2)).unwrap();
    assert_eq!(texts(&store, "新街"), ["新街1号", "新街2号"]);
    assert_eq!(texts(&store, "𠮷祥"), [""; 0]);
}

#[test]
fn a_package_that_never_got_whole_makes_room_for_the_next_and_old_ones_leave_nothing() {
    let (folder, _key, store) = store();
    publish(&store, 1, city());
    put(&store, begin(&store, 2), vec![site(1, "999901", "新街1号", &["xj"], &[""])], false).unwrap();
    publish(&store, 3, vec![site(1, "999901", "三号街3号", &["shj"], &[""])]);
    while store.write(Priority::Background, |tx| addresses::sweep(tx)).unwrap() {}
    assert_eq!(texts(&store, "街"), ["三号街3号"]);
    let left: i64 = store
        .read(|db| {
            Ok(db.query_row(
                "SELECT (SELECT count(*) FROM address_site_0) + (SELECT count(*) FROM address_site_1)
                      + (SELECT count(*) FROM address_room_0) + (SELECT count(*) FROM address_room_1)
                      + (SELECT count(*) FROM address_package)",
                [],
                |row| row.get(0),
            )?)
        })
        .unwrap();
    assert_eq!(left, 3, "one site, one address, one package");
    let bytes = std::fs::read(folder.path().join(store::DATABASE)).unwrap();
    let name = "三号街".as_bytes();
    assert!(!bytes.windows(name.len()).any(|window| window == name), "the file is enciphered");
}

//! The stores themselves, opened beside the programs that wrote them: what a terminal and what the server keep.

use crate::station::Station;
use domain::event::{Event, EventRecord};
use domain::ids::{CaseId, ContentHash};
use gm::{KeySlots, MachineSecret};
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::path::Path;
use store::table::blob::BlobRow;
use store::{Options, Store, blob_file, table};

/// The store of a window that nobody is logged in at any more, opened with an officer's own password.
pub fn of_window(station: &Station, window: &str, officer: &str) -> Store {
    let folder = station.folder.path().join(window);
    let secret = MachineSecret::from_slice(&std::fs::read(folder.join("machine.secret")).unwrap()).unwrap();
    let slots = KeySlots::load(&folder.join("store").join(gm::keyslots::FILE_NAME)).unwrap();
    let key = slots.unlock_user(officer, &format!("jiangcheng-{officer}"), &secret).unwrap();
    Store::open(&folder.join("store"), &key, &Options::default()).unwrap()
}

/// A file of a store by its name.
pub fn file(store: &Store, name: &str) -> (BlobRow, Vec<u8>) {
    let id = ContentHash::from_hex(name).unwrap();
    let row = store.read(|db| table::blob::get(db, id)).unwrap().expect("the file is known");
    let content = blob_file::read(store.folder(), &row).unwrap();
    (row, content)
}

/// Events of a case with their hashes.
pub fn events(store: &Store, case: &str) -> Vec<(EventRecord, ContentHash)> {
    let case: CaseId = serde_json::from_value(case.into()).unwrap();
    let rows = store.read(|db| table::event::of_case(db, case)).unwrap();
    rows.iter()
        .map(|row| {
            assert_eq!(ContentHash(gm::sm3(&row.bytes).0), row.hash, "the bytes are the signed ones");
            (EventRecord::from_bytes(&row.bytes).unwrap(), row.hash)
        })
        .collect()
}

/// The story has ended: the server's own store is proved, and holds the closed case with every event and file that the
/// window has. `last` is whose window it was at the end.
pub fn whole_at_the_server(station: &mut Station, window: &str, last: &str, cases: &[&str]) {
    station.pull_network();
    let report = station.check_server();
    assert!(report.faults.is_empty() && report.blobs > 3, "{report:#?}");
    let store = of_window(station, window, last);
    for case in cases {
        same_at_the_server(station, &store, case);
        let end = events(&store, case).pop().unwrap().0.event;
        assert!(matches!(end, Event::Closed { .. }), "{end:?}");
    }
}

/// The server holds what the window has of a case: each event by its SM3, each file by the SM3 of its sealed bytes.
/// Both must be at rest: the server stopped, nobody logged in.
pub fn same_at_the_server(station: &Station, store: &Store, case: &str) {
    let own = events(store, case);
    assert!(own.len() > 10, "{} events", own.len());
    let db = Connection::open(station.server_data().join("server.db")).unwrap();
    let placed: i64 =
        db.query_row("SELECT COUNT(*) FROM event WHERE case_id = $1", [case], |row| row.get(0)).unwrap();
    assert_eq!(placed, i64::try_from(own.len()).unwrap(), "events of the case at the server");
    let mut statement = db
        .prepare("SELECT hash FROM author_event WHERE case_id = $1 AND placed IS NOT NULL ORDER BY placed")
        .unwrap();
    let theirs: Vec<Vec<u8>> =
        statement.query_map([case], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let ours: Vec<Vec<u8>> = own.iter().map(|(_, hash)| hash.0.to_vec()).collect();
    assert_eq!(theirs, ours, "the same events in the same order");

    let wanted =
        names(&serde_json::to_value(own.iter().map(|(record, _)| record).collect::<Vec<_>>()).unwrap());
    assert!(wanted.len() >= 3, "{wanted:?}");
    let folder = station.server_data().join("objects/blobs");
    for name in wanted {
        let sealed = object(&folder.join(&name[..2]).join(&name));
        assert_eq!(ContentHash(gm::sm3(&sealed).0).to_hex(), name, "a file of the case at the server");
        let id = ContentHash::from_hex(&name).unwrap();
        if store.read(|db| table::blob::get(db, id)).unwrap().is_some_and(|row| row.here) {
            assert_eq!(blob_file::read_sealed(store.folder(), id).unwrap(), sealed);
        }
    }
}

/// The pieces of a stored object, in their order.
fn object(folder: &Path) -> Vec<u8> {
    let mut pieces: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pieces.sort_by_key(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.split('-').next().unwrap().parse::<u64>().unwrap()
    });
    pieces.iter().flat_map(|path| std::fs::read(path).unwrap()).collect()
}

/// Names of all files that events refer to: whatever has name, content, length and media is a reference.
fn names(value: &serde_json::Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    match value {
        serde_json::Value::Object(map) => {
            if ["id", "content", "length", "media"].iter().all(|key| map.contains_key(*key)) {
                found.extend(map["id"].as_str().map(str::to_owned));
            }
            found.extend(map.values().flat_map(names));
        }
        serde_json::Value::Array(list) => found.extend(list.iter().flat_map(names)),
        _ => {}
    }
    found
}

//! Wrong keys and foreign files: refused, and not one byte is changed.

use gm::DatabaseKey;
use std::fs;
use store::table::terminal;
use store::{DATABASE, Options, Priority, Store};

fn folder_bytes(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_wrong_key_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let key = DatabaseKey::generate().unwrap();
    let store = Store::create(folder.path(), &key, &Options::default()).unwrap();
    store.write(Priority::Interactive, |tx| terminal::put(tx, "a", b"b")).unwrap();
    drop(store);
    let before = folder_bytes(folder.path());
    let other = DatabaseKey::generate().unwrap();
    let refused = Store::open(folder.path(), &other, &Options::default()).err().unwrap();
    assert_eq!(refused.code(), "GM_WRONG_KEY");
    assert_eq!(folder_bytes(folder.path()), before);
    let store = Store::open(folder.path(), &key, &Options::default()).unwrap();
    assert_eq!(store.read(|connection| terminal::get(connection, "a")).unwrap().unwrap(), b"b");
}

#[test]
fn foreign_files_are_left_alone() {
    for content in [b"SQLite format 3\0 and more".to_vec(), vec![7; 9000]] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(DATABASE), &content).unwrap();
        let before = folder_bytes(folder.path());
        let key = DatabaseKey::generate().unwrap();
        assert!(Store::open(folder.path(), &key, &Options::default()).is_err());
        assert_eq!(folder_bytes(folder.path()), before);
    }
}

#[test]
fn a_store_is_not_made_over_another_and_not_opened_where_none_is() {
    let folder = tempfile::tempdir().unwrap();
    let key = DatabaseKey::generate().unwrap();
    assert!(Store::open(folder.path(), &key, &Options::default()).is_err());
    drop(Store::create(folder.path(), &key, &Options::default()).unwrap());
    let refused = Store::create(folder.path(), &key, &Options::default()).err().unwrap();
    assert_eq!(refused.code(), "STORE_FILE");
}

#[test]
fn unfinished_and_nameless_files_are_swept_and_named_ones_stay() {
    let folder = tempfile::tempdir().unwrap();
    let key = DatabaseKey::generate().unwrap();
    let store = Store::create(folder.path(), &key, &Options::default()).unwrap();
    let write = |bytes: &[u8]| store::blob_file::write(folder.path(), None, bytes, "image/png").unwrap();
    let (named, row) = write(b"named");
    let (nameless, _) = write(b"nameless");
    store.write(Priority::Interactive, move |tx| store::table::blob::put(tx, &row)).unwrap();
    let part = store::blob_file::path(folder.path(), named.id).with_extension("part");
    fs::write(&part, b"half").unwrap();
    drop(store);
    let store = Store::open(folder.path(), &key, &Options::default()).unwrap();
    assert!(!part.exists());
    assert!(!store::blob_file::path(folder.path(), nameless.id).exists());
    let row = store.read(|connection| store::table::blob::get(connection, named.id)).unwrap().unwrap();
    assert_eq!(store::blob_file::read(folder.path(), &row).unwrap(), b"named");
}

#[test]
fn a_panicking_write_is_taken_back_and_the_store_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path(), &DatabaseKey::generate().unwrap(), &Options::default()).unwrap();
    let broken: store::Result<()> = store.write(Priority::Interactive, |tx| {
        terminal::put(tx, "half", b"done")?;
        panic!("planted");
    });
    assert!(broken.is_err());
    store.write(Priority::Background, |tx| terminal::put(tx, "next", b"")).unwrap();
    assert_eq!(store.read(|connection| terminal::get(connection, "half")).unwrap(), None);
}

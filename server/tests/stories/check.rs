//! The proof of a store finds what was changed behind the server's back.

use crate::support::window::{HAN, fresh};
use crate::support::{Kind, Site};
use domain::ids::CaseId;
use rusqlite::Connection;

/// What somebody with the database file might do.
const DEEDS: &[&str] = &[
    "DELETE FROM event WHERE version = 2",
    "DELETE FROM event WHERE version = (SELECT MAX(version) FROM event)",
    "UPDATE event SET sealed = (SELECT sealed FROM event WHERE version = 2) WHERE version = 3",
    "UPDATE event SET author_seq = 7 WHERE version = 2",
    "UPDATE case_file SET head = zeroblob(32)",
    "UPDATE case_file SET version = version + 1",
    "DELETE FROM author_event WHERE seq = 2",
    "UPDATE author_event SET hash = zeroblob(32) WHERE seq = 2",
    "UPDATE author_event SET placed = NULL WHERE seq = 3",
    "UPDATE stream SET chain_head = zeroblob(32)",
    "DELETE FROM applied WHERE seq = 1",
    "UPDATE applied SET act_hash = zeroblob(32) WHERE seq = 1",
    "UPDATE applied SET sealed_result = (SELECT sealed_result FROM applied WHERE seq = 2) WHERE seq = 1",
    "UPDATE stream SET expected = expected + 1",
    "DELETE FROM number_used",
    "DELETE FROM number_block",
    "UPDATE number_block SET first = first + 1",
    "INSERT INTO number_block SELECT 'again', unit, kind, year, terminal, epoch, first, last FROM number_block",
    "DELETE FROM change WHERE position = 1",
    "UPDATE change SET version = 1 WHERE version = 2",
    "UPDATE counter SET value = value + 1 WHERE name LIKE 'change:999901000000'",
    "UPDATE content SET body = x'00'",
    "UPDATE access_log SET terminal = 'somebody else'",
    "UPDATE delegation SET signature = zeroblob(64)",
    "DELETE FROM blob_piece",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_deed_is_found() {
    let mut site = Site::start(Kind::Sqlite).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let (_, items) = counter.take_in(&session, &HAN).await;
    counter.placed(&session, &items).await;
    let case = CaseId(fresh());
    let (id, (bytes, key)) = super::blobs::sealed(10);
    super::blobs::upload(&counter, case, &id, &bytes, &key).await;
    let request = protocol::blob::KeyRequest { case, blob: id };
    let _: protocol::blob::KeyAnswer = counter.post(&format!("/v1/blobs/{id}/key"), &request).await.unwrap();
    site.stop().await;
    let untouched = server::check_store(&site.settings).await.unwrap();
    assert!(untouched.faults.is_empty(), "{:#?}", untouched.faults);
    assert_eq!((untouched.cases, untouched.acts, untouched.numbers), (1, 5, 1));
    assert_eq!((untouched.blobs, untouched.accesses), (1, 1));

    let file = site.settings.data.join("server.db");
    // The assets would be put in force again, and mend what a deed did to them.
    site.settings.assets = None;
    let copy = std::fs::read(&file).unwrap();
    for deed in DEEDS {
        let connection = Connection::open(&file).unwrap();
        assert!(connection.execute(deed, []).unwrap() > 0, "{deed} changes nothing");
        drop(connection);
        let report = server::check_store(&site.settings).await.unwrap();
        assert!(!report.faults.is_empty(), "{deed} was not found");
        for log in ["server.db-wal", "server.db-shm"] {
            let _ = std::fs::remove_file(site.settings.data.join(log));
        }
        std::fs::write(&file, &copy).unwrap();
        let report = server::check_store(&site.settings).await.unwrap();
        assert!(report.faults.is_empty(), "{deed} was not undone: {:#?}", report.faults);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_servers_database_is_not_touched() {
    let site = Site::prepare(Kind::Sqlite, None).await;
    let key = site.settings.data.join("server.key");
    std::fs::remove_file(&key).unwrap();
    let fault = server::start(site.settings.clone()).await.err().unwrap();
    assert_eq!(fault.code(), "STORAGE_FOREIGN_KEY");
    // Nor does a key file open with another master secret.
    std::fs::remove_file(site.settings.data.join("master.secret")).unwrap();
    let fault = server::start(site.settings.clone()).await.err().unwrap();
    assert_eq!(fault.code(), "SET_UP");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&key).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_a_later_version_is_not_touched() {
    let site = Site::prepare(Kind::Sqlite, None).await;
    let connection = Connection::open(site.settings.data.join("server.db")).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let fault = server::start(site.settings.clone()).await.err().unwrap();
    assert_eq!(fault.code(), "STORAGE_UNREACHABLE");
}

//! `window-terminal check` must find what is wrong, and say what cannot be checked; it changes nothing.

use crate::child::OFFICER;
use crate::earlier::fixture;
use crate::profile::{copy_folder, password, quicken};
use crate::station::programs;
use check::{CheckError, Part, Report};
use gm::DatabaseKey;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A copy of a whole terminal's data, to be damaged.
struct Data {
    _folder: TempDir,
    data: PathBuf,
    key: DatabaseKey,
}

impl Data {
    fn whole() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        copy_folder(&fixture().join("terminal"), &data);
        let key = quicken(&data);
        Self { _folder: folder, data, key }
    }

    fn database(&self) -> PathBuf {
        self.data.join("store/terminal.db")
    }

    /// Changes the database with statements that no program of the product has.
    fn change(&self, sql: &str) {
        let connection: Connection =
            gm::open_encrypted(&self.database(), &self.key, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        connection.execute_batch(sql).unwrap();
    }

    fn check(&self) -> Report {
        check::check(&self.data, OFFICER, &password()).unwrap()
    }
}

fn files(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), found);
        } else {
            found.insert(entry.path(), std::fs::read(entry.path()).unwrap());
        }
    }
}

#[test]
fn whole_data_is_found_whole_and_not_one_byte_changes() {
    let data = Data::whole();
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    files(&data.data, &mut before);
    let report = data.check();
    files(&data.data, &mut after);
    assert!(report.is_whole(), "{report}");
    assert!(report.own_events >= 8 && report.acts_waiting >= 3 && report.files >= 2, "{report}");
    assert!(before == after, "the checked folder is as it was");
    let words = report.to_string();
    for personal in ["沈", "周", "19900000001", "Z990000001", "9999011"] {
        assert!(!words.contains(personal), "{personal} stands in the report");
    }
}

/// What is damaged, by which statement, and the part that must say so.
const DAMAGES: [(&str, &str, Part); 14] = [
    ("an event altered", "UPDATE event SET bytes = zeroblob(length(bytes)) WHERE own_seq = 3", Part::Events),
    ("an event gone", "DELETE FROM event WHERE own_seq = 3", Part::Events),
    (
        "another's signature",
        "UPDATE event SET signature = (SELECT signature FROM event WHERE own_seq = 1) WHERE own_seq = 2",
        Part::Events,
    ),
    ("a place altered", "UPDATE event SET place_signature = zeroblob(64) WHERE version = 2", Part::Places),
    ("a place gone", "UPDATE event SET version = NULL, place = NULL WHERE version = 2", Part::Places),
    ("an act gone", "DELETE FROM outbox WHERE seq = 2", Part::Acts),
    (
        "an act of other events",
        "UPDATE outbox SET act = (SELECT act FROM outbox WHERE seq = 1) WHERE seq = 2",
        Part::Acts,
    ),
    ("an answer without receipt", "UPDATE outbox SET receipt_signature = NULL WHERE seq = 1", Part::Acts),
    ("a number to be given again", "UPDATE number_block SET next = next + 1", Part::Numbers),
    (
        "a number of nobody",
        "INSERT INTO number_used VALUES ('199990100100020260000017', zeroblob(16))",
        Part::Numbers,
    ),
    ("a file unknown", "DELETE FROM blob WHERE media = 'image/jpeg'", Part::Files),
    ("a list that lies", "UPDATE case_list SET at_counter = 0", Part::Lists),
    ("a case not listed", "DELETE FROM case_list", Part::Lists),
    ("a line of the log altered", "UPDATE audit SET what = 'nothing' WHERE seq = 1", Part::Audit),
];

#[test]
fn every_damage_is_found_where_it_is() {
    for (what, sql, part) in DAMAGES {
        let data = Data::whole();
        data.change(sql);
        let report = data.check();
        assert!(report.faults.iter().any(|fault| fault.part == part), "{what}: {report}");
    }
}

#[test]
fn torn_pages_and_files_are_found() {
    let data = Data::whole();
    let picture = data.data.join("store/blobs");
    let mut found = BTreeMap::new();
    files(&picture, &mut found);
    let (path, bytes) = found.iter().max_by_key(|(_, bytes)| bytes.len()).unwrap();
    std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    let report = data.check();
    assert!(report.faults.iter().all(|fault| fault.part == Part::Files) && !report.is_whole(), "{report}");

    let data = Data::whole();
    let mut file = std::fs::File::options().read(true).write(true).open(data.database()).unwrap();
    // A page in the middle; the first one would keep the database from opening.
    let at = file.metadata().unwrap().len() / 2 / 4096 * 4096 + 100;
    let mut byte = [0];
    file.seek(SeekFrom::Start(at)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&[!byte[0]]).unwrap();
    let report = data.check();
    assert!(report.faults.iter().any(|fault| fault.part == Part::Pages), "{report}");
}

/// The program as an administrator starts it, without any window: what it says, and its exit code.
fn program(data: &Data, password: &str) -> (String, Option<i32>) {
    let mut child = Command::new(programs().join("window-terminal"))
        .args(["check", "--officer", OFFICER])
        .arg(&data.data)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
    let output = child.wait_with_output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

#[test]
fn the_program_says_it_in_words_and_by_its_exit_code() {
    let data = Data::whole();
    let (words, code) = program(&data, &password());
    assert!(words.contains("结论：数据完好。") && code == Some(0), "{code:?} {words}");
    let (words, code) = program(&data, "wrong");
    assert!(words.contains("口令不对") && code == Some(2), "{code:?} {words}");
    data.change("DELETE FROM outbox WHERE seq = 2");
    let (words, code) = program(&data, &password());
    assert!(words.contains("待传与回执") && words.contains("有问题") && code == Some(1), "{code:?} {words}");
}

#[test]
fn what_cannot_be_checked_says_why_and_stays_as_it_is() {
    let data = Data::whole();
    let refused = |officer: &str, password: &str| check::check(&data.data, officer, password).unwrap_err();
    assert!(matches!(refused(OFFICER, "wrong"), CheckError::WrongPassword));
    assert!(matches!(refused("J0001", "wrong"), CheckError::UnknownOfficer));
    let lock = std::fs::File::create(data.data.join("window.lock")).unwrap();
    lock.lock().unwrap();
    assert!(matches!(refused(OFFICER, &password()), CheckError::InUse));
    drop(lock);
    let other = DatabaseKey::generate().unwrap();
    assert!(matches!(check::check_with_key(&data.data, &other).unwrap_err(), CheckError::WrongKey));
    for foreign in [b"SQLite format 3\0 and no more".to_vec(), b"somebody's own file".repeat(500)] {
        std::fs::write(data.database(), &foreign).unwrap();
        assert!(matches!(refused(OFFICER, &password()), CheckError::Foreign));
        assert_eq!(std::fs::read(data.database()).unwrap(), foreign);
    }
    let empty = tempfile::tempdir().unwrap();
    let error = check::check(empty.path(), OFFICER, "x").unwrap_err();
    assert!(matches!(error, CheckError::NotData(_)), "{error}");
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0);
}

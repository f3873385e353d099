use std::fs;
use std::path::PathBuf;

use cbc::cipher::{Array, BlockModeDecrypt, KeyIvInit};

use super::*;
use crate::digest::{hmac_parts, pbkdf2_into};

const MARKER: &str = "窗口终端 plain marker 0123456789";

struct Folder {
    folder: tempfile::TempDir,
    key: DatabaseKey,
}

impl Folder {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), key: DatabaseKey::generate().unwrap() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A database of a few hundred pages full of the marker.
    fn database(&self, name: &str) -> PathBuf {
        let path = self.file(name);
        let connection = open_encrypted(&path, &self.key, OpenFlags::default()).unwrap();
        connection.execute_batch("CREATE TABLE line (id INTEGER PRIMARY KEY, text TEXT)").unwrap();
        connection
            .execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                 INSERT INTO line SELECT i, ?1 || i FROM n",
                [MARKER],
            )
            .unwrap();
        path
    }

    fn refuse(&self, path: &Path, key: &DatabaseKey, expected: &str) {
        let before = fs::read(path).unwrap();
        let refused = open_encrypted(path, key, OpenFlags::default()).unwrap_err();
        assert_eq!(refused.code(), expected, "{refused}");
        assert_eq!(fs::read(path).unwrap(), before, "a refused file keeps every byte");
        let left: Vec<_> = fs::read_dir(self.folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
        assert!(left.iter().all(|other| !other.to_string_lossy().ends_with("-journal")));
    }
}

fn count(connection: &Connection) -> i64 {
    connection.query_row("SELECT count(*) FROM line", [], |row| row.get(0)).unwrap()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn what_is_written_comes_back_and_nothing_stands_in_clear() {
    let folder = Folder::new();
    let path = folder.file("case.db");
    let connection = open_encrypted(&path, &folder.key, OpenFlags::default()).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.execute_batch("CREATE TABLE line (id INTEGER PRIMARY KEY, text TEXT)").unwrap();
    connection.execute("INSERT INTO line (text) VALUES (?1)", [MARKER]).unwrap();
    let reader = open_encrypted(&path, &folder.key, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    assert_eq!(count(&reader), 1);

    let wal = fs::read(folder.file("case.db-wal")).unwrap();
    assert!(wal.len() > 4096);
    let utf16: Vec<u8> = MARKER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [&wal, &fs::read(&path).unwrap()] {
        assert!(!contains(bytes, MARKER.as_bytes()));
        assert!(!contains(bytes, &utf16));
        assert!(!contains(bytes, b"SQLite format"));
        assert!(!contains(bytes, b"CREATE TABLE"));
    }
    drop((reader, connection));
    let again = open_encrypted(&path, &folder.key, OpenFlags::default()).unwrap();
    let text: String = again.query_row("SELECT text FROM line", [], |row| row.get(0)).unwrap();
    assert_eq!(text, MARKER);
}

#[test]
fn the_pages_really_are_sm4_and_hmac_sm3() {
    let folder = Folder::new();
    let path = folder.database("case.db");
    let file = fs::read(&path).unwrap();
    assert_eq!(file.len() % PAGE_BYTES as usize, 0);

    // SQLCipher's design: the HMAC key is two rounds of PBKDF2 over the key, the salt masked with 0x3a.
    let masked: Vec<u8> = file[..16].iter().map(|byte| byte ^ 0x3a).collect();
    let mut hmac_key = [0; 16];
    pbkdf2_into(folder.key.expose(), &masked, 2, &mut hmac_key).unwrap();

    let mut found = false;
    for (index, page) in file.chunks(PAGE_BYTES as usize).enumerate() {
        let start = if index == 0 { 16 } else { 0 };
        let usable = PAGE_BYTES as usize - 48;
        let number = (index as u32 + 1).to_le_bytes();
        let tag = hmac_parts(&hmac_key, &[&page[start..usable + 16], &number]).unwrap();
        assert_eq!(tag.0, page[usable + 16..], "page {}", index + 1);

        let mut clear = page[start..usable].to_vec();
        let iv: [u8; 16] = page[usable..usable + 16].try_into().unwrap();
        let (blocks, rest) = Array::slice_as_chunks_mut(&mut clear);
        assert!(rest.is_empty());
        cbc::Decryptor::<sm4::Sm4>::new(folder.key.expose().into(), &iv.into()).decrypt_blocks(blocks);
        found |= contains(&clear, MARKER.as_bytes());
    }
    assert!(found, "the marker must appear once the pages are decrypted by hand");
}

#[test]
fn the_provider_and_its_parameters_are_ours_on_every_connection() {
    let folder = Folder::new();
    let path = folder.database("case.db");
    let connection = open_encrypted(&path, &folder.key, OpenFlags::default()).unwrap();
    let ask = |pragma: &str| -> String {
        connection
            .query_row(&format!("PRAGMA {pragma}"), [], |row| {
                row.get_ref(0)?
                    .as_str()
                    .map(str::to_owned)
                    .or_else(|_| row.get::<_, i64>(0).map(|n| n.to_string()))
            })
            .unwrap()
    };
    assert_eq!(ask("cipher_provider"), PROVIDER_NAME);
    assert_eq!(ask("cipher_hmac_algorithm"), "HMAC_SHA256");
    assert_eq!(ask("cipher_kdf_algorithm"), "PBKDF2_HMAC_SHA256");
    assert_eq!(ask("page_size"), PAGE_BYTES.to_string());
    // Sorting and temporary tables stay in memory: a spill file would not be encrypted.
    let options: Vec<String> = connection
        .prepare("PRAGMA compile_options")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(std::result::Result::unwrap)
        .collect();
    assert!(options.iter().any(|option| option == "TEMP_STORE=2"), "{options:?}");
}

#[test]
fn a_wrong_key_is_named_and_changes_nothing_not_even_a_pending_log() {
    let folder = Folder::new();
    let path = folder.database("case.db");
    let other = DatabaseKey::generate().unwrap();
    folder.refuse(&path, &other, "GM_WRONG_KEY");

    // As after a crash: database and log are copied while a writer holds them open.
    let writer = open_encrypted(&path, &folder.key, OpenFlags::default()).unwrap();
    writer.pragma_update(None, "journal_mode", "WAL").unwrap();
    writer.execute("INSERT INTO line (text) VALUES ('in the log')", []).unwrap();
    let crashed = folder.file("crashed.db");
    let crashed_wal = folder.file("crashed.db-wal");
    fs::copy(&path, &crashed).unwrap();
    fs::copy(folder.file("case.db-wal"), &crashed_wal).unwrap();
    let log = fs::read(&crashed_wal).unwrap();
    folder.refuse(&crashed, &other, "GM_WRONG_KEY");
    assert_eq!(fs::read(&crashed_wal).unwrap(), log);

    // The right key then finds the row of the log.
    assert_eq!(count(&open_encrypted(&crashed, &folder.key, OpenFlags::default()).unwrap()), 5001);
}

#[test]
fn a_plain_database_and_foreign_files_are_told_apart_and_kept() {
    let folder = Folder::new();
    let plain = folder.file("plain.db");
    let connection = Connection::open(&plain).unwrap();
    connection.execute_batch("CREATE TABLE line (id INTEGER PRIMARY KEY, text TEXT)").unwrap();
    drop(connection);
    folder.refuse(&plain, &folder.key, "GM_PLAIN_DATABASE");
    assert_eq!(count(&Connection::open(&plain).unwrap()), 0);

    for (name, content) in [
        ("short.txt", b"hello".to_vec()),
        ("text.txt", b"a text file that is no database at all. ".repeat(300)),
        ("noise.bin", (0..16384_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()),
        ("zeros.bin", vec![0; 8192]),
    ] {
        let path = folder.file(name);
        fs::write(&path, content).unwrap();
        folder.refuse(&path, &folder.key, "GM_NOT_A_DATABASE");
    }
}

#[test]
fn damage_is_found_and_named_by_page() {
    let folder = Folder::new();
    let path = folder.database("case.db");
    let whole = fs::read(&path).unwrap();
    let page = PAGE_BYTES as usize;
    assert!(whole.len() > 20 * page);
    {
        let connection = open_encrypted(&path, &folder.key, OpenFlags::default()).unwrap();
        let report = check_pages(&connection).unwrap();
        assert!(report.is_whole(), "{report:?}");
    }

    let mut altered = whole.clone();
    altered[6 * page + 100] ^= 1;
    altered[11 * page + page - 1] ^= 0x80;
    altered.swap(15 * page, 16 * page);
    fs::write(&path, &altered).unwrap();
    let connection = open_encrypted(&path, &folder.key, OpenFlags::default()).unwrap();
    let report = check_pages(&connection).unwrap();
    assert_eq!(report.damaged_pages, [7, 12, 16, 17]);
    assert!(report.remarks.is_empty() && !report.is_whole());
    drop(connection);

    let mut torn = whole.clone();
    torn.truncate(whole.len() - 1000);
    fs::write(&path, &torn).unwrap();
    if let Ok(connection) = open_encrypted(&path, &folder.key, OpenFlags::default()) {
        assert!(!check_pages(&connection).unwrap().is_whole());
    }

    let mut first = whole.clone();
    first[200] ^= 1;
    fs::write(&path, &first).unwrap();
    folder.refuse(&path, &folder.key, "GM_DATABASE_DAMAGED");
    let mut salt = whole;
    salt[0] ^= 1;
    fs::write(&path, &salt).unwrap();
    folder.refuse(&path, &folder.key, "GM_NOT_A_DATABASE");
}

#[test]
fn a_missing_file_is_not_created_unless_asked() {
    let folder = Folder::new();
    let path = folder.file("absent.db");
    let refused = open_encrypted(&path, &folder.key, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap_err();
    assert_eq!(refused.code(), "GM_SQLITE");
    assert!(!path.exists());
    let folder_itself = open_encrypted(folder.folder.path(), &folder.key, OpenFlags::default()).unwrap_err();
    assert_eq!(folder_itself.code(), "GM_SQLITE");
}

#[test]
fn creation_cut_off_before_the_first_sector_can_be_repeated() {
    let folder = Folder::new();
    let path = folder.file("case.db");
    fs::write(&path, b"").unwrap();
    drop(open_encrypted(&path, &folder.key, OpenFlags::default()).unwrap());
    assert_eq!(fs::read(&path).unwrap(), b"", "opening alone writes nothing");
    let connection = open_encrypted(&path, &folder.key, OpenFlags::default()).unwrap();
    connection.execute_batch("CREATE TABLE line (id INTEGER PRIMARY KEY, text TEXT)").unwrap();
    drop(connection);
    let head: [u8; 16] = fs::read(&path).unwrap()[..16].try_into().unwrap();
    assert_eq!(mark::read(&head, &folder.key), Mark::ThisKey);
    folder.refuse(&path, &DatabaseKey::generate().unwrap(), "GM_WRONG_KEY");
}

#[test]
fn the_mark_outlives_vacuum_and_growth() {
    let folder = Folder::new();
    let path = folder.database("case.db");
    let connection = open_encrypted(&path, &folder.key, OpenFlags::default()).unwrap();
    connection.execute_batch("DELETE FROM line WHERE id % 2 = 0; VACUUM;").unwrap();
    drop(connection);
    folder.refuse(&path, &DatabaseKey::generate().unwrap(), "GM_WRONG_KEY");
    assert_eq!(count(&open_encrypted(&path, &folder.key, OpenFlags::default()).unwrap()), 2500);
}

#[cfg(unix)]
#[test]
fn another_vfs_can_carry_the_file() {
    let folder = Folder::new();
    let path = folder.file("case.db");
    // One of SQLite's own: it locks through a file beside the database, which shows that it is in use.
    let vfs = Some("unix-dotfile");
    let connection = open_encrypted_with_vfs(&path, &folder.key, OpenFlags::default(), vfs).unwrap();
    connection
        .execute_batch("CREATE TABLE line (id INTEGER PRIMARY KEY, text TEXT); BEGIN IMMEDIATE;")
        .unwrap();
    assert!(folder.file("case.db.lock").exists());
    connection.execute_batch("INSERT INTO line (text) VALUES ('x'); COMMIT;").unwrap();
    drop(connection);
    let other = DatabaseKey::generate().unwrap();
    let refused = open_encrypted_with_vfs(&path, &other, OpenFlags::default(), vfs).unwrap_err();
    assert_eq!(refused.code(), "GM_WRONG_KEY");
    assert_eq!(count(&open_encrypted(&path, &folder.key, OpenFlags::default()).unwrap()), 1);
    assert!(open_encrypted_with_vfs(&path, &folder.key, OpenFlags::default(), Some("no such")).is_err());
}

#[test]
fn many_threads_may_register_open_and_write() {
    let folder = Folder::new();
    let path = folder.database("case.db");
    open_encrypted(&path, &folder.key, OpenFlags::default())
        .unwrap()
        .pragma_update(None, "journal_mode", "WAL")
        .unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let connection = open_encrypted(&path, &folder.key, OpenFlags::default()).unwrap();
                for _ in 0..10 {
                    connection.execute("INSERT INTO line (text) VALUES ('thread')", []).unwrap();
                }
            });
        }
    });
    let connection = open_encrypted(&path, &folder.key, OpenFlags::default()).unwrap();
    assert_eq!(count(&connection), 5040);
    assert!(check_pages(&connection).unwrap().is_whole());
}

#[test]
fn sqlciphers_sentences_are_understood() {
    assert_eq!(damaged_page("HMAC verification failed for page 51"), Some(51));
    assert_eq!(damaged_page("HMAC operation failed for page 2"), Some(2));
    assert_eq!(damaged_page("page 9 has an invalid size of 96 bytes (expected 4096 bytes)"), Some(9));
    assert_eq!(damaged_page("error reading 4096 bytes from file page 4 at offset 12288"), Some(4));
    assert_eq!(damaged_page("HMAC is not enabled, unable to integrity check"), None);
}

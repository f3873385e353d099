//! Nothing of the citizens stands in clear outside the encrypted stores: whole stories are played by a program of
//! their own, which is killed in the middle of the last one; then every file that it left is searched, and everything
//! that it said.

mod forms;
mod played;
mod searcher;
mod selftest;

use crate::station::root;
use searcher::Searcher;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

/// Where the played story writes what only the register knew before, e.g. the newborn's number.
const LEARNT: &str = "STORY_LEARNT";
/// SIGKILL: the story ends as by a cut cable.
const KILLED: i32 = 9;
/// Pause between two looks for files that live only for a moment.
const LOOK: Duration = Duration::from_millis(100);
/// Files above this are the stores, which are searched at the end.
const MOMENTARY: u64 = 1 << 20;

/// Not this project's: what the printer got (its paper lies in the open too), and the register with the counterpart's
/// own population.
fn of_a_counterpart(path: &Path) -> bool {
    path.components().any(|part| {
        let name = part.as_os_str().to_string_lossy();
        name == "spool" || name == "register" || name.starts_with("ippeve-")
    })
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    // A folder of a running program may go away.
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&path, found),
            Ok(kind) if kind.is_file() => found.push(path),
            _ => {}
        }
    }
}

/// Names, numbers and addresses of all demo people, names of the officers, and what the stories type.
fn words() -> BTreeSet<String> {
    let mut words: BTreeSet<String> = played::TYPED.iter().map(|word| (*word).to_owned()).collect();
    for (file, keys) in
        [("people.toml", &["name", "number", "address", "newborn_name"][..]), ("officers.toml", &["name"])]
    {
        let text = std::fs::read_to_string(root().join("assets/demo").join(file)).unwrap();
        for line in text.lines() {
            if let Some((key, value)) = line.split_once(" = \"")
                && keys.contains(&key)
            {
                words.insert(value.trim_end_matches('"').to_owned());
            }
        }
    }
    // Numbers of households and certificates tell of nobody by themselves.
    words.retain(|word| !word.is_ascii() || word.len() == 18 || played::TYPED.contains(&word.as_str()));
    assert!(words.len() > 50, "{}", words.len());
    words
}

/// Files in memory, but for those of browsers and databases that other tests may have started meanwhile.
fn memory_files() -> BTreeSet<PathBuf> {
    let mut found = Vec::new();
    files(Path::new("/dev/shm"), &mut found);
    found.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        !name.contains("chromium") && !name.starts_with("WK2") && !name.starts_with("PostgreSQL")
    });
    found.into_iter().collect()
}

/// The program that plays; it never outlives the search.
struct Player(Child);

impl Drop for Player {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn nothing_of_a_person_stands_in_clear_after_whole_stories() {
    let outer = tempfile::tempdir().unwrap();
    let (temporary, log, learnt) =
        (outer.path().join("tmp"), outer.path().join("log"), outer.path().join("learnt"));
    std::fs::create_dir(&temporary).unwrap();
    let (words, before) = (words(), memory_files());
    let searcher = Searcher::new(words.iter().map(String::as_str));

    let said = File::create(&log).unwrap();
    let played = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", played::NAME, "--ignored", "--nocapture", "--test-threads=1"])
        .env("TMPDIR", &temporary)
        .env(LEARNT, &learnt)
        // Everything that the program can say; the register is another house's.
        .env("RUST_LOG", "trace,changkou=off")
        .stdin(Stdio::null())
        .stdout(said.try_clone().unwrap())
        .stderr(said)
        .spawn()
        .unwrap();
    let mut player = Player(played);
    let mut momentary = BTreeMap::new();
    let end = loop {
        look_at_new_files(&temporary, &searcher, &mut momentary);
        match player.0.try_wait().unwrap() {
            Some(end) => break end,
            None => std::thread::sleep(LOOK),
        }
    };
    let text = String::from_utf8_lossy(&std::fs::read(&log).unwrap()).into_owned();
    let tail: String = text.lines().rev().take(30).collect::<Vec<_>>().join("\n");
    assert_eq!(end.signal(), Some(KILLED), "the story ended otherwise:\n{tail}");
    assert!(momentary.len() > 20, "{} files were seen while it ran", momentary.len());

    let learnt = std::fs::read_to_string(&learnt).unwrap();
    let words: Vec<&str> = words.iter().map(String::as_str).chain(learnt.lines()).collect();
    let searcher = Searcher::new(words);
    let mut found = Vec::new();
    files(&temporary, &mut found);
    let (theirs, mut ours): (Vec<_>, Vec<_>) = found.into_iter().partition(|path| of_a_counterpart(path));
    everything_is_there(&ours);
    ours.extend(memory_files().difference(&before).cloned());
    ours.push(log);
    let mut clear = Vec::new();
    for path in &ours {
        let what = searcher.deep(&std::fs::read(path).unwrap_or_default());
        if !what.is_empty() {
            clear.push((path.display().to_string(), what));
        }
    }
    assert!(clear.is_empty(), "{clear:#?}");
    for path in ours.iter().filter(|path| path.to_string_lossy().ends_with("log")) {
        let said = std::fs::read(path).unwrap_or_default();
        assert_eq!(identity_numbers(&said), 0, "identity numbers in {}", path.display());
    }
    assert!(text.lines().filter(|line| line.contains(" TRACE ")).count() > 50, "the logs were on:\n{tail}");
    // What was searched for is really there, where it has to lie open: on the printed paper and in the register.
    let theirs: BTreeSet<String> =
        theirs.iter().flat_map(|path| searcher.deep(&std::fs::read(path).unwrap_or_default())).collect();
    for word in ["PDF", "沈㛃"] {
        assert!(theirs.contains(word), "{word} is not found where it is: {theirs:?}");
    }
}

/// Numbers of eighteen digits that are nobody's we know: whatever looks like one counts.
fn identity_numbers(said: &[u8]) -> usize {
    let digit = |byte: &u8| byte.is_ascii_digit() || *byte == b'X';
    said.split(|byte| !digit(byte)).filter(|run| run.len() == 18 && run.starts_with(b"9999")).count()
}

/// The search looked at what there was to look at.
fn everything_is_there(ours: &[PathBuf]) {
    let ends = |end: &str| {
        assert!(ours.iter().any(|path| path.to_string_lossy().ends_with(end)), "no {end} among {ours:#?}");
    };
    ends("terminal.db");
    ends("terminal.db-wal");
    ends("server.db");
    ends("device-id_card_reader.log");
    ends("device-scanner.log");
    ends("device-printer.log");
    ends("machine.secret");
    for folder in ["柜台一", "所长室", "server", "locks", "reports", "blobs"] {
        assert!(
            ours.iter().any(|path| path.components().any(|part| part.as_os_str() == folder)),
            "nothing in {folder}: {ours:#?}"
        );
    }
}

/// Files may live only for a moment: each is looked at as soon as it is seen, and again when it changed.
fn look_at_new_files(
    folder: &Path,
    searcher: &Searcher,
    seen: &mut BTreeMap<PathBuf, (u64, Option<SystemTime>)>,
) {
    let mut found = Vec::new();
    files(folder, &mut found);
    for path in found.into_iter().filter(|path| !of_a_counterpart(path)) {
        let Ok(state) = std::fs::metadata(&path) else { continue };
        let now = (state.len(), state.modified().ok());
        if state.len() > MOMENTARY || seen.get(&path) == Some(&now) {
            continue;
        }
        let what = searcher.plain(&std::fs::read(&path).unwrap_or_default());
        assert!(what.is_empty(), "{what:?} stood in {} for a moment", path.display());
        seen.insert(path, now);
    }
}

//! Nothing of a person stands in clear in what the server keeps.

use crate::on_both;
use crate::support::window::{HAN, ZHOU, change};
use crate::support::{Kind, Site};
use std::path::{Path, PathBuf};

on_both!(nothing_of_a_person_stands_in_clear);

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Names, numbers and addresses of all demo people and officers.
fn personal() -> Vec<String> {
    let mut words = Vec::new();
    for (file, keys) in
        [("people.toml", &["name", "number", "address"][..]), ("officers.toml", &["name"][..])]
    {
        let text = std::fs::read_to_string(crate::support::project_assets().join("demo").join(file)).unwrap();
        for line in text.lines() {
            if let Some((key, value)) = line.split_once(" = \"")
                && keys.contains(&key)
            {
                words.push(value.trim_end_matches('"').to_owned());
            }
        }
    }
    // Household and certificate numbers are short; what tells of a person is a name, an 18-digit number, a place.
    words.retain(|word| word.chars().count() >= 2 && (word.len() == 18 || !word.is_ascii()));
    assert!(words.len() > 50, "{}", words.len());
    words.extend(["19900000001".to_owned(), "一句只有他知道的话".to_owned()]);
    words
}

fn spellings(word: &str) -> Vec<Vec<u8>> {
    let wide: Vec<u16> = word.encode_utf16().collect();
    let mut all = vec![
        word.as_bytes().to_vec(),
        wide.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        wide.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
        crate::support::window::hex(word.as_bytes()).into_bytes(),
    ];
    if let Some(bytes) = gbk(word) {
        all.push(bytes);
    }
    all
}

/// GBK by the system's own converter; none for signs that GBK does not have.
fn gbk(word: &str) -> Option<Vec<u8>> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child = Command::new("iconv")
        .args(["-f", "UTF-8", "-t", "GBK"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(word.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    output.status.success().then_some(output.stdout)
}

async fn nothing_of_a_person_stands_in_clear(kind: Kind) {
    let site = Site::start(kind).await;
    let mut counter = site.window("counter1").await;
    let mut office = site.window("head-office").await;
    let session = counter.login("F0001").await;
    for person in [&HAN, &ZHOU] {
        let mut local = counter.new_case("D001");
        let mut items = vec![
            counter.act(&session, &mut local, domain::command::Command::Open),
            counter.act(&session, &mut local, person.read()),
            counter.act(&session, &mut local, change("applicant.phone", "19900000001")),
            counter.act(&session, &mut local, change("extra.note", "一句只有他知道的话")),
        ];
        counter.placed(&session, &items).await;
        // A conflict and a refused act keep their content too.
        office.pull().await;
        let officer = office.login("J0001").await;
        let mut there = office.local(local.case.id);
        items.clear();
        items.push(counter.act(&session, &mut local, change("extra.wish", ZHOU.name)));
        counter.placed(&session, &items).await;
        let clash = office.act(&officer, &mut there, change("extra.wish", HAN.name));
        let outcome = office.outcome(&officer, &clash).await;
        assert!(matches!(outcome, protocol::push::PushOutcome::Conflict { .. }));
        let mut draft = counter.draft(&session, &local, change("extra.note", HAN.address));
        draft.events = vec![domain::event::Event::Closed { outcome: domain::event::Outcome::Done }];
        let forged = counter.sign(&session, &mut local.clone(), draft);
        super::forged::rejected(
            &counter.outcome(&session, &forged).await,
            protocol::push::RejectCode::Forged,
        );
    }
    // The running database with its log, as it lies on the disk.
    let mut haystack: Vec<(String, Vec<u8>)> = Vec::new();
    let mut found = Vec::new();
    files(&site.settings.data, &mut found);
    if let Some((cluster, database)) = &site.cluster {
        haystack.push(("pg_dump".to_owned(), cluster.dump(database)));
        files(&cluster.data(), &mut found);
    } else {
        assert!(found.iter().any(|path| path.ends_with("server.db-wal")), "the log was searched too");
    }
    for path in found {
        // A file of a running database may go away.
        if let Ok(bytes) = std::fs::read(&path) {
            haystack.push((path.display().to_string(), bytes));
        }
    }
    let needles: Vec<(String, Vec<u8>)> = personal()
        .into_iter()
        .flat_map(|word| spellings(&word).into_iter().map(move |bytes| (word.clone(), bytes)))
        // A needle of four bytes stands in random bytes by chance once in 4 GiB; less would find nothing but chance.
        .filter(|(_, bytes)| bytes.len() >= 4)
        .collect();
    let finder = Finder::new(&needles);
    for (place, bytes) in &haystack {
        if let Some(at) = finder.find(bytes) {
            panic!("{} stands in {place}", needles[at].0);
        }
    }
    site.finish().await;
}

/// Looks for many needles at once by their first three bytes.
struct Finder<'a> {
    by_head: std::collections::HashMap<[u8; 3], Vec<usize>>,
    needles: &'a [(String, Vec<u8>)],
}

impl<'a> Finder<'a> {
    fn new(needles: &'a [(String, Vec<u8>)]) -> Self {
        let mut by_head: std::collections::HashMap<[u8; 3], Vec<usize>> = std::collections::HashMap::new();
        for (at, (_, bytes)) in needles.iter().enumerate() {
            by_head.entry([bytes[0], bytes[1], bytes[2]]).or_default().push(at);
        }
        Self { by_head, needles }
    }

    fn find(&self, bytes: &[u8]) -> Option<usize> {
        let mut heads = vec![false; 1 << 16];
        for head in self.by_head.keys() {
            heads[usize::from(head[0]) << 8 | usize::from(head[1])] = true;
        }
        for (at, window) in bytes.windows(3).enumerate() {
            if !heads[usize::from(window[0]) << 8 | usize::from(window[1])] {
                continue;
            }
            let Some(likely) = self.by_head.get(&[window[0], window[1], window[2]]) else { continue };
            for needle in likely {
                if bytes[at..].starts_with(&self.needles[*needle].1) {
                    return Some(*needle);
                }
            }
        }
        None
    }
}

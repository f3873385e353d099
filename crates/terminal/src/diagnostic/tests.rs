//! Nothing personal leaves with a report or a bundle; what helps does.

use super::scrub;
use super::store_facts;
use crate::rpc::request::Empty;
use crate::{Settings, Terminal};
use domain::ids::{CaseId, CommandId};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Options, Priority, Store, table};
use uuid::Uuid;

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets")
}

/// The longest number in a text: digits with up to three signs between them that are no letters.
fn longest_number(text: &str) -> usize {
    let (mut longest, mut digits, mut gap) = (0, 0, 0);
    for sign in text.chars() {
        if sign.is_numeric() {
            digits += 1;
            gap = 0;
            longest = longest.max(digits);
        } else {
            gap += 1;
            if sign.is_ascii_alphabetic() || sign == '\n' || gap > 3 {
                digits = 0;
            }
        }
    }
    longest
}

#[test]
fn numbers_names_and_data_go_and_words_stay() {
    for (text, kept) in [
        ("read 99990119930412901X in 12 ms", "read <number> in 12 ms"),
        ("id 999901 19930412 901X, next", "id <number>, next"),
        ("tel. 0999-5550101 or 199 0000 0001", "tel. <number> or <number>"),
        ("born 1993-04-12", "born <number>"),
        ("姓名=周𬭚 card ok", "<text>=<text> card ok"),
        ("name \"\\u{5468}\\u{2cb5a}\" \\u5468 %E5%91%A8 &#21608;!", "name \"<text>\" <text> <text> <text>!"),
        ("ＩＤ９９９９０１１９９３", "<text><number>"),
        ("SW3 41 at port 8631, try 2 of 3", "SW3 41 at port 8631, try 2 of 3"),
        ("portrait V0xfAAB4ZGF0YQAAAAAAAAAAAA==", "portrait <data>"),
        ("query password 482913", "query password <number>"),
    ] {
        assert_eq!(scrub(text), kept, "{text}");
    }
}

#[test]
fn the_time_of_a_line_stays_and_nothing_that_looks_like_it() {
    let line = "2026-03-05T14:32:05.123456Z  INFO host: page 2\n";
    assert_eq!(scrub(line), line);
    let json = "{\"timestamp\":\"2026-03-05T14:32:05Z\",\"level\":\"WARN\"}";
    assert_eq!(scrub(json), json);
    for hostile in [
        "1993-04-12T00:00:00Z born",
        "x 2026-03-05T14:32:05Z",
        "2026-03-05T14:32:05.999901199304129019Z",
        "2026-03-05T14:32:05 999901",
    ] {
        assert!(longest_number(&scrub(hostile)) < 6, "{hostile} became {}", scrub(hostile));
    }
    // A time that is kept does not join the number behind it.
    assert_eq!(scrub("2026-03-05T14:32:05Z 99990119930412901X\n"), "2026-03-05T14:32:05Z <number>\n");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, rng_seed: proptest::test_runner::RngSeed::Fixed(14), ..ProptestConfig::default() })]

    #[test]
    fn no_text_keeps_a_long_number_or_a_foreign_sign(text in "(\\PC|\n){0,80}") {
        let out = scrub(&text);
        prop_assert!(out.is_ascii(), "{out}");
        for line in out.lines() {
            let line = if line.starts_with("20") && line.contains('Z') { &line[20.min(line.len())..] } else { line };
            prop_assert!(longest_number(line) < 6, "{out}");
        }
    }

    #[test]
    fn an_identity_number_does_not_survive(
        before in "[a-zA-Z 周𬭚:=\"{}\\[]{0,20}",
        number in "[0-9]{14,17}[0-9X]",
        cuts in proptest::collection::btree_set(1usize..18, 0..6),
        gap in "[ \u{a0}\u{3000}\\-_./,:·]{1,3}",
        wide in any::<bool>(),
        after in "[a-zA-Z 周𬭚:=\"{}\\]]{0,20}",
    ) {
        let mut written = String::new();
        for (at, sign) in number.chars().enumerate() {
            if cuts.contains(&at) {
                written.push_str(&gap);
            }
            let full = char::from_u32(u32::from(sign) - 0x21 + 0xff01).filter(|_| wide);
            written.push(full.unwrap_or(sign));
        }
        let out = scrub(&format!("{before}{written}{after}"));
        prop_assert!(!out.chars().any(char::is_numeric), "{written} became {out}");
        if number.ends_with('X') && !after.starts_with(|sign: char| sign.is_ascii_alphanumeric()) {
            let end = scrub(&format!("{written}{after}"));
            prop_assert!(end.starts_with("<number>") && !end.starts_with("<number>X"), "{written} became {end}");
        }
    }

    #[test]
    fn a_phone_number_does_not_survive(
        number in "(1[3-9][0-9]{9}|0[0-9]{2,3}[-) ]{1,2}[0-9]{7,8}|[+]86 ?1[0-9]{2} ?[0-9]{4} ?[0-9]{4}|[2-9][0-9]{6,7})",
    ) {
        for text in [number.clone(), format!("phone={number};"), format!("({number})\n"), format!("a{number}b")] {
            prop_assert!(!scrub(&text).chars().any(char::is_numeric), "{text} became {}", scrub(&text));
        }
    }
}

/// Every value of the demo people that is about a person: anything in Chinese, and every number of six digits.
fn personal_values() -> Vec<String> {
    fn walk(value: &toml::Value, into: &mut Vec<String>) {
        match value {
            toml::Value::String(text) => into.push(text.clone()),
            toml::Value::Array(items) => items.iter().for_each(|item| walk(item, into)),
            toml::Value::Table(table) => table.values().for_each(|item| walk(item, into)),
            _ => {}
        }
    }
    let text = std::fs::read_to_string(assets().join("demo/people.toml")).unwrap();
    let mut found = Vec::new();
    walk(&toml::Value::Table(toml::from_str(&text).unwrap()), &mut found);
    found.retain(|text| !text.is_ascii() || text.chars().filter(char::is_ascii_digit).count() >= 6);
    found.sort();
    found.dedup();
    assert!(found.len() > 100, "{}", found.len());
    found
}

/// Lines that a careless driver might write about a person.
fn hostile_log() -> String {
    let mut log = String::from("2026-03-05T14:32:05.123456Z  INFO device_host: begins with code SAMV_FIND\n");
    for value in personal_values() {
        let grouped: String = value
            .chars()
            .enumerate()
            .map(|(at, sign)| if at == 6 || at == 14 { format!(" {sign}") } else { sign.to_string() })
            .collect();
        log.push_str(&format!("2026-03-05T14:32:06Z ERROR read {value:?} after 3 tries\n"));
        log.push_str(&format!("2026-03-05T14:32:06Z ERROR card {{name: {value}, {value}X}} {grouped}\n"));
        log.push_str(&format!(
            "{{\"timestamp\":\"2026-03-05T14:32:06Z\",\"text\":\"{}\"}}\n",
            value.escape_unicode()
        ));
        log.push_str(&format!("{value}\n"));
    }
    log
}

fn terminal(folder: &Path) -> (tokio::runtime::Runtime, Arc<Terminal>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let settings = Settings {
        profile: "柜台一".to_owned(),
        data: folder.join("data"),
        runtime: folder.join("run"),
        assets: assets(),
        server: Some("http://someone:secret@127.0.0.1:1".to_owned()),
        devices: folder.join("none.json"),
        programs: folder.join("none"),
        demo: true,
    };
    let terminal = Terminal::open(settings, runtime.handle().clone()).unwrap();
    (runtime, terminal)
}

/// All bytes of all files below a folder.
fn everything(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        text.push_str(&path.file_name().unwrap().to_string_lossy());
        text.push_str(&if path.is_dir() {
            everything(&path)
        } else {
            std::fs::read_to_string(&path).unwrap()
        });
    }
    text
}

#[test]
fn a_bundle_from_hostile_logs_tells_nothing_of_the_people() {
    let folder = tempfile::tempdir().unwrap();
    let (_runtime, terminal) = terminal(folder.path());
    let log = hostile_log();
    // In pieces, so that every person stands in the end of some log.
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    for (at, piece) in lines.chunks(200).enumerate() {
        let text = piece.concat();
        assert!(text.len() < super::LOG_BYTES as usize, "the whole piece is in the bundle");
        std::fs::write(folder.path().join(format!("data/device-{at}.log")), text).unwrap();
    }
    let name = terminal.diagnostic_bundle(Empty {}).unwrap();
    let report = terminal.write_report(&format!("command {log} panicked")).unwrap();
    let reports = terminal.settings().reports();
    let text = everything(&reports.join(&name)) + &everything(&reports);
    for value in personal_values() {
        assert!(!text.contains(&value), "{value} is in the bundle");
    }
    assert!(!text.contains("secret"), "the address keeps no password");
    let secret = std::fs::read(terminal.settings().machine_secret()).unwrap();
    assert!(!text.contains(&hex::encode(secret)));
    assert!(text.contains("SAMV_FIND") && text.contains("after 3 tries"), "what helps stays");
    let summary: serde_json::Value =
        serde_json::from_slice(&std::fs::read(reports.join(&name).join("summary.json")).unwrap()).unwrap();
    assert_eq!(summary["program"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(summary["settings"]["server"], "http://127.0.0.1:1");
    assert!(summary["store"].is_null(), "nobody has logged in");
    assert!(summary["system"]["disk"]["free"].as_u64().is_some_and(|bytes| bytes > 0));
    assert!(reports.join(report).is_file());
    terminal.close();
}

#[test]
fn reports_and_bundles_do_not_pile_up() {
    let folder = tempfile::tempdir().unwrap();
    let (_runtime, terminal) = terminal(folder.path());
    let names: std::collections::BTreeSet<String> = (0..super::REPORTS_KEPT + 5)
        .map(|_| terminal.write_report("command desk panicked").unwrap())
        .collect();
    assert_eq!(names.len(), super::REPORTS_KEPT + 5, "no report replaces another");
    for _ in 0..super::BUNDLES_KEPT + 2 {
        terminal.diagnostic_bundle(Empty {}).unwrap();
    }
    let entries = std::fs::read_dir(terminal.settings().reports()).unwrap().count();
    assert_eq!(entries, super::REPORTS_KEPT + super::BUNDLES_KEPT);
    terminal.close();
}

#[test]
fn a_report_that_cannot_be_written_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let (_runtime, terminal) = terminal(folder.path());
    std::fs::write(terminal.settings().reports(), "a file stands where the folder should").unwrap();
    assert_eq!(terminal.write_report("command desk panicked"), None);
    assert!(terminal.diagnostic_bundle(Empty {}).is_err());
    terminal.close();
}

#[test]
fn the_store_says_how_it_stands_and_not_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let key = gm::DatabaseKey::generate().unwrap();
    let store = Store::create(folder.path(), &key, &Options::default()).unwrap();
    let case = CaseId(Uuid::from_u128(1));
    let (_, row) = store::blob_file::write(folder.path(), None, "周𬭚".as_bytes(), "text/plain").unwrap();
    let blob = store::blob_file::path(folder.path(), row.id);
    store
        .write(Priority::Interactive, move |tx| {
            table::blob::put(tx, &row)?;
            table::audit::append(tx, 1, "F0001", "login alone")?;
            table::audit::append(tx, 2, "F0001", "read 99990119930412901X of 周𬭚")?;
            table::outbox::append(tx, CommandId(Uuid::from_u128(2)), case, b"act", "给周𬭚签名", 3)
        })
        .unwrap();
    let look = || store_facts::facts(&store, &|id| format!("mark {}", id.len()), &|_| "ACT_HELD".to_owned());
    let facts = look();
    let text = facts.to_string();
    for personal in ["周𬭚", "999901", "F0001"] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
    assert_eq!(facts["migrations"]["applied"].as_array().unwrap().len(), store::CURRENT.len());
    assert_eq!(facts["rows"]["outbox"], 1);
    assert_eq!(facts["outbox"]["waiting"], 1);
    assert_eq!(facts["audit"]["newest"][0]["officer"], "mark 5");
    assert_eq!(facts["audit"]["newest"][0]["what"], "read <number> of <text>");
    assert!(facts["audit"]["broken_at"].is_null() && facts["author_chain"]["broken_at"].is_null());
    assert_eq!(facts["pages"]["quick_check"], serde_json::json!(["ok"]));
    assert_eq!(facts["files"]["here"], 1);
    assert_eq!(facts["files"]["damaged"], 0);
    std::fs::write(&blob, "damaged").unwrap();
    store
        .write(Priority::Interactive, |tx| {
            tx.execute("UPDATE audit SET what = 'login server' WHERE seq = 1", [])?;
            Ok(())
        })
        .unwrap();
    let facts = look();
    assert_eq!((&facts["files"]["damaged"], &facts["audit"]["broken_at"]), (&1.into(), &1.into()));
}

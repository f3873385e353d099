//! The message catalogue is complete for every code that reaches the windows through this crate: its own, and those
//! of store, synchronisation, protocol and paper. What stands beside them (`domain`, `field`, `gm`) is compared by
//! the stories of `domain`.

// Tests may stop at the first surprise.
#![allow(clippy::unwrap_used)]

use domain::messages::{Messages, places};
use protocol::error::ErrorCode;
use protocol::push::RejectCode;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use store::StoreError;
use sync::SyncError;
use terminal::{Own, TerminalError};

fn folder(beside: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(beside)
}

fn read(beside: &str) -> String {
    std::fs::read_to_string(folder(beside)).unwrap()
}

fn shipped() -> Messages {
    Messages::from_toml(&read("../../assets/messages/messages.toml")).unwrap()
}

#[track_caller]
fn assert_complete(section: &str, codes: &[&[&str]]) {
    let codes: Vec<&str> = codes.concat();
    let wanted: BTreeSet<&str> = codes.iter().copied().collect();
    assert_eq!(wanted.len(), codes.len(), "{section}: a code stands for two things");
    let messages = shipped();
    let kept: BTreeSet<&str> = messages
        .by_code
        .iter()
        .filter(|(_, one)| one.section == section)
        .map(|(code, _)| code.as_str())
        .collect();
    let silent: Vec<_> = wanted.difference(&kept).collect();
    let idle: Vec<_> = kept.difference(&wanted).collect();
    assert!(
        silent.is_empty() && idle.is_empty(),
        "{section}: without a message {silent:?}, without a code {idle:?}"
    );
}

/// Codes that a source file gives in the arms of a `match`: `… => "CODE"`.
fn given(source: &str) -> Vec<&str> {
    let is_code = |text: &&str| {
        text.len() > 2
            && text.chars().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit() || sign == '_')
    };
    source.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).filter(is_code).collect()
}

#[test]
fn every_code_of_the_store_has_its_message() {
    assert_complete("store", &[&StoreError::CODES]);
}

#[test]
fn every_code_of_the_synchronisation_has_its_message() {
    assert_complete("sync", &[&SyncError::CODES]);
}

#[test]
fn every_code_of_the_server_has_its_message() {
    assert_complete("protocol", &[ErrorCode::CODES, &RejectCode::CODES]);
}

#[test]
fn every_code_of_the_terminal_has_its_message() {
    assert_complete("terminal", &[Own::CODES, TerminalError::OTHER_CODES, TerminalError::ACT_CODES]);
}

#[test]
fn every_code_of_a_paper_has_its_message() {
    let source = read("../paper/src/error.rs");
    let codes = given(&source);
    assert!(codes.len() > 10 && codes.iter().all(|code| code.starts_with("PAPER_")), "{codes:?}");
    assert_complete("paper", &[&codes]);
}

/// The shells: the agent's door, the desktop's entry, and the pages themselves.
#[test]
fn every_code_of_a_shell_has_its_message() {
    let sources = [
        "../agent/src/fault.rs",
        "../../src-tauri/src/commands.rs",
        "../../src-tauri/src/files.rs",
        "../../ui/src/rpc/failure.ts",
    ]
    .map(read);
    let mut codes = BTreeSet::new();
    for source in &sources {
        codes.extend(source.split(['"', '\'']).filter(|text| {
            ["AGENT_", "SHELL_", "WINDOW_"].iter().any(|start| text.starts_with(start))
                && text.chars().all(|sign| sign.is_ascii_uppercase() || sign == '_')
        }));
    }
    assert!(codes.len() > 15, "{codes:?}");
    assert_complete("shell", &[&codes.into_iter().collect::<Vec<_>>()]);
}

/// The lists that are written by hand hold what the code gives: one forgotten there would go unseen above.
#[test]
fn the_lists_hold_every_code_that_is_given() {
    let lists: [(&str, &[&str]); 3] = [
        ("../store/src/error.rs", &StoreError::CODES),
        ("../sync/src/error.rs", &SyncError::CODES),
        ("../protocol/src/push.rs", &RejectCode::CODES),
    ];
    for (file, list) in lists {
        let source = read(file);
        let given: BTreeSet<&str> = given(&source).into_iter().collect();
        assert_eq!(given, list.iter().copied().collect(), "{file}");
    }
    let source = read("src/error.rs");
    let arms: BTreeSet<&str> = source
        .split("=> \"")
        .skip(1)
        .filter_map(|rest| rest.split_once("\".to_owned()"))
        .map(|(code, _)| code)
        // The one code here that is the store's.
        .filter(|code| *code != "DISK_FULL")
        .collect();
    assert_eq!(arms, TerminalError::OTHER_CODES.iter().copied().collect(), "src/error.rs");
    let source = read("src/view.rs");
    let acts: BTreeSet<&str> = source.split('"').filter(|text| text.starts_with("ACT_")).collect();
    assert_eq!(acts, TerminalError::ACT_CODES.iter().copied().collect(), "src/view.rs");
}

/// The terminal fills no places in these sections, but for the moment of the next log-in: a brace would stay on the
/// screen as `…`.
#[test]
fn no_message_of_these_sections_has_a_place_to_fill() {
    for (code, message) in shipped().by_code {
        if ["store", "sync", "protocol", "terminal", "paper", "shell"].contains(&message.section.as_str()) {
            for text in [&message.sentence, &message.cure] {
                let filled: &[&str] = if code == "LOGIN_LOCKED" { &["until"] } else { &[] };
                assert!(places(text).unwrap().iter().all(|place| filled.contains(place)), "{code}");
            }
        }
    }
}

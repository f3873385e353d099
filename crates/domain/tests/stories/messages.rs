//! The shipped message catalogue is complete for the codes of this crate and of the cryptography below it.

use domain::messages::{MessageWho, Messages, places};
use domain::refusal::Refusal;
use domain::requirement::FieldFault;
use std::collections::BTreeSet;
use std::path::Path;

/// Sections that are compared with their codes here.
const COMPARED_HERE: [&str; 3] = ["domain", "field", "gm"];
/// Sections that are compared with their codes in `crates/terminal/tests/messages.rs`. There is no third place: a
/// section that no test compares is an error.
const COMPARED_BY_THE_TERMINAL: [&str; 6] = ["paper", "protocol", "shell", "store", "sync", "terminal"];

fn shipped() -> Messages {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/messages");
    let texts = std::fs::read_dir(&folder)
        .unwrap()
        .filter(|one| one.as_ref().unwrap().path().extension().is_some_and(|end| end == "toml"));
    assert_eq!(texts.count(), 1, "one catalogue");
    Messages::from_toml(&std::fs::read_to_string(folder.join("messages.toml")).unwrap()).unwrap()
}

fn section(messages: &Messages, name: &str) -> BTreeSet<String> {
    messages.by_code.iter().filter(|(_, one)| one.section == name).map(|(code, _)| code.clone()).collect()
}

fn owned(codes: &[&str]) -> BTreeSet<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

#[test]
fn every_refusal_has_its_sentence_and_no_other_stands_there() {
    assert_eq!(section(&shipped(), "domain"), owned(&Refusal::CODES));
}

#[test]
fn every_fault_of_a_value_has_its_sentence() {
    let codes: Vec<&str> = FieldFault::CODES.iter().map(|(_, code)| *code).collect();
    assert_eq!(section(&shipped(), "field"), owned(&codes));
    for (fault, code) in FieldFault::CODES {
        assert_eq!(fault.code(), code);
    }
}

#[test]
fn every_code_of_gm_has_its_sentence() {
    // gm stands beside this crate, not below it: its codes are read from its source.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../gm/src/error.rs");
    let source = std::fs::read_to_string(path).unwrap();
    let codes: BTreeSet<String> =
        source.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect();
    assert!(codes.len() > 30 && codes.iter().all(|code| code.starts_with("GM_")), "{codes:?}");
    assert_eq!(section(&shipped(), "gm"), codes);
}

#[test]
fn every_message_is_usable() {
    let known = ["name", "field", "fault", "count", "year", "from", "until", "unit", "serial"];
    for (code, message) in &shipped().by_code {
        let section = message.section.as_str();
        let is_compared = COMPARED_HERE.contains(&section) || COMPARED_BY_THE_TERMINAL.contains(&section);
        assert!(is_compared, "{code}: no test compares the section {section} with its codes");
        assert!(
            code.chars().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit() || "_".contains(sign))
        );
        for text in [&message.sentence, &message.cure] {
            let chinese = text.chars().any(|sign| ('\u{4e00}'..='\u{9fff}').contains(&sign));
            assert!(chinese && text.chars().count() >= 5, "{code}: {text}");
            if COMPARED_HERE.contains(&section) {
                assert!(places(text).unwrap().iter().all(|place| known.contains(place)), "{code}: {text}");
            }
        }
        match message.who {
            MessageWho::Clerk => {}
            MessageWho::Administrator => assert!(message.cure.contains("管理员"), "{code}: {}", message.cure),
            MessageWho::Maker => assert!(message.cure.contains("供应商"), "{code}: {}", message.cure),
        }
    }
}

//! The windows' TypeScript is made from the Rust types: this test fails when the committed files are stale.
//!
//! `UPDATE_TYPES=1 cargo test -p terminal --test types` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use terminal::rpc::{self, request, view};
use ts_rs::{Config, TS};

/// First line of the files that are written here; ts-rs writes its own into the others.
const HEADER: &str = "// Made from crates/terminal/src/rpc by crates/terminal/tests/types.rs. Do not edit.\n";

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/rpc/generated")
}

/// Exports types with everything that they are made of.
macro_rules! export_all {
    ($config:expr; $($kind:ty),* $(,)?) => {
        $(<$kind as TS>::export_all($config).expect("ts-rs writes into the folder");)*
    };
}

fn export(folder: &Path) {
    let config = Config::new().with_out_dir(folder);
    export_all!(&config;
        rpc::Change, rpc::RpcError, rpc::WindowRole,
        request::Empty, request::Enrol, request::Login, request::Unlock, request::SwitchPost, request::FindCases,
        request::FindAddresses, view::AddressesFound, request::FindCodes, view::CodesFound,
        request::OpenCase, request::OneCase, request::CaseAct, request::AnswerQuestion, request::ChangeFields,
        request::SaveDraft, request::ReadCard, request::TypeIdentity, request::RunLookup, request::ScanPages,
        request::RotatePage, request::CropPage, request::RemovePage, request::JudgePage, request::KeepPage, view::PageJudged, request::ReorderPages,
        request::RequestSignature, request::ClearSignature, request::OverrideWarning, request::Withdraw,
        request::SteerCase, request::MoveDefinition,
        request::DecideReview, request::CollectResult, request::PreviewPrint, request::PrintDocument,
        request::OneOperation, request::ProceedOperation, request::TakeFingerprints, request::OmitFingerprints, request::SubmitEvaluation,
        request::CallTicket, request::RecordDevice, request::SetDevice, request::AdjustLook, view::DeviceSettings, view::QueueView, request::OneDevice, request::TryDevice, request::Rehearse, request::OneBlob, request::SubmitSignature,
        request::FindMatters, request::Consult, request::PrintConsultation, request::OpenFrom, request::CarryMaterial,
        request::OpenPackage, request::DayOf, request::PrintDaySheet, request::PassBatch,
        request::ReadRowCards,
        view::FoundMatters, view::Consultation, view::PackageLine, view::PackageView, view::CarryView,
        view::DaySheetView, view::BatchLine, view::BatchView,
        view::Shell, view::Desk, view::CaseLine, view::MatterLine, view::Arrival, view::CaseView, view::ReviewView,
        view::OperationView, view::PreviewView, view::Codes, view::DevicesView, view::RehearsalView, view::SyncView, view::ApplicantView,
        view::DefinitionDifference,
        request::RedoAct, request::GiveUpAct, view::MendView,
    );
    let types = all_types(folder);
    fs::write(folder.join("types.ts"), types).expect("a file in a folder of our own");
    fs::write(folder.join("commands.ts"), commands(&config)).expect("a file in a folder of our own");
    fs::write(folder.join("words.ts"), words()).expect("a file in a folder of our own");
}

/// One file that names them all, for imports.
fn all_types(folder: &Path) -> String {
    let made = files(folder);
    let lines = made.keys().filter_map(|name| name.strip_suffix(".ts"));
    let lines: String = lines.map(|name| format!("export type {{ {name} }} from \"./{name}\";\n")).collect();
    format!("{HEADER}{lines}")
}

/// Messages that a page says when no terminal answers.
fn words() -> String {
    let codes = ["WINDOW_NO_ANSWER", "WINDOW_ANSWER_UNREADABLE", "WINDOW_FAULT"];
    let line = |code: &str| {
        let error = rpc::shipped_error(code);
        let text = |words: &str| serde_json::to_string(words).expect("text");
        format!(
            "  {code}: {{ sentence: {}, cure: {}, who: {} }},\n",
            text(&error.sentence),
            text(&error.cure),
            text(&error.who)
        )
    };
    let lines: String = codes.into_iter().map(line).collect();
    format!(
        "{HEADER}/** From assets/messages/messages.toml. */\nexport const words = {{\n{lines}}} as const;\n"
    )
}

/// Interfaces of the commands, the imports that they need, and the lists as values.
fn commands(config: &Config) -> String {
    let interfaces = rpc::command_types(config);
    let mut text = HEADER.to_owned();
    for name in names(&interfaces) {
        text.push_str(&format!("import type {{ {name} }} from \"./{name}\";\n"));
    }
    text.push('\n');
    text.push_str(&interfaces);
    for (list, commands) in
        [("OFFICER_COMMANDS", rpc::OFFICER_COMMANDS), ("APPLICANT_COMMANDS", rpc::APPLICANT_COMMANDS)]
    {
        let quoted: Vec<String> = commands.iter().map(|command| format!("  \"{command}\",\n")).collect();
        text.push_str(&format!("\nexport const {list} = [\n{}] as const;\n", quoted.concat()));
    }
    text
}

/// Types named in the interfaces: what stands behind `request:` and `answer:`.
fn names(interfaces: &str) -> BTreeSet<String> {
    let own = ["OfficerCommands", "ApplicantCommands", "Array"];
    interfaces
        .lines()
        .filter(|line| line.contains("request:"))
        .flat_map(|line| line.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_'))
        .filter(|word| word.starts_with(|first: char| first.is_ascii_uppercase()) && !own.contains(word))
        .map(str::to_owned)
        .collect()
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    fn walk(base: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(base, &path, found);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let name = path.strip_prefix(base).expect("below its base").to_string_lossy().into_owned();
                found.insert(name, text);
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

#[test]
fn the_committed_types_are_those_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    export(folder.path());
    let made = files(folder.path());
    if std::env::var_os("UPDATE_TYPES").is_some() {
        let place = committed();
        for name in files(&place).keys().filter(|name| !made.contains_key(*name)) {
            fs::remove_file(place.join(name)).unwrap();
        }
        for (name, text) in &made {
            let path = place.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    let kept = files(&committed());
    let stale: BTreeSet<&String> =
        made.keys().chain(kept.keys()).filter(|name| made.get(*name) != kept.get(*name)).collect();
    assert!(
        stale.is_empty(),
        "stale: {stale:?}; UPDATE_TYPES=1 cargo test -p terminal --test types writes them anew"
    );
}

#[test]
fn every_type_of_a_command_has_a_file() {
    let folder = tempfile::tempdir().unwrap();
    export(folder.path());
    let made = files(folder.path());
    for name in names(&rpc::command_types(&Config::new())) {
        assert!(made.contains_key(&format!("{name}.ts")), "{name} is not in the list of this test");
    }
}

/// A `bigint` cannot be sent as JSON: every long number has to say that it is a `number`.
#[test]
fn no_type_needs_a_bigint() {
    let folder = tempfile::tempdir().unwrap();
    export(folder.path());
    for (name, text) in files(folder.path()) {
        assert!(!text.contains("bigint"), "{name} has a bigint");
    }
}

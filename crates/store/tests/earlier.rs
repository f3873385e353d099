//! Databases of earlier versions, kept as files, with a key that is for demonstration only.

use crate::support::{Random, append};
use domain::ids::{CaseId, CommandId};
use domain::number::{NumberBlock, NumberKind};
use gm::{DatabaseKey, SigningKey};
use std::path::{Path, PathBuf};
use store::table::outbox::{self, OutboxState};
use store::table::{audit, draft, event, number, recheck};
use store::{DATABASE, Options, Priority, Store};
use uuid::Uuid;

/// Protects invented data in a public file, nothing else.
const DEMO_KEY: [u8; 16] = *b"demo key of 0.1!";

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/compat/0.1/store").join(DATABASE)
}

#[test]
fn a_database_of_0_1_opens_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(fixture(), folder.path().join(DATABASE)).unwrap();
    let store = Store::open(folder.path(), &DatabaseKey::from_bytes(DEMO_KEY), &Options::default()).unwrap();
    let chain = store.read(event::own_chain).unwrap();
    assert_eq!(chain.len(), 12);
    assert_eq!(store.read(audit::broken_at).unwrap(), None);
    let waiting = store.read(|connection| outbox::count(connection, OutboxState::Waiting)).unwrap();
    assert_eq!(waiting, 11);
    let left = store
        .read(|connection| number::left(connection, NumberKind::Acceptance, "999901001000", 2026))
        .unwrap();
    assert_eq!(left, 99);
    let drafts = store.read(|connection| draft::of_case(connection, CaseId(Uuid::from_u128(1)))).unwrap();
    assert_eq!(drafts[0].typed, "演示".as_bytes());
    // What came later is there, and the chain goes on where it ended.
    assert!(!store.read(recheck::is_running).unwrap());
    let (seq, _) = store
        .write(Priority::Interactive, |tx| {
            let key = SigningKey::from_bytes(&[9; 32])?;
            append(tx, &key, CaseId(Uuid::from_u128(1)), CommandId(Uuid::from_u128(99)), 0)
        })
        .unwrap();
    assert_eq!(seq, 13);
}

/// Made the file once; kept so that the next version's file is made the same way.
#[test]
#[ignore = "writes the fixture of a version"]
fn make_the_fixture() {
    let folder = tempfile::tempdir().unwrap();
    let store =
        Store::create(folder.path(), &DatabaseKey::from_bytes(DEMO_KEY), &Options::default()).unwrap();
    store
        .write(Priority::Interactive, |tx| {
            let key = SigningKey::from_bytes(&[9; 32])?;
            let mut random = Random(1);
            for turn in 0..12_u128 {
                let case = CaseId(Uuid::from_u128(turn % 3 + 1));
                append(tx, &key, case, CommandId(random.uuid()), random.next())?;
            }
            outbox::answer(tx, 1, OutboxState::Placed, b"placed", (b"r", b"s"))?;
            let unit = domain::ids::UnitCode::try_from("999901001000").unwrap();
            let kind = NumberKind::Acceptance;
            let terminal = domain::ids::TerminalId(Uuid::nil());
            let block =
                NumberBlock { unit: unit.clone(), kind, year: 2026, terminal, epoch: 1, first: 1, last: 100 };
            number::add_block(tx, &block)?;
            let printed = domain::number::format(kind, &unit, 2026, 1);
            number::take(tx, kind, unit.as_str(), 2026, 1, &printed, CommandId(Uuid::nil()))?;
            let row = draft::DraftRow {
                case: CaseId(Uuid::from_u128(1)),
                section: "applicant".to_owned(),
                author: "J0001".to_owned(),
                typed: "演示".as_bytes().to_vec(),
                saved: 1,
            };
            draft::put(tx, &row)?;
            audit::append(tx, 1, "J0001", "login")?;
            // The first databases of 0.1 were made before this table.
            tx.execute_batch(
                "DROP TABLE recheck; DELETE FROM migrations WHERE name = '2026-11-22 recheck';",
            )?;
            Ok(())
        })
        .unwrap();
    drop(store);
    std::fs::create_dir_all(fixture().parent().unwrap()).unwrap();
    std::fs::copy(folder.path().join(DATABASE), fixture()).unwrap();
}

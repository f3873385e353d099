//! One test for each table.

use crate::support::{Random, append};
use domain::ids::{CaseId, CommandId, ContentHash, EventId};
use domain::number::{NumberBlock, NumberKind};
use gm::{DatabaseKey, SigningKey};
use store::table::event::{self, EventRow};
use store::table::outbox::{self, OutboxState};
use store::table::{audit, blob, command, content, draft, number, officer, recheck, terminal};
use store::{Options, Priority, Result, Store, StoreError, Transaction};
use uuid::Uuid;

struct Bench {
    store: Store,
    _folder: tempfile::TempDir,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let key = DatabaseKey::generate().unwrap();
    Bench { store: Store::create(folder.path(), &key, &Options::default()).unwrap(), _folder: folder }
}

impl Bench {
    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.store.write(Priority::Interactive, work)
    }
}

fn case(number: u128) -> CaseId {
    CaseId(Uuid::from_u128(number))
}

fn command(number: u128) -> CommandId {
    CommandId(Uuid::from_u128(number))
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32]).unwrap()
}

/// An event of somebody else with its place.
fn placed(id: u128, of: CaseId, version: u64) -> EventRow {
    let bytes = id.to_be_bytes().to_vec();
    EventRow {
        id: EventId(Uuid::from_u128(id)),
        case: of,
        command: command(id),
        hash: ContentHash(gm::sm3(&bytes).0),
        bytes,
        signature: vec![1; 64],
        delegation: ContentHash::ZERO,
        own_seq: None,
        version: Some(version),
        place: Some((vec![u8::try_from(version).unwrap()], vec![2; 64])),
    }
}

#[test]
fn events_form_one_chain_and_keep_their_places() {
    let bench = bench();
    bench
        .write(|tx| {
            append(tx, &key(), case(1), command(10), 0)?;
            append(tx, &key(), case(1), command(11), 0)?;
            // Signed on the head before: it has moved on.
            let mut late = placed(12, case(1), 1);
            (late.own_seq, late.version, late.place) = (Some(2), None, None);
            assert!(matches!(event::append_own(tx, &late, &ContentHash::ZERO), Err(StoreError::ChainMoved)));
            assert_eq!(event::chain_head(tx)?.0, 2);
            event::place(tx, &placed(20, case(1), 1))?;
            let mut own = event::get(tx, EventId(command(10).0))?.unwrap();
            own.version = Some(2);
            own.place = Some((vec![2], vec![3; 64]));
            event::place(tx, &own)?;
            event::place(tx, &own)?;
            let order: Vec<u128> =
                event::of_case(tx, case(1))?.iter().map(|row| row.id.0.as_u128()).collect();
            assert_eq!(order, [20, 10, 11]);
            assert_eq!(event::server_version(tx, case(1))?, 2);
            assert_eq!(event::place_bytes(tx, case(1), 2)?, Some(vec![2]));
            assert_eq!(event::last_own(tx, case(1))?, Some(EventId(command(11).0)));
            // A refused act leaves the case, not the chain; a placed one cannot be dropped.
            event::drop_command(tx, command(11))?;
            event::drop_command(tx, command(10))?;
            assert_eq!(event::of_case(tx, case(1))?.len(), 2);
            assert_eq!(event::own_chain(tx)?.len(), 2);
            assert_eq!(event::last_own(tx, case(1))?, Some(EventId(command(10).0)));
            assert_eq!(event::cases(tx)?, [case(1)]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn lost_places_are_taken_back_and_forgotten_cases_leave() {
    let bench = bench();
    bench
        .write(|tx| {
            append(tx, &key(), case(1), command(10), 0)?;
            let mut own = event::get(tx, EventId(command(10).0))?.unwrap();
            (own.version, own.place) = (Some(1), Some((vec![1], vec![3; 64])));
            event::place(tx, &own)?;
            event::place(tx, &placed(20, case(1), 2))?;
            event::place(tx, &placed(21, case(2), 1))?;
            recheck::begin(tx)?;
            assert!(recheck::is_running(tx)?);
            recheck::seen(tx, EventId(Uuid::from_u128(21)))?;
            assert_eq!(recheck::finish(tx)?, [(case(1), 1)]);
            assert!(!recheck::is_running(tx)?);
            assert_eq!(event::unplace_from(tx, case(1), 1)?, 2);
            let left: Vec<u128> = event::of_case(tx, case(1))?.iter().map(|row| row.id.0.as_u128()).collect();
            assert_eq!(left, [10], "the own one waits, the other's is out of the case");
            assert!(event::get(tx, EventId(Uuid::from_u128(20)))?.is_some());
            event::place(tx, &placed(20, case(1), 1))?;
            assert_eq!(event::of_case(tx, case(1))?.len(), 2);
            event::forget(tx, case(1))?;
            assert!(event::of_case(tx, case(1))?.is_empty());
            assert_eq!(event::own_chain(tx)?.len(), 1);
            assert_eq!(event::get(tx, EventId(Uuid::from_u128(20)))?, None);
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_outbox_keeps_every_act_with_what_became_of_it() {
    let bench = bench();
    bench
        .write(|tx| {
            for one in 1..=4 {
                assert_eq!(outbox::append(tx, command(one), case(one % 2), b"act", "words", 7)?, one as u64);
            }
            assert!(outbox::append(tx, command(1), case(1), b"again", "words", 7).is_err());
            assert!(outbox::has(tx, command(1))? && !outbox::has(tx, command(9))?);
            outbox::answer(tx, 1, OutboxState::Placed, b"placed", (b"r", b"s"))?;
            outbox::answer(tx, 2, OutboxState::Troubled, b"conflict", (b"r", b"s"))?;
            assert_eq!(outbox::waiting(tx, 10)?.iter().map(|row| row.seq).collect::<Vec<_>>(), [3, 4]);
            assert_eq!(outbox::waiting(tx, 1)?.len(), 1);
            assert_eq!(outbox::of_case(tx, case(0), OutboxState::Troubled)?.len(), 1);
            assert_eq!(outbox::count(tx, OutboxState::Placed)?, 1);
            assert_eq!(outbox::last_answered(tx)?.unwrap().seq, 2);
            assert!(!outbox::settle(tx, 1, "")?, "nothing was wrong with it");
            assert!(outbox::settle(tx, 2, "重复")?);
            assert_eq!(outbox::get(tx, 2)?.unwrap().settled.as_deref(), Some("重复"));
            assert_eq!(outbox::get(tx, 1)?.unwrap().state, OutboxState::Placed);
            assert_eq!(outbox::get(tx, 2)?.unwrap().state, OutboxState::Settled);
            assert_eq!(outbox::last(tx)?, 4);
            assert_eq!(outbox::reopen(tx, 2)?, 1);
            let row = outbox::get(tx, 2)?.unwrap();
            assert_eq!(row.state, OutboxState::Waiting);
            assert_eq!(row.receipt, Some((b"r".to_vec(), b"s".to_vec())), "the old receipt is evidence");
            Ok(())
        })
        .unwrap();
}

/// An event that gets its place while a case is read is seen once, not never.
#[test]
fn a_reading_sees_one_state() {
    let bench = bench();
    bench.write(|tx| terminal::put(tx, "a", b"1")).unwrap();
    let value = |db: &store::Connection| terminal::get(db, "a");
    let seen = bench.store.read(|db| {
        let before = value(db)?;
        bench.write(|tx| terminal::put(tx, "a", b"2"))?;
        Ok((before, value(db)?))
    });
    assert_eq!(seen.unwrap(), (Some(b"1".to_vec()), Some(b"1".to_vec())));
    assert_eq!(bench.store.read(value).unwrap(), Some(b"2".to_vec()));
}

#[test]
fn a_number_is_taken_once() {
    let bench = bench();
    let unit = domain::ids::UnitCode::try_from("999901001000").unwrap();
    let (kind, year) = (NumberKind::Acceptance, 2026);
    bench
        .write(move |tx| {
            let block = |first, last| NumberBlock {
                unit: unit.clone(),
                kind,
                year,
                terminal: domain::ids::TerminalId(Uuid::nil()),
                epoch: 1,
                first,
                last,
            };
            number::add_block(tx, &block(1, 2))?;
            let take = |serial: u32, by: u128| {
                let printed = domain::number::format(kind, &unit, year, serial);
                number::take(tx, kind, unit.as_str(), year, serial, &printed, command(by))
            };
            take(1, 1)?;
            assert!(matches!(take(1, 2), Err(StoreError::NumberTaken)));
            assert!(matches!(take(3, 2), Err(StoreError::NumberTaken)));
            // The same lease again does not bring the number back.
            number::add_block(tx, &block(1, 2))?;
            assert_eq!(number::peek(tx, kind, unit.as_str(), year)?, Some(2));
            take(2, 2)?;
            assert_eq!(number::peek(tx, kind, unit.as_str(), year)?, None);
            number::add_block(tx, &block(501, 510))?;
            assert_eq!(number::left(tx, kind, unit.as_str(), year)?, 10);
            assert_eq!(number::left_of_year(tx, kind, year)?, 10);
            assert_eq!(number::left_of_year(tx, kind, year + 1)?, 0);
            assert_eq!(number::left_of_year(tx, NumberKind::Intake, year)?, 0);
            // A block that covers what was printed already gives nothing twice.
            number::forget_blocks(tx)?;
            number::add_block(tx, &block(1, 2))?;
            assert!(matches!(take(1, 3), Err(StoreError::NumberTaken)));
            Ok(())
        })
        .unwrap();
}

#[test]
fn drafts_are_replaced_and_removed() {
    let bench = bench();
    bench
        .write(|tx| {
            let row = |section: &str, typed: &[u8], saved| draft::DraftRow {
                case: case(1),
                section: section.to_owned(),
                author: "J0001".to_owned(),
                typed: typed.to_vec(),
                saved,
            };
            draft::put(tx, &row("a", b"1", 1))?;
            draft::put(tx, &row("b", b"2", 2))?;
            draft::put(tx, &row("a", b"3", 3))?;
            let all = draft::of_case(tx, case(1))?;
            assert_eq!(all, [row("a", b"3", 3), row("b", b"2", 2)]);
            assert_eq!(draft::of_author(tx, "J0001")?.len(), 2);
            assert!(draft::of_author(tx, "J0002")?.is_empty());
            draft::remove(tx, case(1), "a", "J0001")?;
            assert_eq!(draft::of_case(tx, case(1))?.len(), 1);
            Ok(())
        })
        .unwrap();
}

#[test]
fn files_are_sent_small_ones_first() {
    let bench = bench();
    bench
        .write(|tx| {
            let row = |id: u8, length, of| blob::BlobRow {
                id: ContentHash([id; 32]),
                case: of,
                content: ContentHash::ZERO,
                length,
                media: "image/png".to_owned(),
                key: vec![id; 16],
                here: true,
                sent: false,
            };
            blob::put(tx, &row(1, 100, Some(case(1))))?;
            blob::put(tx, &row(2, 10, Some(case(1))))?;
            blob::put(tx, &row(3, 1, None))?;
            let order: Vec<u8> = blob::unsent(tx, 9)?.iter().map(|row| row.id.0[0]).collect();
            assert_eq!(order, [2, 1]);
            blob::note_fault(tx, ContentHash([2; 32]), "STORE_FILE")?;
            let order: Vec<u8> = blob::unsent(tx, 9)?.iter().map(|row| row.id.0[0]).collect();
            assert_eq!(order, [1, 2], "what was tried comes behind what was not");
            let waiting = blob::unsent_by_case(tx, 9)?;
            assert_eq!((waiting.len(), waiting[0].count, waiting[0].length), (1, 2, 110));
            assert_eq!(waiting[0].fault.as_deref(), Some("STORE_FILE"));
            blob::mark_sent(tx, ContentHash([2; 32]))?;
            assert_eq!(blob::unsent_by_case(tx, 9)?[0].fault, None);
            assert_eq!(blob::unsent_count(tx)?, 1);
            // Noted again without the file: what is known stays.
            blob::put(tx, &blob::BlobRow { here: false, ..row(2, 10, Some(case(1))) })?;
            let kept = blob::get(tx, ContentHash([2; 32]))?.unwrap();
            assert!(kept.here && kept.sent);
            assert_eq!(blob::all_here(tx)?.len(), 3);
            assert_eq!(blob::names(tx)?.len(), 3);
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_small_tables_keep_what_they_are_given() {
    let bench = bench();
    bench
        .write(|tx| {
            content::put(tx, ContentHash([1; 32]), b"bytes")?;
            content::put(tx, ContentHash([1; 32]), b"bytes")?;
            assert_eq!(content::get(tx, ContentHash([1; 32]))?.unwrap(), b"bytes");
            assert_eq!(content::get(tx, ContentHash([2; 32]))?, None);
            command::put(tx, command(1), b"first", 1)?;
            command::put(tx, command(1), b"second", 2)?;
            assert_eq!(command::get(tx, command(1))?.unwrap(), b"first");
            terminal::put(tx, "name", b"1")?;
            terminal::put(tx, "name", b"2")?;
            assert_eq!(terminal::get(tx, "name")?.unwrap(), b"2");
            let row = |key: u8| officer::OfficerRow {
                id: "J0001".to_owned(),
                key: vec![key; 32],
                certificate: (vec![1], vec![2]),
                last_login: 3,
            };
            officer::put(tx, &row(1))?;
            officer::put(tx, &row(2))?;
            assert_eq!(officer::get(tx, "J0001")?.unwrap().key, [2; 32]);
            assert!(officer::get(tx, "J0002")?.is_none());
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_changed_line_of_the_audit_log_is_found() {
    let bench = bench();
    bench
        .write(|tx| {
            let mut random = Random(3);
            for line in 0..20 {
                audit::append(tx, line, "J0001", &format!("login {}", random.below(9)))?;
            }
            assert_eq!(audit::broken_at(tx)?, None);
            assert_eq!(audit::newest(tx, 3)?.len(), 3);
            tx.execute("UPDATE audit SET what = 'nothing' WHERE seq = 11", [])?;
            assert_eq!(audit::broken_at(tx)?, Some(11));
            tx.execute("DELETE FROM audit WHERE seq >= 11 AND seq < 15", [])?;
            assert_eq!(audit::broken_at(tx)?, Some(15));
            Ok(())
        })
        .unwrap();
}

//! Search and rebuilding.

use crate::support::{Random, append};
use domain::ids::{CaseId, CommandId};
use gm::{DatabaseKey, SigningKey};
use store::table::case::{self, CaseRow, Filter};
use store::{Connection, Options, Priority, Store};
use uuid::Uuid;

fn row(id: u128, changed: i64, words: &[&str]) -> CaseRow {
    CaseRow {
        id: CaseId(Uuid::from_u128(id)),
        number: String::new(),
        matter: "T042".to_owned(),
        unit: "999901510000".to_owned(),
        person_number: format!("{id}"),
        opened: 0,
        changed,
        due: String::new(),
        step_kind: "review".to_owned(),
        step_roles: ",head,".to_owned(),
        step_unit: "999901510000".to_owned(),
        at_counter: false,
        awaits_confirmation: false,
        ended: id.is_multiple_of(2),
        line: vec![1],
        words: words.iter().map(|word| (*word).to_owned()).collect(),
    }
}

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let key = DatabaseKey::generate().unwrap();
    let store = Store::create(folder.path(), &key, &Options::default()).unwrap();
    (folder, store)
}

fn found(store: &Store, text: &str) -> Vec<u128> {
    let filter = Filter { text: text.to_owned(), ended: true, limit: 50, ..Filter::default() };
    let rows = store.read(|connection| case::find(connection, &filter)).unwrap();
    rows.iter().map(|row| row.id.0.as_u128()).collect()
}

#[test]
fn names_of_two_characters_rare_ones_and_parts_of_numbers_are_found() {
    let (_folder, store) = store();
    store
        .write(Priority::Interactive, |tx| {
            case::put(tx, &row(1, 1, &["林桐", "999901199001010017"]))?;
            case::put(tx, &row(2, 2, &["林桐树", "199990151000020260000015"]))?;
            case::put(tx, &row(3, 3, &["𠮷田㛃", "阿卜杜·热合曼"]))?;
            case::put(tx, &row(4, 4, &["𬭚生", "Ann-Marie"]))
        })
        .unwrap();
    assert_eq!(found(&store, "林桐"), [2, 1]);
    assert_eq!(found(&store, "林桐树"), [2]);
    assert_eq!(found(&store, "𠮷"), [3]);
    assert_eq!(found(&store, "㛃"), [3]);
    assert_eq!(found(&store, "𬭚生"), [4]);
    assert_eq!(found(&store, "阿卜杜热合曼"), [3], "the separator need not be typed");
    assert_eq!(found(&store, "19900101"), [1]);
    assert_eq!(found(&store, "0000015"), [2]);
    assert_eq!(found(&store, "marie"), [4]);
    // Not over the edge between two words, and no operators of the search language.
    assert_eq!(found(&store, "桐999901"), Vec::<u128>::new());
    assert_eq!(found(&store, "林\" OR \"生"), Vec::<u128>::new());
    assert_eq!(found(&store, "王"), Vec::<u128>::new());
    // A changed row is found by its new words only.
    store.write(Priority::Interactive, |tx| case::put(tx, &row(1, 9, &["顾影"]))).unwrap();
    assert_eq!(found(&store, "林桐"), [2]);
    assert_eq!(found(&store, "顾影"), [1]);
    store.write(Priority::Interactive, |tx| case::remove(tx, CaseId(Uuid::from_u128(1)))).unwrap();
    assert_eq!(found(&store, "顾影"), Vec::<u128>::new());
}

#[test]
fn filters_narrow_and_the_newest_stand_first() {
    let (_folder, store) = store();
    store
        .write(Priority::Interactive, |tx| {
            for id in 1..=6 {
                case::put(tx, &row(id, i64::try_from(id).unwrap(), &[]))?;
            }
            case::park(tx, CaseId(Uuid::from_u128(3)), "J0001", 1)
        })
        .unwrap();
    let ids = |filter: &Filter| {
        let rows = store.read(|connection| case::find(connection, filter)).unwrap();
        rows.iter().map(|row| row.id.0.as_u128()).collect::<Vec<_>>()
    };
    let all = Filter { limit: 50, ..Filter::default() };
    assert_eq!(ids(&all), [5, 3, 1]);
    assert_eq!(ids(&Filter { ended: true, limit: 2, ..Filter::default() }), [6, 5]);
    assert_eq!(ids(&Filter { person_number: "3".to_owned(), ..all.clone() }), [3]);
    let head = Filter { role: "head".to_owned(), unit: "999901510000".to_owned(), ..all.clone() };
    assert_eq!(ids(&head), [5, 3, 1]);
    assert!(ids(&Filter { role: "hea".to_owned(), ..head.clone() }).is_empty());
    assert!(ids(&Filter { unit: "999902510000".to_owned(), ..head }).is_empty());
    assert_eq!(ids(&Filter { kinds: vec!["effect", "review"], ..all.clone() }), [5, 3, 1]);
    assert!(ids(&Filter { kinds: vec!["effect"], ..all }).is_empty());
    assert_eq!(store.read(case::parked).unwrap(), [CaseId(Uuid::from_u128(3))]);
    assert_eq!(store.read(case::open_cases).unwrap().len(), 3);
    let since = store.read(|connection| case::changed_since(connection, 5)).unwrap();
    assert_eq!(since.len(), 2);
}

/// The row of a case, from its events alone.
fn project(connection: &Connection, case: CaseId) -> store::Result<()> {
    let events = store::table::event::of_case(connection, case)?;
    let words: Vec<String> = events.iter().map(|one| format!("{}", one.bytes.len())).collect();
    let mut made = row(case.0.as_u128(), i64::try_from(events.len()).unwrap(), &[]);
    made.words = words;
    case::put(connection, &made)
}

#[test]
fn a_rebuilt_list_is_the_list() {
    let (_folder, store) = store();
    store
        .write(Priority::Interactive, |tx| {
            let key = SigningKey::from_bytes(&[9; 32])?;
            let mut random = Random(5);
            for turn in 0..60_u128 {
                let case = CaseId(Uuid::from_u128(turn % 7 + 1));
                append(tx, &key, case, CommandId(random.uuid()), random.next())?;
                project(tx, case)?;
            }
            Ok(())
        })
        .unwrap();
    let filter = Filter { ended: true, limit: 50, ..Filter::default() };
    let list = || store.read(|connection| case::find(connection, &filter)).unwrap();
    let before = list();
    assert_eq!(before.len(), 7);
    store.write(Priority::Interactive, |tx| case::put(tx, &row(99, 99, &["stale"]))).unwrap();
    assert_eq!(store.rebuild(|tx, case| project(tx, case)).unwrap(), 7);
    let mut after = list();
    let by_id = |row: &CaseRow| row.id;
    after.sort_by_key(by_id);
    let mut before = before;
    before.sort_by_key(by_id);
    assert_eq!(after, before);
    assert!(found(&store, "stale").is_empty());
    // A projection that fails leaves the list as it was.
    let failed = store.rebuild(|_, _| Err(store::StoreError::Unreadable("event")));
    assert!(failed.is_err());
    assert_eq!(list().len(), 7);
}

//! A terminal: its store, its synchronisation, an officer who acts by the rules.

use super::{House, wait_for};
use domain::act::{Act, Base, SignedEvent};
use domain::case::Case;
use domain::code::CodeTables;
use domain::command::Command;
use domain::context::{Allotted, Context, Facts};
use domain::decide::decide;
use domain::event::{BlobRef, EventRecord, EventTime, SCHEMA};
use domain::ids::{CaseId, CommandId, ContentHash, EventId, MatterId, OfficerId, TerminalId};
use domain::limit::Calendar;
use domain::matter::MatterDefinition;
use domain::person::{Actor, Roster};
use gm::{DatabaseKey, SigningKey, VerifyingKey};
use protocol::credential::{DELEGATION_MILLISECONDS, Delegation, Signed};
use protocol::edition::Edition;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use store::table::event::{self, EventRow};
use store::table::outbox::{self, OutboxState};
use store::table::{blob, case, content, terminal};
use store::{Options, Priority, Store, Transaction};
use sync::{Projection, Settings, Sync, SyncError, Watcher};
use tokio::runtime::Handle;
use uuid::Uuid;

/// Counts what it is told.
#[derive(Default)]
pub struct Seen {
    pub online: AtomicBool,
    pub changed: AtomicUsize,
    pub stopped: Mutex<Option<SyncError>>,
}

impl Watcher for Seen {
    fn line(&self, online: bool) {
        self.online.store(online, Ordering::SeqCst);
    }
    fn server_time(&self, now: i64, _incarnation: u64) {
        assert!(now > 1_700_000_000_000);
    }
    fn cases_changed(&self, cases: &[CaseId]) {
        self.changed.fetch_add(cases.len(), Ordering::SeqCst);
    }
    fn edition_changed(&self) {}
    fn outbox_changed(&self) {}
    fn stopped(&self, why: SyncError) {
        *self.stopped.lock().unwrap() = Some(why);
    }
}

/// The work list holds the number of events of each case.
pub struct Counting;

impl Projection for Counting {
    fn project(&self, transaction: &Transaction<'_>, case: CaseId) -> store::Result<()> {
        let rows = event::of_case(transaction, case)?;
        let row = case::CaseRow {
            id: case,
            number: String::new(),
            matter: "T042".to_owned(),
            unit: String::new(),
            person_number: String::new(),
            opened: 0,
            changed: i64::try_from(rows.len()).unwrap(),
            due: String::new(),
            step_kind: String::new(),
            step_roles: String::new(),
            step_unit: String::new(),
            at_counter: true,
            awaits_confirmation: false,
            ended: false,
            line: Vec::new(),
            words: Vec::new(),
        };
        case::put(transaction, &row)
    }
}

struct Session {
    key: SigningKey,
    delegation: ContentHash,
    actor: Actor,
}

pub struct Counter {
    pub store: Arc<Store>,
    pub sync: Option<Sync>,
    pub seen: Arc<Seen>,
    pub folder: PathBuf,
    pub terminal: TerminalId,
    pub epoch: u32,
    url: String,
    runtime: Handle,
    database_key: DatabaseKey,
    terminal_key: [u8; 32],
    server_key: VerifyingKey,
    session: Option<Arc<Session>>,
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

impl Counter {
    /// Enrols a window of the demo station and logs an officer in.
    pub fn open(house: &House, url: &str, window: &str, officer: &str) -> Self {
        let key = SigningKey::generate().unwrap();
        let runtime = house.runtime.handle().clone();
        let answer = sync::enrol(url, &house.code(window), window, &key.verifying_key(), &runtime).unwrap();
        let folder = house.folder.path().join(window);
        let database_key = DatabaseKey::generate().unwrap();
        let store = Arc::new(Store::create(&folder, &database_key, &Options::default()).unwrap());
        let mut counter = Self {
            store,
            sync: None,
            seen: Arc::default(),
            folder,
            terminal: answer.terminal,
            epoch: answer.epoch,
            url: url.to_owned(),
            runtime,
            database_key,
            terminal_key: *key.to_bytes(),
            server_key: VerifyingKey::from_slice(&answer.server_key).unwrap(),
            session: None,
        };
        counter.connect();
        counter.log_in(officer);
        counter
    }

    /// The same terminal on another folder: what a copied disk is.
    pub fn on_copy(&self, folder: &Path) -> Self {
        let store = Arc::new(Store::open(folder, &self.database_key, &Options::default()).unwrap());
        let mut counter = Self {
            store,
            sync: None,
            seen: Arc::default(),
            folder: folder.to_owned(),
            terminal: self.terminal,
            epoch: self.epoch,
            url: self.url.clone(),
            runtime: self.runtime.clone(),
            database_key: self.database_key.duplicate(),
            terminal_key: self.terminal_key,
            server_key: self.server_key,
            session: self.session.clone(),
        };
        counter.connect();
        counter
    }

    pub fn connect(&mut self) {
        let settings = Settings {
            server: self.url.clone(),
            terminal: self.terminal,
            epoch: self.epoch,
            terminal_key: SigningKey::from_bytes(&self.terminal_key).unwrap(),
            server_key: self.server_key,
        };
        let watcher: Arc<dyn Watcher> = Arc::clone(&self.seen) as _;
        let sync =
            Sync::start(settings, Arc::clone(&self.store), self.runtime.clone(), watcher, Arc::new(Counting));
        self.sync = Some(sync.unwrap());
    }

    /// The engine ends in the middle of whatever it does.
    pub fn disconnect(&mut self) {
        self.sync = None;
    }

    pub fn sync(&self) -> &Sync {
        self.sync.as_ref().unwrap()
    }

    fn log_in(&mut self, officer: &str) {
        wait_for("an edition", || self.value("edition").is_some() && self.value("roster").is_some());
        let id = OfficerId::from(officer);
        let officer_key = SigningKey::generate().unwrap();
        let password = format!("jiangcheng-{officer}");
        let answer = self.sync().login(&id, &password, &officer_key.verifying_key()).unwrap();
        let key = SigningKey::generate().unwrap();
        let delegation = Delegation {
            certificate: answer.certificate,
            session_key: key.verifying_key().as_bytes().to_vec(),
            terminal: self.terminal,
            post: answer.officer.posts[0].clone(),
            not_before: answer.now,
            not_after: answer.now + DELEGATION_MILLISECONDS,
        };
        let bytes = domain::cbor::to_vec(&delegation);
        let signature = officer_key.sign(&bytes).unwrap().as_bytes().to_vec();
        let signed = Signed { bytes, signature };
        let name =
            self.store.write(Priority::Interactive, move |tx| sync::keep_delegation(tx, &signed)).unwrap();
        let actor = Actor { officer: id, name: answer.officer.name, post: delegation.post };
        self.session = Some(Arc::new(Session { key, delegation: name, actor }));
    }

    pub fn value(&self, name: &str) -> Option<Vec<u8>> {
        self.store.read(|connection| terminal::get(connection, name)).unwrap()
    }

    fn read<T: serde::de::DeserializeOwned>(&self, name: ContentHash) -> T {
        let bytes = self.store.read(|connection| content::get(connection, name)).unwrap().unwrap();
        domain::cbor::from_slice(&bytes).unwrap()
    }

    pub fn case(&self, id: CaseId) -> Case {
        let rows = self.events(id);
        let records: Vec<EventRecord> =
            rows.iter().map(|row| EventRecord::from_bytes(&row.bytes).unwrap()).collect();
        Case::replay(id, &records)
    }

    pub fn events(&self, case: CaseId) -> Vec<EventRow> {
        self.store.read(|connection| event::of_case(connection, case)).unwrap()
    }

    /// Opens a case.
    pub fn begin(&self) -> CaseId {
        let case = CaseId(Uuid::from_bytes(gm::random::random_array().unwrap()));
        self.act(case, Command::Open);
        case
    }

    /// Types into a field.
    pub fn type_in(&self, case: CaseId, field: &str, value: &str) {
        let command = Command::ChangeFields {
            changes: vec![(field.into(), value.to_owned())],
            source: domain::event::ValueSource::Typed,
            reason: "更正".to_owned(),
        };
        self.act(case, command);
    }

    pub fn act(&self, case: CaseId, command: Command) {
        let session = self.session.clone().unwrap();
        let edition: Edition = domain::cbor::from_slice(&self.value("edition").unwrap()).unwrap();
        let roster: Roster = domain::cbor::from_slice(&self.value("roster").unwrap()).unwrap();
        let name = edition.definitions[&MatterId::from("T042")];
        let definition: MatterDefinition = self.read(name);
        let (codes, calendar): (CodeTables, Calendar) =
            (self.read(edition.codes), self.read(edition.calendar));
        let facts = Facts { definition: &definition, codes: &codes, calendar: &calendar, roster: &roster };
        let time = EventTime { wall: now(), trusted: now(), confirmed: true };
        let context = Context {
            actor: session.actor.clone(),
            terminal: self.terminal,
            definition: name,
            codes: edition.codes,
            calendar: edition.calendar,
            roster: roster.version,
            time,
            online: self.sync.as_ref().is_some_and(Sync::online),
            allotted: Allotted::default(),
            duplicates: Vec::new(),
            elsewhere: None,
        };
        let events = decide(&command, &self.case(case), &context, &facts).unwrap();
        let id = CommandId(Uuid::from_bytes(gm::random::random_array().unwrap()));
        let (terminal, epoch) = (self.terminal, self.epoch);
        self.store
            .write(Priority::Interactive, move |tx| {
                let base =
                    Base { version: event::server_version(tx, case)?, own: event::last_own(tx, case)? };
                let count = u16::try_from(events.len()).unwrap();
                let mut signed = Vec::new();
                for (index, one) in events.into_iter().enumerate() {
                    let (seq, previous) = event::chain_head(tx)?;
                    let record = EventRecord {
                        schema: SCHEMA,
                        id: EventId(Uuid::from_bytes(gm::random::random_array().unwrap())),
                        case,
                        terminal,
                        epoch,
                        seq: seq + 1,
                        previous,
                        command: id,
                        index: u16::try_from(index).unwrap(),
                        count,
                        actor: session.actor.clone(),
                        time,
                        event: one,
                    };
                    let bytes = record.to_bytes();
                    let signature = session.key.sign(&bytes).unwrap().as_bytes().to_vec();
                    let row = EventRow {
                        id: record.id,
                        case,
                        command: id,
                        bytes: bytes.clone(),
                        signature: signature.clone(),
                        delegation: session.delegation,
                        hash: ContentHash(gm::sm3(&bytes).0),
                        own_seq: Some(seq + 1),
                        version: None,
                        place: None,
                    };
                    event::append_own(tx, &row, &previous)?;
                    signed.push(SignedEvent { bytes, signature });
                }
                let delegation = session.delegation;
                let act = Act { id, case, command, context, events: signed, base, delegation };
                outbox::append(tx, id, case, &act.to_bytes(), "act", now())?;
                Counting.project(tx, case)
            })
            .unwrap();
        if let Some(sync) = &self.sync {
            sync.wake();
        }
    }

    /// Stores a file of a case.
    pub fn keep_file(&self, case: CaseId, bytes: &[u8]) -> BlobRef {
        let (reference, row) = store::blob_file::write(&self.folder, Some(case), bytes, "image/png").unwrap();
        self.store.write(Priority::Interactive, move |tx| blob::put(tx, &row)).unwrap();
        if let Some(sync) = &self.sync {
            sync.wake();
        }
        reference
    }

    pub fn count(&self, state: OutboxState) -> u32 {
        self.store.read(|connection| outbox::count(connection, state)).unwrap()
    }

    pub fn wait_until_sent(&self) {
        wait_for("an empty outbox", || self.count(OutboxState::Waiting) == 0);
    }

    /// Waits until every event of a case has its place here, and there are so many.
    pub fn wait_for_case(&self, case: CaseId, events: usize) {
        let begun = std::time::Instant::now();
        loop {
            let rows = self.events(case);
            let placed = rows.iter().filter(|row| row.version.is_some()).count();
            if rows.len() == events && placed == events {
                return;
            }
            // What stands still says so itself.
            assert!(
                begun.elapsed() < super::PATIENCE,
                "{} of {events} events came, {placed} with a place; {:?}, online {}, stopped {:?}",
                rows.len(),
                self.sync().lanes(),
                self.sync().online(),
                self.seen.stopped.lock().unwrap(),
            );
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    /// Places are 1, 2, 3 … and every act of this terminal was placed once.
    pub fn assert_whole(&self, case: CaseId) {
        let rows = self.events(case);
        let versions: Vec<u64> = rows.iter().map(|row| row.version.unwrap()).collect();
        assert_eq!(versions, (1..=rows.len() as u64).collect::<Vec<_>>());
    }
}

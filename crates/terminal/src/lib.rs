//! The use cases of the counter: everything an officer can do, without any window toolkit.
//!
//! [`Terminal::open`] gives the one object behind the windows of a profile. Windows call [`Terminal::call`] with the
//! commands of [`rpc`], listen to [`Terminal::subscribe`], and fetch pictures and documents by name. State lives
//! here: a window that lost track asks again and is right.

#![allow(
    clippy::needless_pass_by_value,
    reason = "a command takes its request whole: the dispatch has no further use for it"
)]
#![allow(clippy::result_large_err, reason = "an error crosses the edge to a window once per failed command")]

mod act;
mod address;
mod applicant;
mod attempts;
mod batch;
mod card;
mod carry;
mod clock;
mod code;
mod consult;
mod contents;
mod counter;
mod course;
mod daysheet;
mod definition;
mod desk;
mod devices;
mod diagnostic;
mod effects;
mod elsewhere;
mod error;
mod evaluation;
mod finding;
mod fingers;
mod forms;
mod mend;
mod mutants;
mod operation;
mod package;
mod page;
mod printing;
mod project;
mod queue;
mod result;
mod row_cards;
pub mod rpc;
mod scan;
mod scanning;
mod session;
mod settings;
mod shell;
mod sync_page;
mod vault;
mod view;

pub use error::{Own, TerminalError};
pub use settings::Settings;
pub use vault::Enrolment;

use clock::Clock;
pub use clock::{PcClocks, TimeSource};
use contents::Contents;
use devices::Devices;
use domain::ids::{CaseId, ContentHash};
use domain::messages::Messages;
use error::Result;
use forms::PaperWords;
use gm::{MachineSecret, SigningKey};
use operation::Operations;
use paper::PaperWorker;
use rpc::{Change, ChangeSource};
use session::{OpenStore, Session};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use tokio::runtime::Handle;
use tokio::sync::broadcast;

/// Changes kept for a window that is slow to listen; beyond that it sees a gap and asks for everything anew.
const CHANGES_KEPT: usize = 256;

/// One profile of the window terminal.
pub struct Terminal {
    settings: Settings,
    runtime: Handle,
    me: Weak<Terminal>,
    messages: Messages,
    machine_secret: MachineSecret,
    clock: Clock,
    contents: Contents,
    store: RwLock<Option<OpenStore>>,
    state: Mutex<State>,
    /// Acts are decided, signed and written one after another.
    acting: Mutex<()>,
    changes: broadcast::Sender<Change>,
    operations: Operations,
    judged: page::Judged,
    devices: Devices,
    frames: devices::frames::Frames,
    paper: PaperWorker,
    paper_words: PaperWords,
}

/// What changes while the program runs.
#[derive(Default)]
struct State {
    revision: u64,
    enrolment: Option<Enrolment>,
    terminal_key: Option<SigningKey>,
    session: Option<Session>,
    locked: bool,
    line_since: i64,
    focus: Option<CaseId>,
    arrival: Option<card::LaidCard>,
    scanned: Option<rpc::view::ScannedCode>,
    released: Option<applicant::Released>,
    collector: Option<applicant::CollectorSignature>,
    thanks: Option<String>,
    /// A one-time notice that lies on the applicant screen.
    notice: Option<rpc::view::ApplicantMode>,
    /// Printings without a case, by the request that began them: the same request prints once.
    printings: VecDeque<(domain::ids::CommandId, String)>,
    undo: Option<counter::Undo>,
    heard: effects::Heard,
    looked: elsewhere::Looked,
    row_cards: Option<row_cards::RowCards>,
    stopped: Option<String>,
    /// Previews by the hash of their bytes; never on disk, gone with lock and log-out.
    previewed: VecDeque<(ContentHash, Vec<u8>)>,
}

impl Terminal {
    /// Opens a profile: reads what is known of it, starts its device hosts. The store opens with the first log-in.
    ///
    /// # Errors
    /// When the profile's folder or the assets cannot be read.
    pub fn open(settings: Settings, runtime: Handle) -> Result<Arc<Self>> {
        Self::open_by(settings, runtime, Arc::new(PcClocks))
    }

    /// As [`Self::open`], by other clocks than the PC's.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_by(settings: Settings, runtime: Handle, clocks: Arc<dyn TimeSource>) -> Result<Arc<Self>> {
        vault::private_folder(&settings.data)?;
        vault::private_folder(&settings.runtime)?;
        let machine_secret = vault::machine_secret(&settings)?;
        let enrolment = vault::load_enrolment(&settings)?;
        let terminal_key = match &enrolment {
            Some(_) => Some(vault::load_terminal_key(&settings, &machine_secret)?),
            None => None,
        };
        let text = std::fs::read_to_string(settings.assets.join("messages/messages.toml"))?;
        let messages = Messages::from_toml(&text).map_err(|_| Own::ProgramFault)?;
        let paper = PaperWorker::new(paper::WorkerSettings::new(
            settings.programs.join("paper-worker"),
            settings.assets.join("templates"),
        ));
        let paper_words = PaperWords::read(&settings.assets)?;
        let (changes, _) = broadcast::channel(CHANGES_KEPT);
        let devices = Devices::read(&settings)?;
        let clock = Clock::start(clocks, settings.clock(), &machine_secret);
        let terminal = Arc::new_cyclic(|me| Self {
            runtime,
            me: me.clone(),
            messages,
            machine_secret,
            clock,
            contents: Contents::default(),
            store: RwLock::new(None),
            state: Mutex::new(State { enrolment, terminal_key, ..State::default() }),
            acting: Mutex::new(()),
            changes,
            operations: Operations::default(),
            judged: page::Judged::default(),
            devices,
            frames: devices::frames::Frames::default(),
            paper,
            paper_words,
            settings,
        });
        terminal.start_devices();
        Ok(terminal)
    }

    /// What this profile was opened with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Tells of changes from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Ends the session, keeps drafts, closes the store, ends the device hosts.
    pub fn close(&self) {
        let _ = self.end_session();
        self.stop_devices();
        self.paper.rest();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the windows that something changed.
    pub(crate) fn changed(&self, source: ChangeSource, topics: impl IntoIterator<Item = impl Into<String>>) {
        let revision = {
            let mut state = self.state();
            state.revision += 1;
            state.revision
        };
        let topics = topics.into_iter().map(Into::into).collect();
        let _ = self.changes.send(Change { revision, topics, source });
    }

    /// Itself, for work that outlives a call.
    pub(crate) fn myself(&self) -> Result<Arc<Self>> {
        self.me.upgrade().ok_or_else(|| Own::ProgramFault.into())
    }
}

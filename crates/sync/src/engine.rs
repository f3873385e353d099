//! Starting, waking, watching and ending the lanes.

use crate::addresses::Addresses;
use crate::blobs::Blobs;
use crate::client::Client;
use crate::core::Core;
use crate::edition::Upkeep;
use crate::lane::{self, Lane, Phase, Work};
use crate::line::Probe;
use crate::pull::Pull;
use crate::push::Push;
use crate::{Projection, Result, Settings, SyncError, Watcher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Store;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How often the watchdog looks.
const WATCH: Duration = Duration::from_secs(5);

/// A running synchronisation. Ends when dropped.
pub struct Sync {
    pub(crate) core: Arc<Core>,
    tasks: Arc<Mutex<Vec<Running>>>,
    watchdog: JoinHandle<()>,
}

struct Running {
    work: Arc<dyn Work>,
    lane: Arc<Lane>,
    task: JoinHandle<()>,
}

/// What a lane is doing, for diagnosis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneView {
    /// Its name.
    pub name: &'static str,
    /// Whether a round is running.
    pub in_flight: bool,
    /// Whether a timer will start the next one.
    pub timer: bool,
    /// Rounds that failed in a row.
    pub failures: u32,
    /// Why it does not get on; none while its rounds succeed.
    pub held: Option<LaneFault>,
}

/// Why a lane does not get on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneFault {
    /// Stable code of the last fault.
    pub code: &'static str,
    /// For how long rounds have ended with it.
    pub lasts: Duration,
    /// When the next round begins by itself; none while one runs.
    pub next: Option<Duration>,
}

impl Sync {
    /// Starts all lanes.
    ///
    /// # Errors
    /// [`SyncError::Address`] for an address that cannot be used.
    pub fn start(
        settings: Settings,
        store: Arc<Store>,
        runtime: Handle,
        watcher: Arc<dyn Watcher>,
        projection: Arc<dyn Projection>,
    ) -> Result<Self> {
        let client = Client::new(&settings)?;
        let core = Arc::new(Core::new(settings, store, runtime, client, watcher, projection));
        let weak = Arc::downgrade(&core);
        let _ = core.client.ear.set(Box::new(move || {
            if let Some(core) = weak.upgrade() {
                core.saw_answer();
            }
        }));
        let lanes = &core.lanes;
        let works: [(Arc<dyn Work>, &Arc<Lane>); 6] = [
            (Arc::new(Probe { core: Arc::clone(&core) }), &lanes.line),
            (Arc::new(Push::new(&core)), &lanes.push),
            (Arc::new(Pull::new(&core)), &lanes.pull),
            (Arc::new(Upkeep::new(&core)), &lanes.upkeep),
            (Arc::new(Blobs { core: Arc::clone(&core) }), &lanes.blobs),
            (Arc::new(Addresses::new(&core)), &lanes.addresses),
        ];
        let running = works.map(|(work, lane)| begin(&core, work, Arc::clone(lane)));
        let tasks = Arc::new(Mutex::new(Vec::from(running)));
        let watchdog = core.runtime.spawn(watch(Arc::clone(&core), Arc::clone(&tasks)));
        Ok(Self { core, tasks, watchdog })
    }

    /// Something new waits in the store, the network came up, or somebody asked: every lane looks now.
    pub fn wake(&self) {
        self.core.wake_all();
    }

    /// Something that is no act waits for the server: how the devices stand.
    pub fn wake_upkeep(&self) {
        self.core.lanes.upkeep.wake();
    }

    /// Whether the server can be reached, by what was last seen.
    #[must_use]
    pub fn online(&self) -> bool {
        self.core.online()
    }

    /// Ends all lanes. What was begun in the store is finished or taken back, never left half.
    pub fn stop(&self) {
        self.core.end();
        self.watchdog.abort();
        for one in self.tasks.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            one.task.abort();
        }
    }

    /// What the lanes are doing.
    #[must_use]
    pub fn lanes(&self) -> Vec<LaneView> {
        self.tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(|one| {
                let (phase, failures) = one.lane.phase();
                let next = match phase {
                    Phase::Timer(due) => Some(due.saturating_duration_since(Instant::now())),
                    Phase::Flight(_) => None,
                };
                let held = one.lane.held();
                let held = held.map(|held| LaneFault { code: held.code, lasts: held.since.elapsed(), next });
                LaneView {
                    name: one.lane.name,
                    in_flight: matches!(phase, Phase::Flight(_)),
                    timer: matches!(phase, Phase::Timer(_)),
                    failures,
                    held,
                }
            })
            .collect()
    }
}

impl Drop for Sync {
    fn drop(&mut self) {
        self.stop();
    }
}

fn begin(core: &Arc<Core>, work: Arc<dyn Work>, lane: Arc<Lane>) -> Running {
    let task = core.runtime.spawn(lane::run(Arc::clone(core), Arc::clone(&lane), Arc::clone(&work)));
    Running { work, lane, task }
}

/// Sees that every lane has a timer or a request in flight; one that has neither is begun anew.
async fn watch(core: Arc<Core>, tasks: Arc<Mutex<Vec<Running>>>) {
    loop {
        tokio::time::sleep(WATCH).await;
        if core.ended() {
            return;
        }
        for one in tasks.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            if one.lane.is_alive() && !one.task.is_finished() {
                continue;
            }
            tracing::error!(lane = one.lane.name, "a lane had neither timer nor request and was begun anew");
            one.task.abort();
            *one = begin(&core, Arc::clone(&one.work), Arc::clone(&one.lane));
        }
    }
}

impl SyncError {
    /// A second one that says the same, for telling more than one.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Forked => Self::Forked,
            Self::OldEpoch => Self::OldEpoch,
            Self::UnknownTerminal => Self::UnknownTerminal,
            _ => Self::Stopped,
        }
    }
}

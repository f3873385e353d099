//! What the lanes share.

use crate::client::Client;
use crate::lane::Lane;
use crate::{Projection, Result, Settings, SyncError, Watcher};
use domain::ids::TerminalId;
use gm::{SigningKey, VerifyingKey};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use store::{Priority, Store, Transaction};
use tokio::runtime::Handle;

pub(crate) struct Lanes {
    pub(crate) line: Arc<Lane>,
    pub(crate) push: Arc<Lane>,
    pub(crate) pull: Arc<Lane>,
    pub(crate) upkeep: Arc<Lane>,
    pub(crate) blobs: Arc<Lane>,
    pub(crate) addresses: Arc<Lane>,
}

pub(crate) struct Core {
    pub(crate) terminal: TerminalId,
    pub(crate) epoch: u32,
    pub(crate) terminal_key: Arc<SigningKey>,
    pub(crate) server_key: VerifyingKey,
    pub(crate) store: Arc<Store>,
    pub(crate) runtime: Handle,
    pub(crate) client: Client,
    pub(crate) watcher: Arc<dyn Watcher>,
    pub(crate) projection: Arc<dyn Projection>,
    pub(crate) lanes: Lanes,
    online: AtomicBool,
    ended: AtomicBool,
    /// Last server time and when it was heard.
    time: Mutex<Option<(i64, Instant)>>,
    /// Whether definitions and the like should be asked for soon.
    pub(crate) edition_due: AtomicBool,
    /// Whether standard addresses should be asked for soon.
    pub(crate) addresses_due: AtomicBool,
}

impl Core {
    pub(crate) fn new(
        settings: Settings,
        store: Arc<Store>,
        runtime: Handle,
        client: Client,
        watcher: Arc<dyn Watcher>,
        projection: Arc<dyn Projection>,
    ) -> Self {
        Self {
            terminal: settings.terminal,
            epoch: settings.epoch,
            terminal_key: Arc::new(settings.terminal_key),
            server_key: settings.server_key,
            store,
            runtime,
            client,
            watcher,
            projection,
            lanes: Lanes {
                line: Lane::new("line"),
                push: Lane::new("push"),
                pull: Lane::new("pull"),
                upkeep: Lane::new("upkeep"),
                blobs: Lane::new("blobs"),
                addresses: Lane::new("addresses"),
            },
            online: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            time: Mutex::new(None),
            edition_due: AtomicBool::new(true),
            addresses_due: AtomicBool::new(true),
        }
    }

    pub(crate) fn online(&self) -> bool {
        self.online.load(Ordering::Acquire)
    }

    pub(crate) fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    pub(crate) fn wake_all(&self) {
        let lanes = &self.lanes;
        for lane in [&lanes.line, &lanes.push, &lanes.pull, &lanes.upkeep, &lanes.blobs, &lanes.addresses] {
            lane.wake();
        }
    }

    /// An answer that speaks the protocol came in: the line is up, and what waited for it begins.
    pub(crate) fn saw_answer(&self) {
        if !self.ended() && !self.online.swap(true, Ordering::AcqRel) {
            self.watcher.line(true);
            self.wake_all();
        }
    }

    /// A request was lost. One alone proves nothing; the line is asked at once and decides.
    pub(crate) fn saw_failure(&self, fault: &SyncError) {
        if fault.is_offline() && self.online() {
            self.lanes.line.wake();
        }
    }

    /// The question for the time itself was lost: the line is down.
    pub(crate) fn saw_no_line(&self) {
        if self.online.swap(false, Ordering::AcqRel) && !self.ended() {
            self.watcher.line(false);
        }
    }

    pub(crate) fn heard_time(&self, now: i64, incarnation: u64) {
        *self.time.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Instant::now()));
        self.watcher.server_time(now, incarnation);
    }

    /// Server time by what was heard last; none before the first answer.
    pub(crate) fn server_time(&self) -> Option<i64> {
        let heard = *self.time.lock().unwrap_or_else(PoisonError::into_inner);
        heard.map(|(now, at)| now + i64::try_from(at.elapsed().as_millis()).unwrap_or(0))
    }

    /// Ends everything for good and says why.
    pub(crate) fn stop_for(&self, why: &SyncError) {
        if !self.ended.swap(true, Ordering::AcqRel) {
            tracing::error!(code = why.code(), "the synchronisation ended");
            self.watcher.stopped(why.again());
        }
    }

    /// Runs work on a thread that may wait.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let core = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&core)).await.map_err(|_| SyncError::Stopped)?
    }

    /// One background transaction.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> store::Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.ended() {
            return Err(SyncError::Stopped);
        }
        Ok(self.store.write(Priority::Background, work)?)
    }
}

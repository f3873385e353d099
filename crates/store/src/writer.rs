//! The one thread that writes.

use crate::{Result, StoreError};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Who wants to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// An officer waits for it.
    Interactive,
    /// Synchronisation and upkeep.
    Background,
}

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

#[derive(Default)]
struct Queue {
    interactive: VecDeque<Job>,
    background: VecDeque<Job>,
    closed: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
}

pub(crate) struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(mut connection: Connection) -> Self {
        let shared = Arc::new(Shared { queue: Mutex::default(), wake: Condvar::new() });
        let mine = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                while let Some(job) = next(&mine) {
                    job(&mut connection);
                }
                // A clean end leaves one file: less to lose when somebody copies it.
                let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            })
            .ok();
        Self { shared, thread }
    }

    pub(crate) fn run<T, W>(&self, priority: Priority, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    {
        let (answer, wait) = sync_channel(1);
        let job: Job = Box::new(move |connection| {
            #[cfg(feature = "mutants")]
            if crate::planted("answer-before-commit") {
                return answer_early(connection, work, &answer);
            }
            let done = catch_unwind(AssertUnwindSafe(|| transact(connection, work)));
            let _ = answer.send(done.unwrap_or(Err(StoreError::Closed)));
        });
        {
            let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            if queue.closed || self.thread.is_none() {
                return Err(StoreError::Closed);
            }
            match priority {
                Priority::Interactive => queue.interactive.push_back(job),
                Priority::Background => queue.background.push_back(job),
            }
        }
        self.shared.wake.notify_one();
        wait.recv().unwrap_or(Err(StoreError::Closed))
    }
}

fn next(shared: &Shared) -> Option<Job> {
    let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if let Some(job) = queue.interactive.pop_front().or_else(|| queue.background.pop_front()) {
            return Some(job);
        }
        if queue.closed {
            return None;
        }
        queue = shared.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
    }
}

fn transact<T>(connection: &mut Connection, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
    // IMMEDIATE: a write lock that cannot be had is found before any work is done.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let result = work(&transaction)?;
    transaction.commit()?;
    Ok(result)
}

/// The planted fault: whoever waits hears of the work before it is durable.
#[cfg(feature = "mutants")]
fn answer_early<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    answer: &std::sync::mpsc::SyncSender<Result<T>>,
) {
    let Ok(transaction) = connection.transaction_with_behavior(TransactionBehavior::Immediate) else {
        return;
    };
    match work(&transaction) {
        Ok(result) => {
            let _ = answer.send(Ok(result));
            let _ = transaction.commit();
        }
        Err(error) => {
            let _ = answer.send(Err(error));
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.shared.wake.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

//! Pulls what the server placed. A page and its cursor are kept in one transaction with the work list.

use crate::client::Channel;
use crate::core::Core;
use crate::credential::keep_delegation;
use crate::lane::{Next, Work};
use crate::verify::{self, Page, Step};
use crate::{Result, SyncError, push};
use domain::ids::CaseId;
use futures::future::BoxFuture;
use protocol::pull::{LONGEST_WAIT, MOST_CHANGES, PullAnswer, PullRequest};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};
use store::Transaction;
use store::table::{audit, case, event, recheck, terminal};

/// Time for the answer beside the wait.
const ANSWER: Duration = Duration::from_secs(15);
/// An answer without news that comes sooner did not wait.
const SHORTEST_WAIT: Duration = Duration::from_millis(500);
/// Pause after it: changes are still shown within two seconds.
const BREATH: Duration = Duration::from_secs(1);
/// Value of the terminal's table: where the next pull goes on.
const CURSOR: &str = "pull_cursor";
/// Value of the terminal's table: the server's incarnation.
const INCARNATION: &str = "server_incarnation";
/// Pages begin small and grow while they are written quickly.
const FIRST_LIMIT: u32 = 100;
/// A page that takes longer to write keeps officers waiting: no write transaction over 10 ms.
const LONGEST_WRITE: Duration = Duration::from_millis(10);
/// Smaller pages gain nothing: opening a transaction costs as much as ten events.
const LEAST_LIMIT: u32 = 20;

pub(crate) struct Pull {
    core: Arc<Core>,
    /// Whether everything known to the server is here, so that the next pull waits for news.
    level: AtomicBool,
    limit: AtomicU32,
}

impl Pull {
    pub(crate) fn new(core: &Arc<Core>) -> Self {
        Self { core: Arc::clone(core), level: AtomicBool::new(false), limit: AtomicU32::new(FIRST_LIMIT) }
    }
}

impl Work for Pull {
    fn round(&self) -> BoxFuture<'_, Result<Next>> {
        Box::pin(async {
            let done = self.pull().await;
            if done.is_err() {
                self.level.store(false, Ordering::Relaxed);
            }
            done
        })
    }
}

impl Pull {
    async fn pull(&self) -> Result<Next> {
        let core = &self.core;
        let (cursor, incarnation) = core
            .blocking(|core| {
                Ok(core.store.read(|connection| {
                    Ok((terminal::get(connection, CURSOR)?, terminal::get(connection, INCARNATION)?))
                })?)
            })
            .await?;
        let wait = if self.level.load(Ordering::Relaxed) { LONGEST_WAIT } else { 0 };
        let limit = self.limit.load(Ordering::Relaxed);
        let request = PullRequest { epoch: core.epoch, cursor: cursor.unwrap_or_default(), wait, limit };
        let had_cursor = !request.cursor.is_empty();
        let deadline = Duration::from_millis(u64::from(wait)) + ANSWER;
        let asked = Instant::now();
        let answer: PullAnswer = core.client.post(Channel::Poll, "/v1/pull", &request, deadline).await?;
        core.heard_time(answer.now, answer.incarnation);

        let other = incarnation.is_some_and(|known| known != answer.incarnation.to_be_bytes());
        if other || (answer.reset && had_cursor) {
            let (now, incarnation) = (answer.now, answer.incarnation);
            core.blocking(move |core| begin_anew(core, now, incarnation, other)).await?;
            core.lanes.push.wake();
            self.level.store(false, Ordering::Relaxed);
            return Ok(Next::Now);
        }
        let (more, empty) = (answer.more, answer.changes.is_empty());
        let page = core.blocking(move |core| verify_page(core, answer)).await?;
        for definition in &page.page.definitions {
            // A definition that the server cannot give now leaves the case readable; the lane goes on.
            match crate::edition::fetch_content(core, *definition).await {
                Err(fault) if fault.is_offline() => return Err(fault),
                Err(fault) => tracing::warn!(code = fault.code(), "a case's definition is missing"),
                Ok(()) => {}
            }
        }
        let (took, limit) = core.blocking(move |core| keep(core, page)).await?;
        if !empty {
            self.adapt(took, limit);
        }
        self.level.store(!more, Ordering::Relaxed);
        // Whoever answers "nothing" without waiting would be asked without end.
        if wait > 0 && empty && asked.elapsed() < SHORTEST_WAIT {
            return Ok(Next::Rest(BREATH));
        }
        Ok(Next::Now)
    }

    fn adapt(&self, took: Duration, changes: usize) {
        let limit = self.limit.load(Ordering::Relaxed);
        let most = u32::try_from(MOST_CHANGES).unwrap_or(FIRST_LIMIT);
        let full = changes >= usize::try_from(limit).unwrap_or(usize::MAX);
        let next = if took > LONGEST_WRITE {
            (limit / 2).max(LEAST_LIMIT)
        } else if full && took < LONGEST_WRITE / 2 {
            (limit * 2).min(most)
        } else {
            limit
        };
        self.limit.store(next, Ordering::Relaxed);
    }
}

struct Proved {
    page: Page,
    changes: usize,
    cursor: Vec<u8>,
    more: bool,
    incarnation: u64,
    now: i64,
}

fn verify_page(core: &Core, answer: PullAnswer) -> Result<Proved> {
    let changes = answer.changes.len();
    if changes > MOST_CHANGES {
        return Err(SyncError::Unproven("page"));
    }
    let page = match verify::check(core, answer.changes) {
        Ok(page) => page,
        Err(fault) => {
            if let SyncError::Unproven(what) = &fault {
                tracing::error!(what, "a page of changes was refused");
            }
            return Err(fault);
        }
    };
    Ok(Proved {
        page,
        changes,
        cursor: answer.cursor,
        more: answer.more,
        incarnation: answer.incarnation,
        now: answer.now,
    })
}

/// The pull begins anew; nothing that is here is given up before the server has shown everything again.
fn begin_anew(core: &Core, now: i64, incarnation: u64, restored: bool) -> Result<()> {
    core.write(move |transaction| {
        terminal::put(transaction, CURSOR, &[])?;
        terminal::put(transaction, INCARNATION, &incarnation.to_be_bytes())?;
        recheck::begin(transaction)?;
        if restored {
            // The server's numbers of releases may have gone back with everything else.
            terminal::put(transaction, crate::edition::RELEASE, &[])?;
            terminal::put(transaction, push::PROBE, &[1])?;
            audit::append(transaction, now, "", &format!("server-restored incarnation={incarnation}"))?;
        }
        Ok(())
    })?;
    tracing::warn!(restored, "the pull begins anew");
    Ok(())
}

/// Keeps a page. Gives how long the transaction took and how many changes it had.
fn keep(core: &Core, proved: Proved) -> Result<(Duration, usize)> {
    let projection = Arc::clone(&core.projection);
    let changes = proved.changes;
    store::failpoint::pass("page-not-applied");
    let (changed, edition, took) = core.write(move |transaction| {
        let begun = Instant::now();
        let mut changed = Changed::default();
        for step in &proved.page.steps {
            apply(transaction, step, &mut changed)?;
        }
        if !proved.more && recheck::is_running(transaction)? {
            for (case, version) in recheck::finish(transaction)? {
                let events = event::unplace_from(transaction, case, version)?;
                let what = format!("server-lost-places case={case} from={version} events={events}");
                audit::append(transaction, proved.now, "", &what)?;
                changed.note(case);
            }
        }
        for case in &changed.cases {
            projection.project(transaction, *case)?;
        }
        store::failpoint::pass("page-without-cursor");
        terminal::put(transaction, CURSOR, &proved.cursor)?;
        terminal::put(transaction, INCARNATION, &proved.incarnation.to_be_bytes())?;
        let all = changed.cases.into_iter().chain(changed.forgotten).collect::<Vec<_>>();
        Ok((all, changed.edition, begun.elapsed()))
    })?;
    if edition {
        core.edition_due.store(true, Ordering::Release);
        core.lanes.upkeep.wake();
        core.addresses_due.store(true, Ordering::Release);
        core.lanes.addresses.wake();
    }
    if !changed.is_empty() {
        core.watcher.cases_changed(&changed);
    }
    Ok((took, changes))
}

#[derive(Default)]
struct Changed {
    cases: Vec<CaseId>,
    forgotten: Vec<CaseId>,
    edition: bool,
}

impl Changed {
    fn note(&mut self, case: CaseId) {
        self.forgotten.retain(|one| *one != case);
        if !self.cases.contains(&case) {
            self.cases.push(case);
        }
    }
}

fn apply(transaction: &Transaction<'_>, step: &Step, changed: &mut Changed) -> store::Result<()> {
    match step {
        Step::Delegation(signed) => {
            keep_delegation(transaction, signed)?;
        }
        Step::Place(row) => {
            event::place(transaction, row)?;
            recheck::seen(transaction, row.id)?;
            changed.note(row.case);
        }
        Step::Seen(id) => recheck::seen(transaction, *id)?,
        Step::Rewind(case, version) => {
            event::unplace_from(transaction, *case, *version)?;
            changed.note(*case);
        }
        Step::Forget(case) => {
            event::forget(transaction, *case)?;
            case::remove(transaction, *case)?;
            changed.cases.retain(|one| one != case);
            changed.forgotten.push(*case);
        }
        Step::Edition => changed.edition = true,
    }
    Ok(())
}

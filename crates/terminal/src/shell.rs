//! Header and status bar.

use crate::Terminal;
use crate::error::Result;
use crate::rpc::request::Empty;
use crate::rpc::view::{Counts, Gate, PostLine, SessionView, Shell, SyncLine, UndoView, UnitLine};
use domain::person::Roster;
use std::sync::Arc;
use store::table;
use store::table::outbox::OutboxState;

impl Terminal {
    /// The roster in force; empty before the first log-in.
    pub(crate) fn roster(&self) -> Arc<Roster> {
        self.store()
            .and_then(|store| self.contents.current(&store))
            .map(|current| Arc::clone(&current.roster))
            .unwrap_or_default()
    }

    pub(crate) fn shell(&self, _: Empty) -> Result<Shell> {
        let roster = self.roster();
        let now = self.clock.now();
        let sync = self.sync_line();
        let (counts, parked) = self.counts();
        let devices = self.device_lines();
        let operations = self.operations.running();
        let mut state = self.state();
        if state.undo.as_ref().is_some_and(|undo| undo.until < now.trusted) {
            state.undo = None;
        }
        let gate = match (&state.enrolment, &state.session, state.locked) {
            (None, ..) => Gate::Enrol,
            (_, None, _) => Gate::Login,
            (_, _, true) => Gate::Locked,
            _ => Gate::Open,
        };
        let unit = state.enrolment.as_ref().map(|one| match roster.unit(&one.unit) {
            Some(unit) => {
                UnitLine { code: unit.code.clone(), name: unit.name.clone(), short: unit.short.clone() }
            }
            None => UnitLine { code: one.unit.clone(), name: String::new(), short: String::new() },
        });
        let session = state.session.as_ref().map(|session| SessionView {
            officer: session.officer.id.clone(),
            name: session.officer.name.clone(),
            title: session.post.role.title().to_owned(),
            post: session.post.clone(),
            posts: session
                .officer
                .posts
                .iter()
                .map(|post| PostLine {
                    post: post.clone(),
                    title: post.role.title().to_owned(),
                    unit: roster.unit(&post.unit).map(|unit| unit.short.clone()).unwrap_or_default(),
                })
                .collect(),
            online: session.online,
        });
        Ok(Shell {
            revision: state.revision,
            gate,
            window: self.settings.profile.clone(),
            unit,
            session,
            counts,
            sync,
            devices,
            parked,
            undo: state.undo.as_ref().map(|undo| UndoView { words: undo.words.clone(), until: undo.until }),
            arrival: state.arrival.is_some() && gate == Gate::Open,
            scanned: state.scanned.clone().filter(|_| gate == Gate::Open),
            now: now.trusted,
            time_confirmed: now.confirmed,
            demo: self.settings.demo,
            operations,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    /// State of the line to the server.
    pub(crate) fn sync_line(&self) -> SyncLine {
        let online = self.online();
        let since = self.state().line_since;
        let counted = self.store().ok().and_then(|store| {
            store
                .read(|db| {
                    Ok((
                        table::outbox::count(db, OutboxState::Waiting)?,
                        table::blob::unsent_count(db)?,
                        table::outbox::count(db, OutboxState::Troubled)?,
                    ))
                })
                .ok()
        });
        let (pending, pending_files, rejected) = counted.unwrap_or_default();
        SyncLine { online, since, pending, pending_files, rejected }
    }

    fn counts(&self) -> (Counts, u32) {
        let Ok(desk) = self.sorted_cases() else { return (Counts::default(), 0) };
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let counts = Counts {
            to_do: count(desk.to_do.len()),
            waiting: count(desk.waiting.len()),
            due_soon: count(desk.due_soon.len()),
            to_review: count(desk.to_review),
        };
        (counts, count(desk.parked))
    }
}

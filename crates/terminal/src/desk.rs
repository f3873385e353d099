//! The desk: what waits for the present post, what waits for others, what is due.

use crate::Terminal;
use crate::error::{Own, Result};
use crate::project::{Line, role_word};
use crate::rpc::request::{Empty, FindCases, OneCase};
use crate::rpc::view::{CaseLine, CaseView, Codes, Desk, MatterLine, Shell, TodayNumber};
use domain::cbor;
use domain::code::CodeTable;
use domain::decide::may_take_in;
use domain::event::civil_day;
use domain::ids::MatterId;
use domain::matter::MatterDefinition;
use domain::person::Role;
use jiff::civil::Date;
use std::collections::BTreeSet;
use store::table::case::{CaseRow, Filter};
use store::table::outbox::OutboxState;
use store::{Priority, table};

/// 临期: due within three days.
const DUE_SOON_DAYS: i32 = 3;
/// Newest cases shown by a search: more than an officer reads, and no totals.
const FOUND: u32 = 50;
/// The open cases, sorted for the present post.
pub(crate) struct SortedCases {
    pub(crate) to_do: Vec<CaseLine>,
    pub(crate) unfinished: Vec<CaseLine>,
    pub(crate) home: Vec<CaseLine>,
    pub(crate) waiting: Vec<CaseLine>,
    pub(crate) due_soon: Vec<CaseLine>,
    pub(crate) to_review: usize,
    pub(crate) parked: usize,
}

impl Terminal {
    pub(crate) fn sorted_cases(&self) -> Result<SortedCases> {
        let actor = self.actor()?;
        let store = self.store()?;
        let (rows, parked) = store.read(|db| Ok((table::case::open_cases(db)?, table::case::parked(db)?)))?;
        let parked: BTreeSet<_> = parked.into_iter().collect();
        let role = format!(",{},", role_word(actor.post.role));
        let unit = actor.post.unit.to_string();
        let today = self.clock.now().day().to_string();
        let leads = actor.post.role == domain::person::Role::Head;
        let mut sorted = SortedCases {
            to_do: Vec::new(),
            unfinished: Vec::new(),
            home: Vec::new(),
            waiting: Vec::new(),
            due_soon: Vec::new(),
            to_review: 0,
            parked: parked.len(),
        };
        for row in rows {
            let line = self.case_line(&row, parked.contains(&row.id))?;
            if is_home_notice(&row, &unit)? {
                sorted.home.push(line);
                continue;
            }
            let course: Line =
                cbor::from_slice(&row.line).map_err(|_| store::StoreError::Unreadable("case_list"))?;
            let reminded = !line.remind.is_empty() && row.unit == unit;
            if line.days_left.is_some_and(|days| days <= DUE_SOON_DAYS) || reminded {
                sorted.due_soon.push(line.clone());
            }
            let reviews_for_somebody = course
                .delegated
                .iter()
                .any(|(officer, until)| officer.as_str() == actor.officer.as_str() && today <= *until);
            let mine_by_step = !course.suspended
                && row.step_unit == unit
                && (row.step_roles.contains(&role) || reviews_for_somebody);
            // What was handed to a colleague waits for him; the head sees it all the same.
            let a_colleagues =
                !leads && !course.holder.0.is_empty() && course.holder.0.as_str() != actor.officer.as_str();
            let at_my_counter =
                (row.at_counter || row.awaits_confirmation) && row.unit == unit && !a_colleagues;
            if mine_by_step && matches!(row.step_kind.as_str(), "review" | "investigate") {
                sorted.to_review += 1;
            }
            if mine_by_step && line.unfinished {
                sorted.unfinished.push(line);
            } else if mine_by_step || at_my_counter {
                sorted.to_do.push(line);
            } else {
                sorted.waiting.push(line);
            }
        }
        Ok(sorted)
    }

    pub(crate) fn case_line(&self, row: &CaseRow, parked: bool) -> Result<CaseLine> {
        let line: Line =
            cbor::from_slice(&row.line).map_err(|_| store::StoreError::Unreadable("case_list"))?;
        let store = self.store()?;
        let (waiting, troubled) = store.read(|db| {
            Ok((
                table::outbox::of_case(db, row.id, OutboxState::Waiting)?.len(),
                !table::outbox::of_case(db, row.id, OutboxState::Troubled)?.is_empty(),
            ))
        })?;
        let told = line.unfinished.and_then(|_| self.state().heard.words(row.id));
        let today = self.clock.now().day();
        let days_left = row
            .due
            .parse::<Date>()
            .ok()
            .filter(|_| !row.ended)
            .and_then(|due| today.until(due).ok())
            .map(|span| span.get_days());
        let (remind, overdue) = reminder(&line, today);
        Ok(CaseLine {
            remind: if row.ended { String::new() } else { remind },
            overdue: overdue && !row.ended,
            holder: line.holder.1,
            id: row.id,
            number: row.number.clone(),
            person: line.person,
            matter: MatterId(row.matter.clone()),
            matter_name: line.matter_name,
            unfinished: line.unfinished.is_some(),
            state: told.map_or(line.state, str::to_owned),
            next: line.next,
            taken_in_by: line.taken_in_by,
            opened: row.opened,
            changed: row.changed,
            due: row.due.clone(),
            days_left,
            unsent: u32::try_from(waiting).unwrap_or(u32::MAX),
            troubled,
            parked,
            ended: row.ended,
        })
    }

    pub(crate) fn desk(&self, _: Empty) -> Result<Desk> {
        let sorted = self.sorted_cases()?;
        {
            let mut state = self.state();
            state.focus = None;
        }
        let now = self.clock.now();
        let store = self.store()?;
        let today = now.day();
        // A day of China Standard Time has begun at most 24 hours ago.
        let changed = store.read(|db| table::case::changed_since(db, now.trusted - 24 * 3600 * 1000))?;
        let opened_today = changed.iter().filter(|row| civil_day(row.opened) == today).count();
        let ended_today = changed.iter().filter(|row| row.ended && civil_day(row.changed) == today).count();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let line = self.sync_line();
        let number = |title: &str, count| TodayNumber { title: title.to_owned(), count };
        // The daily business keeps its digits; what this counter did last takes those that are left.
        let mut lines = self.first_page()?;
        lines.retain(|matter| matter.allowed);
        let mut notices = Vec::new();
        if let Some(code) = self.state().stopped.clone() {
            let (sentence, cure, _) = self.words(&code, &std::collections::BTreeMap::new());
            notices.push(format!("{sentence}{cure}"));
        }
        // Whoever may do something about it is told; an auxiliary cannot.
        let may_mend = matches!(self.actor()?.post.role, Role::Officer | Role::Head | Role::Admin);
        if let Some(gap) = self.contents.current(&store)?.calendar.gap(today)
            && may_mend
        {
            notices.push(gap.words());
        }
        if !now.confirmed {
            notices.push("时间未经服务器确认，联网后自动校正。".to_owned());
        }
        Ok(Desk {
            today: vec![
                number("今日收件", count(opened_today)),
                number("今日办结", count(ended_today)),
                number("待我办", count(sorted.to_do.len())),
                number("待续办", count(sorted.unfinished.len())),
                number("待传", line.pending),
                number("挂单", count(sorted.parked)),
            ],
            to_do: sorted.to_do,
            unfinished: sorted.unfinished,
            home: sorted.home,
            waiting: sorted.waiting,
            due_soon: sorted.due_soon,
            recent: lines,
            notices,
        })
    }

    pub(crate) fn find_cases(&self, request: FindCases) -> Result<Vec<CaseLine>> {
        let actor = self.actor()?;
        let store = self.store()?;
        let mut filter =
            Filter { text: request.text, ended: request.ended, limit: FOUND, ..Filter::default() };
        if request.to_review {
            filter.role = role_word(actor.post.role);
            filter.unit = actor.post.unit.to_string();
            filter.kinds = vec!["review", "investigate"];
        }
        let (rows, parked) =
            store.read(|db| Ok((table::case::find(db, &filter)?, table::case::parked(db)?)))?;
        rows.iter().map(|row| self.case_line(row, parked.contains(&row.id))).collect()
    }

    pub(crate) fn matters(&self, _: Empty) -> Result<Vec<MatterLine>> {
        let actor = self.actor()?;
        let store = self.store()?;
        let current = self.contents.current(&store)?;
        let online = self.online();
        let mut lines = Vec::new();
        for definition in self.contents.definitions(&store, &current.edition)? {
            let line = matter_line(&definition, may_take_in(&definition, actor.post.role), online);
            lines.push((!definition.common, line));
        }
        // The daily business first; within it and after it by name, as the edition has them.
        lines.sort_by_key(|(rare, _)| *rare);
        Ok(lines.into_iter().map(|(_, line)| line).collect())
    }

    pub(crate) fn parked_cases(&self, _: Empty) -> Result<Vec<CaseLine>> {
        self.actor()?;
        let store = self.store()?;
        let rows = store.read(|db| {
            let mut rows = Vec::new();
            for id in table::case::parked(db)? {
                rows.extend(table::case::get(db, id)?);
            }
            Ok(rows)
        })?;
        rows.iter().map(|row| self.case_line(row, true)).collect()
    }

    pub(crate) fn park_case(&self, request: OneCase) -> Result<Shell> {
        let actor = self.actor()?;
        self.absorb_drafts(request.case);
        let now = self.clock.now().trusted;
        self.store()?.write(Priority::Interactive, move |tx| {
            table::case::park(tx, request.case, actor.officer.as_str(), now)
        })?;
        self.clear_applicant();
        self.state().focus = None;
        self.changed(crate::rpc::ChangeSource::Window, ["shell", "desk", "applicant"]);
        self.shell(Empty {})
    }

    pub(crate) fn resume_case(&self, request: OneCase) -> Result<CaseView> {
        self.actor()?;
        self.store()?.write(Priority::Interactive, move |tx| table::case::unpark(tx, request.case))?;
        self.changed(crate::rpc::ChangeSource::Window, ["shell", "desk"]);
        self.case(request)
    }

    pub(crate) fn codes(&self, _: Empty) -> Result<Codes> {
        let store = self.store()?;
        let current = self.contents.current(&store)?;
        let shown = |table: &&CodeTable| !crate::code::is_long(table);
        Ok(Codes { tables: current.codes.tables.values().filter(shown).cloned().collect() })
    }
}

/// Materials that were promised or asked for and whose day is near or over, in words.
fn reminder(line: &Line, today: Date) -> (String, bool) {
    if line.suspended {
        return (String::new(), false);
    }
    let awaited = [("容缺", &line.promised_until), ("补件", &line.supplement_until)];
    let parsed = awaited.iter().filter_map(|(what, day)| Some((*what, day.parse::<Date>().ok()?)));
    let Some((what, until)) = parsed.min_by_key(|(_, until)| *until) else { return (String::new(), false) };
    let days = today.until(until).map(|span| span.get_days()).unwrap_or_default();
    match days {
        ..0 => (format!("{what}逾期 {} 天", -days), true),
        0 => (format!("{what}今天到期"), false),
        1..=DUE_SOON_DAYS => (format!("{what}还有 {days} 天到期"), false),
        _ => (String::new(), false),
    }
}

/// Whether a case was taken in elsewhere and concerns a household of a unit.
fn is_home_notice(row: &CaseRow, unit: &str) -> Result<bool> {
    let line: Line = cbor::from_slice(&row.line).map_err(|_| store::StoreError::Unreadable("case_list"))?;
    Ok(row.unit != unit && line.home.iter().any(|home| home == unit))
}

/// A matter in one line.
pub(crate) fn matter_line(definition: &MatterDefinition, allowed: bool, online: bool) -> MatterLine {
    let limit = if online || definition.accept_offline {
        String::new()
    } else {
        "网络断开：只能收件，联网后确认受理".to_owned()
    };
    MatterLine {
        id: definition.id.clone(),
        name: definition.name.clone(),
        short: definition.short.clone(),
        initials: definition.initials.clone(),
        category: definition.category.clone(),
        guide: definition.guide.clone(),
        materials: definition.materials.iter().map(|one| one.name.clone()).collect(),
        allowed,
        limit,
    }
}

impl Terminal {
    /// A matter by name, refused when it is not there.
    pub(crate) fn known_matter(
        &self,
        id: &MatterId,
    ) -> Result<(domain::ids::ContentHash, std::sync::Arc<MatterDefinition>)> {
        let store = self.store()?;
        self.contents.matter(&store, id).map_err(|_| Own::MatterUnknown.into())
    }
}

//! The day sheet (日清单): counted from the events by the rules, shown, and printed to be signed.

use crate::Terminal;
use crate::error::{Own, Result};
use crate::forms::{moment, shortened};
use crate::printing::Paper;
use crate::project::Line;
use crate::rpc::request::{DayOf, PrintDaySheet};
use crate::rpc::view::{BlanksLine, DaySheetView, OperationView, PreviewView, SheetLine};
use domain::cbor;
use domain::daysheet::{Blanks, Entry, Shift, blank_runs, blanks_of, day_sheet, officers};
use domain::event::{Event, EventRecord};
use domain::ids::CaseId;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::table;
use store::table::outbox::OutboxState;

const TEMPLATE: &str = "day-sheet";
/// Acts that wait are counted up to this; more means a terminal of weeks without a line.
const WAITING: u32 = 500;
/// Rows that the template takes in a list.
const ROWS: usize = 500;

/// The first moment of a civil day of China, in milliseconds since 1970-01-01 UTC.
fn begin_of(day: Date) -> i64 {
    let midnight = day.at(0, 0, 0, 0).to_zoned(Offset::constant(8).to_time_zone());
    midnight.map_or(0, |one| one.timestamp().as_millisecond())
}

impl Terminal {
    pub(crate) fn day_sheet(&self, request: DayOf) -> Result<DaySheetView> {
        let actor = self.actor()?;
        let today = self.clock.now().day();
        let day = if request.day.is_empty() {
            today
        } else {
            request.day.parse().map_err(|_| crate::TerminalError::RequestUnreadable)?
        };
        let officer = request.officer.unwrap_or(actor.officer);
        let terminal = self.enrolment()?.terminal;
        let store = self.store()?;
        let changed = store.read(|db| table::case::changed_since(db, begin_of(day)))?;
        let mut records: Vec<EventRecord> = Vec::new();
        for row in &changed {
            for event in store.read(|db| table::event::of_case(db, row.id))? {
                let record = EventRecord::from_bytes(&event.bytes);
                records.push(record.map_err(|_| store::StoreError::Unreadable("event"))?);
            }
        }
        let sheet = day_sheet(Shift { officer: &officer, terminal, day }, &records);
        let name_of = |officer: &domain::ids::OfficerId| {
            let known = records.iter().find(|one| one.actor.officer == *officer);
            known.map_or_else(|| officer.to_string(), |one| one.actor.name.clone())
        };
        let mut here = officers(terminal, day, &records);
        if !here.contains(&officer) {
            here.push(officer.clone());
        }
        Ok(DaySheetView {
            day: day.to_string(),
            name: if officer == self.actor()?.officer { self.actor()?.name } else { name_of(&officer) },
            officers: here.iter().map(|one| (one.clone(), name_of(one))).collect(),
            officer,
            taken: self.sheet_lines(&sheet.taken)?,
            finished: self.sheet_lines(&sheet.finished)?,
            void: self.sheet_lines(&sheet.void)?,
            printed: sheet.printed,
            reprinted: sheet.reprinted,
            blanks: self.blanks_lines(&sheet.blanks, &records)?,
            unsynced: self.unsynced()?,
            notes: vec![
                format!("打印文书 {} 份，其中补打 {} 份。", sheet.printed, sheet.reprinted),
                "结存请按空白证件领用登记清点后填写。收费没有在本终端登记，请按收费票据清点。".to_owned(),
            ],
        })
    }

    /// A kind is called what the matter calls the paper that was printed on it.
    fn blanks_lines(&self, blanks: &[Blanks], records: &[EventRecord]) -> Result<Vec<BlanksLine>> {
        let lines = blanks.iter().map(|one| {
            let printed = records.iter().find_map(|record| match &record.event {
                Event::Printed(paper) if paper.template == one.template => {
                    Some((record.case, &paper.document))
                }
                _ => None,
            });
            let title = match printed {
                Some((case, document)) => {
                    let definition = self.load_case(case)?.definition;
                    definition
                        .prints
                        .iter()
                        .find(|one| one.document == *document)
                        .map(|one| one.title.clone())
                }
                None => None,
            };
            Ok(BlanksLine {
                title: title.unwrap_or_else(|| one.template.clone()),
                used: one.used.iter().map(|one| blanks_of(one)).sum(),
                serials: blank_runs(&one.used),
                void: one.void.iter().map(|one| blanks_of(one)).sum(),
                void_serials: blank_runs(&one.void),
            })
        });
        lines.collect()
    }

    fn sheet_lines(&self, entries: &[Entry]) -> Result<Vec<SheetLine>> {
        entries.iter().map(|one| self.sheet_line(one.case, one.at, &one.reason)).collect()
    }

    /// A case of the sheet; without a reason its state stands there.
    fn sheet_line(&self, case: CaseId, at: i64, reason: &str) -> Result<SheetLine> {
        let row = self.store()?.read(|db| table::case::get(db, case))?.ok_or(Own::CaseUnknown)?;
        let line: Line =
            cbor::from_slice(&row.line).map_err(|_| store::StoreError::Unreadable("case_list"))?;
        Ok(SheetLine {
            case,
            at,
            number: row.number,
            matter: line.matter_name,
            person: line.person,
            words: if reason.is_empty() { line.state } else { reason.to_owned() },
        })
    }

    /// Cases of this terminal with acts that the server does not have.
    fn unsynced(&self) -> Result<Vec<SheetLine>> {
        let store = self.store()?;
        let (waiting, troubled) = store.read(|db| {
            Ok((
                table::outbox::waiting(db, WAITING)?,
                table::outbox::of_state(db, OutboxState::Troubled, WAITING)?,
            ))
        })?;
        let mut seen = BTreeSet::new();
        let mut lines = Vec::new();
        for (row, words) in troubled
            .iter()
            .map(|row| (row, "服务器没有收下，待处理"))
            .chain(waiting.iter().map(|row| (row, "等待上传")))
        {
            if seen.insert(row.case) {
                lines.push(self.sheet_line(row.case, row.made, words)?);
            }
        }
        Ok(lines)
    }

    fn day_sheet_paper(&self, of: DayOf) -> Result<Paper> {
        let sheet = self.day_sheet(of)?;
        let actor = self.actor()?;
        let store = self.store()?;
        let current = self.contents.current(&store)?;
        let unit = current.roster.unit(&actor.post.unit).map(|one| one.name.clone()).unwrap_or_default();
        let now = self.clock.now();
        let lines = |list: &[SheetLine]| -> Vec<Value> { list.iter().take(ROWS).map(case_row).collect() };
        let reasons = |list: &[SheetLine]| -> Vec<Value> {
            list.iter()
                .take(ROWS)
                .map(|one| json!({ "number": number(one), "reason": shortened(&one.words, 120) }))
                .collect()
        };
        let voided: Vec<Value> = sheet
            .void
            .iter()
            .map(|one| {
                let what = shortened(&format!("{} {}", one.person, one.matter), 60);
                json!({ "number": number(one), "what": what, "reason": shortened(&one.words, 120) })
            })
            .collect();
        let data = json!({
            "unit": unit,
            "counter": self.settings.profile,
            "officer": sheet.name,
            "day": sheet.day,
            "closed_at": moment(now.trusted),
            "taken": lines(&sheet.taken),
            "finished": lines(&sheet.finished),
            "voided": voided,
            "blanks": sheet.blanks.iter().map(blanks_row).collect::<Vec<_>>(),
            "unsynced": reasons(&sheet.unsynced),
            "remarks": sheet.notes.concat(),
            "demo": self.settings.demo,
        });
        Ok(Paper { template: TEMPLATE, title: "日清单", data, now, roll: false })
    }

    pub(crate) fn preview_day_sheet(&self, request: DayOf) -> Result<PreviewView> {
        let paper = self.day_sheet_paper(request)?;
        self.preview_paper(&paper)
    }

    pub(crate) fn print_day_sheet(&self, request: PrintDaySheet) -> Result<OperationView> {
        let paper = self.day_sheet_paper(request.of)?;
        self.print_paper(request.command, paper)
    }
}

/// A case that has no number yet is told so.
fn number(line: &SheetLine) -> &str {
    if line.number.is_empty() { "还没有号" } else { &line.number }
}

fn blanks_row(line: &BlanksLine) -> Value {
    let serials = match line.void {
        0 => line.serials.clone(),
        _ => format!("{}；应收回作废：{}", line.serials, line.void_serials),
    };
    json!({ "kind": shortened(&line.title, 30), "serials": shortened(&serials, 400), "used": line.used, "voided": line.void })
}

fn case_row(line: &SheetLine) -> Value {
    let time = moment(line.at);
    json!({
        // The day stands in the head.
        "time": time.split(' ').next_back().unwrap_or_default(),
        "number": number(line),
        "matter": shortened(&line.matter, 60),
        "name": shortened(&line.person, 50),
        "state": shortened(&line.words, 20),
    })
}

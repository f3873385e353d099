//! 同步情况: what waits for the server and why, what it refused, how many numbers are left.

use crate::Terminal;
use crate::error::Result;
use crate::project::Line;
use crate::rpc::request::Empty;
use crate::rpc::view::{FileLine, OutboxLine, SyncHeld, SyncView, TodayNumber};
use domain::cbor;
use domain::ids::CaseId;
use domain::number::NumberKind;
use std::collections::BTreeMap;
use std::time::Duration;
use store::table;
use store::table::outbox::{OutboxRow, OutboxState};

impl Terminal {
    pub(crate) fn sync_now(&self, _: Empty) -> Result<SyncView> {
        self.actor()?;
        self.sync()?.wake();
        self.sync_state(Empty {})
    }

    pub(crate) fn sync_state(&self, _: Empty) -> Result<SyncView> {
        let actor = self.actor()?;
        let store = self.store()?;
        // More than a screen shows; the count in the line is exact.
        const SHOWN: u32 = 200;
        let (waiting, troubled) = store.read(|db| {
            Ok((
                table::outbox::waiting(db, SHOWN)?,
                table::outbox::of_state(db, OutboxState::Troubled, SHOWN)?,
            ))
        })?;
        let year = self.clock.year();
        let unit = actor.post.unit.to_string();
        let (acceptances, intakes) = store.read(|db| {
            Ok((
                table::number::left(db, NumberKind::Acceptance, &unit, year)?,
                table::number::left(db, NumberKind::Intake, &unit, year)?,
            ))
        })?;
        let held = self.sync_held();
        let (code, reason) = match (self.online(), &held) {
            (false, _) => ("SYNC_OFFLINE", "网络断开，恢复后自动上传".to_owned()),
            (true, Some(held)) => (held.code.as_str(), held.sentence.clone()),
            (true, None) => ("SYNC_SENDING", "正在上传".to_owned()),
        };
        let files = store.read(|db| table::blob::unsent_by_case(db, SHOWN))?;
        let files = files.into_iter().map(|one| self.file_line(one, &reason)).collect::<Result<_>>()?;
        let waiting = waiting
            .into_iter()
            .map(|row| self.outbox_line(row, code.to_owned(), reason.clone(), String::new()))
            .collect::<Result<_>>()?;
        let troubles = troubled
            .into_iter()
            .map(|row| {
                let trouble = self.trouble(&row, None);
                self.outbox_line(row, trouble.code, trouble.sentence, trouble.cure)
            })
            .collect::<Result<_>>()?;
        Ok(SyncView {
            line: self.sync_line(),
            held,
            files,
            waiting,
            troubles,
            release: self.release_line()?,
            numbers: vec![
                TodayNumber { title: "受理号剩余".to_owned(), count: acceptances },
                TodayNumber { title: "收件号剩余".to_owned(), count: intakes },
            ],
        })
    }

    /// Why nothing goes to the server: what the pushes end with, or the files, or the line itself.
    fn sync_held(&self) -> Option<SyncHeld> {
        let lanes = self.sync().ok()?.lanes();
        let fault = |name: &str| lanes.iter().find(|one| one.name == name)?.held.clone();
        let found = if self.online() { fault("push").or_else(|| fault("blobs")) } else { fault("line") }?;
        let (sentence, cure, _) = self.words(found.code, &BTreeMap::new());
        let now = self.clock.now().trusted;
        let span = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        Some(SyncHeld {
            code: found.code.to_owned(),
            sentence,
            cure,
            since: now.saturating_sub(span(found.lasts)),
            next: found.next.map(|wait| now.saturating_add(span(wait))),
        })
    }

    fn file_line(&self, files: table::blob::UnsentOfCase, reason: &str) -> Result<FileLine> {
        let (sentence, cure) = match &files.fault {
            Some(code) => {
                let (sentence, cure, _) = self.words(code, &BTreeMap::new());
                (sentence, cure)
            }
            None => (reason.to_owned(), String::new()),
        };
        Ok(FileLine {
            case: files.case,
            title: self.case_title(files.case)?,
            count: files.count,
            length: files.length,
            code: files.fault.unwrap_or_default(),
            reason: sentence,
            cure,
        })
    }

    /// Person and matter of a case, as far as they are known here.
    fn case_title(&self, case: CaseId) -> Result<String> {
        let row = self.store()?.read(|db| table::case::get(db, case))?;
        let line = row.and_then(|row| cbor::from_slice::<Line>(&row.line).ok());
        Ok(line.map(|line| format!("{}　{}", line.person, line.matter_name)).unwrap_or_default())
    }

    fn outbox_line(&self, row: OutboxRow, code: String, reason: String, cure: String) -> Result<OutboxLine> {
        Ok(OutboxLine {
            seq: row.seq,
            case: row.case,
            title: self.case_title(row.case)?,
            words: row.words,
            code: Some(code),
            reason,
            cure,
            at: row.made,
        })
    }
}

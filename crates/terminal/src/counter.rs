//! Taking in: opening, answering, filling, drafts, undo.

use crate::Terminal;
use crate::error::{Own, Result};
use crate::rpc::ChangeSource;
use crate::rpc::request::{
    AnswerQuestion, ChangeFields, ClearSignature, Empty, OneCase, OpenCase, OverrideWarning, SaveDraft,
};
use crate::rpc::view::{CaseView, Shell};
use domain::cbor;
use domain::command::Command;
use domain::event::ValueSource;
use domain::ids::{CaseId, CommandId, FieldPath, MaterialId, PageId};
use serde::{Deserialize, Serialize};
use store::table::draft::DraftRow;
use store::{Priority, table};
use uuid::Uuid;

/// Undo stays in the status bar for ten seconds.
const UNDO_MILLISECONDS: i64 = 10_000;

/// How the last act is undone: a command that brings back what was.
pub(crate) struct Undo {
    pub(crate) words: String,
    pub(crate) until: i64,
    pub(crate) case: CaseId,
    pub(crate) commands: Vec<Command>,
}

/// What a draft row holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Typed {
    pub(crate) values: Vec<(FieldPath, String)>,
    pub(crate) field: Option<FieldPath>,
    pub(crate) cursor: u32,
}

impl Terminal {
    pub(crate) fn open_case(&self, request: OpenCase) -> Result<CaseView> {
        // The case's id comes from the command's: a repeated command finds the case that it opened.
        let case = CaseId(Uuid::new_v8(*request.command.0.as_bytes()));
        let (hash, definition) = self.known_matter(&request.matter)?;
        let known = self.store()?.read(|db| table::case::get(db, case))?.is_some();
        self.act_open(case, request.command, &definition, hash)?;
        if request.arrival && !known {
            self.take_arrival(case)?;
        }
        let switched = self.state().focus.replace(case) != Some(case);
        if switched {
            // The applicant screen clears at every switch.
            self.clear_applicant();
        }
        self.changed(ChangeSource::Window, ["shell", "desk", &format!("case:{case}")]);
        self.case_view(case)
    }

    /// What changed meanwhile is shown; an answer that comes after the officer has left must not bring him back, or a
    /// card that is laid on the empty desk would go to the case before.
    pub(crate) fn refresh_case(&self, request: OneCase) -> Result<CaseView> {
        self.actor()?;
        self.case_view(request.case)
    }

    pub(crate) fn case(&self, request: OneCase) -> Result<CaseView> {
        self.actor()?;
        let view = self.case_view(request.case)?;
        let switched = {
            let mut state = self.state();
            let switched = state.focus != Some(request.case);
            state.focus = Some(request.case);
            switched
        };
        if switched {
            // The applicant screen clears at every switch.
            self.clear_applicant();
        }
        Ok(view)
    }

    /// After an act: tell the windows, show the case.
    pub(crate) fn acted(&self, case: CaseId) -> Result<CaseView> {
        self.changed(ChangeSource::Window, [format!("case:{case}"), "desk".to_owned(), "shell".to_owned()]);
        self.case_view(case)
    }

    pub(crate) fn answer_question(&self, request: AnswerQuestion) -> Result<CaseView> {
        let command = Command::Answer { question: request.question, answer: request.answer };
        self.act(request.case, request.command, command, "回答情形")?;
        self.acted(request.case)
    }

    pub(crate) fn change_fields(&self, request: ChangeFields) -> Result<CaseView> {
        let sections: Vec<String> = request
            .changes
            .iter()
            .filter_map(|(field, _)| field.as_str().split_once('.').map(|(section, _)| section.to_owned()))
            .collect();
        let command = Command::ChangeFields {
            changes: request.changes,
            source: ValueSource::Typed,
            reason: request.reason,
        };
        self.act(request.case, request.command, command, "填写表单")?;
        let author = self.actor()?.officer.0;
        self.store()?.write(Priority::Interactive, move |tx| {
            for section in sections {
                table::draft::remove(tx, request.case, &section, &author)?;
            }
            Ok(())
        })?;
        self.acted(request.case)
    }

    pub(crate) fn save_draft(&self, request: SaveDraft) -> Result<Shell> {
        let author = self.actor()?.officer.0;
        let typed = Typed { values: request.values, field: request.field, cursor: request.cursor };
        let row = DraftRow {
            case: request.case,
            section: request.section,
            author,
            typed: cbor::to_vec(&typed),
            saved: self.clock.now().trusted,
        };
        if !crate::mutants::planted("draft-not-kept") {
            self.store()?.write(Priority::Interactive, move |tx| table::draft::put(tx, &row))?;
        }
        self.shell(Empty {})
    }

    /// Drafts of a case, newest first, with their sections.
    pub(crate) fn drafts(&self, case: CaseId) -> Result<Vec<(String, String, Typed)>> {
        let rows = self.store()?.read(|db| table::draft::of_case(db, case))?;
        Ok(rows
            .into_iter()
            .filter_map(|row| Some((row.section, row.author, cbor::from_slice(&row.typed).ok()?)))
            .collect())
    }

    /// Makes drafts part of the case, as far as the rules take them; what they refuse stays a draft.
    pub(crate) fn absorb_drafts(&self, case: CaseId) {
        let Ok(actor) = self.actor() else { return };
        for (section, author, typed) in self.drafts(case).unwrap_or_default() {
            if author != actor.officer.0 || typed.values.is_empty() {
                continue;
            }
            let command = Command::ChangeFields {
                changes: typed.values,
                source: ValueSource::Typed,
                reason: String::new(),
            };
            let absorbed = self.act(case, CommandId(Uuid::now_v7()), command, "填写表单");
            if absorbed.is_ok()
                && let Ok(store) = self.store()
            {
                let _ = store.write(Priority::Interactive, move |tx| {
                    table::draft::remove(tx, case, &section, &author)
                });
            }
        }
    }

    /// All drafts of whoever works, before a lock or log-out.
    pub(crate) fn absorb_all_drafts(&self) {
        let (Ok(actor), Ok(store)) = (self.actor(), self.store()) else { return };
        let mut cases: Vec<CaseId> = store
            .read(|db| table::draft::of_author(db, actor.officer.as_str()))
            .unwrap_or_default()
            .into_iter()
            .map(|(case, _)| case)
            .collect();
        cases.sort();
        cases.dedup();
        for case in cases {
            self.absorb_drafts(case);
        }
    }

    pub(crate) fn override_warning(&self, request: OverrideWarning) -> Result<CaseView> {
        let command = Command::Override { rule: request.rule, reason: request.reason };
        self.act(request.case, request.command, command, "说明理由后继续")?;
        self.acted(request.case)
    }

    pub(crate) fn clear_signature(&self, request: ClearSignature) -> Result<CaseView> {
        self.act(request.case, request.command, Command::ClearSignature { slot: request.slot }, "撤回签名")?;
        self.acted(request.case)
    }

    /// Keeps how the act just done is undone.
    pub(crate) fn can_undo(&self, case: CaseId, words: &str, commands: Vec<Command>) {
        let until = self.clock.now().trusted + UNDO_MILLISECONDS;
        self.state().undo = Some(Undo { words: words.to_owned(), until, case, commands });
        self.changed(ChangeSource::Window, ["shell"]);
    }

    /// Brings a removed page back to its old place.
    pub(crate) fn page_restore(
        material: &MaterialId,
        page: PageId,
        picture: domain::event::BlobRef,
        order: Vec<PageId>,
    ) -> Vec<Command> {
        vec![
            Command::AddPage { material: material.clone(), page, picture, reading: None },
            Command::ReorderPages { material: material.clone(), order },
        ]
    }

    pub(crate) fn undo(&self, _: Empty) -> Result<Shell> {
        let undo = self.state().undo.take().ok_or(Own::NothingToUndo)?;
        if undo.until < self.clock.now().trusted {
            return Err(Own::NothingToUndo.into());
        }
        for command in undo.commands {
            self.act(undo.case, CommandId(Uuid::now_v7()), command, &format!("撤销：{}", undo.words))?;
        }
        self.changed(ChangeSource::Window, [format!("case:{}", undo.case), "shell".to_owned()]);
        self.shell(Empty {})
    }
}

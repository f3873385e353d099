//! Batch review: several equal cases of low risk passed with one key, each with an act of its own.

use crate::Terminal;
use crate::carry::derived;
use crate::error::{Own, Result};
use crate::rpc::ChangeSource;
use crate::rpc::request::{Empty, PassBatch};
use crate::rpc::view::{BatchLine, BatchView};
use domain::batch::{Alone, alone};
use domain::command::Command;
use domain::event::Decision;
use domain::ids::CaseId;
use std::collections::BTreeSet;
use store::table;
use store::table::case::Filter;

/// As many as a search shows.
const SHOWN: u32 = 50;

impl Terminal {
    pub(crate) fn batch_lines(&self, _: Empty) -> Result<Vec<BatchLine>> {
        let actor = self.actor()?;
        let filter = Filter {
            role: crate::project::role_word(actor.post.role),
            unit: actor.post.unit.to_string(),
            kinds: vec!["review"],
            limit: SHOWN,
            ..Filter::default()
        };
        let rows = self.store()?.read(|db| table::case::find(db, &filter))?;
        let mut lines = Vec::new();
        for row in rows {
            let loaded = self.load_case(row.id)?;
            let why = alone(&loaded.definition, &loaded.case);
            let differs = match &why {
                Some(Alone::Differs(fields)) => fields.clone(),
                _ => Vec::new(),
            };
            let line = self.case_line(&row, false)?;
            let alone = why.map(|why| why.words()).unwrap_or_default();
            lines.push(BatchLine { line, differs, alone });
        }
        Ok(lines)
    }

    /// Each case is loaded, looked at and decided anew: what changed since the list was shown is found here.
    pub(crate) fn pass_batch(&self, request: PassBatch) -> Result<BatchView> {
        self.actor()?;
        let mut view = BatchView { passed: Vec::new(), refused: Vec::new() };
        let mut matters = BTreeSet::new();
        for case in request.cases.iter().copied().collect::<BTreeSet<CaseId>>() {
            let passed = self.load_case(case).and_then(|loaded| {
                let name = derived(request.command, &case.to_string());
                // A repeat finds the act done.
                if self.store()?.read(|db| table::outbox::has(db, name))? {
                    return Ok(());
                }
                matters.insert(loaded.definition.id.clone());
                if alone(&loaded.definition, &loaded.case).is_some() || matters.len() > 1 {
                    return Err(Own::NotForBatch.into());
                }
                let opinion = request.opinion.clone();
                let wish = Command::Review { decision: Decision::Pass, reason: None, opinion };
                self.act(case, name, wish, "批量审核")
            });
            match passed {
                Ok(()) => view.passed.push(case),
                Err(error) => view.refused.push((case, self.rpc_error(&error))),
            }
            self.changed(
                ChangeSource::Window,
                [format!("case:{case}"), "desk".to_owned(), "shell".to_owned()],
            );
        }
        Ok(view)
    }
}

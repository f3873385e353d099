//! Batch review: several equal cases of low risk passed with one key, each with an act of its own.

use crate::Terminal;
use crate::act::LoadedCase;
use crate::carry::derived;
use crate::error::{Own, Result, TerminalError};
use crate::rpc::request::{Empty, PassBatch};
use crate::rpc::view::{BatchDifference, BatchLine, BatchView};
use crate::rpc::{ChangeSource, RpcError};
use domain::batch::{alone, differing};
use domain::command::Command;
use domain::condition::Situation;
use domain::event::Decision;
use domain::ids::{CaseId, CommandId, FieldPath, MatterId};
use domain::matter::FieldKind;
use std::collections::{BTreeMap, BTreeSet};
use store::table;
use store::table::case::Filter;

/// As many as a search shows.
const SHOWN: u32 = 50;

/// Why a case of a batch stays where it is.
enum Stays {
    /// It has to be looked at by itself, for this reason in words.
    Alone(String),
    /// Something refuses.
    Error(TerminalError),
}

impl<E: Into<TerminalError>> From<E> for Stays {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

fn pass_command(opinion: &str) -> Command {
    Command::Review { decision: Decision::Pass, reason: None, opinion: opinion.to_owned() }
}

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
            let alone = match alone(&loaded.definition, &loaded.case) {
                Some(why) => why.words(),
                None => self.may_not_pass(&loaded)?,
            };
            let differs = self.batch_differences(&loaded)?;
            lines.push(BatchLine { line: self.case_line(&row, false)?, differs, alone });
        }
        Ok(lines)
    }

    /// Why the rules do not let the present officer pass the case, in words; empty when they do.
    fn may_not_pass(&self, loaded: &LoadedCase) -> Result<String> {
        let refusal = self.refusal_of(&pass_command(""), loaded)?;
        Ok(refusal.map(|one| self.refusal_words(&one)).unwrap_or_default())
    }

    /// What the form says otherwise than the register, both in words.
    fn batch_differences(&self, loaded: &LoadedCase) -> Result<Vec<BatchDifference>> {
        let store = self.store()?;
        let current = self.contents.current(&store)?;
        let in_words = |path: &FieldPath, value: &str| {
            let field = loaded.definition.field(path);
            let table = field.filter(|one| one.kind == FieldKind::Code).and_then(|one| one.codes.as_ref());
            let name = table.and_then(|table| current.codes.name(table, value));
            name.unwrap_or(value).to_owned()
        };
        let difference = |path: FieldPath| BatchDifference {
            label: crate::package::label(&loaded.definition, &path),
            form: in_words(&path, loaded.case.value(&path).unwrap_or_default()),
            register: in_words(&path, loaded.case.register.get(&path).map_or("", String::as_str)),
        };
        Ok(differing(&loaded.case).into_iter().map(difference).collect())
    }

    /// Each case is loaded, looked at and decided anew: what changed since the list was shown is found here.
    pub(crate) fn pass_batch(&self, request: PassBatch) -> Result<BatchView> {
        self.actor()?;
        let mut view = BatchView { passed: Vec::new(), refused: Vec::new() };
        let mut matter = None;
        for case in request.cases.iter().copied().collect::<BTreeSet<CaseId>>() {
            let name = derived(request.command, &case.to_string());
            match self.pass_one(case, name, &request.opinion, &mut matter) {
                Ok(()) => view.passed.push(case),
                Err(stays) => view.refused.push((case, self.stays_words(stays))),
            }
            self.changed(
                ChangeSource::Window,
                [format!("case:{case}"), "desk".to_owned(), "shell".to_owned()],
            );
        }
        Ok(view)
    }

    fn pass_one(
        &self,
        case: CaseId,
        name: CommandId,
        opinion: &str,
        matter: &mut Option<MatterId>,
    ) -> std::result::Result<(), Stays> {
        let loaded = self.load_case(case)?;
        let of_the_batch = matter.get_or_insert_with(|| loaded.definition.id.clone());
        // A repeat finds the act done.
        if self.store()?.read(|db| table::outbox::has(db, name))? {
            return Ok(());
        }
        if *of_the_batch != loaded.definition.id {
            return Err(Stays::Alone("一次只能通过同一事项的件".to_owned()));
        }
        if let Some(why) = alone(&loaded.definition, &loaded.case) {
            return Err(Stays::Alone(why.words()));
        }
        // Without the network a pass is an opinion only. Nobody gives many opinions at once: the rest waits for the line.
        if !self.online() {
            return Err(Own::BatchOffline.into());
        }
        self.act(case, name, pass_command(opinion), "批量审核")?;
        // The line may have gone between the look and the act; then the act is an opinion and the case waits still.
        let waits = self.load_case(case)?.case.provisional_opinion.is_some();
        if waits { Err(Own::BatchOffline.into()) } else { Ok(()) }
    }

    fn stays_words(&self, stays: Stays) -> RpcError {
        match stays {
            Stays::Error(error) => self.rpc_error(&error),
            Stays::Alone(why) => {
                let code = Own::NotForBatch.code();
                let (sentence, cure, who) = self.words(code, &BTreeMap::new());
                let sentence = format!("{sentence}{why}。");
                RpcError { code: code.to_owned(), sentence, cure, who, refusal: None, report: None }
            }
        }
    }
}

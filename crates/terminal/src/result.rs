//! Register look-ups, submission, review, giving out.

use crate::Terminal;
use crate::devices::prompt::Prompt;
use crate::error::{Own, Result};
use crate::rpc::request::{CaseAct, CollectResult, DecideReview, OneCase, RunLookup, Withdraw};
use crate::rpc::view::{CaseView, ReviewView};
use domain::code::CodeRow;
use domain::command::Command;
use domain::event::{CheckState, RegisterAnswer};
use domain::ids::{CaseId, CommandId};
use protocol::error::ErrorCode;
use protocol::register::QueryRequest;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use store::table;
use store::table::outbox::OutboxState;
use sync::SyncError;
use uuid::Uuid;

/// Code table of reasons for sending back and refusing.
const REASONS: &str = "review-reason";

impl Terminal {
    pub(crate) fn run_lookup(&self, request: RunLookup) -> Result<CaseView> {
        self.look_up(request.case, request.command, &request.lookup)?;
        self.acted(request.case)
    }

    /// Asks the register and keeps the answer; one that cannot be had is kept as 接口不可用.
    fn look_up(&self, case: CaseId, command: CommandId, name: &str) -> Result<()> {
        let loaded = self.load_case(case)?;
        let lookup = loaded
            .definition
            .lookup(name)
            .ok_or_else(|| domain::refusal::Refusal::UnknownName { name: name.to_owned() })?;
        if !lookup.askable(&loaded.case) {
            return Err(Own::LookupNotAskable.into());
        }
        let ask = lookup.question(&loaded.case);
        let query = QueryRequest { case: Some(case), query: lookup.query.clone(), ask };
        let answer = match self.sync()?.query(&query) {
            Ok(answer) => answer,
            Err(SyncError::Refused(error)) if error.code != ErrorCode::RegisterUnavailable => {
                return Err(SyncError::Refused(error).into());
            }
            // The state of the check says so; the officer goes on with what may be done.
            Err(_) => RegisterAnswer {
                query_id: String::new(),
                state: CheckState::Unavailable,
                answered_at: self.clock.now().trusted,
                values: BTreeMap::new(),
            },
        };
        self.act(case, command, Command::RecordLookup { lookup: name.to_owned(), answer }, "查询常口")
    }

    pub(crate) fn submit_case(&self, request: CaseAct) -> Result<CaseView> {
        self.absorb_drafts(request.case);
        self.act(request.case, request.command, Command::Submit, "提交")?;
        self.acted(request.case)
    }

    pub(crate) fn confirm_acceptance(&self, request: CaseAct) -> Result<CaseView> {
        // The checks that needed the network are made now.
        let loaded = self.load_case(request.case)?;
        for lookup in &loaded.definition.lookups {
            let open = lookup.must_agree
                && lookup.applies(&loaded.case)
                && loaded.case.check_state(&lookup.id) != CheckState::Agrees;
            if open {
                self.look_up(request.case, CommandId(Uuid::now_v7()), &lookup.id)?;
            }
        }
        self.act(request.case, request.command, Command::ConfirmAcceptance, "确认受理")?;
        self.acted(request.case)
    }

    pub(crate) fn withdraw_case(&self, request: Withdraw) -> Result<CaseView> {
        let command = Command::Withdraw { reason: request.reason };
        self.act(request.case, request.command, command, "撤销申请")?;
        self.acted(request.case)
    }

    pub(crate) fn review_case(&self, request: OneCase) -> Result<ReviewView> {
        let case = self.case(OneCase { case: request.case })?;
        let differences = case
            .sections
            .iter()
            .flat_map(|section| section.rows.iter().flatten())
            .filter(|field| field.register.is_some())
            .cloned()
            .collect();
        let store = self.store()?;
        let current = self.contents.current(&store)?;
        let reasons: Vec<CodeRow> =
            current.codes.tables.get(REASONS).map(|table| table.rows.clone()).unwrap_or_default();
        let left = self.sorted_cases()?.to_review;
        let this_one = usize::from(
            case.actions.iter().any(|one| one.action == crate::rpc::view::Action::Review && one.enabled),
        );
        Ok(ReviewView {
            case,
            differences,
            reasons,
            left: u32::try_from(left.saturating_sub(this_one)).unwrap_or(u32::MAX),
        })
    }

    pub(crate) fn decide_review(&self, request: DecideReview) -> Result<CaseView> {
        let command =
            Command::Review { decision: request.decision, reason: request.reason, opinion: request.opinion };
        self.act(request.case, request.command, command, "审核")?;
        self.acted(request.case)
    }

    pub(crate) fn continue_case(&self, request: CaseAct) -> Result<CaseView> {
        self.act(request.case, request.command, Command::Continue, "业务续办")?;
        self.acted(request.case)
    }

    /// The server hands over only what it has itself: waits until the acts of the case are there.
    pub(crate) fn wait_until_sent(&self, case: CaseId) -> Result<()> {
        // A push takes a fraction of a second; longer than this and the line is not what it seems.
        const LONGEST: Duration = Duration::from_secs(15);
        let begun = Instant::now();
        let (store, sync) = (self.store()?, self.sync()?);
        loop {
            let waiting = store.read(|db| table::outbox::of_case(db, case, OutboxState::Waiting))?;
            if waiting.is_empty() {
                return Ok(());
            }
            if begun.elapsed() > LONGEST {
                return Err(Own::CaseNotSent.into());
            }
            sync.wake();
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The register is asked only for what the rules will take: asking changes the register.
    pub(crate) fn check_effect_rights(&self, case: CaseId) -> Result<()> {
        let loaded = self.load_case(case)?;
        match self.refusal_of(&crate::effects::probe(), &loaded)? {
            Some(refusal) => Err(refusal.into()),
            None => Ok(()),
        }
    }

    pub(crate) fn collect_result(&self, request: CollectResult) -> Result<CaseView> {
        let store = self.store()?;
        if !store.read(|db| store::table::outbox::has(db, request.command))? {
            let strokes = self.collector_signed(request.case).ok_or(Own::CollectorNotSigned)?;
            let command = Command::Collect {
                name: request.name,
                document: request.document,
                number: request.number,
                strokes,
            };
            self.act(request.case, request.command, command, "领取登记")?;
            self.clear_applicant();
            self.prompt(Prompt::TakeEverything);
        }
        self.acted(request.case)
    }
}

//! Hand-overs that the register has not finished: handing over, asking again, going on, and what the windows are told.
//!
//! The register is asked again without anybody's doing, because that changes nothing. What it then says is put into
//! the case by an officer: an answer needs an author.

use crate::Terminal;
use crate::act::LoadedCase;
use crate::error::Result;
use crate::project::Line;
use crate::rpc::ChangeSource;
use crate::rpc::request::CaseAct;
use crate::rpc::view::{CaseView, EffectView};
use domain::case::Case;
use domain::cbor;
use domain::command::Command;
use domain::effect::{EffectKey, UnfinishedEffect, UnfinishedState};
use domain::event::{CheckState, RegisterAnswer};
use domain::ids::CaseId;
use domain::refusal::Refusal;
use protocol::register::{EffectRequest, EffectState};
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use store::table;
use sync::Sync;

/// How often it is looked whether the register is to be asked again.
const LOOK: Duration = Duration::from_secs(5);
/// The register is not asked again for the same act before this time has gone.
const SHORTEST: Duration = Duration::from_secs(5);
/// However long it takes, the register is asked as often as this: an officer waits for it.
const LONGEST: Duration = Duration::from_secs(600);
/// Acts asked for in one round: more wait for the next, so that asking never fills the line.
const MOST: usize = 20;

/// What was heard of the unfinished acts since this program began. Lost with it: then it is asked again.
#[derive(Default)]
pub(crate) struct Heard(BTreeMap<CaseId, One>);

struct One {
    key: EffectKey,
    asked: i64,
    next: Instant,
    wait: Duration,
    told: Option<EffectState>,
}

impl Heard {
    /// What the register told of the present hand-over of a case, and when.
    fn of(&self, case: &Case) -> Option<(i64, Option<EffectState>)> {
        let one = self.0.get(&case.id)?;
        (EffectKey::of(case).as_ref() == Some(&one.key)).then_some((one.asked, one.told))
    }

    /// Words for a line of the desk, when there is something to record.
    pub(crate) fn words(&self, case: CaseId) -> Option<&'static str> {
        self.0.get(&case)?.told.map(told_words)
    }
}

fn told_words(state: EffectState) -> &'static str {
    match state {
        EffectState::Done => "常口已办完，待记录",
        EffectState::Refused => "常口没有落实，待记录",
        EffectState::Partial => UnfinishedState::Partial.words(),
        EffectState::Accepted => UnfinishedState::Delayed.words(),
    }
}

/// The act that the key of the hand-over step stands for.
pub(crate) fn effect_title(case: &Case, title: &str) -> String {
    match case.unfinished.as_ref().map(|one| one.state) {
        None => title.to_owned(),
        Some(UnfinishedState::Delayed) => "查询落实结果".to_owned(),
        Some(UnfinishedState::Partial) => "常口续办".to_owned(),
    }
}

/// A command with which the rules are asked whether somebody may hand over or go on.
pub(crate) fn probe() -> Command {
    let answer = RegisterAnswer {
        query_id: String::new(),
        state: CheckState::NotChecked,
        answered_at: 0,
        values: BTreeMap::new(),
    };
    Command::RecordUnfinished { answer, state: UnfinishedState::Partial, reason: String::new() }
}

impl Terminal {
    /// 业务落实, 查询落实结果, 常口续办: whichever fits the case.
    pub(crate) fn effect_case(&self, request: CaseAct) -> Result<CaseView> {
        let store = self.store()?;
        if !store.read(|db| table::outbox::has(db, request.command))? {
            self.check_effect_rights(request.case)?;
            self.wait_until_sent(request.case)?;
            let loaded = self.load_case(request.case)?;
            let title = effect_title(&loaded.case, "业务落实");
            let resume =
                loaded.case.unfinished.as_ref().is_some_and(|one| one.state == UnfinishedState::Partial);
            let answer = self.sync()?.effect(&effect_request(&loaded, resume)?)?;
            self.act(request.case, request.command, answer.recorded(), &title)?;
            self.state().heard.0.remove(&request.case);
        }
        self.acted(request.case)
    }

    /// Asks again from time to time, as long as the synchronisation runs.
    pub(crate) fn start_asking(&self, sync: &Arc<Sync>) {
        let (me, sync): (Weak<Self>, Weak<Sync>) = (self.me.clone(), Arc::downgrade(sync));
        self.runtime.spawn(async move {
            loop {
                tokio::time::sleep(LOOK).await;
                let (Some(terminal), true) = (me.upgrade(), sync.strong_count() > 0) else { return };
                let round = tokio::task::spawn_blocking(move || terminal.ask_unfinished());
                if let Ok(Err(error)) = round.await {
                    tracing::info!(code = error.code(), "the register was not asked again");
                }
            }
        });
    }

    /// One round: asks for the delayed acts of this unit whose time has come.
    fn ask_unfinished(&self) -> Result<()> {
        let (store, sync) = (self.store()?, self.sync()?);
        if !sync.online() {
            return Ok(());
        }
        let unit = self.enrolment()?.unit.to_string();
        let now = Instant::now();
        let delayed: Vec<CaseId> = store
            .read(table::case::open_cases)?
            .iter()
            .filter(|row| row.step_unit == unit)
            .filter(|row| {
                cbor::from_slice::<Line>(&row.line)
                    .is_ok_and(|line| line.unfinished == Some(UnfinishedState::Delayed))
            })
            .map(|row| row.id)
            .collect();
        {
            let mut state = self.state();
            state.heard.0.retain(|case, _| delayed.contains(case));
        }
        let mut asked = 0;
        for case in delayed {
            let rests =
                self.state().heard.0.get(&case).is_some_and(|one| one.told.is_some() || one.next > now);
            if rests || asked == MOST {
                continue;
            }
            asked += 1;
            self.ask_again(&sync, case)?;
        }
        Ok(())
    }

    fn ask_again(&self, sync: &Sync, case: CaseId) -> Result<()> {
        let loaded = self.load_case(case)?;
        let request = effect_request(&loaded, false)?;
        let key = request.key.clone();
        let answer = sync.effect(&request);
        let told = answer.as_ref().ok().map(protocol::register::EffectAnswer::state);
        let told = told.filter(|state| *state != EffectState::Accepted);
        {
            let mut state = self.state();
            let before = state.heard.0.get(&case).map_or(SHORTEST / 2, |one| one.wait);
            let expected = answer.as_ref().ok().and_then(|one| one.unfinished.as_ref()?.expected_in);
            let wait = expected
                .map_or(before * 2, |seconds| Duration::from_secs(seconds.into()).min(before * 2))
                .clamp(SHORTEST, LONGEST);
            let asked = self.clock.now().trusted;
            state.heard.0.insert(case, One { key, asked, next: Instant::now() + wait, wait, told });
        }
        self.changed(ChangeSource::Sync, [format!("case:{case}"), "desk".to_owned()]);
        Ok(())
    }

    /// How the present hand-over stands, while it is not finished.
    pub(crate) fn effect_view(&self, case: &Case, who: &str) -> Option<EffectView> {
        let one = case.unfinished.as_ref()?;
        let heard = self.state().heard.of(case);
        let told = heard.and_then(|(_, told)| told);
        let cure = match (told, one.state) {
            (Some(_), _) => "常口已有答复，按 F1 取回并记录。",
            (None, UnfinishedState::Delayed) => {
                "常口已收下，还没有办完。联网时自动查询；也可以按 F1 现在查询。"
            }
            (None, UnfinishedState::Partial) => {
                "已办的部分不能撤回。问清原因以后按 F1 续办；一直不成功请联系常口管理部门。"
            }
        };
        Some(EffectView {
            state: one.state,
            words: one.state.words().to_owned(),
            done: parts(one, "done"),
            pending: parts(one, "pending"),
            reason: one.reason.clone(),
            since: one.since.trusted,
            asked: heard.map_or(one.asked.trusted, |(asked, _)| asked.max(one.asked.trusted)),
            told: told.map(told_words).unwrap_or_default().to_owned(),
            cure: cure.to_owned(),
            who: who.to_owned(),
        })
    }
}

fn effect_request(loaded: &LoadedCase, resume: bool) -> Result<EffectRequest> {
    let (definition, case) = (&loaded.definition, &loaded.case);
    let effect = definition.effect_at(case).ok_or(Refusal::WrongStage)?;
    let key = EffectKey::of(case).ok_or(Refusal::WrongStage)?;
    let body = effect.request(definition, case);
    Ok(EffectRequest { case: case.id, key, kind: effect.kind.clone(), body, resume })
}

/// Names of the parts that an answer lists under a word.
fn parts(one: &UnfinishedEffect, word: &str) -> Vec<String> {
    (0..)
        .map_while(|at| {
            let name = |last: &str| one.answer.values.get(&format!("{word}.{at}.{last}"));
            name("name").or_else(|| name("part")).cloned()
        })
        .collect()
}

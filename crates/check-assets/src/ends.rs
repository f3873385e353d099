//! From the opening of a case to each of its ends, by the flow and beside it.

use crate::people;
use crate::plan::Plan;
use crate::play::End;
use crate::table::{LONGEST, Table};
use domain::command::Command;
use domain::course::SuspensionKind;
use domain::event::{Decision, Outcome, Reason};
use domain::flow::{Stage, StepKind};
use domain::matter::MaterialRule;
use domain::person::Role;
use domain::requirement::material_applies;
use domain::situation::Answers;
use jiff::{Span, civil::Date};

/// Words of materials that may never come later (rules of the counter, 12), written down here a second time: who
/// somebody is, of whom a child was born, what an authority decided.
const NEVER_LATER: [&str; 6] = ["身份证", "出生医学证明", "亲子鉴定", "批准", "审批", "准予迁入"];

fn why(text: &str) -> Reason {
    Reason { code: String::new(), text: text.to_owned(), basis: "依据".to_owned() }
}

impl Table<'_> {
    /// From the opening to one end.
    pub(crate) fn whole(&mut self, plan: &Plan<'_>, way: &Answers, end: End) -> Result<(), String> {
        if matches!(end, End::Promised | End::NeverCame) {
            let tolerated = self.brought(&plan.case).into_iter().filter(|one| one.tolerance);
            self.later = tolerated.map(|one| one.id.clone()).collect();
        }
        self.take_in(plan, way)?;
        self.show();
        if end == End::Abandoned {
            self.make(&Command::Abandon { reason: "点错事项".to_owned() })?;
            return self.ended(Outcome::Abandoned);
        }
        if end == End::Done {
            self.incomplete(plan)?;
        }
        self.make(&Command::Submit)?;
        if end == End::Withdrawn {
            self.make(&Command::Withdraw { reason: "申请人撤回".to_owned() })?;
            self.show();
            return self.ended(Outcome::Withdrawn);
        }
        if end == End::Suspended {
            self.stop_and_go()?;
        }
        let mut reviews = 0;
        let mut returned = false;
        for _ in 0..LONGEST {
            self.show();
            if self.case.outcome.is_some() {
                break;
            }
            let Some(stage) = self.case.stage.clone() else {
                return Err(format!("停在“{}”，没有下一步", self.case.state_words()));
            };
            // Nobody here may act: other systems go on from there (制证).
            if stage.roles.is_empty() {
                return Ok(());
            }
            let review = matches!(stage.kind, StepKind::Review | StepKind::Investigate);
            if review && !returned && matches!(end, End::Supplemented | End::NeverSupplied) {
                returned = true;
                self.supplement(&stage.roles, end == End::Supplemented)?;
                continue;
            }
            if !self.outstanding_pages(plan, &stage, end)? {
                continue;
            }
            match stage.kind {
                StepKind::Review | StepKind::Investigate => {
                    let decision = match end {
                        End::RefusedAt(at) if at == reviews => Decision::Refuse,
                        End::ReturnedOnce if !returned => Decision::Return,
                        _ => Decision::Pass,
                    };
                    self.review(&stage.roles, decision)?;
                    reviews += 1;
                    if decision == Decision::Return {
                        returned = true;
                        self.make(&Command::Submit)?;
                    }
                }
                StepKind::Effect => self.effect(plan, &stage.roles)?,
                StepKind::Issue => self.issue(&stage.roles)?,
                StepKind::LateScan => self.late_scan(plan, &stage.roles)?,
                StepKind::Collect => self.collect(&stage.roles)?,
            }
        }
        match end {
            End::RefusedAt(_) => self.ended(Outcome::Refused),
            End::NeverSupplied | End::NeverCame => self.ended(Outcome::Terminated),
            End::Rectified => {
                self.ended(Outcome::Done)?;
                self.rectify()
            }
            _ => self.ended(Outcome::Done),
        }
    }

    fn ended(&self, outcome: Outcome) -> Result<(), String> {
        if self.case.outcome != Some(outcome) {
            return Err(format!("应当以 {outcome:?} 结束，实际是“{}”", self.case.state_words()));
        }
        // Nothing reopens what has ended.
        self.refused(&self.maker, &Command::Submit, "CASE_ENDED")
    }

    /// Whether this situation asks for any paper.
    pub(crate) fn brings_any(&self, plan: &Plan<'_>) -> bool {
        !self.brought(&plan.case).is_empty()
    }

    /// Whether anything that this situation asks for may come later.
    pub(crate) fn tolerates_any(&self, plan: &Plan<'_>) -> bool {
        self.brought(&plan.case).iter().any(|one| one.tolerance)
    }

    /// Nothing but what the definition lets come later is promised, and never what shows who somebody is.
    pub(crate) fn nothing_else_later(&self) -> Result<(), String> {
        let until = self.in_days(3);
        for material in self.definition.materials.iter().filter(|one| material_applies(one, &self.case)) {
            let never = NEVER_LATER.iter().any(|word| material.name.contains(word));
            if material.tolerance && never {
                return Err(format!("“{}”不能容缺", material.name));
            }
            let asked = matches!(material.rule, MaterialRule::Required | MaterialRule::OneOf);
            if !material.tolerance && asked {
                let command = Command::PromiseMaterials { materials: vec![material.id.clone()], until };
                self.refused(&self.maker, &command, "NOT_TOLERABLE")
                    .map_err(|fault| format!("容缺“{}”：{fault}", material.name))?;
            }
        }
        Ok(())
    }

    fn in_days(&self, days: i32) -> Date {
        self.time().day().saturating_add(Span::new().days(days))
    }

    fn days_pass(&mut self, days: i64) {
        self.now += days * 24 * 3600 * 1000;
    }

    /// Where something promised is missing, nothing is put into force, issued or handed out; it comes now, or the
    /// case is ended. Whether the case goes on with the step at hand.
    fn outstanding_pages(&mut self, plan: &Plan<'_>, stage: &Stage, end: End) -> Result<bool, String> {
        let outstanding = self.case.outstanding();
        if outstanding.is_empty() || matches!(stage.kind, StepKind::Review | StepKind::Investigate) {
            return Ok(true);
        }
        let officer = people::in_roles(&[Role::Officer]).into_iter().next().ok_or("没有民警")?;
        let tried = match stage.kind {
            StepKind::Effect => self.effect(plan, &stage.roles),
            StepKind::Issue => self.issue(&stage.roles),
            StepKind::Collect => self.collect(&stage.roles),
            _ => Err("Incomplete".to_owned()),
        };
        match tried {
            Err(told) if told.contains("Incomplete") => {}
            other => return Err(format!("容缺未补齐就{}：{other:?}", stage.title)),
        }
        let terminate = Command::Terminate { reason: why("逾期未补交") };
        self.refused(&officer, &terminate, "NOT_OVERDUE")?;
        if end == End::NeverCame {
            self.days_pass(4);
            // Nothing happens by itself.
            if self.case.outcome.is_some() || self.case.overdue(self.time().day()).is_none() {
                return Err("逾期没有提示".to_owned());
            }
            self.act(&officer, &terminate)?;
            return Ok(false);
        }
        let maker = self.maker.clone();
        for material in outstanding {
            self.page(&maker, &material)?;
        }
        Ok(true)
    }

    fn stop_and_go(&mut self) -> Result<(), String> {
        let Some(stage) = self.case.stage.clone() else { return Ok(()) };
        let officer = people::in_roles(&[Role::Officer]).into_iter().next().ok_or("没有民警")?;
        let due = self.case.submission.as_ref().and_then(|one| one.due);
        let (kind, until) = (SuspensionKind::SpecialProcedure, Some(self.in_days(10)));
        self.act(&officer, &Command::Suspend { kind, reason: why("需要鉴定"), until })?;
        self.show();
        for actor in people::in_roles(&stage.roles) {
            self.refused(&actor, &Command::Continue, "CASE_SUSPENDED")?;
        }
        self.days_pass(10);
        self.act(&officer, &Command::Resume)?;
        let later = self.case.submission.as_ref().and_then(|one| one.due);
        match (due, later) {
            (Some(due), Some(later)) if later > due => Ok(()),
            _ => Err(format!("中止没有顺延时限：{due:?} → {later:?}")),
        }
    }

    fn supplement(&mut self, roles: &[Role], comes: bool) -> Result<(), String> {
        let wanted = self.brought(&self.case).first().map(|one| one.id.clone()).ok_or("没有材料可补")?;
        let (materials, until) = (vec![wanted.clone()], self.in_days(3));
        let command = Command::RequestSupplement { materials, until, reason: why("看不清") };
        let actor = self.somebody(roles, &command)?;
        self.act(&actor, &command)?;
        self.show();
        let maker = self.maker.clone();
        self.refused(&maker, &Command::Submit, "INCOMPLETE")?;
        if comes {
            self.page(&maker, &wanted)?;
            return self.make(&Command::Submit);
        }
        self.days_pass(4);
        let officer = people::in_roles(&[Role::Officer]).into_iter().next().ok_or("没有民警")?;
        self.act(&officer, &Command::Terminate { reason: why("逾期未补正") })
    }

    /// The record of a closed case becomes right, by an officer and a head, and nothing else of it changes.
    fn rectify(&mut self) -> Result<(), String> {
        let people = people::in_roles(&[Role::Officer]);
        let officer = people.first().ok_or("没有民警")?;
        self.act(officer, &Command::Rectify { reason: "扫描件不清楚".to_owned() })?;
        self.refused(officer, &Command::Withdraw { reason: "不办了".to_owned() }, "WRONG_STAGE")?;
        let wanted = self.brought(&self.case).first().map(|one| one.id.clone());
        if let Some(wanted) = wanted {
            self.page(officer, &wanted)?;
        }
        self.act(officer, &Command::Submit)?;
        self.review(&[Role::Head], Decision::Pass)?;
        self.ended(Outcome::Done)
    }
}

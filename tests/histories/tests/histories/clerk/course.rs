//! Commands beside the flow: promises, supplements, a clock that stops, hand-overs, rectification.

use super::{Idea, Sight};
use crate::dice::Dice;
use domain::command::Command;
use domain::course::SuspensionKind;
use domain::event::Reason;
use domain::flow::StepKind;
use domain::ids::{MaterialId, OfficerId};
use domain::matter::Material;
use domain::person::{Actor, Role};
use domain::requirement::material_applies;
use jiff::civil::Date;

impl Sight<'_> {
    /// Any of them, right or wrong.
    pub(super) fn beside_the_flow(&self, dice: &mut Dice) -> Command {
        let reason = |dice: &mut Dice| Reason {
            text: dice.one(&["情况属实", "", " "]).to_owned(),
            ..Reason::default()
        };
        let words = |dice: &mut Dice| dice.one(&["轮休", "点错事项", ""]).to_owned();
        match dice.below(12) {
            0 | 1 => {
                Command::PromiseMaterials { materials: self.some_materials(dice), until: self.some_day(dice) }
            }
            2 => Command::CancelTolerance { reason: reason(dice) },
            3 => Command::RequestSupplement {
                materials: self.some_materials(dice),
                until: self.some_day(dice),
                reason: reason(dice),
            },
            4 => {
                let kind = dice.one(&[SuspensionKind::Suspended, SuspensionKind::SpecialProcedure]);
                let until = dice.percent(50).then(|| self.some_day(dice));
                Command::Suspend { kind, reason: reason(dice), until }
            }
            5 | 6 => Command::Resume,
            7 => Command::Terminate { reason: reason(dice) },
            // Rarely, as it ends everything.
            8 if dice.percent(20) => Command::Abandon { reason: words(dice) },
            8 | 9 => Command::Rectify { reason: words(dice) },
            10 => Command::HandOver { to: self.some_officer(dice), reason: words(dice) },
            _ => Command::DelegateReview {
                to: self.some_officer(dice),
                until: self.some_day(dice),
                reason: words(dice),
            },
        }
    }

    /// A step beside the flow that somebody may take where the case stands, with all that it needs.
    pub(super) fn deviation(&self, dice: &mut Dice) -> Option<Idea> {
        let case = self.case;
        case.opening.as_ref()?;
        let grounds = || Reason { text: "情况属实".into(), ..Reason::default() };
        let until = self.day.saturating_add(jiff::Span::new().days(dice.one(&[1_i32, 3, 7])));
        let counter = self.at_counter();
        let idea = |actor: Actor, command| Some(Idea { actor, online: true, command });
        if case.outcome.is_some() {
            if dice.percent(60) {
                return None;
            }
            let actor = self.one_of(&self.police(), dice);
            return idea(actor, Command::Rectify { reason: "姓名用字登记有误".into() });
        }
        if dice.percent(15) {
            let to = self.one_of(&counter, dice).officer;
            return idea(self.one_of(&counter, dice), Command::HandOver { to, reason: "轮休".into() });
        }
        let Some(stage) = &case.stage else {
            let given_up = case.course.rectification.is_some() || dice.percent(8);
            let by = if case.course.rectification.is_some() { self.police() } else { counter };
            return given_up
                .then(|| (self.one_of(&by, dice), Command::Abandon { reason: "点错事项".into() }))
                .and_then(|(actor, command)| idea(actor, command));
        };
        if !case.outstanding().is_empty() && dice.percent(30) {
            let mut heads = self.police();
            heads.retain(|one| one.post.role == Role::Head);
            return idea(self.one_of(&heads, dice), Command::CancelTolerance { reason: grounds() });
        }
        let mut here = self.at_stage();
        here.retain(|one| !case.makers.contains(&one.officer));
        if matches!(stage.kind, StepKind::Review | StepKind::Investigate) && dice.percent(70) {
            let actor = self.one_of(&here, dice);
            let command = if dice.percent(50) {
                let applying = |one: &&Material| material_applies(one, case);
                let known: Vec<&Material> = self.facts.definition.materials.iter().filter(applying).collect();
                let material = dice.pick(&known)?.id.clone();
                Command::RequestSupplement { materials: vec![material], until, reason: grounds() }
            } else {
                let to = self.one_of(&here, dice).officer;
                Command::DelegateReview { to, until, reason: "出差".into() }
            };
            return idea(actor, command);
        }
        let kind = dice.one(&[SuspensionKind::Suspended, SuspensionKind::SpecialProcedure]);
        let command = Command::Suspend { kind, reason: grounds(), until: Some(until) };
        idea(self.one_of(&self.police(), dice), command)
    }

    /// Whether the definition lets a material come later.
    pub(super) fn tolerable(&self, material: &MaterialId) -> bool {
        self.facts.definition.materials.iter().any(|one| one.id == *material && one.tolerance)
    }

    fn some_materials(&self, dice: &mut Dice) -> Vec<MaterialId> {
        let all = &self.facts.definition.materials;
        let mut some: Vec<MaterialId> =
            all.iter().filter(|_| dice.percent(40)).map(|one| one.id.clone()).collect();
        if dice.percent(5) {
            some.push("nothing".into());
        }
        some
    }

    /// Days of this month and the next, and some that cannot be meant.
    pub(super) fn some_day(&self, dice: &mut Dice) -> Date {
        let days = dice.one(&[-1_i32, 0, 1, 3, 7, 14, 25, 70, 400]);
        self.day.saturating_add(jiff::Span::new().days(days))
    }

    fn some_officer(&self, dice: &mut Dice) -> OfficerId {
        let officers = &self.facts.roster.officers;
        dice.pick(officers).map_or_else(|| "nobody".into(), |one| one.id.clone())
    }
}

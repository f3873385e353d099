//! What happens to a case beside its flow: promises, supplements, suspensions, hand-overs. The rules are asked what may
//! be done and within which days, so that no screen knows them.

use crate::Terminal;
use crate::act::LoadedCase;
use crate::contents::Current;
use crate::error::{Own, Result};
use crate::rpc::request::SteerCase;
use crate::rpc::view::{
    AwaitedView, CaseView, Colleague, CourseView, Steer, SteerChoice, SteerDays, SteerMaterial,
    SuspensionView,
};
use domain::case::Case;
use domain::code::CodeRow;
use domain::command::Command;
use domain::context::{Context, Facts};
use domain::course::SuspensionKind;
use domain::decide::decide;
use domain::event::Reason;
use domain::ids::{MaterialId, OfficerId};
use domain::matter::{Material, MatterDefinition};
use domain::person::Officer;
use domain::refusal::Refusal;
use domain::requirement::material_applies;
use jiff::civil::Date;

/// Days after which a supplement or a leave is expected to be over: what stands in the field from the start.
const USUAL_DAYS: i32 = 7;

impl Terminal {
    pub(crate) fn steer_case(&self, request: SteerCase) -> Result<CaseView> {
        let day = || request.until.parse::<Date>().map_err(|_| Own::DayUnreadable);
        let to = || request.to.clone().ok_or(Own::ColleagueUnsaid);
        let reason = request.reason.clone();
        let words = reason.text.clone();
        let (command, told) = match request.steer {
            Steer::Promise => {
                let until = if request.materials.is_empty() { self.clock.now().day() } else { day()? };
                (Command::PromiseMaterials { materials: request.materials.clone(), until }, "容缺受理")
            }
            Steer::CancelTolerance => (Command::CancelTolerance { reason }, "取消容缺"),
            Steer::Supplement => {
                let materials = request.materials.clone();
                (Command::RequestSupplement { materials, until: day()?, reason }, "要求补正")
            }
            Steer::Suspend => {
                let kind = request.kind.unwrap_or(SuspensionKind::Suspended);
                let until = if request.until.is_empty() { None } else { Some(day()?) };
                (Command::Suspend { kind, reason, until }, kind.title())
            }
            Steer::Resume => (Command::Resume, "恢复办理"),
            Steer::Terminate => (Command::Terminate { reason }, "终止办理"),
            Steer::Abandon => (Command::Abandon { reason: words }, "作废"),
            Steer::Rectify => (Command::Rectify { reason: words }, "更正"),
            Steer::HandOver => (Command::HandOver { to: to()?, reason: words }, "移交"),
            Steer::Delegate => {
                (Command::DelegateReview { to: to()?, until: day()?, reason: words }, "授权代审")
            }
        };
        self.absorb_drafts(request.case);
        self.act(request.case, request.command, command, told)?;
        self.acted(request.case)
    }
}

/// What the windows show of it.
pub(crate) fn view(loaded: &LoadedCase, current: &Current, context: &Context) -> CourseView {
    let (case, today) = (&loaded.case, context.time.day());
    let name = |id: &MaterialId| {
        let known = loaded.definition.materials.iter().find(|one| one.id == *id);
        known.map_or_else(|| id.to_string(), |one| one.name.clone())
    };
    let names = |ids: &[MaterialId]| ids.iter().map(name).collect::<Vec<String>>();
    let course = &case.course;
    let tolerance = course.tolerance.as_ref().map(|one| {
        let lacking = names(&case.outstanding());
        let overdue = one.until < today && !lacking.is_empty();
        let materials = names(&one.materials.iter().cloned().collect::<Vec<_>>());
        AwaitedView { lacking, materials, until: one.until.to_string(), overdue, reason: String::new() }
    });
    let supplement = case.open_supplement().map(|one| AwaitedView {
        lacking: names(&case.unsupplied()),
        materials: names(&one.materials.iter().cloned().collect::<Vec<_>>()),
        until: one.until.to_string(),
        overdue: one.until < today,
        reason: one.reason.text.clone(),
    });
    let step = case.stage.as_ref().map(|stage| &stage.step);
    CourseView {
        tolerance,
        supplement,
        suspension: course.suspension.as_ref().map(|one| SuspensionView {
            title: one.kind.title().to_owned(),
            reason: one.reason.text.clone(),
            since: one.time.day().to_string(),
            until: one.until.map(|day| day.to_string()).unwrap_or_default(),
        }),
        rectification: course.rectification.as_ref().map(|one| one.reason.clone()).unwrap_or_default(),
        holder: course.holder.as_ref().map(|one| one.name.clone()).unwrap_or_default(),
        delegations: course
            .delegations
            .iter()
            .filter(|one| Some(&one.step) == step && today <= one.until)
            .map(|one| format!("{} 授权 {} 代审，到 {}", one.actor.name, one.name, one.until))
            .collect(),
        choices: Asked { case, definition: &loaded.definition, current, context }.choices(),
    }
}

/// Asks the rules what may be done.
struct Asked<'a> {
    case: &'a Case,
    definition: &'a MatterDefinition,
    current: &'a Current,
    context: &'a Context,
}

impl Asked<'_> {
    fn refusal(&self, command: &Command) -> Option<Refusal> {
        let facts = Facts {
            definition: self.definition,
            codes: &self.current.codes,
            calendar: &self.current.calendar,
            roster: &self.current.roster,
        };
        decide(command, self.case, self.context, &facts).err()
    }

    fn may(&self, command: &Command) -> bool {
        self.refusal(command).is_none()
    }

    /// The days that the rules allow for a command that is right but for its day.
    fn days(&self, command: &Command) -> Option<SteerDays> {
        match self.refusal(command) {
            Some(Refusal::DayNotAllowed { from, until }) => {
                let today = self.context.time.day();
                let usual = today.saturating_add(jiff::Span::new().days(USUAL_DAYS)).to_string();
                // Days written so sort as they follow each other.
                let usual = usual.clamp(from.clone(), until.clone());
                Some(SteerDays { from, until, usual, optional: false })
            }
            _ => None,
        }
    }

    fn reasons(&self, table: &str) -> Vec<CodeRow> {
        self.current.codes.tables.get(table).map(|table| table.rows.clone()).unwrap_or_default()
    }

    fn materials<'m>(&self, chosen: impl Fn(&Material) -> bool + 'm) -> Vec<SteerMaterial> {
        let applies = self.definition.materials.iter().filter(|one| material_applies(one, self.case));
        applies
            .filter(|one| chosen(one))
            .map(|one| SteerMaterial { id: one.id.clone(), name: one.name.clone() })
            .collect()
    }

    fn colleagues(&self, command: impl Fn(OfficerId) -> Command) -> Vec<Colleague> {
        let unit = &self.context.actor.post.unit;
        let here = |one: &&Officer| one.posts.iter().any(|post| post.unit == *unit);
        let fits = |one: &&Officer| {
            matches!(self.refusal(&command(one.id.clone())), None | Some(Refusal::DayNotAllowed { .. }))
        };
        let named = |one: &Officer| {
            let posts = one.posts.iter().filter(|post| post.unit == *unit).map(|post| post.role.title());
            let posts: Vec<&str> = posts.collect();
            Colleague { officer: one.id.clone(), name: format!("{}（{}）", one.name, posts.join("、")) }
        };
        self.current.roster.officers.iter().filter(here).filter(fits).map(named).collect()
    }

    fn choices(&self) -> Vec<SteerChoice> {
        let mut found = Vec::new();
        found.extend(self.promise());
        found.extend(self.supplement());
        found.extend(self.suspension());
        let reason = said();
        let plain = |steer, label: &str, effect: &str, table: &str| {
            let mut choice = choice(steer, label, effect);
            choice.reasons = self.reasons(table);
            choice
        };
        if self.may(&Command::Resume) {
            let mut resume = choice(Steer::Resume, "恢复办理", "时限从今天接着算，停下的日子不计。");
            resume.reason = false;
            found.push(resume);
        }
        if self.may(&Command::CancelTolerance { reason: reason.clone() }) {
            let effect = "这件退回窗口，承诺的材料交齐才能再提交。";
            found.push(plain(Steer::CancelTolerance, "取消容缺", effect, ""));
        }
        if self.may(&Command::Terminate { reason: reason.clone() }) {
            let effect = "这件就此结束，要打印终止办理告知书交给申请人。不能收回。";
            found.push(plain(Steer::Terminate, "终止办理", effect, "termination-reason"));
        }
        if self.may(&Command::Rectify { reason: reason.text.clone() }) {
            let effect = "只更正没有送常口的栏目和扫描件，改完由所领导审核；不通过就恢复原样。";
            found.push(plain(Steer::Rectify, "更正", effect, ""));
        }
        if self.may(&Command::Abandon { reason: reason.text.clone() }) {
            let (label, effect) = if self.case.course.rectification.is_some() {
                ("放弃更正", "恢复更正以前的内容，这件仍是办结。")
            } else {
                ("作废", "这件就此结束，不留号。点错事项、重复打开时用。")
            };
            found.push(plain(Steer::Abandon, label, effect, ""));
        }
        found.extend(self.hand_over());
        found.extend(self.delegation());
        found
    }

    fn promise(&self) -> Option<SteerChoice> {
        let no_page = |one: &Material| self.case.materials.get(&one.id).is_none_or(Vec::is_empty);
        let today = self.context.time.day();
        let tried = |one: &Material| {
            let command = Command::PromiseMaterials { materials: vec![one.id.clone()], until: today };
            self.days(&command)
        };
        let materials = self.materials(|one| no_page(one) && tried(one).is_some());
        let first = materials.first()?;
        let command = Command::PromiseMaterials { materials: vec![first.id.clone()], until: today };
        let days = self.days(&command).map(|days| SteerDays { usual: days.until.clone(), ..days });
        let label = if self.case.course.tolerance.is_some() { "改容缺承诺" } else { "容缺受理" };
        let effect = "申请人书面承诺按期补交，签名后受理；没有补齐不办结、不发证。一份也不勾就是取消承诺。";
        let mut promise = choice(Steer::Promise, label, effect);
        promise.reason = false;
        Some(SteerChoice { materials, days, ..promise })
    }

    fn supplement(&self) -> Option<SteerChoice> {
        let materials = self.materials(|one| {
            !matches!(one.rule, domain::matter::MaterialRule::Internal | domain::matter::MaterialRule::Late)
        });
        let first = materials.first()?;
        let command = Command::RequestSupplement {
            materials: vec![first.id.clone()],
            until: self.context.time.day(),
            reason: said(),
        };
        let days = Some(self.days(&command)?);
        let effect = "勾选要补的材料，这件退回窗口等补件；每一份都要重新扫描才能再提交。";
        let choice = choice(Steer::Supplement, "要求补正", effect);
        Some(SteerChoice { materials, days, reasons: self.reasons("supplement-reason"), ..choice })
    }

    fn suspension(&self) -> Option<SteerChoice> {
        let stop = |until| Command::Suspend { kind: SuspensionKind::Suspended, reason: said(), until };
        if !self.may(&stop(None)) {
            return None;
        }
        let days = self.days(&stop(Some(self.context.time.day())))?;
        let kinds = [SuspensionKind::Suspended, SuspensionKind::SpecialProcedure];
        let effect = "办理时限停止计算，恢复以前谁也不能往下办。特别程序要填预计结束的日期。";
        let choice = choice(Steer::Suspend, "中止、特别程序", effect);
        Some(SteerChoice {
            days: Some(SteerDays { optional: true, ..days }),
            reasons: self.reasons("suspension-reason"),
            kinds: kinds.map(|kind| (kind, kind.title().to_owned())).to_vec(),
            ..choice
        })
    }

    fn hand_over(&self) -> Option<SteerChoice> {
        let colleagues = self.colleagues(|to| Command::HandOver { to, reason: "-".to_owned() });
        let choice = choice(Steer::HandOver, "移交", "以后由这位同事接着办，本人的待办里不再列出。");
        (!colleagues.is_empty()).then_some(SteerChoice { colleagues, ..choice })
    }

    fn delegation(&self) -> Option<SteerChoice> {
        let today = self.context.time.day();
        let command = |to| Command::DelegateReview { to, until: today, reason: "-".to_owned() };
        let colleagues = self.colleagues(command);
        let first = colleagues.first()?;
        let days = Some(self.days(&command(first.officer.clone()))?);
        let effect = "这一步由这位同事代审，经过里写明受谁授权；到期自动收回。";
        let choice = choice(Steer::Delegate, "授权代审", effect);
        Some(SteerChoice { colleagues, days, ..choice })
    }
}

/// A reason, where the question is whether anything else stands in the way.
fn said() -> Reason {
    Reason { text: "-".to_owned(), ..Reason::default() }
}

fn choice(steer: Steer, label: &str, effect: &str) -> SteerChoice {
    SteerChoice {
        steer,
        label: label.to_owned(),
        effect: effect.to_owned(),
        materials: Vec::new(),
        days: None,
        reasons: Vec::new(),
        reason: true,
        colleagues: Vec::new(),
        kinds: Vec::new(),
    }
}

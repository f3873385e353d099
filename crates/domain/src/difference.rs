//! What differs between two definitions of one matter, in words for the officer and for whoever publishes.

mod words;

use crate::case::Case;
use crate::condition::Situation;
use crate::flow::{Flow, Step};
use crate::ids::FieldPath;
use crate::matter::{MatterDefinition, Section};
use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;
use words::{condition, limit, moment, required, roles, rule_of, severity};

/// Parts of a definition that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DifferencePart {
    /// 事项: name, guide, time limit, who may take it in
    Matter,
    /// 情形
    Question,
    /// 材料
    Material,
    /// 表单段
    Section,
    /// 表单项
    Field,
    /// 签名人
    Signer,
    /// 核查
    Lookup,
    /// 规则
    Rule,
    /// 流程环节
    Step,
    /// 文书
    Print,
    /// 业务落实
    Effect,
}

impl DifferencePart {
    /// The part in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Matter => "事项",
            Self::Question => "情形",
            Self::Material => "材料",
            Self::Section => "表单段",
            Self::Field => "表单项",
            Self::Signer => "签名人",
            Self::Lookup => "核查",
            Self::Rule => "规则",
            Self::Step => "流程环节",
            Self::Print => "文书",
            Self::Effect => "业务落实",
        }
    }
}

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    /// 新增
    Added,
    /// 取消
    Removed,
    /// 修改
    Changed,
}

impl DifferenceKind {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Added => "新增",
            Self::Removed => "取消",
            Self::Changed => "修改",
        }
    }
}

/// One side of a thing that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DifferenceAspect {
    /// What of it: 要求, 条件, 名称 ….
    pub what: String,
    /// Before; empty when there was none.
    pub before: String,
    /// Now; empty when there is none.
    pub after: String,
}

/// One line of the difference list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DifferenceLine {
    /// Part of the definition.
    pub part: DifferencePart,
    /// What became of it.
    pub kind: DifferenceKind,
    /// The thing in words; empty for the matter itself.
    pub name: String,
    /// For a changed thing: what of it. For a new one: what is worth knowing of it.
    pub aspects: Vec<DifferenceAspect>,
}

impl fmt::Display for DifferenceAspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.before.as_str(), self.after.as_str()) {
            ("", "") => f.write_str(&self.what),
            ("", after) => write!(f, "{}：{after}", self.what),
            (before, "") => write!(f, "{}：原为“{before}”，现取消", self.what),
            (before, after) => write!(f, "{}：“{before}”改为“{after}”", self.what),
        }
    }
}

impl fmt::Display for DifferenceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind.words(), self.part.words())?;
        if !self.name.is_empty() {
            write!(f, "“{}”", self.name)?;
        }
        for (at, aspect) in self.aspects.iter().enumerate() {
            f.write_str(if at == 0 { "：" } else { "；" })?;
            write!(f, "{aspect}")?;
        }
        Ok(())
    }
}

/// A value of a case that the other definition has no place for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LeftValue {
    /// Part of the definition that named it.
    pub part: DifferencePart,
    /// Its name in the words of the definition before.
    pub name: String,
    /// The value; for a material the number of its pages.
    pub value: String,
}

/// A thing of a definition in words: sides that may change, each with its value.
type Sides = Vec<(&'static str, String)>;

/// Everything that differs, in the order of the parts; empty when nothing of substance does.
#[must_use]
pub fn between(before: &MatterDefinition, after: &MatterDefinition) -> Vec<DifferenceLine> {
    let mut lines = Vec::new();
    let own = aspects(&matter(before), &matter(after));
    if !own.is_empty() {
        lines.push(DifferenceLine {
            part: DifferencePart::Matter,
            kind: DifferenceKind::Changed,
            name: String::new(),
            aspects: own,
        });
    }
    let (old, new) = (Side(before), Side(after));
    compare(DifferencePart::Question, &old.questions(), &new.questions(), &mut lines);
    compare(DifferencePart::Material, &old.materials(), &new.materials(), &mut lines);
    compare(DifferencePart::Section, &old.sections(), &new.sections(), &mut lines);
    compare(DifferencePart::Field, &old.fields(), &new.fields(), &mut lines);
    compare(DifferencePart::Signer, &old.signers(), &new.signers(), &mut lines);
    compare(DifferencePart::Lookup, &old.lookups(), &new.lookups(), &mut lines);
    compare(DifferencePart::Rule, &old.rules(), &new.rules(), &mut lines);
    compare(DifferencePart::Step, &old.steps(), &new.steps(), &mut lines);
    compare(DifferencePart::Print, &old.prints(), &new.prints(), &mut lines);
    compare(DifferencePart::Effect, &old.effects(), &new.effects(), &mut lines);
    lines
}

/// What a case holds that another definition has no place for. It stays in the case; nobody sees it on the form.
#[must_use]
pub fn left_behind(case: &Case, before: &MatterDefinition, after: &MatterDefinition) -> Vec<LeftValue> {
    let mut left = Vec::new();
    for path in case.fields.keys() {
        let Some(value) = case.value(path) else { continue };
        if after.field(path).is_none() {
            let name = field_name(before, path);
            left.push(LeftValue { part: DifferencePart::Field, name, value: value.to_owned() });
        }
    }
    for (material, pages) in case.materials.iter().filter(|(_, pages)| !pages.is_empty()) {
        if !after.materials.iter().any(|one| one.id == *material) {
            let known = before.materials.iter().find(|one| one.id == *material);
            let name = known.map_or_else(|| material.to_string(), |one| one.name.clone());
            left.push(LeftValue {
                part: DifferencePart::Material,
                name,
                value: format!("{} 页", pages.len()),
            });
        }
    }
    for (question, answer) in &case.answers {
        let fits = after
            .questions
            .iter()
            .any(|one| one.id == *question && one.answers.iter().any(|known| known.id == *answer));
        if !fits {
            let known = before.questions.iter().find(|one| one.id == *question);
            let name = known.map_or_else(|| question.to_string(), |one| one.text.clone());
            let words = known.and_then(|one| one.answers.iter().find(|known| known.id == *answer));
            let value = words.map_or_else(|| answer.clone(), |one| one.text.clone());
            left.push(LeftValue { part: DifferencePart::Question, name, value });
        }
    }
    left
}

fn field_name(definition: &MatterDefinition, path: &FieldPath) -> String {
    match (definition.section_of(path), definition.field(path)) {
        (Some(section), Some(field)) => format!("{}·{}", section.title, field.label),
        _ => path.to_string(),
    }
}

/// One thing: its key, its name in words, its sides, and everything else of it, for what the sides do not tell.
struct Thing {
    key: String,
    name: String,
    sides: Sides,
    whole: Vec<u8>,
}

fn compare(part: DifferencePart, before: &[Thing], after: &[Thing], lines: &mut Vec<DifferenceLine>) {
    for new in after {
        match before.iter().find(|old| old.key == new.key) {
            None => lines.push(DifferenceLine {
                part,
                kind: DifferenceKind::Added,
                name: new.name.clone(),
                aspects: aspects(&Vec::new(), &new.sides),
            }),
            Some(old) if old.whole != new.whole => {
                let mut found = aspects(&old.sides, &new.sides);
                if old.name != new.name {
                    let (before, after) = (old.name.clone(), new.name.clone());
                    found.insert(0, DifferenceAspect { what: "名称".to_owned(), before, after });
                }
                if found.is_empty() {
                    let what = "其他设置有改动".to_owned();
                    found.push(DifferenceAspect { what, before: String::new(), after: String::new() });
                }
                lines.push(DifferenceLine {
                    part,
                    kind: DifferenceKind::Changed,
                    name: new.name.clone(),
                    aspects: found,
                });
            }
            Some(_) => {}
        }
    }
    for old in before {
        if !after.iter().any(|new| new.key == old.key) {
            let (kind, name) = (DifferenceKind::Removed, old.name.clone());
            lines.push(DifferenceLine { part, kind, name, aspects: Vec::new() });
        }
    }
    let order = |one: &[Thing], other: &[Thing]| -> Vec<String> {
        let kept = one.iter().filter(|thing| other.iter().any(|same| same.key == thing.key));
        kept.map(|thing| thing.key.clone()).collect()
    };
    if order(before, after) != order(after, before) {
        let what = "顺序有改动".to_owned();
        let aspects = vec![DifferenceAspect { what, before: String::new(), after: String::new() }];
        lines.push(DifferenceLine { part, kind: DifferenceKind::Changed, name: String::new(), aspects });
    }
}

fn aspects(before: &Sides, after: &Sides) -> Vec<DifferenceAspect> {
    let value = |sides: &Sides, what: &str| {
        sides.iter().find(|(one, _)| *one == what).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let mut names: Vec<&'static str> = Vec::new();
    for (what, _) in before.iter().chain(after) {
        if !names.contains(what) {
            names.push(what);
        }
    }
    names
        .into_iter()
        .map(|what| DifferenceAspect {
            what: what.to_owned(),
            before: value(before, what),
            after: value(after, what),
        })
        .filter(|aspect| aspect.before != aspect.after)
        .collect()
}

fn matter(definition: &MatterDefinition) -> Sides {
    let guide = &definition.guide;
    let yes = |held: bool| if held { "是" } else { "否" }.to_owned();
    vec![
        ("名称", definition.name.clone()),
        ("简称", definition.short.clone()),
        ("办理时限", limit(definition.limit)),
        ("收件岗位", roles(&definition.intake_roles)),
        ("可离线受理", yes(definition.accept_offline)),
        ("办理条件", guide.conditions.clone()),
        ("办理程序", guide.procedure.clone()),
        ("收费", guide.fee.clone()),
        ("依据", guide.basis.clone()),
        ("申请人", guide.applicant.clone()),
        ("到场要求", guide.presence.clone()),
        ("限制", guide.limits.clone()),
        ("保管期限", definition.archive.retention.clone()),
    ]
}

/// One of the two definitions.
struct Side<'a>(&'a MatterDefinition);

fn whole(thing: &impl Serialize) -> Vec<u8> {
    crate::cbor::to_vec(thing)
}

impl Side<'_> {
    fn when(&self, when: Option<&crate::condition::Condition>) -> String {
        when.map(|one| condition(one, self.0)).unwrap_or_default()
    }

    fn questions(&self) -> Vec<Thing> {
        let answers = |one: &crate::matter::Question| {
            one.answers.iter().map(|answer| answer.text.as_str()).collect::<Vec<_>>().join("、")
        };
        let questions = self.0.questions.iter().map(|one| Thing {
            key: one.id.to_string(),
            name: one.text.clone(),
            sides: vec![("选项", answers(one)), ("条件", self.when(one.when.as_ref()))],
            whole: whole(one),
        });
        questions.collect()
    }

    fn materials(&self) -> Vec<Thing> {
        let copies = |copies: u8| if copies == 0 { String::new() } else { format!("{copies} 份") };
        let materials = self.0.materials.iter().map(|one| Thing {
            key: one.id.to_string(),
            name: one.name.clone(),
            sides: vec![
                ("要求", rule_of(one.rule).to_owned()),
                ("条件", self.when(one.when.as_ref())),
                ("容缺", if one.tolerance { "可容缺".to_owned() } else { String::new() }),
                ("形式", words::medium(one.medium).to_owned()),
                ("留存复印件", copies(one.copies)),
                ("可替代的电子证照", one.certificate.clone()),
                ("审核要点", one.inspect.clone()),
                ("告知用语", one.plain.clone()),
                ("多选一分组", one.group.clone()),
            ],
            whole: whole(one),
        });
        materials.collect()
    }

    fn sections(&self) -> Vec<Thing> {
        // The fields of a section have lines of their own.
        let bare = |one: &Section| whole(&Section { fields: Vec::new(), ..one.clone() });
        let sections = self.0.sections.iter().map(|one| Thing {
            key: one.id.clone(),
            name: one.title.clone(),
            sides: vec![("条件", self.when(one.when.as_ref()))],
            whole: bare(one),
        });
        sections.collect()
    }

    fn fields(&self) -> Vec<Thing> {
        let mut things = Vec::new();
        for section in &self.0.sections {
            for field in &section.fields {
                things.push(Thing {
                    key: format!("{}.{}", section.id, field.id),
                    name: format!("{}·{}", section.title, field.label),
                    sides: vec![
                        ("填写要求", required(field.required).to_owned()),
                        ("条件", self.when(field.when.as_ref())),
                        ("类型", words::kind(field.kind).to_owned()),
                        ("代码表", field.codes.clone().unwrap_or_default()),
                        ("预填值", field.preset.clone()),
                    ],
                    whole: whole(field),
                });
            }
        }
        things
    }

    fn signers(&self) -> Vec<Thing> {
        let signers = self.0.signers.iter().map(|one| Thing {
            key: one.slot.to_string(),
            name: one.label.clone(),
            sides: vec![("条件", self.when(one.when.as_ref()))],
            whole: whole(one),
        });
        signers.collect()
    }

    fn lookups(&self) -> Vec<Thing> {
        let must = |agree: bool| if agree { "相符后才能受理" } else { "供参考" }.to_owned();
        let lookups = self.0.lookups.iter().map(|one| Thing {
            key: one.id.clone(),
            name: one.title.clone(),
            sides: vec![("作用", must(one.must_agree)), ("条件", self.when(one.when.as_ref()))],
            whole: whole(one),
        });
        lookups.collect()
    }

    fn rules(&self) -> Vec<Thing> {
        let rules = self.0.rules.iter().map(|one| Thing {
            key: one.id.clone(),
            name: one.text.clone(),
            sides: vec![("效力", severity(one.severity).to_owned()), ("条件", self.when(one.when.as_ref()))],
            whole: whole(one),
        });
        rules.collect()
    }

    fn steps(&self) -> Vec<Thing> {
        let mut things = Vec::new();
        let mut add = |name: &str, flow: &Flow| {
            for (at, step) in flow.steps.iter().enumerate() {
                let after = at.checked_sub(1).and_then(|at| flow.steps.get(at));
                things.push(self.step(name, step, after));
            }
        };
        add("", &self.0.flow);
        if let Some(flow) = &self.0.officer_flow {
            add("民警收件", flow);
        }
        for (at, choice) in self.0.other_flows.iter().enumerate() {
            add(&format!("其他流程 {}", at + 1), &choice.flow);
            if let Some(flow) = &choice.officer_flow {
                add(&format!("其他流程 {}，民警收件", at + 1), flow);
            }
        }
        things
    }

    fn step(&self, flow: &str, step: &Step, after: Option<&Step>) -> Thing {
        let name = if flow.is_empty() { step.title.clone() } else { format!("{}（{flow}）", step.title) };
        let materials: Vec<String> = step
            .materials
            .iter()
            .map(|id| {
                let known = self.0.materials.iter().find(|one| one.id == *id);
                known.map_or_else(|| id.to_string(), |one| one.name.clone())
            })
            .collect();
        Thing {
            key: format!("{flow}/{}", step.id),
            name,
            sides: vec![
                ("办理岗位", roles(&step.roles)),
                ("办理层级", words::level(step.level).to_owned()),
                ("状态用语", step.state.clone()),
                ("补扫材料", materials.join("、")),
                ("排在", after.map_or_else(|| "最先".to_owned(), |one| format!("{}之后", one.title))),
            ],
            whole: whole(&(step, after.map(|one| &one.id))),
        }
    }

    fn prints(&self) -> Vec<Thing> {
        let prints = self.0.prints.iter().map(|one| Thing {
            key: one.document.clone(),
            name: one.title.clone(),
            sides: vec![("打印时机", moment(one.at).to_owned()), ("模板", one.template.clone())],
            whole: whole(one),
        });
        prints.collect()
    }

    fn effects(&self) -> Vec<Thing> {
        let effects = self.0.effects.iter().map(|one| Thing {
            key: one.id.clone(),
            name: if one.id.is_empty() { one.kind.clone() } else { one.id.clone() },
            sides: vec![("落实业务", one.kind.clone())],
            whole: whole(one),
        });
        effects.collect()
    }
}

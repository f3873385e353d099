//! The things of a definition in the officer's words.

use crate::condition::Condition;
use crate::flow::Level;
use crate::limit::TimeLimit;
use crate::matter::{FieldKind, MaterialRule, MatterDefinition, Medium, PrintMoment};
use crate::person::Role;
use crate::rule::Severity;

pub(super) fn rule_of(rule: MaterialRule) -> &'static str {
    match rule {
        MaterialRule::Required => "必须",
        MaterialRule::Optional => "可选",
        MaterialRule::OneOf => "多选一",
        MaterialRule::Internal => "内部核查",
        MaterialRule::Late => "补扫",
    }
}

pub(super) fn medium(medium: Medium) -> &'static str {
    match medium {
        Medium::Either => "选择性",
        Medium::Electronic => "电子化",
        Medium::Physical => "实物",
    }
}

pub(super) fn required(required: bool) -> &'static str {
    if required { "必填" } else { "选填" }
}

pub(super) fn kind(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "文字",
        FieldKind::Name => "姓名",
        FieldKind::IdNumber => "身份号码",
        FieldKind::Date => "日期",
        FieldKind::DateOrLongTerm => "日期或长期",
        FieldKind::Code => "代码",
        FieldKind::Phone => "电话",
        FieldKind::Address => "地址",
        FieldKind::LongText => "多行文字",
        FieldKind::Number => "数字",
        FieldKind::Computed => "由其他栏算出",
        FieldKind::Assigned => "由人口信息系统赋值",
    }
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Block => "不符合时不能办理",
        Severity::Warn => "提醒，可说明理由后办理",
    }
}

pub(super) fn moment(moment: PrintMoment) -> &'static str {
    match moment {
        PrintMoment::Intake => "收件时",
        PrintMoment::Accepted => "受理后",
        PrintMoment::IntakeSlip => "离线收件后",
        PrintMoment::Issued => "签发时",
        PrintMoment::Effected => "落实后",
        PrintMoment::Refused => "不予办理后",
        PrintMoment::Promised => "容缺受理后",
        PrintMoment::Supplement => "要求补正后",
        PrintMoment::Suspended => "中止后",
        PrintMoment::Terminated => "终止办理后",
    }
}

pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Station => "派出所",
        Level::County => "分局、县局",
        Level::City => "市局",
        Level::Province => "省厅",
    }
}

pub(super) fn roles(roles: &[Role]) -> String {
    roles.iter().map(|role| role.title()).collect::<Vec<_>>().join("、")
}

pub(super) fn limit(limit: TimeLimit) -> String {
    match limit {
        TimeLimit::OnTheSpot => "当场办结".to_owned(),
        TimeLimit::WorkingDays(days) => format!("{days} 个工作日"),
        TimeLimit::CalendarDays(days) => format!("{days} 日"),
        TimeLimit::Months(months) => format!("{months} 个月"),
    }
}

/// A condition with the texts of questions and the labels of fields; a name that the definition does not know stays.
pub(super) fn condition(when: &Condition, definition: &MatterDefinition) -> String {
    let label = |path: &crate::ids::FieldPath| super::field_name(definition, path);
    let joined = |parts: &[Condition], with: &str| {
        let parts: Vec<String> = parts.iter().map(|part| condition(part, definition)).collect();
        if parts.len() > 1 { format!("（{}）", parts.join(with)) } else { parts.concat() }
    };
    match when {
        Condition::Answer { question, is } => {
            let known = definition.questions.iter().find(|one| one.id == *question);
            let text = known.map_or_else(|| question.to_string(), |one| one.text.clone());
            let answer = known.and_then(|one| one.answers.iter().find(|answer| answer.id == *is));
            format!("{text}选“{}”", answer.map_or(is.as_str(), |one| one.text.as_str()))
        }
        Condition::Field { field, one_of } => format!("{}为 {}", label(field), one_of.join("、")),
        Condition::Filled { filled } => format!("{}已填写", label(filled)),
        Condition::Differ { differ: [first, second] } => {
            format!("{}与{}不同", label(first), label(second))
        }
        Condition::All { all } => joined(all, "，且"),
        Condition::Any { any } => joined(any, "，或"),
        Condition::Not { not } => format!("不是：{}", condition(not, definition)),
    }
}

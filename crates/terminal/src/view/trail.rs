//! Events and parts of a case in an officer's words.

use crate::act::LoadedCase;
use domain::event::{Decision, Event, EventRecord, Reason, SubmissionMode};
use domain::ids::FieldPath;
use domain::matter::MatterDefinition;

/// Parts of a case ([`domain::path`]) as the officer knows them, each once.
pub(crate) fn part_words(paths: &[String], definition: &MatterDefinition) -> Vec<String> {
    let mut words = Vec::new();
    for path in paths {
        let one = one_part(path, definition);
        if !words.contains(&one) {
            words.push(one);
        }
    }
    words
}

/// A field with the row of its table, where it stands in one.
pub(crate) fn field_words(path: &FieldPath, definition: &MatterDefinition) -> String {
    let label = definition.field(path).map_or_else(|| path.to_string(), |field| field.label.clone());
    let section = definition.section_of(path);
    let row = path.as_str().split('.').nth(1).and_then(|row| row.parse::<u16>().ok());
    match (section, row) {
        (Some(section), Some(row)) if section.table => {
            format!("{}第 {} 行{label}", section.title, row.saturating_add(1))
        }
        _ => label,
    }
}

fn one_part(path: &str, definition: &MatterDefinition) -> String {
    let (kind, rest) = path.split_once('/').unwrap_or((path, ""));
    let person = || {
        let persons = definition.sections.iter().filter_map(|one| one.person);
        let found = persons.into_iter().find(|one| format!("{one:?}") == rest);
        found.map_or("", |one| definition.person_words(one)).to_owned()
    };
    match kind {
        "fields" if rest.is_empty() => "表单内容".to_owned(),
        "fields" => field_words(&FieldPath(rest.to_owned()), definition),
        "identities" => format!("{}身份证件", person()),
        "fingerprints" => format!("{}指纹", person()),
        "row_identities" => {
            let section = definition.sections.iter().find(|one| one.id == rest);
            format!("{}身份证件", section.map_or("", |one| one.title.as_str()))
        }
        "answers" => {
            let question = definition.questions.iter().find(|one| one.id.as_str() == rest);
            question.map_or("情形", |one| one.text.as_str()).to_owned()
        }
        "lookups" => definition.lookup(rest).map_or("核验", |one| one.title.as_str()).to_owned(),
        "materials" => {
            let material = definition.materials.iter().find(|one| one.id.as_str() == rest);
            material.map_or("材料", |one| one.name.as_str()).to_owned()
        }
        "signatures" => {
            let signer = definition.signers.iter().find(|one| one.slot.as_str() == rest);
            format!("{}签名", signer.map_or("", |one| one.label.as_str()))
        }
        "prints" => {
            let paper = definition.prints.iter().find(|one| one.document == rest);
            paper.map_or("文书", |one| one.title.as_str()).to_owned()
        }
        "overrides" => "对提醒的说明".to_owned(),
        "stage" => "办理环节".to_owned(),
        "reviews" => "审核".to_owned(),
        "tolerance" => "容缺承诺".to_owned(),
        "holder" => "承办人".to_owned(),
        "delegations" => "代审授权".to_owned(),
        "evaluations" => "群众评价".to_owned(),
        "links" => "关联的办件".to_owned(),
        "settled" => "处理结果".to_owned(),
        _ => "整个办件".to_owned(),
    }
}

/// An event in an officer's words, without values: the trail is read over a shoulder.
pub(crate) fn event_words(record: &EventRecord, loaded: &LoadedCase) -> String {
    let material = |id: &domain::ids::MaterialId| {
        loaded
            .definition
            .materials
            .iter()
            .find(|one| one.id == *id)
            .map_or("", |one| one.name.as_str())
            .to_owned()
    };
    let reason =
        |reason: &Option<Reason>| reason.as_ref().map(|one| format!("：{}", one.text)).unwrap_or_default();
    match &record.event {
        Event::CaseOpened { .. } => "开始办件".to_owned(),
        Event::IdentityRead { reading: Some(_), .. } => "读取身份证件".to_owned(),
        Event::IdentityRead { reading: None, .. } => "录入身份证件".to_owned(),
        Event::SituationAnswered { .. } => "回答情形".to_owned(),
        Event::FieldsChanged { changes, reason } if reason.is_empty() => format!("填写 {} 项", changes.len()),
        Event::FieldsChanged { changes, reason } => format!("改动 {} 项，理由：{reason}", changes.len()),
        Event::LookupRecorded { lookup, .. } => {
            let title = loaded.definition.lookup(lookup).map_or("", |one| one.title.as_str());
            format!("查询：{title}")
        }
        Event::PageAdded { material: id, .. } => format!("扫描：{}", material(id)),
        Event::PageReplaced { material: id, .. } => format!("更换页面：{}", material(id)),
        Event::PageRemoved { material: id, .. } => format!("删除页面：{}", material(id)),
        Event::PageKept { material: id, reason, .. } => {
            format!("保留有缺陷的页面：{}，理由：{reason}", material(id))
        }
        Event::PagesReordered { material: id, .. } => format!("调整页序：{}", material(id)),
        Event::Signed { slot, .. } => {
            let label = loaded.definition.signers.iter().find(|one| one.slot == *slot);
            format!("{}签名", label.map_or("", |one| one.label.as_str()))
        }
        Event::SignatureCleared { .. } => "签名作废，须重签".to_owned(),
        Event::WarningOverridden { reason, .. } => format!("说明后继续：{reason}"),
        Event::Submitted { mode: SubmissionMode::Accepted, .. } => "受理".to_owned(),
        Event::Submitted { mode: SubmissionMode::TakenIn, .. } => "收件（待确认受理）".to_owned(),
        Event::AcceptanceConfirmed { .. } => "确认受理".to_owned(),
        Event::Reviewed { stage, decision, reason: why, .. } => {
            let word = match decision {
                Decision::Pass => "通过",
                Decision::Return => "退回",
                Decision::Refuse => loaded.definition.family.refusal_word(),
            };
            format!("{}：{word}{}", stage.title, reason(why))
        }
        Event::ProvisionalOpinionGiven { stage, .. } => format!("{}：离线预审意见", stage.title),
        Event::Effected { .. } => "业务落实".to_owned(),
        Event::Continued { stage, .. } => format!("{}：完成", stage.title),
        Event::HomeUnitNamed { .. } => "跨所受理：已告知户籍所在单位".to_owned(),
        Event::EffectUnfinished { state, reason, .. } if reason.is_empty() => state.words().to_owned(),
        Event::EffectUnfinished { state, reason, .. } => format!("{}：{reason}", state.words()),
        Event::EffectRefused { reason, .. } => format!("常口未落实：{reason}"),
        Event::Printed(document) => {
            let title = loaded.definition.prints.iter().find(|one| one.document == document.document);
            format!("打印：{}", title.map_or("", |one| one.title.as_str()))
        }
        Event::Collected { .. } => "领取登记".to_owned(),
        // The level is for the station's heads: nobody should read it with the citizen still at the counter.
        Event::Evaluated { .. } => "群众已评价".to_owned(),
        Event::FingerprintsTaken { person, prints, .. } => {
            format!("采集指纹：{}，{} 张", loaded.definition.person_words(*person), prints.len())
        }
        Event::FingerprintsOmitted { person, reason } => {
            format!("未采集指纹：{}，{reason}", loaded.definition.person_words(*person))
        }
        Event::Closed { .. } => "办结".to_owned(),
        Event::Withdrawn { reason } => format!("撤销：{reason}"),
        Event::MaterialsPromised { materials, .. } if materials.is_empty() => "取消容缺承诺".to_owned(),
        Event::MaterialsPromised { materials, until } => {
            let names: Vec<String> = materials.iter().map(material).collect();
            format!("容缺受理：{}，{until} 前补交", names.join("、"))
        }
        Event::ToleranceCancelled { reason } => format!("取消容缺，退回窗口：{}", reason.text),
        Event::SupplementRequested { materials, until, reason, .. } => {
            let names: Vec<String> = materials.iter().map(material).collect();
            format!("要求补正：{}，{until} 前补齐：{}", names.join("、"), reason.text)
        }
        Event::Suspended { kind, reason, .. } => format!("{}：{}", kind.title(), reason.text),
        Event::Resumed { due: Some(due) } => format!("恢复办理，办结期限顺延到 {due}"),
        Event::Resumed { due: None } => "恢复办理".to_owned(),
        Event::Terminated { reason } => format!("终止办理：{}", reason.text),
        Event::Abandoned { reason } => format!("作废：{reason}"),
        Event::RectificationOpened { reason } => format!("更正：{reason}"),
        Event::HandedOver { name, reason, .. } => format!("移交给{name}：{reason}"),
        Event::ReviewDelegated { name, until, reason, .. } => {
            format!("授权{name}代审，到 {until}：{reason}")
        }
        Event::MovedToDefinition { version, .. } => format!("换用事项定义第 {version} 版"),
        Event::RowIdentityRead { row, .. } => format!("读取身份证件（表内第 {} 行）", row.saturating_add(1)),
        Event::CaseLinked(link) => match link.relation {
            domain::event::Relation::Package => "与一件事的其他办件联办",
            domain::event::Relation::Redo => "按以前的办件再次办理",
            domain::event::Relation::OneMore => "为同一人连办",
        }
        .to_owned(),
        Event::ActSettled(settlement) if settlement.given_up.is_empty() => {
            "处理冲突：按本窗口的再办".to_owned()
        }
        Event::ActSettled(settlement) => {
            let parts = part_words(&settlement.given_up, &loaded.definition).join("、");
            format!("处理没有办成的一步：不用{parts}，理由：{}", settlement.reason)
        }
        Event::Unknown { .. } => "新版程序的记录".to_owned(),
    }
}

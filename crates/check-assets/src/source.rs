//! The source catalogue, and whether a definition says what its entry says.

use domain::matter::{Material, MaterialRule, MatterDefinition};
use serde::Deserialize;

/// One entry of the catalogue that the tender of Tongling prints (tests/source-data).
#[derive(Debug, Clone, Deserialize)]
pub struct Entry {
    /// Name: T001 …, N01 …, K01 ….
    pub id: String,
    /// Title in parts.
    #[serde(default)]
    pub path_display: Vec<String>,
    /// Its materials in order.
    #[serde(default)]
    pub materials: Vec<SourceMaterial>,
}

/// A material as the source prints it.
#[derive(Debug, Clone, Deserialize)]
pub struct SourceMaterial {
    /// Its words.
    pub text: String,
    /// 必, 条件, 多选一, 内部核查
    pub tags: Vec<String>,
    /// The choices of a one-of.
    #[serde(default)]
    pub alternatives: Option<Vec<String>>,
    /// When it is asked for.
    #[serde(default)]
    pub conditions: Vec<SourceCondition>,
}

/// A condition as the source prints it.
#[derive(Debug, Clone, Deserialize)]
pub struct SourceCondition {
    /// The source's own words.
    #[serde(default)]
    pub source_text: Option<String>,
}

/// What one material of the source asks of the definition.
struct Wanted<'a> {
    name: &'a str,
    rule: Rule,
    because: Option<&'a str>,
    /// Number of the source's material: alternatives of one make one group.
    group: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Required,
    OneOf,
    Internal,
    /// Under a condition that the source names.
    Conditional,
    /// One of several, under such a condition.
    ConditionalOneOf,
    /// Under a condition that it leaves open.
    Open,
}

fn wanted(materials: &[SourceMaterial]) -> Vec<Wanted<'_>> {
    let mut found = Vec::new();
    for (group, material) in materials.iter().enumerate() {
        let tagged = |tag: &str| material.tags.iter().any(|one| one == tag);
        let because = material.conditions.first().and_then(|one| one.source_text.as_deref());
        let conditional = !material.conditions.is_empty();
        let alternatives = material.alternatives.as_deref().unwrap_or_default();
        let rule = if tagged("内部核查") {
            Rule::Internal
        } else if tagged("多选一") && !alternatives.is_empty() {
            if conditional { Rule::ConditionalOneOf } else { Rule::OneOf }
        } else if conditional {
            Rule::Conditional
        } else if tagged("必") {
            Rule::Required
        } else {
            Rule::Open
        };
        if matches!(rule, Rule::OneOf | Rule::ConditionalOneOf) {
            found.extend(alternatives.iter().map(|name| Wanted { name, rule, because, group }));
        } else {
            found.push(Wanted { name: &material.text, rule, because, group });
        }
    }
    found
}

/// Every undeclared difference between a definition and its entry, in words.
#[must_use]
pub fn differences(definition: &MatterDefinition, entry: &Entry) -> Vec<String> {
    let mut faults = Vec::new();
    let declared = |name: &str| definition.source.differences.iter().any(|one| one.material == name);
    let wanted = wanted(&entry.materials);
    let mut groups: Vec<(usize, &str)> = Vec::new();
    for one in wanted.iter().filter(|one| !declared(one.name)) {
        let Some(ours) = definition.materials.iter().find(|material| material.name == one.name) else {
            faults.push(format!("来源有材料“{}”，定义里没有", one.name));
            continue;
        };
        if !rule_agrees(one.rule, ours) {
            faults.push(format!("材料“{}”的要求不同：来源 {:?}，定义 {:?}", one.name, one.rule, ours.rule));
        }
        if let Some(because) = one.because
            && ours.because != because
        {
            faults.push(format!("材料“{}”的条件不同：来源“{because}”，定义“{}”", one.name, ours.because));
        }
        if ours.rule == MaterialRule::OneOf {
            match groups.iter().find(|(group, _)| *group == one.group) {
                Some((_, name)) if *name != ours.group => {
                    faults.push(format!("材料“{}”与同组的其他材料不在一组", one.name));
                }
                Some(_) => {}
                None if groups.iter().any(|(_, name)| *name == ours.group) => {
                    faults.push(format!("来源的两组多选一在定义里合成了一组“{}”", ours.group));
                }
                None => groups.push((one.group, &ours.group)),
            }
        }
    }
    if entry.materials.is_empty() {
        // The source gives no list: whatever is asked for is ours and must be confirmed.
        let said = definition.source.to_confirm.iter().any(|line| line.contains("材料"));
        if !said {
            faults.push("来源没有材料清单，to_confirm 里须说明材料有待确认".to_owned());
        }
    } else {
        for material in &definition.materials {
            if !wanted.iter().any(|one| one.name == material.name) && !declared(&material.name) {
                faults.push(format!("定义有材料“{}”，来源没有，也没有声明", material.name));
            }
        }
        let ours: Vec<&str> = definition
            .materials
            .iter()
            .map(|material| material.name.as_str())
            .filter(|name| wanted.iter().any(|one| one.name == *name) && !declared(name))
            .collect();
        let theirs: Vec<&str> =
            wanted.iter().map(|one| one.name).filter(|name| ours.contains(name) && !declared(name)).collect();
        if ours != theirs {
            faults.push("材料的次序与来源不同".to_owned());
        }
    }
    for one in &definition.source.differences {
        let known = wanted.iter().any(|wanted| wanted.name == one.material)
            || definition.materials.iter().any(|material| material.name == one.material);
        if !known || one.why.trim().is_empty() {
            faults.push(format!("声明的差异“{}”没有对应的材料，或者没有写理由", one.material));
        }
    }
    faults
}

fn rule_agrees(rule: Rule, ours: &Material) -> bool {
    let conditional = ours.when.is_some();
    match rule {
        Rule::Required => ours.rule == MaterialRule::Required && !conditional,
        Rule::OneOf => ours.rule == MaterialRule::OneOf && !conditional,
        Rule::Internal => ours.rule == MaterialRule::Internal,
        Rule::Conditional => ours.rule == MaterialRule::Required && conditional,
        Rule::ConditionalOneOf => ours.rule == MaterialRule::OneOf && conditional,
        Rule::Open => ours.rule == MaterialRule::Optional || conditional,
    }
}

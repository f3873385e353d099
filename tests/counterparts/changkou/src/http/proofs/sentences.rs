//! The facts of a proof as sentences: nothing is said that the facts do not hold.

use serde_json::Value;

use super::content::Kind;
use super::words;

/// The whole text of a proof.
pub(super) fn of(kind: Kind, proof: &Value) -> String {
    match kind {
        Kind::Registration => registration(proof),
        Kind::Household => household(proof),
        Kind::ItemChange => item_changes(proof),
        Kind::Cancellation => cancellation(proof),
        Kind::FormerHouseholdKinship => kinship(proof),
    }
}

/// The text of a proof that nobody like this is registered.
pub(super) fn absence(proof: &Value) -> String {
    format!(
        "截至{}，本市常住人口登记中没有查到姓名为{}、性别{}、{}出生的人的户口登记。",
        words::day(&proof["searched_on"]),
        text(proof, "name"),
        coded("sex", proof, "sex"),
        words::day(&proof["birth_date"]),
    )
}

fn text<'a>(facts: &'a Value, name: &str) -> &'a str {
    facts[name].as_str().unwrap_or_default()
}

fn coded<'a>(table: &str, facts: &'a Value, name: &str) -> &'a str {
    let code = text(facts, name);
    words::of(table, code).unwrap_or(code)
}

/// `words` with the text in the place of `{}`; nothing when there is no text.
fn if_said(words: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { words.replace("{}", text) }
}

/// Who somebody is: name, sex, ethnic group, birth date, number, and what they were before.
fn who(facts: &Value) -> String {
    let former: Vec<&str> =
        facts["former_numbers"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    format!(
        "{}{}，{}，{}，{}出生，公民身份号码{}{}",
        text(facts, "name"),
        if_said("（曾用名{}）", text(facts, "former_name")),
        coded("sex", facts, "sex"),
        coded("ethnic-group", facts, "ethnic_group"),
        words::day(&facts["birth_date"]),
        text(facts, "citizen_number"),
        if_said("（原公民身份号码{}）", &former.join("、")),
    )
}

fn head(facts: &Value) -> String {
    if_said("，户主{}", text(facts, "head_name"))
}

fn registration(proof: &Value) -> String {
    format!(
        "{}，户口登记在{}，户号{}，{}{}，与户主关系为{}，于{}因“{}”登记在该户。",
        who(proof),
        text(proof, "address"),
        text(proof, "household_number"),
        coded("household-kind", proof, "household_kind"),
        head(proof),
        coded("relation-to-head", proof, "relation"),
        words::day(&proof["since"]),
        text(proof, "since_reason"),
    )
}

fn household(proof: &Value) -> String {
    let members: Vec<String> = proof["members"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|member| {
            let relation = coded("relation-to-head", member, "relation");
            format!(
                "{}，与户主关系为{relation}，于{}因“{}”登记在该户",
                who(member),
                words::day(&member["since"]),
                text(member, "since_reason"),
            )
        })
        .collect();
    let listed = if members.is_empty() {
        "户内现无在册人员".to_owned()
    } else {
        format!("户内现有在册人员{}人：{}", members.len(), members.join("；"))
    };
    format!(
        "户号{}，{}{}{}，住址为{}，户口簿号{}。{listed}。",
        text(proof, "household_number"),
        coded("household-kind", proof, "household_kind"),
        if_said("（{}）", text(proof, "household_name")),
        head(proof),
        text(proof, "address"),
        text(proof, "booklet_number"),
    )
}

fn item_changes(proof: &Value) -> String {
    let changes: Vec<String> = proof["changes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| {
            let (item, before) = words::item(text(row, "item"), &row["before"]);
            let (_, after) = words::item(text(row, "item"), &row["after"]);
            let category = words::category(text(row, "category")).unwrap_or_default();
            format!(
                "{}，{item}由“{before}”改为“{after}”{}{}",
                words::day(&row["changed_on"]),
                if_said("，类别为“{}”", category),
                if_said("，批准文号{}", text(row, "approval_number")),
            )
        })
        .collect();
    format!("{}。本市常住人口登记中有以下变更更正：{}。", who(proof), changes.join("；"))
}

fn cancellation(proof: &Value) -> String {
    let day = words::day(&proof["cancelled_on"]);
    let ended = match text(proof, "reason") {
        "dead" => format!("于{day}死亡，户口已注销"),
        "moved_out" => format!("户口已于{day}迁出本市{}", if_said("，迁往{}", text(proof, "to_address"))),
        code => {
            let because = words::of("cancellation-reason", code).unwrap_or(code);
            format!("户口已于{day}注销{}", if_said("，注销原因为“{}”", because))
        }
    };
    format!(
        "{}，户口原登记在{}，户号{}。其{ended}{}。",
        who(proof),
        text(proof, "address"),
        text(proof, "household_number"),
        if_said("，批准文号{}", text(proof, "approval_number")),
    )
}

fn kinship(proof: &Value) -> String {
    let own = text(proof, "name");
    let times: Vec<String> = proof["shared"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| {
            let other = text(&row["other"], "name");
            let until =
                if row["until"].is_null() { "今".to_owned() } else { words::day(&row["until"]) };
            let kin = match text(row, "kinship") {
                "mother" => format!("{other}登记为{own}的母亲"),
                "father" => format!("{other}登记为{own}的父亲"),
                "child" => format!("{other}登记为{own}的子女"),
                "spouse" => format!("{other}登记为{own}的配偶"),
                _ => format!("登记中没有直接写明{other}是{own}的什么人"),
            };
            format!(
                "自{}至{until}，{own}与{}同登记在{}（户号{}{}），当时{own}与户主关系为{}，{other}与户主关系为{}，{kin}",
                words::day(&row["since"]),
                who(&row["other"]),
                text(row, "address"),
                text(row, "household_number"),
                head(row),
                coded("relation-to-head", row, "relation"),
                coded("relation-to-head", row, "other_relation"),
            )
        })
        .collect();
    format!("{}。{}。", who(proof), times.join("；"))
}

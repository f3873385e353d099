//! What the register would have said where a play only has what the definition names: answers in the shape of the
//! register's own description (`tests/counterparts/changkou/API.md`).

use super::bench::number;
use domain::case::Case;
use domain::event::RegisterAnswer;
use domain::matter::MatterDefinition;
use domain::register::flatten;
use serde_json::{Value, json};

/// 2026-11-23 12:00 in China.
const THEN: i64 = 1_795_406_400_000;
const ADDRESS: &str = "江城市城关区槐荫路18号演示花园小区东区第十二栋第三单元第二十八层二千八百零六室";

fn person(name: &str, birth: &str, sequence: u16, relation: &str) -> Value {
    json!({
        "citizen_number": number(birth, sequence), "name": name, "former_name": "阿卜杜热合曼·玉素甫",
        "sex": if sequence % 2 == 1 { "1" } else { "2" }, "ethnic_group": "05", "birth_date": birth,
        "marital_status": "21", "education": "30", "relation": relation, "since": "2015-01-05",
        "since_reason": "分户登记", "former_numbers": [number("1970-01-01", 5)],
        "further_items": { "blood_type": "3", "native_place": "江城市城关区", "birth_place": "江城市妇幼保健院",
            "occupation": "自由职业", "workplace": "江城市城关区听雨巷社区卫生服务中心", "height": "170" },
    })
}

fn members() -> Vec<Value> {
    let four = [("𠮷𬭚㛃", "1955-02-01", 901, "02"), ("秦桂兰", "1957-05-06", 902, "12")];
    let more =
        [("阿卜杜热合曼·玉素甫江·买买提", "1982-09-10", 903, "20"), ("何小满", "2015-06-01", 904, "41")];
    four.iter().chain(&more).map(|(name, birth, at, relation)| person(name, birth, *at, relation)).collect()
}

fn migrants() -> Vec<Value> {
    let line = |at: u16| {
        json!({ "name": "欧阳𠮷", "sex": "1", "birth_date": "1990-12-01", "citizen_number": number("1990-12-01", at),
            "ethnic_group": "01", "relation": "02" })
    };
    (901..906).map(line).collect()
}

fn proof(kind: &str) -> Value {
    let mut proof = person("𠮷𬭚㛃", "1955-02-01", 901, "02");
    let more = match kind {
        "kinship" | "former_kinship" | "former_household" => json!({ "shared": [
            { "household_number": "900000005", "address": ADDRESS, "head_name": "𠮷𬭚㛃", "relation": "02",
                "other": person("阿卜杜热合曼·玉素甫江·买买提", "1982-09-10", 903, "20"), "other_relation": "20",
                "kinship": "child", "since": "1982-09-20", "until": "2015-01-05" },
            { "household_number": "900000005", "address": ADDRESS, "head_name": "𠮷𬭚㛃", "relation": "02",
                "other": person("何小满", "2015-06-01", 904, "41"), "other_relation": "41", "kinship": null,
                "since": "2015-06-02", "until": null },
        ] }),
        "lawyer" => json!({ "household_number": "900000005", "household_kind": "1", "household_name": null,
            "address": ADDRESS, "booklet_number": "99990151000105", "head_name": "𠮷𬭚㛃", "members": members() }),
        "not_registered" => json!({ "searched_on": "2026-11-23" }),
        _ => json!({ "cancelled_on": "2026-01-05", "reason": "moved_out", "address": ADDRESS,
            "household_number": "900000005", "to_address": ADDRESS }),
    };
    for (name, value) in more.as_object().unwrap() {
        proof[name] = value.clone();
    }
    // As long as the register's sentences on a large household.
    proof["content"] = json!(
        "𠮷𬭚㛃（曾用名阿卜杜热合曼·玉素甫），男，藏族，1955年2月1日出生，户口登记在江城市城关区槐荫路18号。"
            .repeat(8)
    );
    json!({ "proof": proof })
}

fn add(answer: &mut RegisterAnswer, more: &Value) {
    answer.values.extend(flatten(more));
}

/// Gives a played case the answers that a register would have given.
pub(super) fn tell(case: &mut Case, definition: &MatterDefinition) {
    let kind = definition
        .effects
        .iter()
        .find_map(|effect| case.fields.get(effect.body.get("kind")?))
        .map(|one| one.value.clone())
        .unwrap_or_default();
    let acts: Vec<&str> = definition.effects.iter().map(|one| one.kind.as_str()).collect();
    let told = |answer: &mut RegisterAnswer| {
        answer.answered_at = THEN;
        for (place, value) in &mut answer.values {
            if place.ends_with("valid_until") {
                "2026-12-31".clone_into(value);
            }
        }
        if acts.contains(&"record_proof") {
            add(answer, &proof(&kind));
        }
        if acts.contains(&"document_issue") {
            let household = json!({ "household_number": "900000005", "kind": "1", "address": ADDRESS,
                "members": members() });
            add(answer, &json!({ "household": household, "assigned": { "valid_until": "2026-12-31" } }));
        }
    };
    case.effects.values_mut().chain(&mut case.effect).for_each(told);
    let paper = json!({ "persons": migrants(), "from_address": ADDRESS, "to_address": ADDRESS,
        "reason": "relative_joining", "valid_until": "2026-12-31" });
    for (lookup, record) in &mut case.lookups {
        match lookup.as_str() {
            "old_paper" => add(&mut record.answer, &json!({ "permit": paper, "certificate": paper })),
            "leaving" | "holder" => {
                let who = person("𠮷𬭚㛃", "1955-02-01", 901, "02");
                let told = flatten(&json!({ "person": who }));
                record.answer.values.extend(told);
            }
            _ => {}
        }
    }
}

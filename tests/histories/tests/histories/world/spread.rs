//! Parts spread over a chain of forms and the matter's own file.

use super::{Maker, id_of, text};
use domain::catalogue::NamedText;
use serde_json::{Value, json};

/// Spreading the parts over a chain of forms and the matter's own file.
impl Maker {
    pub(super) fn spread(&mut self) -> Vec<NamedText> {
        let levels = self.dice.between(1, 3);
        let mut files: Vec<Value> = vec![json!({}); levels];
        let mut level = 0;
        for question in self.parts.questions.clone() {
            // Questions keep their order, so a later one never stands in a lower form.
            level = self.dice.between(level, levels - 1);
            push(&mut files[level], "question", question);
        }
        let kinds = [
            ("section", "id", self.parts.sections.clone()),
            ("signer", "slot", self.parts.signers.clone()),
            ("lookup", "id", self.parts.lookups.clone()),
            ("rule", "id", self.parts.rules.clone()),
            ("effect", "id", self.parts.effects.clone()),
        ];
        for (kind, key, parts) in kinds {
            for mut part in parts {
                let own = self.dice.below(levels);
                if own + 1 < levels && kind == "section" && self.dice.percent(40) {
                    // The last field comes from a file further up.
                    let fields = part["field"].as_array_mut().expect("fields");
                    if fields.len() > 1 {
                        let last = fields.pop().expect("a field");
                        let name = id_of(&part, "id");
                        push(&mut files[own + 1], "fields", json!({ "section": name, "field": [last] }));
                    }
                }
                if own > 0 && part.get(key).is_some() && self.dice.percent(25) {
                    // An earlier wording of the same part below.
                    let mut earlier = part.clone();
                    let word = if kind == "rule" { "text" } else { "title" };
                    if earlier.get(word).is_some() {
                        earlier[word] = json!("旧");
                    }
                    push(&mut files[own - 1], kind, earlier);
                }
                push(&mut files[own], kind, part);
            }
        }
        if levels > 1 && self.dice.percent(50) {
            // A part that is taken out again.
            push(
                &mut files[0],
                "section",
                json!({ "id": "gone", "title": "去掉", "field": [{ "id": "f", "label": "f", "kind": "text" }] }),
            );
            push(&mut files[1], "without", json!("section.gone"));
        }
        let mut own = files.pop().expect("the matter itself");
        let mut out = Vec::new();
        let mut form: Option<String> = None;
        for (at, mut file) in files.into_iter().enumerate() {
            let name = format!("{}-form{at}", self.name);
            file["id"] = json!(name);
            file["title"] = json!("表单");
            if let Some(base) = &form {
                file["from"] = json!([base]);
            }
            out.push((format!("forms/{name}.toml"), text(&file)));
            form = Some(name);
        }
        if self.dice.percent(50) {
            let name = format!("{}-papers", self.name);
            let set = json!({ "id": name, "print": self.parts.prints });
            out.push((format!("papersets/{name}.toml"), text(&set)));
            own["papers"] = json!(name);
        } else {
            own["print"] = json!(self.parts.prints);
        }
        for flow in self.parts.flows.clone() {
            out.push((format!("flows/{}.toml", id_of(&flow, "id")), text(&flow)));
        }
        let rows: Vec<Value> =
            self.codes.iter().map(|code| json!({ "code": code, "name": format!("代码{code}") })).collect();
        let codes = json!({ "table": self.codes_name(), "title": "演示", "source": "演示", "status": "demo", "row": rows });
        out.push((format!("codes/{}.toml", self.codes_name()), text(&codes)));
        for matter in 0..self.dice.between(1, 2) {
            let id = format!("R{}{}", &self.name[1..], ["A", "B"][matter]);
            let mut file = own.clone();
            self.head(&mut file, &id);
            if let Some(form) = &form {
                file["form"] = json!(form);
            }
            out.push((format!("matters/{id}.toml"), text(&file)));
        }
        out
    }

    fn head(&mut self, file: &mut Value, id: &str) {
        let flows: Vec<String> = self.parts.flows.iter().map(|one| id_of(one, "id")).collect();
        let roles = [
            vec!["auxiliary", "officer"],
            vec!["officer"],
            vec!["auxiliary"],
            vec!["auxiliary", "officer", "head"],
        ];
        let limits = [
            json!({ "unit": "on_the_spot" }),
            json!({ "unit": "working_days", "count": self.dice.between(1, 20) }),
            json!({ "unit": "calendar_days", "count": self.dice.between(1, 60) }),
            json!({ "unit": "months", "count": self.dice.between(1, 6) }),
        ];
        file["id"] = json!(id);
        file["version"] = json!(self.dice.between(1, 9));
        file["name"] = json!(format!("演示事项{id}"));
        file["short"] = json!(format!("演示{id}"));
        file["initials"] = json!("YS");
        file["category"] = json!(["演示"]);
        file["family"] = json!(self.dice.one(&["household", "id_card", "proof", "licence"]));
        file["intake_roles"] = json!(self.dice.one(&roles));
        file["limit"] = self.dice.one(&limits);
        file["accept_offline"] = json!(self.dice.percent(30));
        file["flow"] = json!(flows[0]);
        if flows.len() > 1 && self.dice.percent(70) {
            file["officer_flow"] = json!(flows[1]);
        }
        file["flow_for"] = json!(self.parts.choices);
        file["guide"] = json!({ "conditions": "演示", "procedure": "演示" });
        file["source"] = json!({ "document": "演示" });
        file["material"] = json!(self.parts.materials);
        if self.dice.percent(20) {
            file["archive"] = json!({ "retention": "永久" });
        }
    }
}

fn push(file: &mut Value, kind: &str, part: Value) {
    if !file[kind].is_array() {
        file[kind] = json!([]);
    }
    file[kind].as_array_mut().expect("a list").push(part);
}

//! Acts for the register, and the flows that hand them over.

use super::{Maker, POSTS, Place, id_of};
use serde_json::{Map, Value, json};

impl Maker {
    pub(super) fn effects(&mut self) {
        let count = self.dice.below(4);
        for at in 0..count {
            let kind = format!("act_{at}");
            let mut body = Map::new();
            for place in 0..self.dice.below(4) {
                body.insert(format!("part.p{place}"), json!(self.any_field().path));
            }
            let mut result = Map::new();
            for place in 0..self.dice.below(3) {
                result.insert(self.any_field().path, json!(format!("given.p{place}")));
            }
            let mut effect = json!({ "kind": kind, "body": body, "result": result });
            if count > 1 || self.dice.percent(50) {
                effect["id"] = json!(format!("e{at}"));
            }
            effect["case"] =
                json!({ "approval_number": self.dice.one(&["number", "accepted_on", "approved_on"]) });
            if self.dice.percent(40) {
                let mut fixed = json!({ "place": "word", "value": "1" });
                self.maybe_condition(50, &mut fixed);
                effect["fixed"] = json!([fixed]);
                effect["numbers"] = json!(["word"]);
            }
            if let Some(lookup) = self.lookup_name()
                && self.dice.percent(60)
            {
                effect["answers"] = json!([{ "place": "version", "lookup": lookup, "at": "found.version" }]);
                if self.dice.percent(50) {
                    let only = self.any_field();
                    let only = only.cell.map_or(only.path, |(table, column)| format!("{table}.{column}"));
                    effect["answer_entries"] = json!([{
                        "place": "versions", "lookup": lookup, "list": "members", "key": "person.number",
                        "value": "person.version", "only": [only],
                    }]);
                }
            }
            let tables = self.tables();
            if let Some((table, columns)) = self.dice.pick(&tables).cloned() {
                let column = self.dice.one(&columns);
                let mut rows = json!({ "section": table, "list": "members" });
                if self.dice.percent(50) {
                    rows["column"] = json!(column);
                } else {
                    rows["columns"] = json!({ "name": column });
                }
                if self.dice.percent(40) {
                    rows["among"] =
                        json!({ "column": self.dice.one(&columns), "one_of": [self.codes[0].clone()] });
                }
                self.maybe_condition(30, &mut rows);
                let mut entries = json!({
                    "section": table, "place": "relations", "key": self.dice.one(&columns),
                    "value": column, "without": [self.any_field().path],
                });
                self.maybe_condition(30, &mut entries);
                if self.dice.percent(50) {
                    effect["rows"] = json!([rows]);
                }
                if self.dice.percent(50) {
                    effect["entries"] = json!([entries]);
                }
            }
            self.parts.effects.push(effect);
        }
    }

    fn step(&mut self, id: &str, kind: &str) -> Value {
        let (level, roles) = self.dice.one(&POSTS);
        json!({ "id": id, "kind": kind, "title": format!("步骤{id}"), "state": format!("待{id}"), "level": level, "roles": roles })
    }

    fn at_station(&mut self, mut step: Value) -> Value {
        step["level"] = json!("station");
        step["roles"] = json!(self.dice.one(&[vec!["officer"], vec!["auxiliary", "officer"]]));
        step
    }

    pub(super) fn flows(&mut self) {
        let late: Vec<String> = self
            .parts
            .materials
            .iter()
            .filter(|one| one["rule"] == "late")
            .map(|one| id_of(one, "id"))
            .collect();
        let count = self.dice.between(1, 4);
        // What decides on the flow is settled with the submission: such a flow asks for no field later.
        let chosen_by_fields = count > 2;
        for at in 0..count {
            let mut steps: Vec<Value> = Vec::new();
            for review in 0..self.dice.below(3) {
                let kind = self.dice.one(&["review", "review", "investigate"]);
                let step = self.step(&format!("check{review}"), kind);
                steps.push(step);
            }
            for effect in self.parts.effects.clone() {
                // Every act is handed over in the first flow, and in some of the others.
                if at == 0 || self.dice.percent(60) {
                    let id = effect["id"].as_str().unwrap_or_default().to_owned();
                    let step = self.step(&format!("effect{id}"), "effect");
                    let mut step = if self.dice.percent(70) { self.at_station(step) } else { step };
                    if !id.is_empty() && (self.parts.effects.len() > 1 || self.dice.percent(50)) {
                        step["effect"] = json!(id);
                    }
                    let place = self.dice.below(steps.len() + 1);
                    if self.dice.percent(70) { steps.push(step) } else { steps.insert(place, step) }
                }
            }
            if self.dice.percent(40) {
                let step = self.step("issue", "issue");
                let mut step = self.at_station(step);
                step["document"] = json!("paper-issued");
                let place = self.dice.below(steps.len() + 1);
                steps.insert(place, step);
            }
            for material in &late {
                if at == 0 || self.dice.percent(50) {
                    let step = self.step(&format!("scan-{material}"), "late_scan");
                    let mut step = self.at_station(step);
                    step["materials"] = json!([material]);
                    let typed: Vec<Place> =
                        self.fields.iter().filter(|one| one.kind != "assigned").cloned().collect();
                    if !chosen_by_fields && self.dice.percent(60) {
                        let fields: Vec<String> =
                            (0..self.dice.between(1, 2)).map(|_| self.dice.one(&typed).path).collect();
                        step["fields"] = json!(fields);
                    }
                    let place = self.dice.below(steps.len() + 1);
                    steps.insert(place, step);
                }
            }
            if steps.is_empty() || self.dice.percent(80) {
                let step = self.step("collect", "collect");
                steps.push(self.at_station(step));
            }
            self.parts.flows.push(json!({ "id": format!("{}-flow{at}", self.name), "name": format!("流程{at}"), "step": steps }));
        }
        let flow = |at: usize| format!("{}-flow{at}", self.name);
        let names: Vec<String> = (0..count).map(flow).collect();
        for name in names.iter().skip(2) {
            let when = self.settled_condition();
            let mut choice = json!({ "when": when, "flow": name });
            if self.dice.percent(40) {
                choice["officer_flow"] = json!(self.dice.one(&names));
            }
            self.parts.choices.push(choice);
        }
    }

    /// A condition on what does not change after the submission.
    fn settled_condition(&mut self) -> Value {
        let given: Vec<String> = self
            .parts
            .effects
            .iter()
            .filter_map(|one| one["result"].as_object())
            .flat_map(|result| result.keys().cloned())
            .collect();
        let all = self.fields.clone();
        let column = |path: &str| {
            let parts: Vec<&str> = path.split('.').collect();
            (parts[0].to_owned(), parts[parts.len() - 1].to_owned())
        };
        self.fields.retain(|one| !given.iter().any(|field| column(field) == column(&one.path)));
        let condition = self.condition(2);
        self.fields = all;
        condition
    }
}

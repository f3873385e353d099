//! Whole sets of definition files out of a seed: matters, the forms they take, flows, papers and a code table. Valid by
//! construction: names lead somewhere, questions ask about questions before them, conditions can hold in at least one
//! situation, blocking rules on the same fields do not exclude each other.
//!
//! The generator knows the format of the files and nothing of the code that reads them.

mod flows;
mod spread;

use crate::dice::Dice;
use domain::catalogue::NamedText;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A field as conditions and rules name it.
#[derive(Clone)]
struct Place {
    path: String,
    kind: &'static str,
    /// Table and column.
    cell: Option<(String, String)>,
}

/// A truth that is not known while nothing is typed.
#[derive(Clone, Copy, PartialEq)]
enum Truth {
    Yes,
    No,
    Open,
}

/// A way through the questions that can be gone.
type Way = BTreeMap<String, String>;

/// What a matter consists of, before it is spread over files.
#[derive(Default, Clone)]
struct Parts {
    questions: Vec<Value>,
    sections: Vec<Value>,
    signers: Vec<Value>,
    lookups: Vec<Value>,
    rules: Vec<Value>,
    effects: Vec<Value>,
    materials: Vec<Value>,
    prints: Vec<Value>,
    flows: Vec<Value>,
    choices: Vec<Value>,
}

const PEOPLE: [&str; 9] = [
    "applicant",
    "subject",
    "father",
    "mother",
    "guardian",
    "household_head",
    "former_head",
    "spouse",
    "agent",
];
const KINDS: [&str; 11] = [
    "text",
    "name",
    "id_number",
    "date",
    "date_or_long_term",
    "code",
    "phone",
    "address",
    "long_text",
    "number",
    "assigned",
];
const QUERIES: [&str; 6] =
    ["person", "household", "birth_certificate", "duplicate", "marriage", "entry_permit"];
/// Who may sit where (rules of the counter, 7).
const POSTS: [(&str, &[&str]); 8] = [
    ("station", &["officer"]),
    ("station", &["auxiliary", "officer"]),
    ("station", &["head"]),
    ("station", &["community_officer", "officer"]),
    ("station", &["auxiliary"]),
    ("county", &["county_reviewer"]),
    ("county", &["county_reviewer", "officer"]),
    ("city", &["city_reviewer"]),
];

struct Maker {
    dice: Dice,
    /// Beginning of all names of this world.
    name: String,
    codes: Vec<String>,
    fields: Vec<Place>,
    /// Situations that are known to be possible.
    ways: Vec<Way>,
    questions: BTreeMap<String, Vec<String>>,
    parts: Parts,
}

/// The files of one world. `number` keeps its names apart from those of other worlds.
pub fn files(seed: u64, number: usize) -> Vec<NamedText> {
    let name = format!("r{number}");
    let mut maker = Maker {
        dice: Dice::of(seed, number as u64),
        codes: Vec::new(),
        fields: Vec::new(),
        ways: vec![Way::new(), Way::new(), Way::new()],
        questions: BTreeMap::new(),
        parts: Parts::default(),
        name,
    };
    maker.make()
}

/// A calendar for a catalogue that has no other.
pub fn calendar() -> NamedText {
    let text = "source = \"演示\"\nyears = [2025, 2026, 2027]\n[exceptions]\n\"2026-11-24\" = false\n\
                \"2026-11-28\" = true\n";
    ("calendar/r.toml".to_owned(), text.to_owned())
}

fn text(value: &Value) -> String {
    toml::to_string(value).expect("plain tables become TOML")
}

fn id_of(part: &Value, key: &str) -> String {
    part[key].as_str().expect("a part has a name").to_owned()
}

impl Maker {
    fn make(&mut self) -> Vec<NamedText> {
        self.questions();
        self.sections();
        self.lookups();
        self.materials();
        self.signers();
        self.rules();
        self.prints();
        self.effects();
        self.flows();
        self.spread()
    }

    fn codes_name(&self) -> String {
        format!("{}-kind", self.name)
    }

    fn questions(&mut self) {
        let rows = self.dice.between(2, 5);
        self.codes = (0..rows).map(|row| format!("{:02}", row + 1)).collect();
        for at in 0..self.dice.below(5) {
            let id = format!("q{at}");
            let answers: Vec<String> = (0..self.dice.between(2, 3)).map(|one| format!("a{one}")).collect();
            let mut question = json!({
                "id": id, "text": format!("问题{at}"),
                "answer": answers.iter().map(|one| json!({ "id": one, "text": one })).collect::<Vec<_>>(),
            });
            let when = if at > 0 && self.dice.percent(40) { Some(self.condition(2)) } else { None };
            for number in 0..self.ways.len() {
                let asked = when.as_ref().map_or(Truth::Yes, |when| truth(when, &self.ways[number]));
                if asked == Truth::Yes || (asked == Truth::Open && self.dice.percent(50)) {
                    let answer = self.dice.one(&answers);
                    self.ways[number].insert(id.clone(), answer);
                }
            }
            if let Some(when) = when {
                question["when"] = when;
            }
            self.questions.insert(id, answers);
            self.parts.questions.push(question);
        }
    }

    /// A condition that one of the known situations can meet.
    fn condition(&mut self, depth: usize) -> Value {
        let way = self.dice.one(&self.ways);
        self.condition_on(true, depth, &way)
    }

    fn maybe_condition(&mut self, of_hundred: usize, part: &mut Value) {
        if self.dice.percent(of_hundred) && !(self.questions.is_empty() && self.fields.is_empty()) {
            let depth = self.dice.below(4);
            part["when"] = self.condition(depth);
        }
    }

    fn condition_on(&mut self, wanted: bool, depth: usize, way: &Way) -> Value {
        if depth > 0 && self.dice.percent(60) {
            let many = self.dice.between(1, 3);
            return match self.dice.below(3) {
                0 => json!({ "not": self.condition_on(!wanted, depth - 1, way) }),
                choice => {
                    // `all` must hold in every part and fail in one; `any` the other way round.
                    let every = (choice == 1) == wanted;
                    let must = self.dice.below(many);
                    let parts: Vec<Value> = (0..many)
                        .map(|at| {
                            let part = if every || at == must { wanted } else { self.dice.percent(50) };
                            self.condition_on(part, depth - 1, way)
                        })
                        .collect();
                    if choice == 1 { json!({ "all": parts }) } else { json!({ "any": parts }) }
                }
            };
        }
        let by_question = !self.questions.is_empty() && (self.fields.is_empty() || self.dice.percent(50));
        if by_question {
            let names: Vec<String> = self.questions.keys().cloned().collect();
            let mut question = self.dice.one(&names);
            if wanted && !way.contains_key(&question) {
                // What is not asked in this situation has no answer in it.
                match way.keys().next() {
                    Some(asked) => question.clone_from(asked),
                    None => return self.field_condition(wanted),
                }
            }
            let answers = self.questions[&question].clone();
            let given = way.get(&question).cloned();
            let is = match given {
                Some(given) if wanted => given,
                Some(given) => {
                    self.dice.one(&answers.into_iter().filter(|one| *one != given).collect::<Vec<_>>())
                }
                None => self.dice.one(&answers),
            };
            return json!({ "question": question, "is": is });
        }
        self.field_condition(wanted)
    }

    /// On fields: may hold and may fail in every situation. With no field yet, one that always does as wanted.
    fn field_condition(&mut self, wanted: bool) -> Value {
        let Some(field) = self.dice.pick(&self.fields).cloned() else {
            return if wanted { json!({ "all": [] }) } else { json!({ "any": [] }) };
        };
        match self.dice.below(3) {
            0 => json!({ "filled": field.path }),
            1 => {
                let other = self.dice.one(&self.fields);
                json!({ "differ": [field.path, other.path] })
            }
            _ => {
                let values: Vec<String> =
                    (0..self.dice.between(1, 3)).map(|_| self.value(field.kind)).collect();
                json!({ "field": field.path, "one_of": values })
            }
        }
    }

    /// A value that fits a kind of field.
    fn value(&mut self, kind: &str) -> String {
        let number = self.dice.below(90);
        match kind {
            "code" => self.dice.one(&self.codes.clone()),
            "date" | "date_or_long_term" => {
                format!("20{:02}-0{}-1{}", number % 27, number % 9 + 1, number % 10)
            }
            "number" => number.to_string(),
            "phone" => format!("0999-123456{:02}", number % 100),
            "name" => format!("演{}", ["甲", "乙", "丙"][number % 3]),
            "id_number" => {
                let born = jiff::civil::Date::constant(1980, 1, 1);
                check_assets::people::number(born, "1", number as u16)
            }
            "address" => format!("江城市城关区槐荫路{number}号"),
            _ => format!("填写{number}"),
        }
    }

    fn field(&mut self, id: &str, kind: &'static str) -> Value {
        let mut field = json!({ "id": id, "label": format!("栏{id}"), "kind": kind });
        if kind == "code" {
            field["codes"] = json!(self.codes_name());
        }
        if kind != "assigned" && self.dice.percent(40) {
            field["required"] = json!(true);
        }
        if kind == "assigned" && self.dice.percent(30) {
            field["required"] = json!(true);
        }
        if kind != "assigned" && self.dice.percent(10) {
            field["preset"] = json!(self.value(kind));
        }
        if self.dice.percent(30) {
            field["width"] = json!(self.dice.between(0, 12));
        }
        self.maybe_condition(20, &mut field);
        field
    }

    fn sections(&mut self) {
        let count = self.dice.between(1, 4);
        for at in 0..count {
            let id = format!("s{at}");
            let table = at > 0 && self.dice.percent(30);
            let mut section = json!({ "id": id, "title": format!("段{at}") });
            if at > 0 {
                self.maybe_condition(25, &mut section);
            }
            if table {
                section["table"] = json!(true);
            } else if at == 0 || self.dice.percent(50) {
                section["person"] = json!(if at == 0 { "applicant" } else { self.dice.one(&PEOPLE) });
            }
            let mut kinds: Vec<(String, &'static str)> = Vec::new();
            if at == 0 || self.dice.percent(50) {
                kinds.extend([("name".to_owned(), "name"), ("number".to_owned(), "id_number")]);
                if self.dice.percent(60) {
                    kinds.push(("birth_date".to_owned(), "date"));
                }
            }
            for more in 0..self.dice.between(1, 4) {
                kinds.push((format!("f{more}"), self.dice.one(&KINDS)));
            }
            let mut fields = Vec::new();
            for (field, kind) in kinds {
                let mut written = self.field(&field, kind);
                if matches!(field.as_str(), "name" | "number" | "birth_date")
                    && !table
                    && self.dice.percent(80)
                {
                    written["card"] = json!(field);
                }
                if at == 0 && field == "name" {
                    // Signers are named by it.
                    written["required"] = json!(true);
                    written.as_object_mut().expect("a table").remove("when");
                }
                let path = if table { format!("{id}.0.{field}") } else { format!("{id}.{field}") };
                let cell = table.then(|| (id.clone(), field.clone()));
                self.fields.push(Place { path, kind, cell });
                fields.push(written);
            }
            self.computed(table, &mut fields);
            section["field"] = json!(fields);
            self.parts.sections.push(section);
        }
    }

    /// Sometimes a field that follows from another of its section; no condition and no rule names it.
    fn computed(&mut self, table: bool, fields: &mut Vec<Value>) {
        let of = |id: &str| fields.iter().any(|one| one["id"] == id);
        let mut ways = Vec::new();
        if of("birth_date") {
            ways.push(json!({ "kind": "age", "birth": "birth_date" }));
        }
        if of("number") {
            ways.push(json!({ "kind": "birth_date", "number": "number" }));
        }
        let tables = self.tables();
        if let Some((section, _)) = tables.first().filter(|_| !table) {
            ways.push(json!({ "kind": "rows", "section": section }));
        }
        if let Some(way) = self.dice.pick(&ways).cloned()
            && self.dice.percent(40)
        {
            fields.push(json!({ "id": "follows", "label": "算出", "kind": "computed", "compute": way }));
        }
    }

    fn any_field(&mut self) -> Place {
        self.dice.one(&self.fields)
    }

    fn of_kind(&mut self, kinds: &[&str]) -> Option<Place> {
        let found: Vec<Place> = self.fields.iter().filter(|one| kinds.contains(&one.kind)).cloned().collect();
        self.dice.pick(&found).cloned()
    }

    fn tables(&self) -> Vec<(String, Vec<String>)> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (table, column) in self.fields.iter().filter_map(|one| one.cell.clone()) {
            found.entry(table).or_default().push(column);
        }
        found.into_iter().collect()
    }

    fn lookups(&mut self) {
        for at in 0..self.dice.below(4) {
            let mut ask = Map::new();
            for parameter in ["number", "name", "born"].iter().take(self.dice.between(1, 3)) {
                ask.insert((*parameter).to_owned(), json!(self.any_field().path));
            }
            let mut fill = Map::new();
            for place in 0..self.dice.below(4) {
                fill.insert(self.any_field().path, json!(format!("found.p{place}")));
            }
            let mut lookup = json!({
                "id": format!("l{at}"), "title": format!("核查{at}"), "query": self.dice.one(&QUERIES),
                "ask": ask, "fill": fill, "must_agree": self.dice.percent(25),
            });
            if self.dice.percent(30) {
                lookup["needs"] = json!(["number"]);
            }
            if self.dice.percent(30) {
                lookup["fixed"] = json!({ "purpose": "演示" });
            }
            if self.dice.percent(30) {
                lookup["expect"] = json!({ "found.used": "false" });
            }
            let tables = self.tables();
            if let Some((table, columns)) = self.dice.pick(&tables).cloned()
                && self.dice.percent(60)
            {
                let columns: Map<String, Value> =
                    columns.iter().map(|one| (one.clone(), json!(format!("person.{one}")))).collect();
                let mut rows = json!({ "section": table, "list": "members", "columns": columns });
                if self.dice.percent(40) {
                    rows["without"] = json!([{ "place": "person.number", "field": self.any_field().path }]);
                }
                lookup["rows"] = rows;
            }
            self.maybe_condition(30, &mut lookup);
            self.parts.lookups.push(lookup);
        }
    }

    fn lookup_name(&mut self) -> Option<String> {
        self.dice.pick(&self.parts.lookups).map(|one| id_of(one, "id"))
    }

    fn materials(&mut self) {
        let add = |maker: &mut Self, id: String, rule: &str, group: &str| {
            let mut material = json!({ "id": id, "name": format!("材料{id}"), "rule": rule });
            if !group.is_empty() {
                material["group"] = json!(group);
            }
            if maker.dice.percent(30) {
                material["medium"] = json!(maker.dice.one(&["either", "electronic", "physical"]));
                material["copies"] = json!(maker.dice.below(3));
                material["tolerance"] = json!(maker.dice.percent(50));
                material["inspect"] = json!("看原件");
            }
            if let Some(lookup) = maker.lookup_name()
                && maker.dice.percent(20)
            {
                material["check"] = json!(lookup);
            }
            maker.maybe_condition(35, &mut material);
            maker.parts.materials.push(material);
        };
        for at in 0..self.dice.below(4) {
            let rule = self.dice.one(&["required", "optional", "internal", "required"]);
            add(self, format!("m{at}"), rule, "");
        }
        for group in 0..self.dice.below(3) {
            for at in 0..self.dice.between(2, 3) {
                add(self, format!("g{group}x{at}"), "one_of", &format!("g{group}"));
            }
        }
        for at in 0..self.dice.below(3) {
            add(self, format!("late{at}"), "late", "");
        }
    }

    fn signers(&mut self) {
        for at in 0..self.dice.below(3) {
            let name_field = if at == 0 {
                "s0.name".to_owned()
            } else {
                self.of_kind(&["name", "text"]).map_or_else(|| "s0.name".to_owned(), |one| one.path)
            };
            let person = if at == 0 { "applicant" } else { self.dice.one(&PEOPLE) };
            let mut signer = json!({
                "slot": format!("slot{at}"), "label": format!("签名{at}"), "person": person, "name_field": name_field,
            });
            self.maybe_condition(30, &mut signer);
            self.parts.signers.push(signer);
        }
    }

    fn rules(&mut self) {
        // Fields with a blocking rule on age, and pairs with one on equality: another could exclude it.
        let mut aged: Vec<String> = Vec::new();
        let mut paired: Vec<[String; 2]> = Vec::new();
        for at in 0..self.dice.below(6) {
            let mut severity = self.dice.one(&["block", "warn"]);
            let number = self.dice.below(13);
            let must = self.must(number);
            let Some(must) = must else { continue };
            if let Some(field) = must["years"].is_number().then(|| must["field"].to_string()) {
                if aged.contains(&field) {
                    severity = "warn";
                }
                aged.push(field);
            }
            if let Some(pair) = must["fields"].as_array() {
                let mut pair = [pair[0].to_string(), pair[1].to_string()];
                pair.sort();
                if paired.contains(&pair) {
                    severity = "warn";
                }
                paired.push(pair);
            }
            let mut rule = json!({ "id": format!("rule{at}"), "text": format!("规则{at}"), "severity": severity, "must": must });
            self.maybe_condition(50, &mut rule);
            self.parts.rules.push(rule);
        }
    }

    fn must(&mut self, number: usize) -> Option<Value> {
        let dates = ["date", "date_or_long_term"];
        let tables = self.tables();
        let table = self.dice.pick(&tables).cloned();
        let pair = [self.any_field().path, self.any_field().path];
        Some(match number {
            0 => {
                json!({ "kind": "age_below", "field": self.of_kind(&dates)?.path, "years": self.dice.between(17, 120) })
            }
            1 => {
                json!({ "kind": "age_at_least", "field": self.of_kind(&dates)?.path, "years": self.dice.between(0, 16) })
            }
            2 => json!({ "kind": "not_future", "field": self.of_kind(&dates)?.path }),
            3 => {
                json!({ "kind": "not_before", "field": self.of_kind(&dates)?.path, "than": self.of_kind(&dates)?.path })
            }
            4 => json!({ "kind": "same", "fields": pair }),
            5 => {
                if pair[0] == pair[1] {
                    return None;
                }
                json!({ "kind": "different", "fields": pair })
            }
            6 => {
                json!({ "kind": "number_matches_birth", "number": self.of_kind(&["id_number"])?.path, "birth": self.of_kind(&dates)?.path })
            }
            7 => json!({ "kind": "document_valid", "person": self.dice.one(&PEOPLE) }),
            8 => {
                json!({ "kind": "expires_within", "field": self.of_kind(&dates)?.path, "days": self.dice.below(4000) })
            }
            9 => json!({ "kind": "holds", "condition": self.condition(2) }),
            10 => {
                let lookup = self.lookup_name()?;
                if self.dice.percent(50) {
                    json!({ "kind": "not_differing", "lookup": lookup })
                } else {
                    json!({ "kind": "answer_lacks", "lookup": lookup, "list": "found.flags", "values": ["frozen"] })
                }
            }
            11 => {
                let (section, columns) = table?;
                if self.dice.percent(50) {
                    json!({ "kind": "has_row", "section": section })
                } else {
                    json!({ "kind": "unique_column", "section": section, "column": self.dice.one(&columns) })
                }
            }
            _ => {
                let (section, columns) = table?;
                let column = self.dice.one(&columns);
                if self.dice.percent(50) {
                    json!({
                        "kind": "row_has", "section": section, "key": self.dice.one(&columns),
                        "field": self.any_field().path, "column": column, "one_of": [self.value("text")],
                    })
                } else {
                    json!({
                        "kind": "one_adult_head", "section": section, "relation": column,
                        "head_codes": [self.codes[0].clone()], "birth": self.dice.one(&columns),
                        "number": self.dice.one(&columns),
                    })
                }
            }
        })
    }

    fn prints(&mut self) {
        for at in ["intake", "accepted", "intake_slip", "issued", "effected", "refused"] {
            // What is issued must be there when a step issues it.
            if at == "issued" || self.dice.percent(50) {
                self.parts.prints.push(json!({
                    "document": format!("paper-{at}"), "title": format!("文书{at}"), "template": "receipt",
                    "at": at, "offline": self.dice.percent(50),
                }));
            }
        }
    }
}

/// What a condition is in a situation while nothing is typed.
fn truth(condition: &Value, way: &Way) -> Truth {
    if let Some(question) = condition["question"].as_str() {
        let holds = way.get(question).map(String::as_str) == condition["is"].as_str();
        return if holds { Truth::Yes } else { Truth::No };
    }
    if let Some(part) = condition.get("not") {
        return match truth(part, way) {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            Truth::Open => Truth::Open,
        };
    }
    for (key, stops, ends) in [("all", Truth::No, Truth::Yes), ("any", Truth::Yes, Truth::No)] {
        if let Some(parts) = condition[key].as_array() {
            let truths: Vec<Truth> = parts.iter().map(|part| truth(part, way)).collect();
            return if truths.contains(&stops) {
                stops
            } else if truths.contains(&Truth::Open) {
                Truth::Open
            } else {
                ends
            };
        }
    }
    Truth::Open
}

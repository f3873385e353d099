//! Whatever acts come, and in whatever order: what the register accepts leaves every household sound.

use std::collections::{BTreeMap, HashSet};

use changkou::random::Random;
use serde_json::{Value, json};

use crate::acts::send;
use crate::running::{Running, SEED, TODAY};

/// Acts a run tries; about half of them are refused.
const ACTS: usize = 300;
const RELATIONS: [&str; 12] = ["02", "12", "11", "21", "31", "51", "52", "73", "77", "97", "99", "42"];

struct City<'a> {
    r: &'a Running,
    random: Random,
    households: Vec<String>,
}

impl City<'_> {
    async fn any_household(&mut self) -> Value {
        let number = self.households[self.random.below(self.households.len() as u64) as usize].clone();
        self.r.household(&number).await
    }

    fn relation(&mut self) -> &'static str {
        self.random.pick(&RELATIONS)
    }

    /// A relation that may be right for each of these members under the head among them.
    fn relations(&mut self, members: &[&Value], head: Option<&Value>) -> Value {
        let mut relations = BTreeMap::new();
        for member in members.iter().filter(|m| Some(&m["citizen_number"]) != head) {
            let guess = if self.random.chance(800) { "97" } else { self.relation() };
            relations.insert(member["citizen_number"].as_str().unwrap().to_owned(), guess);
        }
        json!(relations)
    }

    async fn target(&mut self, body: &mut Value) {
        if self.random.chance(400) {
            body["new_household"] = json!({ "kind": if self.random.chance(850) { "1" } else { "2" },
                "address": "江城市城关区磨坊巷1号" });
        } else {
            let household = self.any_household().await;
            body["household_number"] = household["household_number"].clone();
            body["household_version"] = household["version"].clone();
        }
    }

    async fn act(&mut self) -> (&'static str, Value) {
        let mut household = self.any_household().await;
        for _ in 0..8 {
            if household["members"].as_array().unwrap().len() > 1 || self.random.chance(100) {
                break;
            }
            household = self.any_household().await;
        }
        let members: Vec<Value> = household["members"].as_array().unwrap().clone();
        let chosen: Vec<&Value> = members.iter().filter(|_| self.random.chance(450)).collect();
        let staying: Vec<&Value> = members.iter().filter(|m| !chosen.contains(m)).collect();
        let numbers: Vec<&Value> = chosen.iter().map(|m| &m["citizen_number"]).collect();
        let versions: BTreeMap<&str, &Value> =
            chosen.iter().map(|m| (m["citizen_number"].as_str().unwrap(), &m["version"])).collect();
        let next =
            if staying.is_empty() { None } else { Some(&self.random.pick(&staying)["citizen_number"]) };
        let remaining = self.relations(&staying, next);
        let day = format!("{}-0{}-11", self.random.between(1950, 2024), self.random.between(1, 9));
        match self.random.below(12) {
            0..=2 => {
                let name: String =
                    (0..3).map(|_| self.random.pick(&['安', '宁', '云', '山', '川'])).collect();
                let mut body = json!({ "category": "supplemented", "person": { "name": name,
                    "sex": self.random.pick(&["1", "2"]), "ethnic_group": "01", "birth_date": day,
                    "relation": self.relation() } });
                if self.random.chance(300) {
                    body["head_exception"] = json!("minors_only");
                }
                self.target(&mut body).await;
                ("person_entry", body)
            }
            3..=5 => {
                let head = if chosen.is_empty() || self.random.chance(300) {
                    None
                } else {
                    Some(self.random.pick(&chosen)["citizen_number"].clone())
                };
                let mut relations = self.relations(&chosen, head.as_ref());
                if let Some(head) = &head {
                    relations[head.as_str().unwrap()] = json!("02");
                }
                let mut body = json!({ "citizen_numbers": numbers, "person_versions": versions,
                    "from_household_version": household["version"], "reason": "work",
                    "relations": relations, "new_head": next, "remaining_relations": remaining });
                self.target(&mut body).await;
                ("address_change", body)
            }
            6 | 7 => {
                let head = chosen.first().map_or(json!("x"), |m| m["citizen_number"].clone());
                let relations = self.relations(&chosen, Some(&head));
                (
                    "household_split",
                    json!({ "household_number": household["household_number"], "movers": numbers,
                        "household_version": household["version"], "new_head": head, "relations": relations,
                        "remaining_head": next, "remaining_relations": remaining }),
                )
            }
            8 => (
                "migration_out",
                json!({ "citizen_numbers": numbers, "person_versions": versions, "to_address": "海角市",
                    "household_version": household["version"], "reason": "work", "new_head": next,
                    "relations": remaining, "head_exception": "minors_only" }),
            ),
            9 => {
                let Some(one) = members.first() else {
                    return (
                        "household_creation",
                        json!({ "kind": "1",
                    "address": "江城市" }),
                    );
                };
                let rest: Vec<&Value> = members.iter().skip(1).collect();
                let next = rest.first().map(|m| &m["citizen_number"]);
                (
                    "cancellation",
                    json!({ "citizen_number": one["citizen_number"], "person_version": one["version"],
                        "household_version": household["version"], "reason": "other", "on": TODAY,
                        "new_head": next, "relations": self.relations(&rest, next),
                        "head_exception": "minors_only" }),
                )
            }
            _ => {
                let Some(one) = members.last() else {
                    return (
                        "household_creation",
                        json!({ "kind": "2",
                    "address": "江城市" }),
                    );
                };
                let (category, changes) = match self.random.below(3) {
                    0 => ("41", json!({ "birth_date": day })),
                    1 => ("31", json!({ "sex": if one["sex"] == "1" { "2" } else { "1" } })),
                    _ => ("11", json!({})),
                };
                let mut body = json!({ "citizen_number": one["citizen_number"], "category": category,
                    "person_version": one["version"], "changes": changes, "approval_number": "城关审" });
                if self.random.chance(500) {
                    body["relation"] = json!(self.relation());
                }
                ("item_change", body)
            }
        }
    }

    async fn sound(&self) -> usize {
        let mut seen = HashSet::new();
        for number in &self.households {
            let household = self.r.household(number).await;
            let members = household["members"].as_array().unwrap();
            if household["status"] == "closed" || members.is_empty() {
                assert!(members.is_empty(), "{household}");
                continue;
            }
            for member in members {
                assert!(seen.insert(member["citizen_number"].as_str().unwrap().to_owned()), "{member}");
                assert!(changkou::number::is_valid(member["citizen_number"].as_str().unwrap()));
            }
            let heads: Vec<&Value> = members.iter().filter(|m| m["relation"] == "02").collect();
            if household["head_exception"] == "collective" {
                assert!(heads.is_empty() && household["head"].is_null(), "{household}");
                continue;
            }
            assert_eq!(heads.len(), 1, "{household}");
            assert_eq!(household["head"], heads[0]["citizen_number"]);
            let born: jiff::civil::Date = heads[0]["birth_date"].as_str().unwrap().parse().unwrap();
            let adult = born <= TODAY - jiff::ToSpan::years(18);
            assert!(adult || household["head_exception"] == "minors_only", "{household}");
        }
        seen.len()
    }
}

#[tokio::test]
async fn every_accepted_act_leaves_one_adult_head_and_no_number_twice() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    println!("seed {seed}");
    let r = Running::start().await;
    let mut households: Vec<String> = (1..=8).map(|n| format!("90000000{n}")).collect();
    households.push(r.sample("household_collective").await);
    let mut city = City { r: &r, random: Random::new(seed), households };
    let (mut accepted, mut refusals) = (BTreeMap::new(), BTreeMap::new());
    for _ in 0..ACTS {
        let (kind, body) = city.act().await;
        let (_, _, reply) = send(&r, kind, &body).await;
        match reply.status {
            200 => {
                *accepted.entry(kind).or_insert(0) += 1;
                if let Some(number) = reply.body["assigned"]["household_number"].as_str()
                    && !city.households.iter().any(|known| known == number)
                {
                    city.households.push(number.to_owned());
                }
                city.sound().await;
            }
            422 => {
                *refusals.entry(reply.body["refusal"]["code"].as_str().unwrap().to_owned()).or_insert(0) += 1;
            }
            _ => panic!("{kind} {body}: {}", reply.text),
        }
    }
    println!("accepted {accepted:?}, refused {refusals:?}, {} people", city.sound().await);
    assert_eq!(accepted.len(), 6 + usize::from(accepted.contains_key("household_creation")), "{accepted:?}");
}

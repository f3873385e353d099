//! A register running inside the test, on free ports.

use std::collections::HashMap;
use std::path::PathBuf;

use changkou::http;
use changkou::register::{Options, Register};
use jiff::civil::Date;
use serde_json::{Value, json};

pub const TODAY: Date = Date::constant(2026, 11, 22);
pub const SEED: u64 = 7;
pub const STATION: &str = "999901510000";
const TOKEN: &str = "demo-register-999900";
const OTHER_TOKEN: &str = "demo-register-999902";

pub fn assets(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../assets").join(file)
}

pub struct Running {
    pub client: reqwest::Client,
    pub base: String,
    pub admin: String,
    pub people: HashMap<String, String>,
    data: Option<tempfile::TempDir>,
    task: tokio::task::JoinHandle<()>,
}

pub struct Reply {
    pub status: u16,
    pub body: Value,
    pub text: String,
    pub repeated: bool,
}

impl Running {
    pub async fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap()).await
    }

    pub async fn start_in(data: tempfile::TempDir) -> Self {
        Self::start_on(data, TODAY).await
    }

    async fn start_on(data: tempfile::TempDir, today: Date) -> Self {
        let people = changkou::demo::load(&assets("demo/people.toml"), today).unwrap();
        let options = Options {
            data: data.path().join("data"),
            cache: data.path().join("cache"),
            seed: SEED,
            persons: 3000,
            demo: Some(assets("demo/people.toml")),
            today: Some(today),
            fresh: false,
        };
        let register = Register::open(&options).unwrap();
        let clients = http::load_clients(&assets("demo/register-clients.toml")).unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let bound = http::bind(register, &clients, any, Some((any, "admin".into()))).await.unwrap();
        let base = format!("http://{}", bound.address().unwrap());
        let admin = format!("http://{}/admin", bound.admin_address().unwrap().unwrap());
        let task = tokio::spawn(async move { bound.serve().await.unwrap() });
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().pool_max_idle_per_host(0).no_proxy().build().unwrap();
        Self { client, base, admin, people: people.numbers, data: Some(data), task }
    }

    /// Ends the program and opens the same data again.
    pub async fn restart(self) -> Self {
        self.restart_on(TODAY).await
    }

    /// The same on another day.
    pub async fn restart_on(mut self, today: Date) -> Self {
        let data = self.data.take().unwrap();
        self.task.abort();
        let _ = (&mut self.task).await;
        Self::start_on(data, today).await
    }

    pub fn number(&self, key: &str) -> String {
        self.people[key].clone()
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.client.get(format!("{}{path}", self.base)), TOKEN).await.unwrap()
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(self.client.post(format!("{}{path}", self.base)).json(body), TOKEN).await.unwrap()
    }

    pub async fn try_effect(&self, key: &str, body: &Value) -> Result<Reply, reqwest::Error> {
        self.send(self.effect_request(key, body), TOKEN).await
    }

    pub async fn effect(&self, key: &str, body: &Value) -> Reply {
        self.try_effect(key, body).await.unwrap()
    }

    pub async fn effect_of_other_unit(&self, key: &str, body: &Value) -> Reply {
        self.send(self.effect_request(key, body), OTHER_TOKEN).await.unwrap()
    }

    fn effect_request(&self, key: &str, body: &Value) -> reqwest::RequestBuilder {
        self.client.post(format!("{}/v1/effects", self.base)).header("Idempotency-Key", key).json(body)
    }

    async fn send(&self, request: reqwest::RequestBuilder, token: &str) -> Result<Reply, reqwest::Error> {
        let answer = request.bearer_auth(token).send().await?;
        let status = answer.status().as_u16();
        let repeated = answer.headers().contains_key("idempotent-replay");
        let text = answer.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Reply { status, body, text, repeated })
    }

    pub async fn fault(&self, order: &Value) {
        let answer = self.client.post(format!("{}/faults", self.admin)).bearer_auth("admin").json(order);
        assert_eq!(answer.send().await.unwrap().status(), 200, "{order}");
    }

    pub async fn clear_faults(&self) {
        let request = self.client.delete(format!("{}/faults", self.admin)).bearer_auth("admin");
        assert_eq!(request.send().await.unwrap().status(), 200);
    }

    pub async fn sample(&self, name: &str) -> String {
        let request = self.client.get(format!("{}/samples", self.admin)).bearer_auth("admin");
        let body: Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
        body["samples"][name].as_str().unwrap_or_else(|| panic!("no sample {name}")).to_owned()
    }

    pub async fn person(&self, number: &str) -> Value {
        self.get(&format!("/v1/persons/{number}")).await.body["person"].clone()
    }

    pub async fn household(&self, number: &str) -> Value {
        self.get(&format!("/v1/households/{number}")).await.body["household"].clone()
    }

    /// The birth of 周念安, who joins the household of her mother.
    pub fn birth(&self) -> Value {
        act(
            "birth_registration",
            &json!({
                "household_number": "900000001", "household_version": 1,
                "mother": self.number("shen_mother"), "mother_version": 1,
                "father": self.number("zhou_father"), "certificate": "Z990000001",
                "newborn": { "name": "周念安", "sex": "2", "birth_date": "2026-11-03",
                    "ethnic_group": "01", "relation": "31" },
            }),
        )
    }

    pub fn head_change(&self) -> Value {
        act(
            "head_change",
            &json!({
                "household_number": "900000003", "household_version": 1,
                "new_head": self.number("he_new_head"),
                "relations": { self.number("he_old_head"): "51", self.number("qin_wife"): "52",
                    self.number("he_granddaughter"): "31" },
            }),
        )
    }

    pub fn name_change(&self) -> Value {
        act(
            "name_change",
            &json!({
                "citizen_number": self.number("sun_child"), "person_version": 1, "new_name": "孙知远",
                "consents": [self.number("sun_father"), self.number("tian_mother")],
                "approval_number": "城关分局审2026-1",
            }),
        )
    }

    pub fn death(&self) -> Value {
        act(
            "death_cancellation",
            &json!({
                "citizen_number": self.number("wu_dead"), "person_version": 1, "household_version": 1,
                "died_on": "2026-11-15", "cause": "1", "proof": "medical_certificate",
                "proof_number": "D990000001", "new_head": self.number("wu_son"),
                "relations": { self.number("zheng_widow"): "52" },
            }),
        )
    }

    pub fn card(&self, key: &str) -> Value {
        act(
            "id_card_acceptance",
            &json!({
                "citizen_number": self.number(key), "person_version": 1,
                "acceptance_number": format!("99990151020261122{:05}", key.len()),
                "reason": "21", "collection": "1",
            }),
        )
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub fn act(kind: &str, act: &Value) -> Value {
    json!({
        "case_id": format!("case-{kind}"), "case_number": "99990151000020260000001",
        "handled_by": { "unit": STATION, "officer": "J0001" },
        "decided_on": "2026-11-22", "kind": kind, "act": act,
    })
}

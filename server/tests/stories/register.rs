//! The population register behind the server, as a program of others' making.

use crate::on_both;
use crate::support::window::{HAN, blob, hash};
use crate::support::{Kind, LocalCase, Session, Site, Window, project_assets};
use changkou::register::{Options, Register};
use domain::command::Command;
use domain::effect::EffectKey;
use domain::event::{CheckState, RegisterAnswer};
use protocol::error::ErrorCode;
use protocol::push::RejectCode;
use protocol::register::{EffectAnswer, EffectRequest, QueryRequest};
use reqwest::Method;
use serde_json::{Value, json};
use server::RegisterSettings;
use std::time::Duration;

on_both!(
    a_proof_comes_from_the_register_alone,
    without_the_register_the_answer_says_so,
    a_lost_reply_does_nothing_twice,
);

/// A register with the demo people, in this process, with its fault injector.
pub struct Changkou {
    pub settings: RegisterSettings,
    admin: String,
    task: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Drop for Changkou {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Changkou {
    pub async fn start() -> Self {
        Self::start_with(project_assets().join("demo/people.toml")).await
    }

    /// With other named people.
    pub async fn start_with(people: std::path::PathBuf) -> Self {
        let folder = tempfile::Builder::new().prefix("window-register-").tempdir().unwrap();
        let demo = project_assets().join("demo");
        let options = Options {
            data: folder.path().join("data"),
            cache: folder.path().join("cache"),
            seed: 1,
            persons: 500,
            demo: Some(people),
            today: None,
            fresh: true,
        };
        let register = tokio::task::spawn_blocking(move || Register::open(&options).unwrap()).await.unwrap();
        let clients = changkou::http::load_clients(&demo.join("register-clients.toml")).unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let bound =
            changkou::http::bind(register, &clients, any, Some((any, "admin".to_owned()))).await.unwrap();
        let url = format!("http://{}", bound.address().unwrap());
        let admin = format!("http://{}/admin", bound.admin_address().unwrap().unwrap());
        let task = tokio::spawn(async move {
            let _ = bound.serve().await;
        });
        let token = clients[0].token.clone();
        let settings = RegisterSettings { url, token, timeout: Duration::from_secs(2) };
        Self { settings, admin, task, _folder: folder }
    }

    pub async fn order(&self, fault: &str, requests: u32) {
        self.bend(&json!({ "fault": fault, "requests": requests, "path_prefix": "/v1" })).await;
    }

    /// Orders a fault with all its parts.
    pub async fn bend(&self, fault: &Value) {
        self.admin(Method::POST, "faults", fault).await;
    }

    pub async fn clear_faults(&self) {
        self.admin(Method::DELETE, "faults", &json!({})).await;
    }

    /// Does the acts that were taken for later; how many.
    pub async fn let_go(&self) -> u64 {
        self.admin(Method::POST, "effects/let-go", &json!({})).await["let_go"].as_u64().unwrap()
    }

    async fn admin(&self, method: Method, path: &str, body: &Value) -> Value {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = http.request(method, format!("{}/{path}", self.admin)).bearer_auth("admin").json(body);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success());
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    /// The cases whose acts stand in a person's history at the register, by its own word.
    pub async fn cases_of(&self, number: &str) -> Vec<String> {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/v1/persons/{number}/history", self.settings.url);
        let answer = http.get(url).bearer_auth(&self.settings.token).send().await.unwrap();
        let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        let entries = body["history"].as_array().unwrap();
        entries.iter().map(|one| one["case_id"].as_str().unwrap().to_owned()).collect()
    }
}

pub async fn ask(window: &Window, local: Option<&LocalCase>, query: &str, number: &str) -> RegisterAnswer {
    let request = QueryRequest {
        case: local.map(|one| one.case.id),
        query: query.into(),
        ask: [("number".to_owned(), number.to_owned())].into(),
    };
    window.post("/v1/register/query", &request).await.unwrap()
}

/// A proof case up to the hand-over.
async fn accepted_proof(counter: &mut Window, session: &Session) -> LocalCase {
    use crate::support::window::change;
    let mut local = counter.new_case("K07");
    let mut items = vec![
        counter.act(session, &mut local, Command::Open),
        counter.act(session, &mut local, HAN.read()),
        counter.act(
            session,
            &mut local,
            Command::Answer { question: "already_proved".into(), answer: "no".into() },
        ),
        counter.act(session, &mut local, change("use.purpose", "办理公证")),
        counter.act(session, &mut local, change("use.receiving_unit", "江城市城关区公证处")),
        counter.act(session, &mut local, change("applicant.phone", "19900000008")),
    ];
    let answer = ask(counter, Some(&local), "person", HAN.number).await;
    assert_eq!(answer.state, CheckState::Agrees);
    assert_eq!(answer.values["person.name"], HAN.name);
    items.push(counter.act(
        session,
        &mut local,
        Command::RecordLookup { lookup: "applicant".into(), answer },
    ));
    items.push(counter.act(
        session,
        &mut local,
        Command::Sign { slot: "applicant".into(), strokes: blob(b"s"), shown: hash(b"f") },
    ));
    items.push(counter.submit(session, &mut local).await);
    counter.placed(session, &items).await;
    local
}

pub fn hand_over(counter: &Window, local: &LocalCase) -> EffectRequest {
    let definition = &counter.definitions[&local.definition];
    let effect = definition.effects.first().unwrap();
    EffectRequest {
        case: local.case.id,
        key: EffectKey::of(&local.case).unwrap_or_else(|| EffectKey("elsewhere".into())),
        kind: effect.kind.clone(),
        body: effect.request(definition, &local.case),
        resume: false,
    }
}

async fn a_proof_comes_from_the_register_alone(kind: Kind) {
    let register = Changkou::start().await;
    let site = Site::start_with(kind, Some(register.settings.clone())).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let mut local = accepted_proof(&mut counter, &session).await;
    let request = hand_over(&counter, &local);
    let done: EffectAnswer = counter.post("/v1/register/effect", &request).await.unwrap();
    assert_eq!(done.refused, "");
    assert_eq!(done.answer.values["proof.name"], HAN.name);
    // A repeat has the same answer, another body under the same key has none.
    let again: EffectAnswer = counter.post("/v1/register/effect", &request).await.unwrap();
    assert_eq!(again, done);
    let mut other = request.clone();
    other.body.insert("purpose".into(), "别的用途".into());
    let told: Result<EffectAnswer, _> = counter.post("/v1/register/effect", &other).await;
    assert_eq!(told.unwrap_err().code, ErrorCode::RegisterRefused);
    other.key = EffectKey("another".into());
    let told: Result<EffectAnswer, _> = counter.post("/v1/register/effect", &other).await;
    assert_eq!(told.unwrap_err().code, ErrorCode::CaseNotReady);

    // Another content under the register's number is no answer of the register.
    let mut bent = done.answer.clone();
    bent.values.insert("proof.name".into(), "别人".into());
    let mut copy = local.clone();
    let item =
        counter.act(&session, &mut copy, Command::RecordEffect { answer: bent, refused: String::new() });
    super::forged::rejected(&counter.outcome(&session, &item).await, RejectCode::UnknownAnswer);
    // Nor is a real answer to another question.
    let person = ask(&counter, None, "person", HAN.number).await;
    let mut values = person.clone();
    values.values.extend(done.answer.values.clone());
    let mut copy = local.clone();
    let item =
        counter.act(&session, &mut copy, Command::RecordEffect { answer: values, refused: String::new() });
    super::forged::rejected(&counter.outcome(&session, &item).await, RejectCode::UnknownAnswer);

    let command = Command::RecordEffect { answer: done.answer, refused: String::new() };
    let item = counter.act(&session, &mut local, command);
    counter.placed(&session, &[item]).await;
    assert_eq!(local.case.state_words(), "待领取");
    site.finish().await;
}

async fn without_the_register_the_answer_says_so(kind: Kind) {
    let register = Changkou::start().await;
    let site = Site::start_with(kind, Some(register.settings.clone())).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    for fault in ["drop_before", "drop_after_commit", "unavailable", "garbage"] {
        register.order(fault, 1).await;
        let answer = ask(&counter, None, "person", HAN.number).await;
        assert_eq!(answer.state, CheckState::Unavailable, "{fault}");
    }
    let nobody = ask(&counter, None, "person", "999901199001010000").await;
    assert_eq!(nobody.state, CheckState::Differs);
    let household = ask(&counter, None, "household_of", HAN.number).await;
    assert_eq!(household.values["household.members.0.name"], HAN.name);
    let strange = QueryRequest { case: None, query: "secrets".into(), ask: Default::default() };
    let told: Result<RegisterAnswer, _> = counter.post("/v1/register/query", &strange).await;
    assert_eq!(told.unwrap_err().code, ErrorCode::RegisterRefused);
    // An answer that never came needs no proof.
    let mut local = counter.new_case("D001");
    register.order("unavailable", 1).await;
    let items =
        vec![counter.act(&session, &mut local, Command::Open), counter.act(&session, &mut local, HAN.read())];
    let answer = ask(&counter, None, "person", HAN.number).await;
    let command = Command::RecordLookup { lookup: "applicant".into(), answer };
    let last = counter.act(&session, &mut local, command);
    counter.placed(&session, &[items, vec![last]].concat()).await;
    site.finish().await;
}

async fn a_lost_reply_does_nothing_twice(kind: Kind) {
    let register = Changkou::start().await;
    let site = Site::start_with(kind, Some(register.settings.clone())).await;
    let mut counter = site.window("counter1").await;
    let session = counter.login("F0001").await;
    let mut local = accepted_name_change(&mut counter, &session).await;
    let request = hand_over(&counter, &local);
    // The register did it, its reply was lost, and it cannot be asked either: not known yet.
    register.order("drop_after_commit", 1).await;
    register.order("drop_before", 1).await;
    let told: Result<EffectAnswer, _> = counter.post("/v1/register/effect", &request).await;
    assert_eq!(told.unwrap_err().code, ErrorCode::RegisterUnavailable);
    // Asked again under the same key, it tells what it did then.
    let done: EffectAnswer = counter.post("/v1/register/effect", &request).await.unwrap();
    assert_eq!(done.refused, "");
    assert_eq!(done.answer.values["assigned.former_name"], HAN.name);
    // A second key for the same case goes nowhere: the key is the hand-over's, not the click's.
    let second = EffectRequest { key: EffectKey("second".into()), ..request };
    let told: Result<EffectAnswer, _> = counter.post("/v1/register/effect", &second).await;
    assert_eq!(told.unwrap_err().code, ErrorCode::CaseNotReady);
    // What was done cannot be recorded as refused.
    for (answer, words) in [(&done.answer, "不行")] {
        let mut copy = local.clone();
        let mut draft = counter.draft(
            &session,
            &copy,
            Command::RecordEffect { answer: answer.clone(), refused: words.into() },
        );
        draft.events =
            vec![domain::event::Event::EffectRefused { answer: answer.clone(), reason: words.into() }];
        let item = counter.sign(&session, &mut copy, draft);
        let outcome = counter.outcome(&session, &item).await;
        super::forged::rejected(&outcome, RejectCode::UnknownAnswer);
    }
    let command = Command::RecordEffect { answer: done.answer, refused: String::new() };
    let item = counter.act(&session, &mut local, command);
    counter.placed(&session, &[item]).await;
    assert_eq!(local.case.state_words(), "待领取");
    site.finish().await;
}

/// A case of the test matter with an effect, as far as its hand-over.
pub async fn accepted_name_change(counter: &mut Window, session: &Session) -> LocalCase {
    accepted_change_to(counter, session, "韩一言").await
}

pub async fn accepted_change_to(counter: &mut Window, session: &Session, name: &str) -> LocalCase {
    use crate::support::window::change;
    let mut local = counter.new_case("D002");
    let mut items = vec![
        counter.act(session, &mut local, Command::Open),
        counter.act(session, &mut local, HAN.read()),
        counter.act(session, &mut local, change("change.new_name", name)),
    ];
    let answer = ask(counter, None, "person", HAN.number).await;
    items.push(counter.act(
        session,
        &mut local,
        Command::RecordLookup { lookup: "applicant".into(), answer },
    ));
    // Not before the server has the case at its hand-over.
    counter.placed(session, &items).await;
    let early: Result<EffectAnswer, _> =
        counter.post("/v1/register/effect", &hand_over(counter, &local)).await;
    assert_eq!(early.unwrap_err().code, ErrorCode::CaseNotReady);
    let item = counter.submit(session, &mut local).await;
    counter.placed(session, &[item]).await;
    local
}

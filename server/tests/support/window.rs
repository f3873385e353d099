//! The least of a terminal that tests of the server need: keys, author chain, acts by the rules, verified pulls.

use domain::act::{Act, Base, SignedEvent};
use domain::case::Case;
use domain::cbor;
use domain::code::CodeTables;
use domain::command::Command;
use domain::context::{Allotted, Context, Facts};
use domain::decide::decide;
use domain::event::{BlobRef, Event, EventRecord, EventTime, Identity, SCHEMA};
use domain::identity::DocumentKind;
use domain::ids::{CaseId, CommandId, ContentHash, EventId, OfficerId, TerminalId, UnitCode};
use domain::limit::Calendar;
use domain::matter::MatterDefinition;
use domain::number::{NumberBlock, NumberKind};
use domain::person::{Actor, PersonRole, Roster};
use gm::{SigningKey, VerifyingKey};
use protocol::auth;
use protocol::credential::{Delegation, OfficerCertificate, Signed};
use protocol::edition::Edition;
use protocol::enrol::{BlockRequest, EnrolAnswer, EnrolRequest, ServerTime};
use protocol::error::ProtocolError;
use protocol::login::{LoginAnswer, LoginRequest};
use protocol::pull::{Change, Place, PullAnswer, PullRequest};
use protocol::push::{PushAnswer, PushItem, PushOutcome, PushRequest, Receipt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use uuid::Uuid;

pub fn hash(bytes: &[u8]) -> ContentHash {
    ContentHash(gm::sm3(bytes).0)
}

pub fn fresh() -> Uuid {
    Uuid::now_v7()
}

pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

pub struct Window {
    http: reqwest::Client,
    pub url: String,
    pub key: SigningKey,
    pub id: TerminalId,
    pub epoch: u32,
    pub unit: UnitCode,
    pub enrolled: EnrolAnswer,
    pub chain_seq: u64,
    pub chain_head: ContentHash,
    pub outbox: u64,
    pub roster: Roster,
    pub edition: Edition,
    pub codes: CodeTables,
    pub calendar: Calendar,
    pub definitions: BTreeMap<ContentHash, MatterDefinition>,
    pub cursor: Vec<u8>,
    pub placed: BTreeMap<CaseId, Vec<EventRecord>>,
    pub heads: BTreeMap<CaseId, ContentHash>,
    delegations: BTreeMap<ContentHash, Delegation>,
    block: Option<NumberBlock>,
}

/// An officer at a window.
pub struct Session {
    pub key: SigningKey,
    pub officer_key: SigningKey,
    pub delegation: Signed,
    pub actor: Actor,
}

impl Session {
    pub fn delegation_hash(&self) -> ContentHash {
        hash(&self.delegation.bytes)
    }
}

/// A case as the window has it.
#[derive(Clone)]
pub struct LocalCase {
    pub case: Case,
    pub base: Base,
    pub definition: ContentHash,
}

/// An act before it is signed, for forgers.
pub struct Draft {
    pub id: CommandId,
    pub case: CaseId,
    pub command: Command,
    pub context: Context,
    pub events: Vec<Event>,
    pub base: Base,
    pub delegation: ContentHash,
}

pub type Told<T> = Result<T, ProtocolError>;

impl Window {
    pub async fn enrol(url: &str, code: &str, window: &str) -> Told<Self> {
        Self::enrol_with(url, code, window, SigningKey::generate().unwrap()).await
    }

    pub async fn enrol_with(url: &str, code: &str, window: &str, key: SigningKey) -> Told<Self> {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = EnrolRequest {
            code: code.to_owned(),
            window: window.to_owned(),
            terminal_key: key.verifying_key().as_bytes().to_vec(),
        };
        let response =
            http.post(format!("{url}/v1/enrol")).body(cbor::to_vec(&request)).send().await.unwrap();
        let enrolled: EnrolAnswer = read(response).await?;
        let mut window = Self {
            http,
            url: url.to_owned(),
            key,
            id: enrolled.terminal,
            epoch: enrolled.epoch,
            unit: enrolled.unit.clone(),
            enrolled,
            chain_seq: 0,
            chain_head: ContentHash::ZERO,
            outbox: 0,
            roster: Roster::default(),
            edition: Edition {
                definitions: BTreeMap::new(),
                codes: ContentHash::ZERO,
                calendar: ContentHash::ZERO,
                packages: None,
                roster: 0,
                release: None,
            },
            codes: CodeTables::default(),
            calendar: Calendar::default(),
            definitions: BTreeMap::new(),
            cursor: Vec::new(),
            placed: BTreeMap::new(),
            heads: BTreeMap::new(),
            delegations: BTreeMap::new(),
            block: None,
        };
        window.fetch_edition().await;
        Ok(window)
    }

    pub async fn fetch_edition(&mut self) {
        self.roster = self.get("/v1/roster").await.unwrap();
        self.edition = self.get("/v1/edition").await.unwrap();
        self.codes = cbor::from_slice(&self.content(self.edition.codes).await).unwrap();
        self.calendar = cbor::from_slice(&self.content(self.edition.calendar).await).unwrap();
        for name in self.edition.definitions.clone().into_values() {
            let bytes = self.content(name).await;
            self.definitions.insert(name, MatterDefinition::from_bytes(&bytes).unwrap());
        }
    }

    async fn content(&self, name: ContentHash) -> Vec<u8> {
        let bytes = self.send("GET", &format!("/v1/contents/{name}"), Vec::new()).await;
        let bytes = bytes.bytes().await.unwrap().to_vec();
        assert_eq!(hash(&bytes), name);
        bytes
    }

    pub async fn time(&self) -> ServerTime {
        read(self.http.get(format!("{}/v1/time", self.url)).send().await.unwrap()).await.unwrap()
    }

    pub async fn get<A: DeserializeOwned>(&self, path: &str) -> Told<A> {
        read(self.send("GET", path, Vec::new()).await).await
    }

    pub async fn post<A: DeserializeOwned>(&self, path: &str, request: &impl Serialize) -> Told<A> {
        read(self.send("POST", path, cbor::to_vec(request)).await).await
    }

    pub async fn send(&self, method: &str, path: &str, body: Vec<u8>) -> reqwest::Response {
        let nonce: [u8; 16] = gm::random::random_array().unwrap();
        self.send_as(&self.key, method, path, body, nonce).await.unwrap()
    }

    pub async fn send_as(
        &self,
        key: &SigningKey,
        method: &str,
        path: &str,
        body: Vec<u8>,
        nonce: [u8; 16],
    ) -> reqwest::Result<reqwest::Response> {
        let (terminal, time) = (self.id.to_string(), now().to_string());
        let nonce = hex(&nonce);
        let text = auth::signed_text(method, path, &terminal, &time, &nonce, &hash(&body));
        let signature = key.sign(text.as_bytes()).unwrap();
        self.http
            .request(method.parse().unwrap(), format!("{}{path}", self.url))
            .header(auth::TERMINAL, terminal)
            .header(auth::TIME, time)
            .header(auth::NONCE, nonce)
            .header(auth::SIGNATURE, hex(signature.as_bytes()))
            .body(body)
            .send()
            .await
    }

    pub async fn try_login(&self, officer: &str, password: &str, key: &SigningKey) -> Told<LoginAnswer> {
        let server = VerifyingKey::from_slice(&self.enrolled.server_key).unwrap();
        let request = LoginRequest {
            officer: OfficerId::from(officer),
            sealed_password: gm::envelope::seal_to(&server, password.as_bytes()).unwrap(),
            officer_key: key.verifying_key().as_bytes().to_vec(),
            escrow: Vec::new(),
        };
        self.post("/v1/login", &request).await
    }

    /// Logs a demo officer in, in the first post.
    pub async fn login(&self, officer: &str) -> Session {
        let officer_key = SigningKey::generate().unwrap();
        let login = self.try_login(officer, &format!("jiangcheng-{officer}"), &officer_key).await.unwrap();
        self.session(officer_key, &login, |_| {})
    }

    /// Makes a session from a log-in; `change` may write something else into the delegation.
    pub fn session(
        &self,
        officer_key: SigningKey,
        login: &LoginAnswer,
        change: impl FnOnce(&mut Delegation),
    ) -> Session {
        let key = SigningKey::generate().unwrap();
        let post = login.officer.posts[0].clone();
        let mut delegation = Delegation {
            certificate: login.certificate.clone(),
            session_key: key.verifying_key().as_bytes().to_vec(),
            terminal: self.id,
            post: post.clone(),
            not_before: login.now,
            not_after: login.now + 8 * 3_600_000,
        };
        change(&mut delegation);
        let bytes = cbor::to_vec(&delegation);
        let signature = officer_key.sign(&bytes).unwrap().as_bytes().to_vec();
        let actor = Actor { officer: login.officer.id.clone(), name: login.officer.name.clone(), post };
        Session { key, officer_key, delegation: Signed { bytes, signature }, actor }
    }

    pub fn new_case(&self, matter: &str) -> LocalCase {
        let definition = self.edition.definitions[&matter.into()];
        let case = Case::new(CaseId(fresh()));
        LocalCase { case, base: Base { version: 0, own: None }, definition }
    }

    /// A case as it was pulled.
    pub fn local(&self, case: CaseId) -> LocalCase {
        let records = &self.placed[&case];
        let own = records.iter().rev().find(|one| one.terminal == self.id).map(|one| one.id);
        let case = Case::replay(case, records);
        let definition = case.opening.as_ref().unwrap().definition;
        LocalCase { base: Base { version: records.len() as u64, own }, case, definition }
    }

    /// The next number of a leased block.
    pub async fn number(&mut self) -> String {
        if self.block.is_none() {
            self.block = Some(self.lease(20, fresh()).await.unwrap());
        }
        let block = self.block.as_mut().unwrap();
        let serial = block.first;
        block.first += 1;
        assert!(serial <= block.last);
        domain::number::format(block.kind, &block.unit, block.year, serial)
    }

    pub async fn lease(&self, count: u32, request: Uuid) -> Told<NumberBlock> {
        let year = domain::event::civil_day(now()).year();
        let kind = NumberKind::Acceptance;
        self.post("/v1/blocks", &BlockRequest { kind, year, epoch: self.epoch, count, request }).await
    }

    pub fn draft(&self, session: &Session, local: &LocalCase, command: Command) -> Draft {
        let context = Context {
            actor: session.actor.clone(),
            terminal: self.id,
            definition: local.definition,
            codes: self.edition.codes,
            calendar: self.edition.calendar,
            roster: self.roster.version,
            time: EventTime { wall: now(), trusted: now(), confirmed: true },
            online: true,
            allotted: Allotted::default(),
            duplicates: Vec::new(),
            elsewhere: None,
        };
        Draft {
            id: CommandId(fresh()),
            case: local.case.id,
            command,
            context,
            events: Vec::new(),
            base: local.base.clone(),
            delegation: session.delegation_hash(),
        }
    }

    /// Asks the rules; panics when they refuse.
    pub fn decide(&self, local: &LocalCase, draft: &mut Draft) {
        let facts = Facts {
            definition: &self.definitions[&local.definition],
            codes: &self.codes,
            calendar: &self.calendar,
            roster: &self.roster,
        };
        draft.events = decide(&draft.command, &local.case, &draft.context, &facts).unwrap();
    }

    /// Signs a draft into the author chain and takes it over locally.
    pub fn sign(&mut self, session: &Session, local: &mut LocalCase, draft: Draft) -> PushItem {
        self.sign_with(session, local, draft, |_, _| {})
    }

    /// As [`Self::sign`]; `change` may write something else into each envelope.
    pub fn sign_with(
        &mut self,
        session: &Session,
        local: &mut LocalCase,
        draft: Draft,
        change: impl Fn(usize, &mut EventRecord),
    ) -> PushItem {
        let count = draft.events.len() as u16;
        let mut events = Vec::new();
        for (at, event) in draft.events.into_iter().enumerate() {
            let mut record = EventRecord {
                schema: SCHEMA,
                id: EventId(fresh()),
                case: draft.case,
                terminal: self.id,
                epoch: self.epoch,
                seq: self.chain_seq + 1,
                previous: self.chain_head,
                command: draft.id,
                index: at as u16,
                count,
                actor: draft.context.actor.clone(),
                time: draft.context.time,
                event,
            };
            change(at, &mut record);
            let bytes = record.to_bytes();
            let key = if record.event.wants_officer_key() { &session.officer_key } else { &session.key };
            let signature = key.sign(&bytes).unwrap().as_bytes().to_vec();
            self.chain_seq += 1;
            self.chain_head = hash(&bytes);
            local.case.apply(&record);
            local.base.own = Some(record.id);
            events.push(SignedEvent { bytes, signature });
        }
        let act = Act {
            id: draft.id,
            case: draft.case,
            command: draft.command,
            context: draft.context,
            events,
            base: draft.base,
            delegation: draft.delegation,
        };
        self.outbox += 1;
        PushItem { seq: self.outbox, act: act.to_bytes() }
    }

    /// An act by the rules.
    pub fn act(&mut self, session: &Session, local: &mut LocalCase, command: Command) -> PushItem {
        let mut draft = self.draft(session, local, command);
        self.decide(local, &mut draft);
        self.sign(session, local, draft)
    }

    pub async fn submit(&mut self, session: &Session, local: &mut LocalCase) -> PushItem {
        let number = self.number().await;
        let mut draft = self.draft(session, local, Command::Submit);
        draft.context.allotted = Allotted {
            case_number: Some(number),
            intake_number: None,
            query_password: Some("246810".into()),
        };
        self.decide(local, &mut draft);
        self.sign(session, local, draft)
    }

    /// Takes a case of the test matter in, up to the submission.
    pub async fn take_in(&mut self, session: &Session, person: &Person) -> (LocalCase, Vec<PushItem>) {
        let mut local = self.new_case("D001");
        let mut items = Vec::new();
        for command in [Command::Open, person.read(), answer("one"), sign()] {
            items.push(self.act(session, &mut local, command));
        }
        items.push(self.submit(session, &mut local).await);
        (local, items)
    }

    pub async fn push(&self, session: &Session, items: &[PushItem]) -> Told<PushAnswer> {
        let request = PushRequest {
            epoch: self.epoch,
            items: items.to_vec(),
            delegations: vec![session.delegation.clone()],
        };
        let answer: PushAnswer = self.post("/v1/push", &request).await?;
        for (item, result) in items.iter().zip(&answer.results) {
            self.check_receipt(item, result);
        }
        Ok(answer)
    }

    fn check_receipt(&self, item: &PushItem, result: &protocol::push::PushResult) {
        self.check_server_signature(&result.receipt);
        let receipt: Receipt = cbor::from_slice(&result.receipt.bytes).unwrap();
        assert_eq!(receipt.act, hash(&item.act));
        assert_eq!(receipt.outcome, hash(&cbor::to_vec(&result.outcome)));
        assert_eq!(item.seq, result.seq);
    }

    fn check_server_signature(&self, signed: &Signed) {
        let key = VerifyingKey::from_slice(&self.enrolled.server_key).unwrap();
        key.verify(&signed.bytes, &gm::Signature::from_slice(&signed.signature).unwrap()).unwrap();
    }

    /// Pushes one act and tells what became of it.
    pub async fn outcome(&self, session: &Session, item: &PushItem) -> PushOutcome {
        self.push(session, std::slice::from_ref(item)).await.unwrap().results.remove(0).outcome
    }

    /// Pushes acts that must all be placed.
    pub async fn placed(&self, session: &Session, items: &[PushItem]) {
        for result in self.push(session, items).await.unwrap().results {
            assert!(matches!(result.outcome, PushOutcome::Placed { .. }), "{:?}", result.outcome);
        }
    }

    pub async fn pull_once(&self, wait: u32, limit: u32) -> Told<PullAnswer> {
        let request = PullRequest { epoch: self.epoch, cursor: self.cursor.clone(), wait, limit };
        self.post("/v1/pull", &request).await
    }

    /// Pulls everything, checks every signature and chain.
    pub async fn pull(&mut self) -> u64 {
        loop {
            let answer = self.pull_once(0, 500).await.unwrap();
            let (more, ack) = (answer.more, answer.ack_through);
            self.take(answer);
            if !more {
                return ack;
            }
        }
    }

    pub fn take(&mut self, answer: PullAnswer) {
        assert!(!answer.reset);
        for change in answer.changes {
            match change {
                Change::Delegation { delegation } => {
                    let read: Delegation = cbor::from_slice(&delegation.bytes).unwrap();
                    self.check_server_signature(&read.certificate);
                    self.delegations.insert(hash(&delegation.bytes), read);
                }
                Change::Placed { event, signature, delegation, place } => {
                    let delegation = &self.delegations[&delegation];
                    let certificate: OfficerCertificate =
                        cbor::from_slice(&delegation.certificate.bytes).unwrap();
                    let decision = EventRecord::from_bytes(&event).unwrap().event.wants_officer_key();
                    let key = if decision { &certificate.key } else { &delegation.session_key };
                    let key = VerifyingKey::from_slice(key).unwrap();
                    key.verify(&event, &gm::Signature::from_slice(&signature).unwrap()).unwrap();
                    self.check_server_signature(&place);
                    let read: Place = cbor::from_slice(&place.bytes).unwrap();
                    assert_eq!(read.event, hash(&event));
                    let records = self.placed.entry(read.case).or_default();
                    assert_eq!(read.version, records.len() as u64 + 1, "no place is skipped");
                    let head = self.heads.entry(read.case).or_insert(ContentHash::ZERO);
                    assert_eq!(read.previous, *head);
                    *head = hash(&place.bytes);
                    records.push(EventRecord::from_bytes(&event).unwrap());
                }
                Change::Edition | Change::Forget { .. } => {}
            }
        }
        self.cursor = answer.cursor;
    }
}

pub async fn read<A: DeserializeOwned>(response: reqwest::Response) -> Told<A> {
    let good = response.status().is_success();
    let status = response.status().as_u16();
    let bytes = response.bytes().await.unwrap();
    if good {
        return Ok(cbor::from_slice(&bytes).unwrap());
    }
    let told: ProtocolError = cbor::from_slice(&bytes).unwrap();
    assert_eq!(status, told.code.status());
    Err(told)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Somebody at the counter.
pub struct Person {
    pub name: &'static str,
    pub number: &'static str,
    pub address: &'static str,
}

/// Persons of the demo station.
pub const HAN: Person =
    Person {
        name: "韩一诺", number: "999901199612309222", address: "江城市城关区书院街11号203室"
    };
pub const ZHOU: Person =
    Person {
        name: "周𬭚", number: "999901199304129019", address: "江城市城关区槐荫路18号2幢301室"
    };

impl Person {
    pub fn read(&self) -> Command {
        Command::ReadIdentity {
            person: PersonRole::Applicant,
            identity: Identity {
                document: DocumentKind::ResidentCard,
                number: self.number.into(),
                name: self.name.into(),
                sex: "2".into(),
                ethnic_group: "01".into(),
                birth_date: "1996-12-30".into(),
                address: self.address.into(),
                issuing_office: "江城市公安局城关分局".into(),
                valid_from: "2023-01-06".into(),
                valid_until: "2043-01-06".into(),
                portrait: None,
            },
            reading: None,
        }
    }
}

pub fn blob(content: &[u8]) -> BlobRef {
    BlobRef { id: hash(content), content: hash(content), length: 1, media: "application/cbor".into() }
}

pub fn sign() -> Command {
    Command::Sign { slot: "applicant".into(), strokes: blob(b"strokes"), shown: hash(b"shown") }
}

pub fn answer(answer: &str) -> Command {
    Command::Answer { question: "kind".into(), answer: answer.into() }
}

pub fn change(field: &str, value: &str) -> Command {
    Command::ChangeFields {
        changes: vec![(domain::ids::FieldPath(field.into()), value.into())],
        source: domain::event::ValueSource::Typed,
        reason: String::new(),
    }
}

pub fn review(decision: domain::event::Decision) -> Command {
    let reason = (decision != domain::event::Decision::Pass)
        .then(|| domain::event::Reason { text: "材料不全".into(), ..Default::default() });
    Command::Review { decision, reason, opinion: "同意".into() }
}

pub fn collect() -> Command {
    Command::Collect {
        name: HAN.name.into(),
        document: DocumentKind::ResidentCard,
        number: HAN.number.into(),
        strokes: blob(b"collected"),
    }
}

//! A terminal as the server knows it: keys, the author's chain, the outbox, requests over the real interface.

use crate::dice::Dice;
use crate::site::password;
use domain::act::{Act, Base, SignedEvent};
use domain::cbor;
use domain::command::Command;
use domain::context::Context;
use domain::event::{Event, EventRecord, SCHEMA, civil_day};
use domain::ids::{CaseId, CommandId, ContentHash, EventId, OfficerId, TerminalId};
use domain::number::{NumberBlock, NumberKind, format};
use domain::person::{Actor, Post, Roster};
use gm::{SigningKey, VerifyingKey};
use protocol::auth;
use protocol::credential::{Delegation, Signed};
use protocol::edition::Edition;
use protocol::enrol::{BlockRequest, EnrolAnswer, EnrolRequest};
use protocol::error::ProtocolError;
use protocol::login::{LoginAnswer, LoginRequest};
use protocol::pull::{Change, Place, PullAnswer, PullRequest};
use protocol::push::{MOST_ACTS, MOST_BYTES, PushAnswer, PushItem, PushOutcome, PushRequest, Receipt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub type Told<T> = Result<T, ProtocolError>;

pub fn hash(bytes: &[u8]) -> ContentHash {
    ContentHash(gm::sm3(bytes).0)
}

pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// An officer at a window in one post.
pub struct Session {
    pub key: SigningKey,
    pub officer_key: SigningKey,
    pub delegation: Signed,
    pub actor: Actor,
}

pub struct Window {
    http: reqwest::Client,
    pub url: String,
    key: SigningKey,
    pub id: TerminalId,
    pub epoch: u32,
    enrolled: EnrolAnswer,
    pub chain_seq: u64,
    pub chain_head: ContentHash,
    pub outbox: u64,
    pub roster: Roster,
    pub edition: Edition,
    cursor: Vec<u8>,
    /// Events as they were pulled, in the order of their places.
    pub placed: HashMap<CaseId, Vec<EventRecord>>,
    heads: HashMap<CaseId, ContentHash>,
    sessions: HashMap<(OfficerId, Post), Arc<Session>>,
    blocks: BTreeMap<NumberKind, NumberBlock>,
}

impl Window {
    pub async fn enrol(url: &str, code: &str, window: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let key = SigningKey::generate().unwrap();
        let request = EnrolRequest {
            code: code.to_owned(),
            window: window.to_owned(),
            terminal_key: key.verifying_key().as_bytes().to_vec(),
        };
        let sent = http.post(format!("{url}/v1/enrol")).body(cbor::to_vec(&request)).send().await.unwrap();
        let enrolled: EnrolAnswer = read(sent).await.unwrap();
        let edition = Edition {
            definitions: BTreeMap::new(),
            codes: ContentHash::ZERO,
            calendar: ContentHash::ZERO,
            packages: None,
            roster: 0,
            release: None,
        };
        let mut window = Self {
            http,
            url: url.to_owned(),
            key,
            id: enrolled.terminal,
            epoch: enrolled.epoch,
            enrolled,
            chain_seq: 0,
            chain_head: ContentHash::ZERO,
            outbox: 0,
            roster: Roster::default(),
            edition,
            cursor: Vec::new(),
            placed: HashMap::new(),
            heads: HashMap::new(),
            sessions: HashMap::new(),
            blocks: BTreeMap::new(),
        };
        window.roster = window.get("/v1/roster").await.unwrap();
        window.edition = window.get("/v1/edition").await.unwrap();
        window
    }

    pub async fn get<A: DeserializeOwned>(&self, path: &str) -> Told<A> {
        read(self.send("GET", path, Vec::new()).await).await
    }

    pub async fn post<A: DeserializeOwned>(&self, path: &str, request: &impl Serialize) -> Told<A> {
        read(self.send("POST", path, cbor::to_vec(request)).await).await
    }

    async fn send(&self, method: &str, path: &str, body: Vec<u8>) -> reqwest::Response {
        let (terminal, time) = (self.id.to_string(), now().to_string());
        let nonce: [u8; 16] = gm::random::random_array().unwrap();
        let nonce = hex(&nonce);
        let text = auth::signed_text(method, path, &terminal, &time, &nonce, &hash(&body));
        let signature = self.key.sign(text.as_bytes()).unwrap();
        self.http
            .request(method.parse().unwrap(), format!("{}{path}", self.url))
            .header(auth::TERMINAL, terminal)
            .header(auth::TIME, time)
            .header(auth::NONCE, nonce)
            .header(auth::SIGNATURE, hex(signature.as_bytes()))
            .body(body)
            .send()
            .await
            .unwrap()
    }

    /// A session of somebody in a post; the first one logs in.
    pub async fn session(&mut self, actor: &Actor) -> Arc<Session> {
        let name = (actor.officer.clone(), actor.post.clone());
        if let Some(session) = self.sessions.get(&name) {
            return Arc::clone(session);
        }
        let session = Arc::new(self.log_in(actor, |_| {}).await);
        self.sessions.insert(name, Arc::clone(&session));
        session
    }

    /// Logs somebody in; `change` may write something else into the delegation.
    pub async fn log_in(&self, actor: &Actor, change: impl FnOnce(&mut Delegation)) -> Session {
        let server = VerifyingKey::from_slice(&self.enrolled.server_key).unwrap();
        let officer_key = SigningKey::generate().unwrap();
        let request = LoginRequest {
            officer: actor.officer.clone(),
            sealed_password: gm::envelope::seal_to(&server, password(actor.officer.as_str()).as_bytes())
                .unwrap(),
            officer_key: officer_key.verifying_key().as_bytes().to_vec(),
            escrow: Vec::new(),
        };
        let login: LoginAnswer = self.post("/v1/login", &request).await.unwrap();
        let key = SigningKey::generate().unwrap();
        let mut delegation = Delegation {
            certificate: login.certificate,
            session_key: key.verifying_key().as_bytes().to_vec(),
            terminal: self.id,
            post: actor.post.clone(),
            not_before: login.now,
            not_after: login.now + 8 * 3_600_000,
        };
        change(&mut delegation);
        let bytes = cbor::to_vec(&delegation);
        let signature = officer_key.sign(&bytes).unwrap().as_bytes().to_vec();
        let post = delegation.post;
        let actor = Actor { officer: login.officer.id, name: login.officer.name, post };
        Session { key, officer_key, delegation: Signed { bytes, signature }, actor }
    }

    /// The next number of a leased block; it is taken when an act uses it.
    pub async fn number(&mut self, kind: NumberKind) -> Option<String> {
        if !self.blocks.contains_key(&kind) {
            let year = civil_day(now()).year();
            let request = uuid::Uuid::from_bytes(gm::random::random_array().unwrap());
            let wish = BlockRequest { kind, year, epoch: self.epoch, count: 20_000, request };
            let block = self.post("/v1/blocks", &wish).await.unwrap();
            self.blocks.insert(kind, block);
        }
        let block = &self.blocks[&kind];
        Some(format(block.kind, &block.unit, block.year, block.first))
    }

    /// Takes the numbers that events print.
    pub fn take_numbers(&mut self, events: &[Event]) {
        for block in self.blocks.values_mut() {
            let next = format(block.kind, &block.unit, block.year, block.first);
            let used = events.iter().any(|event| match event {
                Event::Submitted { number: Some(number), .. } | Event::AcceptanceConfirmed { number, .. } => {
                    *number == next
                }
                _ => false,
            });
            if used {
                block.first += 1;
            }
        }
    }

    /// Signs an act into the author's chain; `change` may write something else into each envelope.
    #[allow(clippy::too_many_arguments)]
    pub fn sign(
        &mut self,
        session: &Session,
        case: CaseId,
        command: Command,
        context: Context,
        events: Vec<Event>,
        base: Base,
        dice: &mut Dice,
        change: impl Fn(usize, &mut EventRecord),
    ) -> (Act, Vec<EventRecord>) {
        let id = CommandId(dice.uuid());
        let count = events.len() as u16;
        let (mut signed, mut records) = (Vec::new(), Vec::new());
        for (at, event) in events.into_iter().enumerate() {
            let mut record = EventRecord {
                schema: SCHEMA,
                id: EventId(dice.uuid()),
                case,
                terminal: self.id,
                epoch: self.epoch,
                seq: self.chain_seq + 1,
                previous: self.chain_head,
                command: id,
                index: at as u16,
                count,
                actor: context.actor.clone(),
                time: context.time,
                event,
            };
            change(at, &mut record);
            let bytes = record.to_bytes();
            let key = if record.event.wants_officer_key() { &session.officer_key } else { &session.key };
            let signature = key.sign(&bytes).unwrap().as_bytes().to_vec();
            self.chain_seq += 1;
            self.chain_head = hash(&bytes);
            signed.push(SignedEvent { bytes, signature });
            records.push(record);
        }
        let delegation = hash(&session.delegation.bytes);
        (Act { id, case, command, context, events: signed, base, delegation }, records)
    }

    /// Pushes acts in their order, in as many requests as the protocol wants; what became of each.
    pub async fn push(&mut self, acts: &[(Vec<u8>, Arc<Session>)]) -> Vec<PushOutcome> {
        let mut outcomes = Vec::new();
        let mut rest = acts;
        while !rest.is_empty() {
            let (mut count, mut length) = (0, 0);
            while count < rest.len()
                && count < MOST_ACTS
                && (count == 0 || length + rest[count].0.len() < MOST_BYTES)
            {
                length += rest[count].0.len();
                count += 1;
            }
            let (part, later) = rest.split_at(count);
            rest = later;
            let mut delegations: Vec<Signed> = Vec::new();
            let mut items = Vec::new();
            for (act, session) in part {
                if !delegations.contains(&session.delegation) {
                    delegations.push(session.delegation.clone());
                }
                self.outbox += 1;
                items.push(PushItem { seq: self.outbox, act: act.clone() });
            }
            let request = PushRequest { epoch: self.epoch, items, delegations };
            let answer: PushAnswer = self.post("/v1/push", &request).await.unwrap();
            assert_eq!(answer.results.len(), part.len(), "an answer to each act");
            for (item, result) in request.items.iter().zip(answer.results) {
                let receipt: Receipt = cbor::from_slice(&result.receipt.bytes).unwrap();
                assert_eq!(receipt.act, hash(&item.act));
                assert_eq!(receipt.outcome, hash(&cbor::to_vec(&result.outcome)));
                // Every receipt is signed; one in sixteen is proved, as the proof costs more than the rest.
                if item.seq % 16 == 1 {
                    self.holds(&result.receipt);
                }
                outcomes.push(result.outcome);
            }
        }
        outcomes
    }

    fn holds(&self, signed: &Signed) {
        let key = VerifyingKey::from_slice(&self.enrolled.server_key).unwrap();
        key.verify(&signed.bytes, &gm::Signature::from_slice(&signed.signature).unwrap()).unwrap();
    }

    /// Pulls everything: events in the order of their places, the server's chain held against their bytes.
    pub async fn pull(&mut self) {
        loop {
            let request = PullRequest { epoch: self.epoch, cursor: self.cursor.clone(), wait: 0, limit: 500 };
            let answer: PullAnswer = self.post("/v1/pull", &request).await.unwrap();
            assert!(!answer.reset);
            for change in answer.changes {
                let Change::Placed { event, place, .. } = change else { continue };
                let read: Place = cbor::from_slice(&place.bytes).unwrap();
                assert_eq!(read.event, hash(&event));
                let records = self.placed.entry(read.case).or_default();
                assert_eq!(read.version, records.len() as u64 + 1, "no place is skipped");
                let head = self.heads.entry(read.case).or_insert(ContentHash::ZERO);
                assert_eq!(read.previous, *head);
                *head = hash(&place.bytes);
                records.push(EventRecord::from_bytes(&event).unwrap());
                if read.event.0[0] < 8 {
                    self.holds(&place);
                }
            }
            self.cursor = answer.cursor;
            if !answer.more {
                return;
            }
        }
    }
}

async fn read<A: DeserializeOwned>(response: reqwest::Response) -> Told<A> {
    let good = response.status().is_success();
    let bytes = response.bytes().await.unwrap();
    if good { Ok(cbor::from_slice(&bytes).unwrap()) } else { Err(cbor::from_slice(&bytes).unwrap()) }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

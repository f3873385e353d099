//! A room of the station with its window: what an officer does there, with the waiting that a person does.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use demo::card::{DemoCard, Hand};
use demo::place::Parts;
use demo::station::Station;
use demo::window::{AgentProcess, Window, enrol};
use serde_json::{Value, json};
use uuid::Uuid;

/// Nothing at the counter takes longer on a busy PC.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(30);

/// A room: officer window, applicant screen, and the hand that lays cards on the PC's reader.
pub(crate) struct Room {
    /// The officer window.
    pub(crate) officer: Window,
    /// The applicant screen.
    pub(crate) applicant: Window,
    pub(crate) hand: Hand,
    /// Keys that the officer pressed since the count began.
    pub(crate) keys: u32,
    cards: Vec<DemoCard>,
    agent: AgentProcess,
}

impl Room {
    /// Starts the room's window and makes it known to the server.
    pub(crate) fn open(
        name: &str,
        station: &Station,
        parts: &Parts,
        cards: Vec<DemoCard>,
    ) -> anyhow::Result<Self> {
        let agent = AgentProcess::start(name, &station.place, parts, &station.server)?;
        let officer = Window::open(&agent.addresses.officer)?;
        let applicant = Window::open(&agent.addresses.applicant)?;
        enrol(&officer, name, &station.place, &station.server)?;
        let hand = Hand::new(station.place.reader_control());
        Ok(Self { officer, applicant, hand, keys: 0, cards, agent })
    }

    pub(crate) fn close(&mut self) {
        self.agent.end();
    }

    /// The end of the window's log.
    pub(crate) fn said(&self) -> String {
        self.agent.said()
    }

    pub(crate) fn card(&self, key: &str) -> anyhow::Result<&DemoCard> {
        self.cards.iter().find(|card| card.key == key).with_context(|| format!("no card of {key}"))
    }

    /// Identity numbers of everybody with a card.
    pub(crate) fn numbers(&self) -> BTreeMap<String, String> {
        self.cards.iter().map(|card| (card.key.clone(), card.card.number.clone())).collect()
    }

    pub(crate) fn ask(&self, command: &str, request: Value) -> anyhow::Result<Value> {
        self.officer.call(command, request).with_context(|| command.to_owned())
    }

    /// A changing command, with a name of its own.
    pub(crate) fn act(&self, command: &str, request: Value) -> anyhow::Result<Value> {
        self.ask(command, named(request))
    }

    /// A changing command that must be refused; the answer is the code.
    pub(crate) fn refused(&self, command: &str, request: Value) -> anyhow::Result<String> {
        self.officer.refused(command, named(request))
    }

    /// A changing command that takes a while.
    pub(crate) fn operate(&self, command: &str, request: Value) -> anyhow::Result<Value> {
        self.officer.operate(command, named(request), PATIENCE).with_context(|| command.to_owned())
    }

    /// Asks again until the answer is as wanted.
    pub(crate) fn wait<T>(
        &self,
        what: &str,
        mut look: impl FnMut() -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<T> {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look()? {
                return Ok(found);
            }
            if Instant::now() > until {
                bail!("waited too long for {what}");
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    pub(crate) fn login(&self, officer: &str) -> anyhow::Result<()> {
        if !self.ask("shell", json!({}))?["session"].is_null() {
            self.ask("logout", json!({}))?;
        }
        let password = format!("jiangcheng-{officer}");
        let shell = self.ask("login", json!({ "officer": officer, "password": password }))?;
        ensure!(shell["gate"] == "open", "{officer} does not get in: {}", shell["gate"]);
        Ok(())
    }

    pub(crate) fn case(&self, case: &str) -> anyhow::Result<Value> {
        self.ask("case", json!({ "case": case }))
    }

    /// Waits until a case stands where it should.
    pub(crate) fn wait_for_state(&self, case: &str, state: &str) -> anyhow::Result<Value> {
        self.wait(state, || {
            let Ok(view) = self.case(case) else { return Ok(None) };
            Ok((view["line"]["state"] == state).then_some(view))
        })
    }

    /// Lays a card on the empty desk and begins the matter from the arrival page.
    pub(crate) fn begin(&mut self, matter: &str, card: &str) -> anyhow::Result<String> {
        let laid = self.card(card)?.card.clone();
        self.hand.lay(&laid)?;
        self.wait("the arrival page", || {
            let arrival = self.ask("arrival", json!({}))?;
            Ok((arrival["identity"]["number"] == laid.number.as_str()).then_some(()))
        })?;
        // The digit of the matter on the arrival page.
        self.keys += 1;
        let view = self.act("open_case", json!({ "matter": matter, "arrival": true }))?;
        self.hand.lift()?;
        let case = view["line"]["id"].as_str().context("a case without a name")?;
        Ok(case.to_owned())
    }

    /// Reads a further person's card.
    pub(crate) fn read_card(&mut self, case: &str, person: &str, card: &str) -> anyhow::Result<()> {
        let laid = self.card(card)?.card.clone();
        self.hand.lay(&laid)?;
        self.keys += 1;
        self.operate("read_card", json!({ "case": case, "person": person }))?;
        self.hand.lift()
    }

    pub(crate) fn look_up(&mut self, case: &str, lookup: &str) -> anyhow::Result<String> {
        self.keys += 1;
        let view = self.act("run_lookup", json!({ "case": case, "lookup": lookup }))?;
        let found = list(&view["lookups"]).iter().find(|one| one["id"] == lookup);
        let state = found.and_then(|one| one["state"].as_str()).context("the look-up is not shown")?;
        Ok(state.to_owned())
    }

    /// The officer releases a slot; the citizen signs on the applicant screen.
    pub(crate) fn sign(&mut self, case: &str, slot: &str) -> anyhow::Result<()> {
        self.keys += 1;
        self.ask("request_signature", json!({ "case": case, "slot": slot }))?;
        let shown = self.applicant.call("applicant", json!({}))?;
        ensure!(shown["mode"]["kind"] == "sign", "the applicant screen shows {}", shown["mode"]["kind"]);
        let stroke: Vec<Value> =
            (0..40).map(|at| json!([100 + at * 8, 200 + (at % 7) * 5, 500 + at, at * 12])).collect();
        let release = &shown["mode"]["release"];
        let request = json!({ "release": release, "width": 1000, "height": 400, "strokes": [stroke] });
        self.applicant.call("submit_signature", request).context("submit_signature")?;
        Ok(())
    }

    /// Prints a paper and waits until the printer says that it is out; the answer is the stored PDF.
    pub(crate) fn print(&mut self, case: &str, document: &str) -> anyhow::Result<Vec<u8>> {
        self.keys += 1;
        self.operate("print_document", json!({ "case": case, "document": document, "reprint_reason": "" }))?;
        let view = self.case(case)?;
        let print = list(&view["prints"]).iter().find(|one| one["document"] == document);
        let printed =
            print.and_then(|print| list(&print["printed"]).last()).context("the print is not recorded")?;
        self.officer.file(&format!("/documents/{}", printed["pdf"].as_str().unwrap_or_default()))
    }

    /// Decides as soon as the case lies with the present post.
    pub(crate) fn decide(&self, case: &str, decision: &str, reason: &Value) -> anyhow::Result<Value> {
        self.wait("the case for review", || {
            let Ok(view) = self.ask("review_case", json!({ "case": case })) else { return Ok(None) };
            let mine = |one: &Value| one["action"] == "review" && one["enabled"] == true;
            Ok(list(&view["case"]["actions"]).iter().any(mine).then_some(()))
        })?;
        let request = json!({ "case": case, "decision": decision, "reason": reason, "opinion": "" });
        self.act("decide_review", request)
    }

    /// Waits until the server has everything.
    pub(crate) fn drained(&self) -> anyhow::Result<()> {
        self.wait("an empty outbox", || {
            let sync = self.ask("sync_state", json!({}))?;
            ensure!(sync["line"]["rejected"] == 0, "the server refused: {}", sync["troubles"]);
            Ok((sync["line"]["pending"] == 0 && sync["line"]["pending_files"] == 0).then_some(()))
        })
    }

    /// Waits until the line stands or is known to be broken.
    pub(crate) fn wait_for_line(&self, online: bool) -> anyhow::Result<()> {
        self.wait("the state of the line", || {
            // Trying is what shows it; that it fails is an answer too.
            let _ = self.ask("sync_now", json!({}));
            Ok((self.ask("shell", json!({}))?["sync"]["online"] == online).then_some(()))
        })
    }
}

fn named(mut request: Value) -> Value {
    request["command"] = json!(Uuid::now_v7());
    request
}

/// The items of a list; none of anything else.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

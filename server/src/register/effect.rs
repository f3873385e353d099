//! Handing a decided act over (业务落实) and going on with it (常口续办). The request is written down before it is
//! sent, under the key of the hand-over; whatever happens on the way, the register does it at most once, and its
//! answer is kept before a terminal gets it. Whichever terminal asks next gets the same.

use super::wire::{Gateway, Trouble, read_answer};
use super::{keep, proof, seal_for};
use crate::cases;
use crate::fault::{Fault, Result, told, told_later};
use crate::house::{House, Terminal, now};
use crate::keys::hash;
use crate::push::{answer_digest, in_sight, unfinished_digest};
use crate::storage::{Work, one, values};
use domain::case::Case;
use domain::effect::{EffectKey, UnfinishedState};
use domain::event::{Decision, civil_day};
use domain::flow::StepKind;
use domain::register::nest;
use protocol::error::ErrorCode;
use protocol::register::{EffectAnswer, EffectRequest, EffectState, Unfinished};
use serde_json::{Value, json};

/// After an effect that the register did not answer, milliseconds.
const AGAIN: u32 = 2000;

/// A hand-over as it stands when somebody asks for it.
enum Standing {
    /// It has ended: this is the answer, for everybody who goes on.
    Ended(EffectAnswer),
    /// The register is to be asked.
    Open {
        /// The key that the register knows it by.
        key: String,
        /// What was written down last.
        state: State,
        /// What the register was sent, or is to be sent.
        prepared: Value,
    },
}

/// How a hand-over stands in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Written down; whether the register has it is not known.
    Pending,
    /// The register has it and does it later.
    Accepted,
    /// The register did a part.
    Partial,
    /// Done.
    Done,
    /// Refused.
    Refused,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Partial => "partial",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    fn read(word: &str) -> Result<Self> {
        [Self::Pending, Self::Accepted, Self::Partial, Self::Done, Self::Refused]
            .into_iter()
            .find(|one| one.word() == word)
            .ok_or(Fault::Stored("state of a hand-over"))
    }

    fn of(answer: &EffectAnswer) -> Self {
        match answer.state() {
            EffectState::Done => Self::Done,
            EffectState::Refused => Self::Refused,
            EffectState::Accepted => Self::Accepted,
            EffectState::Partial => Self::Partial,
        }
    }

    fn ended(self) -> bool {
        matches!(self, Self::Done | Self::Refused)
    }
}

/// Hands an act over, goes on with it, or gives the answer that its key got before.
///
/// # Errors
/// [`ErrorCode::NotYours`]; [`ErrorCode::CaseNotReady`] when the case does not stand at this hand-over here, or
/// says something else than the request; [`ErrorCode::RegisterUnavailable`] when it is not known yet whether the
/// register did it; [`ErrorCode::RegisterRefused`] when it cannot read the request.
pub async fn effect(house: &House, terminal: &Terminal, request: &EffectRequest) -> Result<EffectAnswer> {
    let (key, state, prepared) = match stand(house, terminal, request).await? {
        Standing::Ended(answer) => return Ok(answer),
        Standing::Open { key, state, prepared } => (key, state, prepared),
    };
    let unavailable = || told_later(ErrorCode::RegisterUnavailable, AGAIN);
    let gateway = house.register.as_ref().ok_or_else(unavailable)?;
    let asked = if proof::is_kind(&request.kind) {
        proof::give(gateway, request).await
    } else {
        ask(gateway, &key, state, request.resume, &prepared).await.and_then(|value| read_effect(&value))
    };
    match asked {
        Ok(answer) => note(house, terminal, request, &key, answer).await,
        Err(Trouble::Refused) => Err(told(ErrorCode::RegisterRefused)),
        Err(Trouble::Unreachable) => Err(unavailable()),
    }
}

/// Finds the hand-over of a key, or writes it down before anything is sent.
async fn stand(house: &House, terminal: &Terminal, request: &EffectRequest) -> Result<Standing> {
    let digest = house.keys.token(
        "effect request",
        &hash(&domain::cbor::to_vec(&(&request.case, &request.kind, &request.body))).to_hex(),
    );
    let mut work = house.write().await?;
    let file = cases::find(house, &mut *work, &request.case).await?;
    let file = file.ok_or_else(|| told_later(ErrorCode::CaseNotReady, AGAIN))?;
    if !in_sight(house, &mut *work, terminal, &file.unit).await? {
        return Err(told(ErrorCode::NotYours));
    }
    let (key, row) = known(&mut *work, request, &digest).await?;
    let standing = match row {
        Some(row) => {
            if row.text(0)? != request.case.to_string() {
                return Err(told(ErrorCode::RegisterRefused));
            }
            // What the key stands for is decided and was written down. Who asks for it must ask for the act of the
            // case, which may name a newer state of the register than the one that was sent.
            if row.text(1)? != digest && !asks_for(house, &mut *work, &file, request).await? {
                return Err(told(ErrorCode::RegisterRefused));
            }
            let state = State::read(row.text(2)?)?;
            if state.ended() {
                let bytes = file.seal.open(&answer_place(&key), row.bytes(4)?)?;
                let answer =
                    domain::cbor::from_slice(&bytes).map_err(|_| Fault::Stored("register answer"))?;
                Standing::Ended(answer)
            } else {
                let bytes = file.seal.open(&request_place(&key), row.bytes(3)?)?;
                let prepared =
                    serde_json::from_slice(&bytes).map_err(|_| Fault::Stored("register request"))?;
                Standing::Open { key, state, prepared }
            }
        }
        None => {
            let events = cases::events(&mut *work, &request.case, &file).await?;
            let case = cases::today(request.case, &events);
            let prepared = prepare(house, &mut *work, &case, request).await?;
            let sealed = file.seal.seal(&request_place(&key), prepared.to_string().as_bytes())?;
            work.run(
                "INSERT INTO downstream (id, case_id, kind, state, digest, sealed_request, at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                values![
                    key.clone(),
                    request.case.to_string(),
                    request.kind.as_str(),
                    State::Pending.word(),
                    digest,
                    sealed,
                    now()
                ],
            )
            .await?;
            Standing::Open { key, state: State::Pending, prepared }
        }
    };
    work.commit().await?;
    Ok(standing)
}

/// The row of a key. One that was begun under the key of a click, as the first version did, is gone on with.
async fn known(
    work: &mut dyn Work,
    request: &EffectRequest,
    digest: &str,
) -> Result<(String, Option<crate::storage::Row>)> {
    let key = request.key.to_string();
    let row = one(
        work,
        "SELECT case_id, digest, state, sealed_request, sealed_answer, id FROM downstream \
         WHERE id = $1 FOR UPDATE",
        values![key.clone()],
    )
    .await?;
    if row.is_some() {
        return Ok((key, row));
    }
    let earlier = one(
        work,
        "SELECT case_id, digest, state, sealed_request, sealed_answer, id FROM downstream \
         WHERE case_id = $1 AND kind = $2 AND digest = $3 AND state <> 'refused' AND id NOT LIKE '%:%' \
         FOR UPDATE",
        values![request.case.to_string(), request.kind.as_str(), digest],
    )
    .await?;
    let key = match &earlier {
        Some(row) => row.text(5)?.to_owned(),
        None => key,
    };
    Ok((key, earlier))
}

/// Whether a request says what the case says today.
async fn asks_for(
    house: &House,
    work: &mut dyn Work,
    file: &cases::CaseFile,
    request: &EffectRequest,
) -> Result<bool> {
    let events = cases::events(work, &request.case, file).await?;
    let case = cases::today(request.case, &events);
    Ok(prepare(house, work, &case, request).await.is_ok())
}

/// Asks the register what fits the state; only what never arrived is sent.
async fn ask(
    gateway: &Gateway,
    key: &str,
    state: State,
    resume: bool,
    prepared: &Value,
) -> std::result::Result<Value, Trouble> {
    if state == State::Partial && resume {
        match gateway.resume(key).await {
            Err(Trouble::Unreachable) => {}
            other => return other,
        }
    }
    if state != State::Pending
        && let Some(standing) = gateway.effect_state(key).await?
    {
        return Ok(standing);
    }
    do_once(gateway, key, prepared).await
}

/// Keeps an answer before the terminal gets it. One that ended the hand-over meanwhile stays.
async fn note(
    house: &House,
    terminal: &Terminal,
    request: &EffectRequest,
    key: &str,
    answer: EffectAnswer,
) -> Result<EffectAnswer> {
    let mut work = house.write().await?;
    let seal = seal_for(house, &mut *work, terminal, Some(request.case)).await?;
    let row =
        one(&mut *work, "SELECT state, sealed_answer FROM downstream WHERE id = $1 FOR UPDATE", values![key])
            .await?;
    let row = row.ok_or(Fault::Stored("hand-over"))?;
    if State::read(row.text(0)?)?.ended() {
        let bytes = seal.open(&answer_place(key), row.bytes(1)?)?;
        return domain::cbor::from_slice(&bytes).map_err(|_| Fault::Stored("register answer"));
    }
    let sealed = seal.seal(&answer_place(key), &domain::cbor::to_vec(&answer))?;
    let state = State::of(&answer).word();
    work.run(
        "UPDATE downstream SET state = $1, sealed_answer = $2 WHERE id = $3",
        values![state, sealed, key],
    )
    .await?;
    let query = format!("effect:{}", request.kind);
    let digest = match &answer.unfinished {
        Some(one) => unfinished_digest(&house.keys, &answer.answer, one.state, &one.reason),
        None => answer_digest(&house.keys, &answer.answer, &answer.refused),
    };
    keep(house, &mut *work, terminal, Some(request.case), &query, &answer.answer, digest).await?;
    work.commit().await?;
    metrics::counter!("window_effects_total", "state" => state).increment(1);
    Ok(answer)
}

/// Whether the register has, or may have, the act at whose hand-over a case stands, and did not refuse it.
pub async fn under_way(work: &mut dyn Work, case: &Case) -> Result<bool> {
    let Some(key) = EffectKey::of(case) else { return Ok(false) };
    let row = one(work, "SELECT state FROM downstream WHERE id = $1", values![key.to_string()]).await?;
    match row {
        Some(row) => Ok(State::read(row.text(0)?)? != State::Refused),
        None => Ok(false),
    }
}

fn request_place(key: &str) -> String {
    format!("downstream request|{key}")
}

fn answer_place(key: &str) -> String {
    format!("downstream answer|{key}")
}

/// Sends; when the reply is lost, asks what became of it, and sends again only if it never arrived.
async fn do_once(gateway: &Gateway, key: &str, request: &Value) -> std::result::Result<Value, Trouble> {
    match gateway.hand_over(key, request).await {
        Err(Trouble::Unreachable) => {}
        other => return other,
    }
    match gateway.effect_state(key).await? {
        Some(done) => Ok(done),
        None => gateway.hand_over(key, request).await,
    }
}

/// What the register is sent: the act as the terminal wrote it, proved against the case as it stands here.
async fn prepare(house: &House, work: &mut dyn Work, case: &Case, request: &EffectRequest) -> Result<Value> {
    let not_ready = || told_later(ErrorCode::CaseNotReady, AGAIN);
    let opening = case.opening.as_ref().ok_or_else(not_ready)?;
    // Neither what stands still nor what lacks a promised paper is put into force.
    let at_hand_over = case.stage.as_ref().is_some_and(|one| one.kind == StepKind::Effect)
        && case.refused.is_none()
        && case.course.suspension.is_none()
        && case.outstanding().is_empty();
    if !at_hand_over || EffectKey::of(case).as_ref() != Some(&request.key) {
        return Err(not_ready());
    }
    let definition = house.library.definition(work, &opening.definition).await?;
    let definition = definition.ok_or(Fault::Stored("definition"))?;
    let effect = definition.effect_at(case).ok_or_else(|| told(ErrorCode::RegisterRefused))?;
    if effect.kind != request.kind {
        return Err(told(ErrorCode::RegisterRefused));
    }
    if effect.request(&definition, case) != request.body {
        return Err(not_ready());
    }
    let decided = case.reviews.iter().rev().find(|one| one.decision == Decision::Pass);
    let (actor, time) = match (decided, &case.submission) {
        (Some(review), _) => (&review.actor, review.time),
        (None, Some(submission)) => (&submission.actor, submission.time),
        (None, None) => return Err(not_ready()),
    };
    Ok(json!({
        "case_id": request.case.to_string(),
        "case_number": case.submission.as_ref().and_then(|one| one.number.clone()),
        "handled_by": { "unit": opening.unit.as_str(), "officer": actor.officer.as_str() },
        "cross_station": !case.home_units.is_empty(),
        "decided_on": civil_day(time.trusted).to_string(),
        "kind": request.kind,
        "act": nest(&request.body, &effect.numbers),
    }))
}

/// Reads what the register says of an act.
fn read_effect(value: &Value) -> std::result::Result<EffectAnswer, Trouble> {
    let answer = read_answer(value)?;
    let unfinished = match value.get("state").and_then(Value::as_str) {
        Some("accepted") => Some(UnfinishedState::Delayed),
        Some("partial") => Some(UnfinishedState::Partial),
        _ => None,
    };
    let unfinished = unfinished.map(|state| Unfinished {
        state,
        reason: words(value, "reason"),
        expected_in: value.get("expected_in").and_then(Value::as_u64).and_then(|one| u32::try_from(one).ok()),
    });
    let refused = if value.get("state").and_then(Value::as_str) == Some("refused") {
        let words = words(value, "refusal");
        if words.is_empty() { "常口未说明原因".to_owned() } else { words }
    } else {
        String::new()
    };
    Ok(EffectAnswer { answer, refused, unfinished })
}

/// The register's sentence in a part of its answer, or its code; empty where there is none.
fn words(answer: &Value, part: &str) -> String {
    let text = |name: &str| answer.pointer(&format!("/{part}/{name}")).and_then(Value::as_str);
    text("message").or_else(|| text("code")).unwrap_or_default().to_owned()
}

//! Handing a decided act over (业务落实). The request is written down before it is sent, under the terminal's
//! idempotency key; whatever happens on the way, the register does it at most once, and its answer is kept before
//! the terminal gets it.

use super::wire::{Gateway, Trouble, read_answer};
use super::{keep, proof, seal_for};
use crate::cases;
use crate::fault::{Fault, Result, told, told_later};
use crate::house::{House, Terminal, now};
use crate::keys::hash;
use crate::push::in_sight;
use crate::storage::{one, values};
use domain::case::Case;
use domain::event::{Decision, civil_day};
use domain::flow::StepKind;
use domain::register::nest;
use protocol::error::ErrorCode;
use protocol::register::{EffectAnswer, EffectRequest};
use serde_json::{Value, json};

/// After an effect that the register did not answer, milliseconds.
const AGAIN: u32 = 2000;

/// Hands an act over, or gives the answer that its key got before.
///
/// # Errors
/// [`ErrorCode::NotYours`]; [`ErrorCode::CaseNotReady`] when the case does not stand at the hand-over here, or
/// says something else than the request; [`ErrorCode::RegisterUnavailable`] when it is not known yet whether the
/// register did it; [`ErrorCode::RegisterRefused`] when it cannot read the request.
pub async fn effect(house: &House, terminal: &Terminal, request: &EffectRequest) -> Result<EffectAnswer> {
    let key = request.key.to_string();
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
    let known = one(
        &mut *work,
        "SELECT digest, sealed_request, sealed_answer FROM downstream WHERE id = $1 FOR UPDATE",
        values![key.clone()],
    )
    .await?;
    let prepared: Value = match known {
        Some(row) => {
            if row.text(0)? != digest {
                return Err(told(ErrorCode::RegisterRefused));
            }
            if !row.is_null(2) {
                let bytes = file.seal.open(&answer_place(&key), row.bytes(2)?)?;
                return domain::cbor::from_slice(&bytes).map_err(|_| Fault::Stored("register answer"));
            }
            let bytes = file.seal.open(&request_place(&key), row.bytes(1)?)?;
            serde_json::from_slice(&bytes).map_err(|_| Fault::Stored("register request"))?
        }
        None => {
            let events = cases::events(&mut *work, &request.case, &file).await?;
            let case = cases::today(request.case, &events);
            let prepared = prepare(house, &mut *work, &case, request).await?;
            let sealed = file.seal.seal(&request_place(&key), prepared.to_string().as_bytes())?;
            work.run(
                "INSERT INTO downstream (id, case_id, kind, state, digest, sealed_request, at) \
                 VALUES ($1, $2, $3, 'pending', $4, $5, $6)",
                values![key.clone(), request.case.to_string(), request.kind.as_str(), digest, sealed, now()],
            )
            .await?;
            prepared
        }
    };
    work.commit().await?;

    let unavailable = || told_later(ErrorCode::RegisterUnavailable, AGAIN);
    let gateway = house.register.as_ref().ok_or_else(unavailable)?;
    let done = if proof::is_kind(&request.kind) {
        proof::give(gateway, request).await
    } else {
        do_once(gateway, &key, &prepared).await.and_then(|value| {
            Ok(EffectAnswer { answer: read_answer(&value)?, refused: refusal_words(&value) })
        })
    };
    let answer = match done {
        Ok(answer) => answer,
        Err(Trouble::Refused) => return Err(told(ErrorCode::RegisterRefused)),
        Err(Trouble::Unreachable) => return Err(unavailable()),
    };

    let mut work = house.write().await?;
    let seal = seal_for(house, &mut *work, terminal, Some(request.case)).await?;
    let sealed = seal.seal(&answer_place(&key), &domain::cbor::to_vec(&answer))?;
    let state = if answer.refused.is_empty() { "done" } else { "refused" };
    work.run(
        "UPDATE downstream SET state = $1, sealed_answer = $2 WHERE id = $3",
        values![state, sealed, key],
    )
    .await?;
    let query = format!("effect:{}", request.kind);
    keep(house, &mut *work, terminal, Some(request.case), &query, &answer.answer, &answer.refused).await?;
    work.commit().await?;
    metrics::counter!("window_effects_total", "state" => state).increment(1);
    Ok(answer)
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
async fn prepare(
    house: &House,
    work: &mut dyn crate::storage::Work,
    case: &Case,
    request: &EffectRequest,
) -> Result<Value> {
    let not_ready = || told_later(ErrorCode::CaseNotReady, AGAIN);
    let opening = case.opening.as_ref().ok_or_else(not_ready)?;
    let at_hand_over =
        case.stage.as_ref().is_some_and(|one| one.kind == StepKind::Effect) && case.refused.is_none();
    if !at_hand_over {
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
        "decided_on": civil_day(time.trusted).to_string(),
        "kind": request.kind,
        "act": nest(&request.body, &effect.numbers),
    }))
}

/// The register's reason when it refused; empty when it did it.
fn refusal_words(answer: &Value) -> String {
    if answer.get("state").and_then(Value::as_str) != Some("refused") {
        return String::new();
    }
    let part = |name: &str| answer.pointer(&format!("/refusal/{name}")).and_then(Value::as_str);
    let words = part("message").or_else(|| part("code")).unwrap_or_default();
    if words.is_empty() { "常口未说明原因".to_owned() } else { words.to_owned() }
}

//! The gateway to the population register: questions, acts handed over, and the proof of every answer.

mod effect;
mod proof;
mod wire;

pub use effect::{effect, under_way};
pub use wire::Gateway;

use crate::cases;
use crate::fault::{Result, told};
use crate::house::{House, Terminal, now};
use crate::keys::Seal;
use crate::push::{answer_digest, in_sight};
use crate::storage::{Work, one, values};
use domain::event::{CheckState, RegisterAnswer};
use domain::ids::CaseId;
use protocol::error::ErrorCode;
use protocol::register::QueryRequest;
use std::collections::BTreeMap;

/// Asks the register. When it cannot be reached the answer says so; it needs no proof later.
///
/// # Errors
/// [`ErrorCode::NotYours`], [`ErrorCode::RegisterRefused`].
pub async fn query(house: &House, terminal: &Terminal, request: &QueryRequest) -> Result<RegisterAnswer> {
    if let Some(case) = &request.case {
        let mut work = house.read().await?;
        if let Some(file) = cases::look(house, &mut *work, case).await?
            && !in_sight(house, &mut *work, terminal, &file.unit).await?
        {
            return Err(told(ErrorCode::NotYours));
        }
    }
    let asked = match &house.register {
        Some(gateway) => gateway.query(&request.query, &request.ask).await,
        None => Err(wire::Trouble::Unreachable),
    };
    match asked {
        Ok(answer) => {
            let mut work = house.write().await?;
            let digest = answer_digest(&house.keys, &answer, "");
            keep(house, &mut *work, terminal, request.case, &request.query, &answer, digest).await?;
            work.commit().await?;
            metrics::counter!("window_register_queries_total", "state" => "answered").increment(1);
            Ok(answer)
        }
        Err(wire::Trouble::Refused) => Err(told(ErrorCode::RegisterRefused)),
        Err(wire::Trouble::Unreachable) => {
            metrics::counter!("window_register_queries_total", "state" => "unavailable").increment(1);
            Ok(RegisterAnswer {
                query_id: String::new(),
                state: CheckState::Unavailable,
                answered_at: now(),
                values: BTreeMap::new(),
            })
        }
    }
}

/// Keeps an answer so that acts that contain it can be proved.
async fn keep(
    house: &House,
    work: &mut dyn Work,
    terminal: &Terminal,
    case: Option<CaseId>,
    query: &str,
    answer: &RegisterAnswer,
    digest: String,
) -> Result<()> {
    let known = one(
        work,
        "SELECT query FROM register_answer WHERE query_id = $1 AND digest = $2",
        values![answer.query_id.clone(), digest.clone()],
    )
    .await?;
    if known.is_some() {
        return Ok(());
    }
    let seal = seal_for(house, work, terminal, case).await?;
    let sealed = seal.seal(&format!("register answer|{digest}"), &domain::cbor::to_vec(answer))?;
    work.run(
        "INSERT INTO register_answer (query_id, digest, terminal, case_id, query, lock, sealed, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        values![
            answer.query_id.clone(),
            digest,
            terminal.id.to_string(),
            case.map(|case| case.to_string()),
            query,
            seal.name(),
            sealed,
            now()
        ],
    )
    .await?;
    Ok(())
}

/// The case's seal, or the unit's while the case is still on its way.
async fn seal_for(
    house: &House,
    work: &mut dyn Work,
    terminal: &Terminal,
    case: Option<CaseId>,
) -> Result<Seal> {
    if let Some(case) = case
        && let Some(file) = cases::look(house, work, &case).await?
    {
        return Ok(file.seal);
    }
    Ok(house.keys.unit(work, &terminal.unit).await?.seal(&terminal.unit))
}

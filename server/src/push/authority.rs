//! Whether the officer had the authority then: delegation, roster, age of the roster.

use super::proof::Paper;
use crate::fault::Result;
use crate::house::House;
use crate::rosters::Ruling;
use crate::storage::Work;
use domain::act::Act;
use domain::person::Roster;
use protocol::push::RejectCode;
use std::sync::Arc;

/// Trusted time runs by the boot clock between two answers of the server; more than this ahead of the server is
/// no measuring error.
const AHEAD: i64 = 10 * 60 * 1000;

/// The roster that an act was decided on, if its author had the authority by it.
pub(super) async fn roster_then(
    house: &House,
    work: &mut dyn Work,
    act: &Act,
    paper: &Paper,
    now: i64,
) -> Result<std::result::Result<Arc<Roster>, RejectCode>> {
    let at = act.context.time.trusted;
    if at > now + AHEAD {
        return Ok(Err(RejectCode::ClockAhead));
    }
    let delegation = &paper.delegation;
    if at < delegation.not_before - AHEAD || at > delegation.not_after {
        return Ok(Err(RejectCode::DelegationEnded));
    }
    let ruling = house.rosters.version(house, work, act.context.roster).await?;
    let Some(Ruling { roster, superseded }) = ruling else {
        return Ok(Err(RejectCode::NoAuthority));
    };
    let actor = &act.context.actor;
    if !roster.holds(&actor.officer, &actor.post) {
        return Ok(Err(RejectCode::NoAuthority));
    }
    if roster.officer(&actor.officer).is_none_or(|officer| officer.name != actor.name) {
        return Ok(Err(RejectCode::Forged));
    }
    if superseded.is_some_and(|moment| at > moment + house.policy.roster_age) {
        return Ok(Err(RejectCode::RosterTooOld));
    }
    Ok(Ok(roster))
}

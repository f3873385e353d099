//! Number blocks: leased ahead, so that a terminal without network goes on printing numbers.

use crate::client::Channel;
use crate::core::Core;
use crate::{Result, SyncError};
use domain::event::civil_day;
use domain::number::{LAST_SERIAL, NumberBlock, NumberKind};
use protocol::enrol::BlockRequest;
use protocol::error::ErrorCode;
use std::sync::Arc;
use std::time::Duration;
use store::table::{number, terminal};
use uuid::Uuid;

/// A counter takes in about a hundred cases a day: two days without network.
const LEAST_LEFT: u32 = 200;
/// Size of a lease: about a week.
const LEASE: u32 = 500;
/// The next year's block is leased from this month on.
const DECEMBER: i8 = 12;
/// Time for an answer.
const ANSWER: Duration = Duration::from_secs(15);

/// Leases what is running out. Does nothing before the server has told the time: the year is its to say.
pub(crate) async fn keep_stocked(core: &Arc<Core>) -> Result<()> {
    let Some(now) = core.server_time() else { return Ok(()) };
    let today = civil_day(now);
    let mut years = vec![today.year()];
    if today.month() == DECEMBER {
        years.push(today.year() + 1);
    }
    for year in years {
        for kind in [NumberKind::Acceptance, NumberKind::Intake] {
            let left = core
                .blocking(move |core| {
                    Ok(core.store.read(|connection| number::left_of_year(connection, kind, year))?)
                })
                .await?;
            if left >= LEAST_LEFT {
                continue;
            }
            match lease(core, kind, year, LEASE).await {
                Ok(_) => {}
                // The year's numbers are used up, or not given out yet: asking faster does not help.
                Err(fault)
                    if matches!(fault.refusal(), Some(ErrorCode::NotFound | ErrorCode::Unreadable)) =>
                {
                    tracing::warn!(code = fault.code(), year, left, "no numbers can be leased");
                }
                Err(fault) => return Err(fault),
            }
        }
    }
    Ok(())
}

/// Leases a block and keeps it. A wish has a name that is kept until its block is, so that a lost answer does not
/// cost numbers.
pub(crate) async fn lease(core: &Arc<Core>, kind: NumberKind, year: i16, count: u32) -> Result<NumberBlock> {
    let wish = format!("block_wish-{}-{year}-{count}", kind.digit());
    let name = wish.clone();
    let request = core
        .blocking(move |core| {
            let known = core.store.read(|connection| terminal::get(connection, &name))?;
            if let Some(known) = known.and_then(|bytes| Uuid::from_slice(&bytes).ok()) {
                return Ok(known);
            }
            let fresh = Uuid::from_bytes(gm::random::random_array()?);
            core.write(move |transaction| terminal::put(transaction, &name, fresh.as_bytes()))?;
            Ok(fresh)
        })
        .await?;
    let asked = BlockRequest { kind, year, epoch: core.epoch, count, request };
    let block: NumberBlock = core.client.post(Channel::Call, "/v1/blocks", &asked, ANSWER).await?;
    let fits = block.kind == kind
        && block.year == year
        && block.terminal == core.terminal
        && block.epoch == core.epoch
        && block.first <= block.last
        && block.last <= LAST_SERIAL;
    if !fits {
        return Err(SyncError::Unproven("number block"));
    }
    let kept = block.clone();
    core.blocking(move |core| {
        core.write(move |transaction| {
            number::add_block(transaction, &kept)?;
            terminal::put(transaction, &wish, &[])
        })
    })
    .await?;
    Ok(block)
}

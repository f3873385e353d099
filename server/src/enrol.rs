//! Enrolment of terminals and leases of numbers.

use crate::fault::{Fault, Result, told};
use crate::house::{House, Terminal, now, unit_code};
use crate::storage::{Work, next_number, one, values};
use domain::event::civil_day;
use domain::ids::{ContentHash, TerminalId, UnitCode};
use domain::number::{LAST_SERIAL, NumberBlock, NumberKind};
use protocol::enrol::{BlockRequest, EnrolAnswer, EnrolRequest};
use protocol::error::ErrorCode;
use uuid::Uuid;

/// Gives out a one-time code; earlier unused codes of the same window end.
///
/// # Errors
/// When the storage or the random source fails.
pub async fn give_code(
    house: &House,
    work: &mut dyn Work,
    unit: &UnitCode,
    window: &str,
    expires: i64,
) -> Result<String> {
    // Twelve signs of 31: 59 bits, spoken and typed without mistaking 0 for O or 1 for I and L.
    const SIGNS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    let mut code = String::new();
    while code.len() < 14 {
        if code.len() == 4 || code.len() == 9 {
            code.push('-');
        }
        let [byte] = gm::random::random_array::<1>()?;
        // Bytes beyond the last full round would make some signs likelier.
        if let Some(sign) = SIGNS.get(usize::from(byte) % SIGNS.len())
            && usize::from(byte) < 256 / SIGNS.len() * SIGNS.len()
        {
            code.push(char::from(*sign));
        }
    }
    work.run(
        "DELETE FROM enrolment WHERE unit = $1 AND window_name = $2 AND used_key IS NULL",
        values![unit.as_str(), window],
    )
    .await?;
    work.run(
        "INSERT INTO enrolment (token, unit, window_name, expires) VALUES ($1, $2, $3, $4)",
        values![house.keys.token("enrolment", &code), unit.as_str(), window, expires],
    )
    .await?;
    Ok(code)
}

/// Makes a terminal's store known. The same window enrolled again is the same terminal with a new epoch.
///
/// # Errors
/// [`ErrorCode::EnrolmentCode`], or [`ErrorCode::Unreadable`] for a key that is none.
pub async fn enrol(house: &House, request: &EnrolRequest) -> Result<EnrolAnswer> {
    gm::VerifyingKey::from_slice(&request.terminal_key).map_err(|_| told(ErrorCode::Unreadable))?;
    let refused = || told(ErrorCode::EnrolmentCode);
    let now = now();
    let token = house.keys.token("enrolment", request.code.trim());
    let mut work = house.write().await?;
    let row = one(
        &mut *work,
        "SELECT unit, window_name, expires, used_key, answer FROM enrolment WHERE token = $1 FOR UPDATE",
        values![token.clone()],
    )
    .await?
    .ok_or_else(refused)?;
    if !row.is_null(3) {
        // A reply that was lost is asked for again with the same key.
        if row.bytes(3)? != request.terminal_key {
            return Err(refused());
        }
        return domain::cbor::from_slice(row.bytes(4)?).map_err(|_| Fault::Stored("enrolment"));
    }
    if row.int(2)? < now {
        return Err(refused());
    }
    let (unit, window) = (unit_code(row.text(0)?)?, row.text(1)?.to_owned());
    let keys = house.keys.unit(&mut *work, &unit).await?;
    let known = one(
        &mut *work,
        "SELECT id, epoch FROM terminal WHERE unit = $1 AND window_name = $2 FOR UPDATE",
        values![unit.as_str(), window.clone()],
    )
    .await?;
    let (terminal, epoch) = match known {
        Some(row) => {
            let (id, epoch) = (row.parsed::<TerminalId>(0)?, row.small(1)? + 1);
            work.run(
                "UPDATE terminal SET public_key = $1, epoch = $2, state = 'active' WHERE id = $3",
                values![request.terminal_key.clone(), epoch, id.to_string()],
            )
            .await?;
            (id, epoch)
        }
        None => {
            let id = TerminalId(Uuid::from_bytes(gm::random::random_array()?));
            work.run(
                "INSERT INTO terminal (id, unit, window_name, public_key, epoch, state) \
                 VALUES ($1, $2, $3, $4, $5, 'active')",
                values![id.to_string(), unit.as_str(), window, request.terminal_key.clone(), 1_i64],
            )
            .await?;
            (id, 1)
        }
    };
    work.run(
        "INSERT INTO stream (terminal, epoch, expected, chain_seq, chain_head) VALUES ($1, $2, $3, $4, $5)",
        values![terminal.to_string(), epoch, 1_i64, 0_i64, ContentHash::ZERO.0.to_vec()],
    )
    .await?;
    let answer = EnrolAnswer {
        terminal,
        epoch,
        unit,
        server_key: house.keys.public_bytes(),
        escrow_key: keys.escrow.clone(),
        now,
    };
    work.run(
        "UPDATE enrolment SET used_key = $1, answer = $2 WHERE token = $3",
        values![request.terminal_key.clone(), domain::cbor::to_vec(&answer), token],
    )
    .await?;
    work.commit().await?;
    tracing::info!(terminal = %answer.terminal, epoch, "a terminal was enrolled");
    Ok(answer)
}

/// Name of a kind of number in rows.
#[must_use]
pub fn kind_name(kind: NumberKind) -> &'static str {
    match kind {
        NumberKind::Acceptance => "acceptance",
        NumberKind::Intake => "intake",
    }
}

/// Leases a block of numbers; the same wish gets the same block.
///
/// # Errors
/// [`ErrorCode::OldEpoch`]; [`ErrorCode::Unreadable`] for a year that is not leased yet or no count;
/// [`ErrorCode::NotFound`] when the year's numbers are used up.
pub async fn lease(house: &House, terminal: &Terminal, request: &BlockRequest) -> Result<NumberBlock> {
    terminal.check_epoch(request.epoch)?;
    let today = civil_day(now());
    let next_year = request.year == today.year() + 1 && today.month() == 12;
    if (request.year != today.year() && !next_year) || request.count == 0 {
        return Err(told(ErrorCode::Unreadable));
    }
    let mut work = house.write().await?;
    let wish = format!("{}:{}", terminal.id, request.request);
    let known = one(
        &mut *work,
        "SELECT first, last, kind, year, epoch FROM number_block WHERE request = $1",
        values![wish.clone()],
    )
    .await?;
    let block = |first: u32, last: u32| NumberBlock {
        unit: terminal.unit.clone(),
        kind: request.kind,
        year: request.year,
        terminal: terminal.id,
        epoch: request.epoch,
        first,
        last,
    };
    let kind = kind_name(request.kind);
    if let Some(row) = known {
        let same =
            row.text(2)? == kind && row.int(3)? == i64::from(request.year) && row.small(4)? == request.epoch;
        return if same { Ok(block(row.small(0)?, row.small(1)?)) } else { Err(told(ErrorCode::Unreadable)) };
    }
    let counter = format!("number:{kind}:{}:{}", terminal.unit, request.year);
    let wanted = request.count.min(house.policy.largest_block);
    let last = next_number(&mut *work, &counter, wanted).await?;
    let first = last - i64::from(wanted) + 1;
    let first = u32::try_from(first).map_err(|_| told(ErrorCode::NotFound))?;
    let last = u32::try_from(last).map_or(LAST_SERIAL, |last| last.min(LAST_SERIAL));
    if first > LAST_SERIAL {
        return Err(told(ErrorCode::NotFound));
    }
    work.run(
        "INSERT INTO number_block (request, unit, kind, year, terminal, epoch, first, last) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        values![
            wish,
            terminal.unit.as_str(),
            kind,
            i64::from(request.year),
            terminal.id.to_string(),
            request.epoch,
            first,
            last
        ],
    )
    .await?;
    work.commit().await?;
    Ok(block(first, last))
}

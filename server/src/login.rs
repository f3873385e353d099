//! Log-in of officers, and certificates of their keys.

use crate::fault::{Result, told, told_later};
use crate::house::{House, Terminal, heavy, now};
use crate::rosters::told_to;
use crate::storage::{Work, next_number, one, values};
use domain::ids::OfficerId;
use domain::person::Officer;
use gm::digest::pbkdf2_hmac_sm3;
use protocol::credential::OfficerCertificate;
use protocol::error::ErrorCode;
use protocol::login::{LoginAnswer, LoginRequest};

/// After the first wrong password one second, then twice as long each time.
const FIRST_DELAY: i64 = 1000;

/// Sets an officer's password and ends any lock.
///
/// # Errors
/// When the storage or the random source fails.
pub async fn set_password(
    work: &mut dyn Work,
    officer: &OfficerId,
    password: &str,
    iterations: u32,
) -> Result<()> {
    let salt: [u8; 16] = gm::random::random_array()?;
    let secret = password.to_owned();
    let hash = heavy(move || pbkdf2_hmac_sm3(secret.as_bytes(), &salt, iterations)).await??;
    work.run("DELETE FROM account WHERE officer = $1", values![officer.as_str()]).await?;
    work.run(
        "INSERT INTO account (officer, salt, iterations, hash, failures, last_failure) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        values![officer.as_str(), salt.to_vec(), iterations, hash.to_vec(), 0_i64, 0_i64],
    )
    .await?;
    Ok(())
}

/// Whether an officer has a password.
///
/// # Errors
/// When the storage fails.
pub async fn has_password(work: &mut dyn Work, officer: &OfficerId) -> Result<bool> {
    let row = one(work, "SELECT officer FROM account WHERE officer = $1", values![officer.as_str()]).await?;
    Ok(row.is_some())
}

/// Proves an officer's password and certifies his key on this terminal.
///
/// # Errors
/// [`ErrorCode::WrongPassword`], [`ErrorCode::Locked`], [`ErrorCode::AccountClosed`].
pub async fn login(house: &House, terminal: &Terminal, request: &LoginRequest) -> Result<LoginAnswer> {
    gm::VerifyingKey::from_slice(&request.officer_key).map_err(|_| told(ErrorCode::Unreadable))?;
    let password =
        house.keys.open_envelope(&request.sealed_password).map_err(|_| told(ErrorCode::Unreadable))?;
    prove(house, &request.officer, password).await?;

    let now = now();
    let mut work = house.write().await?;
    let roster = house.rosters.present(house, &mut *work).await?.roster;
    let officer = known_here(&roster, &request.officer, terminal)?;
    let serial = next_number(&mut *work, "certificate", 1).await?;
    let certificate = OfficerCertificate {
        serial: u64::try_from(serial).unwrap_or_default(),
        officer: request.officer.clone(),
        terminal: terminal.id,
        key: request.officer_key.clone(),
        not_before: now,
        not_after: now + house.policy.certificate,
    };
    let certificate = house.keys.sign(&certificate)?;
    let database_key = release(house, &mut *work, terminal, request).await?;
    work.run("UPDATE account SET failures = 0 WHERE officer = $1", values![request.officer.as_str()]).await?;
    work.commit().await?;
    Ok(LoginAnswer { officer, certificate, database_key, now })
}

/// Opens the escrow slot of a closed store for an officer whose password was just proved, and writes it down.
async fn release(
    house: &House,
    work: &mut dyn Work,
    terminal: &Terminal,
    request: &LoginRequest,
) -> Result<Vec<u8>> {
    if request.escrow.is_empty() {
        return Ok(Vec::new());
    }
    let keys = house.keys.unit(work, &terminal.unit).await?;
    let row =
        one(work, "SELECT escrow_sealed FROM unit_key WHERE unit = $1", values![terminal.unit.as_str()])
            .await?
            .ok_or_else(|| told(ErrorCode::NotFound))?;
    let escrow = keys.escrow(row.bytes(0)?)?;
    let key = escrow.open_sealed(&request.escrow).map_err(|_| told(ErrorCode::Unreadable))?;
    let officer = gm::VerifyingKey::from_slice(&request.officer_key)?;
    crate::access::log(work, terminal, "database key", request.officer.as_str(), "").await?;
    Ok(gm::envelope::seal_to(&officer, &key)?)
}

/// The officer of the roster, when the account is open and one of its posts is on the line of the terminal's unit.
fn known_here(roster: &domain::person::Roster, officer: &OfficerId, terminal: &Terminal) -> Result<Officer> {
    let officer = roster.officer(officer).ok_or_else(|| told(ErrorCode::AccountClosed))?;
    if !officer.active {
        return Err(told(ErrorCode::AccountClosed));
    }
    let here = officer
        .posts
        .iter()
        .any(|post| roster.covers(&post.unit, &terminal.unit) || roster.covers(&terminal.unit, &post.unit));
    if here { Ok(officer.clone()) } else { Err(told(ErrorCode::NotYours)) }
}

/// Compares the password. The try is counted before it is made, so that tries side by side count too.
pub(crate) async fn prove(house: &House, officer: &OfficerId, password: Vec<u8>) -> Result<()> {
    let now = now();
    let mut work = house.write().await?;
    let row = one(
        &mut *work,
        "SELECT salt, iterations, hash, failures, last_failure FROM account WHERE officer = $1 FOR UPDATE",
        values![officer.as_str()],
    )
    .await?;
    let Some(row) = row else {
        drop(work);
        // As long as for a known name, so that the time does not tell who exists.
        let iterations = house.policy.password_iterations;
        heavy(move || pbkdf2_hmac_sm3(&password, b"nobody's salt", iterations)).await??;
        return Err(told(ErrorCode::WrongPassword));
    };
    let failures = row.small(3)?;
    let wait = waiting(house, failures, row.int(4)?, now);
    if wait > 0 {
        return Err(told_later(ErrorCode::Locked, u32::try_from(wait).unwrap_or(u32::MAX)));
    }
    // A lock that has run out leaves one try at a time.
    work.run(
        "UPDATE account SET failures = failures + 1, last_failure = $1 WHERE officer = $2",
        values![now, officer.as_str()],
    )
    .await?;
    let (salt, iterations) = (row.bytes(0)?.to_vec(), row.small(1)?);
    let stored = row.bytes(2)?.to_vec();
    work.commit().await?;
    let right = heavy(move || {
        let found = pbkdf2_hmac_sm3(&password, &salt, iterations)?;
        Ok::<_, gm::GmError>(found.as_slice() == stored.as_slice())
    })
    .await??;
    if right {
        return Ok(());
    }
    metrics::counter!("window_wrong_passwords_total").increment(1);
    Err(told(ErrorCode::WrongPassword))
}

/// How long an account still waits, milliseconds.
fn waiting(house: &House, failures: u32, last: i64, now: i64) -> i64 {
    let delay = match failures {
        0 => 0,
        many if many >= house.policy.wrong_passwords => house.policy.locked,
        few => FIRST_DELAY << (few - 1).min(16),
    };
    (last + delay - now).max(0)
}

/// The roster as a terminal is told of it.
///
/// # Errors
/// When the storage fails.
pub async fn roster(house: &House, terminal: &Terminal) -> Result<domain::person::Roster> {
    let mut work = house.read().await?;
    let present = house.rosters.present(house, &mut *work).await?;
    Ok(told_to(&present.roster, &terminal.unit))
}

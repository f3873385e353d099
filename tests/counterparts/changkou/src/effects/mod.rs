//! 业务落实: bringing decided acts into effect, once each.

mod address;
mod admit;
mod birth;
mod birth_certificate;
mod cancellation;
mod card;
mod consent;
mod creation;
mod death;
mod document;
mod entry;
mod head;
mod household_kind;
mod item;
mod item_values;
mod later;
mod leave;
mod migrants;
mod migration_in;
mod migration_out;
mod name;
mod numbering;
mod one_stop_out;
mod permit;
mod refusal;
mod request;
mod sound;
mod split;
mod target;
mod write;

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Value, json};

pub use admit::covers;
pub use item_values::is_change;
pub use later::{Mode, Reason, Resumed, TABLES as LATER_TABLES, do_due, let_go, resume, standing};
pub use refusal::{EffectError, Refusal, RefusalCode};
pub use request::{Act, Document, EffectRequest, Migrant};

use admit::{Desk, open_household, registered_person};

use crate::register::{Clock, next_count};
use crate::{history, records};

/// What an act changed.
#[derive(Debug, Default)]
pub struct Change {
    person: Option<String>,
    household: Option<String>,
    assigned: Value,
    notes: Vec<Note>,
}

/// What the act means for one person's history.
#[derive(Debug)]
struct Note {
    citizen: String,
    household: Option<String>,
    details: Value,
}

impl Note {
    fn new(citizen: &str, household: &str, details: Value) -> Self {
        Self { citizen: citizen.to_owned(), household: Some(household.to_owned()), details }
    }
}

/// A stored answer.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAnswer {
    /// HTTP status
    pub status: u16,
    /// The body, exactly as first sent
    pub body: String,
}

/// What handing over an act gives.
#[derive(Debug)]
pub enum Handed {
    /// First time under this key
    New(StoredAnswer),
    /// The same body came under this key before
    Repeated(StoredAnswer),
    /// Another body came under this key before
    KeyReused,
}

/// Who hands an act over, and under which names.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// The client, by its token
    pub client: &'a str,
    /// Its idempotency key
    pub key: &'a str,
    /// The number of the answer
    pub query_id: &'a str,
}

/// Brings an act into effect, or gives the answer it got before.
///
/// The change, the certificate's mark, the receipt and the stored answer stand in one transaction: an
/// answer that was lost on the way can always be asked for again.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub fn hand_over(
    connection: &mut Connection,
    clock: &Clock,
    caller: &Caller<'_>,
    raw: &Value,
    request: &EffectRequest,
    mode: &Mode,
) -> rusqlite::Result<Handed> {
    let Caller { client, key, query_id } = *caller;
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    if let Some((stored_request, answer)) = stored(&transaction, client, key)? {
        let same = serde_json::from_str::<Value>(&stored_request).is_ok_and(|before| &before == raw);
        return Ok(if same { Handed::Repeated(answer) } else { Handed::KeyReused });
    }
    let kind = request.act.kind();
    let stamp = clock.stamp();
    let mut answer = json!({
        "query_id": query_id, "answered_at": stamp, "idempotency_key": key,
        "case_id": request.case_id, "kind": kind,
    });
    let booklets = booklets(&transaction)?;
    let (status, state, receipt) = if let Mode::Slow { milliseconds } = mode {
        let (status, state) = later::take(&transaction, client, key, *milliseconds, &mut answer)?;
        (status, state, None)
    } else {
        match (attempt(&transaction, clock, client, key, request, &mut answer)?, mode) {
            (None, _) => (422, "refused", None),
            (Some(change), Mode::Half { refusals, reason }) => {
                let founded = self::booklets(&transaction)? != booklets;
                let half = later::HalfDone { founded, refusals: *refusals, reason };
                let (status, state) = later::leave(&transaction, client, key, change, &half, &mut answer)?;
                (status, state, None)
            }
            (Some(change), _) => {
                (200, "done", Some(finish(&transaction, clock, request, change, &mut answer)?))
            }
        }
    };
    answer["state"] = json!(state);
    let answer = StoredAnswer { status, body: answer.to_string() };
    transaction.execute(
        "INSERT INTO effect VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)",
        params![
            client,
            key,
            kind,
            request.case_id,
            raw.to_string(),
            state,
            receipt,
            answer.status,
            answer.body,
            stamp
        ],
    )?;
    transaction.commit()?;
    Ok(Handed::New(answer))
}

/// Makes the change of an act; none when the rules refuse it, and then the refusal stands in the answer.
fn attempt(
    connection: &Connection,
    clock: &Clock,
    client: &str,
    key: &str,
    request: &EffectRequest,
    answer: &mut Value,
) -> rusqlite::Result<Option<Change>> {
    connection.execute_batch("SAVEPOINT act")?;
    let result = already_in_effect(connection, client, key, request)
        .and_then(|()| check_dates(clock, request))
        .and_then(|()| apply(connection, clock, client, request));
    let change = match result {
        Ok(change) => Some(change),
        Err(EffectError::Refused(refusal)) => {
            connection.execute_batch("ROLLBACK TO act")?;
            answer["refusal"] = json!(refusal);
            None
        }
        Err(EffectError::Database(error)) => return Err(error),
    };
    connection.execute_batch("RELEASE act")?;
    Ok(change)
}

/// Draws the receipt, writes the histories, and fills the answer of an act that is done.
fn finish(
    connection: &Connection,
    clock: &Clock,
    request: &EffectRequest,
    change: Change,
    answer: &mut Value,
) -> rusqlite::Result<String> {
    let kind = request.act.kind();
    let receipt = receipt_number(connection, clock, &request.handled_by.unit)?;
    if kind == "id_card_acceptance" {
        connection.execute("UPDATE card_acceptance SET receipt = ?1 WHERE receipt = ''", params![receipt])?;
    }
    let unit = &request.handled_by.unit;
    let elsewhere = match &change.household {
        Some(number) => {
            records::household(connection, number)?.is_some_and(|one| !covers(unit, &one.owner_unit))
        }
        None => false,
    };
    for mut note in change.notes {
        if elsewhere {
            note.details["handled_by"] = json!(request.handled_by.unit);
        }
        let entry = history::Entry {
            kind: kind.to_owned(),
            receipt_number: receipt.clone(),
            case_id: request.case_id.clone(),
            household_number: note.household,
            effective_on: clock.today(),
            details: note.details,
        };
        history::note(connection, &note.citizen, &entry)?;
    }
    answer["receipt_number"] = json!(receipt);
    answer["effective_on"] = json!(clock.today());
    answer["assigned"] = change.assigned;
    answer["person"] = json!(match &change.person {
        Some(number) => records::person(connection, number)?,
        None => None,
    });
    answer["household"] = json!(match &change.household {
        Some(number) => records::household(connection, number)?,
        None => None,
    });
    Ok(receipt)
}

/// Writes a later answer over the one that was given first; one that ends the act takes it off the waiting ones.
fn close(
    connection: &Connection,
    client: &str,
    key: &str,
    status: u16,
    state: &str,
    receipt: Option<&str>,
    answer: &mut Value,
) -> rusqlite::Result<StoredAnswer> {
    answer["state"] = json!(state);
    let answer = StoredAnswer { status, body: answer.to_string() };
    connection.execute(
        "UPDATE effect SET state = ?3, receipt = ?4, status = ?5, answer = ?6 WHERE client = ?1 AND key = ?2",
        params![client, key, state, receipt, answer.status, answer.body],
    )?;
    if state != "partial" {
        connection.execute("DELETE FROM unfinished WHERE client = ?1 AND key = ?2", [client, key])?;
    }
    Ok(answer)
}

/// How many booklets were numbered by acts.
fn booklets(connection: &Connection) -> rusqlite::Result<i64> {
    let count =
        connection.query_row("SELECT value FROM counter WHERE name = 'booklet'", [], |row| row.get(0));
    Ok(count.optional()?.unwrap_or(0))
}

/// The request and answer stored under a key of this client.
///
/// # Errors
/// When the database fails.
pub fn stored(
    connection: &Connection,
    client: &str,
    key: &str,
) -> rusqlite::Result<Option<(String, StoredAnswer)>> {
    connection
        .prepare_cached("SELECT request, status, answer FROM effect WHERE client = ?1 AND key = ?2")?
        .query_row([client, key], |row| {
            Ok((row.get(0)?, StoredAnswer { status: row.get(1)?, body: row.get(2)? }))
        })
        .optional()
}

fn apply(
    connection: &Connection,
    clock: &Clock,
    client: &str,
    request: &EffectRequest,
) -> Result<Change, EffectError> {
    // Without the mark an act reaches the households of the unit that handles it and of those below.
    let unit = request.handled_by.unit.as_str();
    let client = if request.cross_station || !covers(client, unit) { client } else { unit };
    let desk = Desk { connection, clock, client, unit };
    match &request.act {
        Act::BirthRegistration(act) => birth::apply(connection, clock, client, act),
        Act::HeadChange(act) => head::apply(connection, clock, client, act),
        Act::NameChange(act) => name::apply(connection, clock, client, act),
        Act::DeathCancellation(act) => death::apply(connection, clock, client, act),
        Act::IdCardAcceptance(act) => card::apply(connection, clock, client, act),
        Act::PersonEntry(act) => entry::apply(&desk, act),
        Act::EntryPermit(act) => permit::apply(&desk, act),
        Act::OneStopOut(act) => one_stop_out::apply(&desk, act),
        Act::MigrationIn(act) => migration_in::apply(&desk, act),
        Act::AddressChange(act) => address::apply(&desk, act),
        Act::MigrationOut(act) => migration_out::apply(&desk, act),
        Act::Cancellation(act) => cancellation::apply(&desk, act),
        Act::ItemChange(act) => item::apply(&desk, act),
        Act::HouseholdSplit(act) => split::apply(&desk, act),
        Act::HouseholdCreation(act) => creation::apply(&desk, act),
        Act::DocumentIssue(act) => document::apply(&desk, act),
    }
}

/// A second key for an act that is done already would do it twice; the receipt tells the client.
fn already_in_effect(
    connection: &Connection,
    client: &str,
    key: &str,
    request: &EffectRequest,
) -> Result<(), EffectError> {
    let receipt: Option<Option<String>> = connection
        .query_row(
            "SELECT receipt FROM effect
             WHERE client = ?1 AND case_id = ?2 AND kind = ?3 AND key <> ?4 AND state <> 'refused'",
            params![client, request.case_id, request.act.kind(), key],
            |row| row.get(0),
        )
        .optional()?;
    match receipt {
        None => Ok(()),
        Some(receipt) => Err(Refusal::with(
            RefusalCode::CaseAlreadyInEffect,
            "该办件的这项业务已经落实或者正在办理，请查询原回执",
            json!({ "receipt_number": receipt }),
        )
        .into()),
    }
}

fn check_dates(clock: &Clock, request: &EffectRequest) -> Result<(), EffectError> {
    if request.decided_on > clock.today() {
        return Err(Refusal::new(RefusalCode::DateImpossible, "决定日期晚于今天").into());
    }
    Ok(())
}

fn receipt_number(connection: &Connection, clock: &Clock, unit: &str) -> rusqlite::Result<String> {
    let day = clock.today().strftime("%Y%m%d");
    let count = next_count(connection, "receipt")?;
    Ok(format!("LS{unit}{day}{count:06}"))
}

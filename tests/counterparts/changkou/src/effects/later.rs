//! Acts that are not finished at once: taken and done later, or done in part and gone on with (续办).
//!
//! What is not finished stands in its own table, so that a restart forgets nothing. The part of a half-done
//! act that is committed is the registration itself; its entry in the histories, its receipt and the number of a
//! new booklet wait.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Change, EffectRequest, Note, StoredAnswer, attempt, close, finish, stored};
use crate::register::{Clock, Register};

/// Tables of what is not finished; made on opening, so that a working copy of before keeps its acts.
pub const TABLES: &str = "
CREATE TABLE IF NOT EXISTS unfinished (
  client TEXT NOT NULL, key TEXT NOT NULL, due INTEGER, rest TEXT, refusals INTEGER NOT NULL,
  code TEXT NOT NULL, message TEXT NOT NULL, PRIMARY KEY (client, key)) WITHOUT ROWID;
";

/// What is told of an act whose end nobody ordered by the clock, in seconds.
const SOME_TIME: u64 = 3600;

/// How an act that is handed over is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// At once
    Whole,
    /// Later
    Slow {
        /// After so many milliseconds; none when it waits to be let go
        milliseconds: Option<u64>,
    },
    /// The registration only
    Half {
        /// How often going on is refused
        refusals: u32,
        /// Why
        reason: Reason,
    },
}

/// Why something is not done yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable code
    pub code: String,
    /// A sentence for the officer
    pub message: String,
}

impl Default for Reason {
    fn default() -> Self {
        Self { code: "NUMBERS_BUSY".into(), message: "编号库占用，回执和编号没有生成".into() }
    }
}

/// What a half-done act still has to write.
#[derive(Debug, Serialize, Deserialize)]
struct Rest {
    person: Option<String>,
    household: Option<String>,
    assigned: Value,
    notes: Vec<(String, Option<String>, Value)>,
    booklet: Option<(String, String)>,
}

/// Takes an act to do it later.
pub(super) fn take(
    connection: &Connection,
    client: &str,
    key: &str,
    milliseconds: Option<u64>,
    answer: &mut Value,
) -> rusqlite::Result<(u16, &'static str)> {
    let due = milliseconds.map(|wait| now() + i64::try_from(wait).unwrap_or(i64::MAX / 2));
    connection.execute("INSERT INTO unfinished VALUES (?1,?2,?3,NULL,0,'','')", params![client, key, due])?;
    answer["expected_in"] = json!(milliseconds.map_or(SOME_TIME, |wait| wait.div_ceil(1000)));
    Ok((202, "accepted"))
}

/// How an act is left half done.
pub(super) struct HalfDone<'a> {
    /// Whether it founded a household, whose booklet then waits
    pub founded: bool,
    /// Times that finishing it is refused first
    pub refusals: u32,
    /// Why it was left
    pub reason: &'a Reason,
}

/// Leaves an act half done: what it changed stands, the rest is noted down.
pub(super) fn leave(
    connection: &Connection,
    client: &str,
    key: &str,
    change: Change,
    half: &HalfDone<'_>,
    answer: &mut Value,
) -> rusqlite::Result<(u16, &'static str)> {
    let text = |name: &str| change.assigned[name].as_str().map(str::to_owned);
    let booklet = text("household_number").zip(text("booklet_number")).filter(|_| half.founded);
    if let Some((household, _)) = &booklet {
        connection.execute("UPDATE household SET booklet = '' WHERE number = ?1", params![household])?;
    }
    connection.execute(
        "UPDATE card_acceptance SET receipt = ?1 WHERE receipt = ''",
        params![waiting(client, key)],
    )?;
    answer["done"] = json!([{ "part": "records", "name": "人员和户的登记" }]);
    answer["pending"] = pending(booklet.is_some());
    answer["reason"] = json!(half.reason);
    let rest = Rest {
        person: change.person,
        household: change.household,
        assigned: change.assigned,
        notes: change.notes.into_iter().map(|note| (note.citizen, note.household, note.details)).collect(),
        booklet,
    };
    connection.execute(
        "INSERT INTO unfinished VALUES (?1,?2,NULL,?3,?4,?5,?6)",
        params![client, key, json!(rest).to_string(), half.refusals, half.reason.code, half.reason.message],
    )?;
    Ok((200, "partial"))
}

fn pending(booklet: bool) -> Value {
    let mut parts = vec![("history", "变动记录"), ("receipt", "业务回执")];
    if booklet {
        parts.insert(0, ("booklet_number", "户口簿编号"));
    }
    parts.iter().map(|(part, name)| json!({ "part": part, "name": name })).collect()
}

/// The receipt of a card application whose own is not drawn yet.
fn waiting(client: &str, key: &str) -> String {
    format!("waits {client} {key}")
}

/// How the act of a key stands now, with the time that is left.
///
/// # Errors
/// When the database fails.
pub fn standing(connection: &Connection, client: &str, key: &str) -> rusqlite::Result<Option<Value>> {
    let Some((_, answer)) = stored(connection, client, key)? else { return Ok(None) };
    let mut value: Value = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
    let due: Option<Option<i64>> = connection
        .query_row("SELECT due FROM unfinished WHERE client = ?1 AND key = ?2", [client, key], |row| {
            row.get(0)
        })
        .optional()?;
    if let Some(Some(due)) = due {
        value["expected_in"] = json!(u64::try_from(due - now()).unwrap_or(0).div_ceil(1000));
    }
    Ok(Some(value))
}

/// What going on with an act gives.
#[derive(Debug)]
pub enum Resumed {
    /// Done now, or refused again
    Answered(StoredAnswer),
    /// There was nothing to go on with: how the act stands
    Stands(StoredAnswer),
    /// No act under this key
    Unknown,
}

/// Goes on with a half-done act.
///
/// # Errors
/// When the database fails; then nothing has changed.
pub fn resume(
    connection: &mut Connection,
    clock: &Clock,
    client: &str,
    key: &str,
    query_id: &str,
) -> rusqlite::Result<Resumed> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let Some((request, answer)) = stored(&transaction, client, key)? else { return Ok(Resumed::Unknown) };
    let waits: Option<(String, u32)> = transaction
        .query_row(
            "SELECT rest, refusals FROM unfinished WHERE client = ?1 AND key = ?2 AND rest IS NOT NULL",
            [client, key],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let request: Option<EffectRequest> = serde_json::from_str(&request).ok();
    let (Some((rest, refusals)), Some(request)) = (waits, request) else {
        return Ok(Resumed::Stands(answer));
    };
    let mut value: Value = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
    value["query_id"] = json!(query_id);
    value["answered_at"] = json!(clock.stamp());
    if refusals > 0 {
        transaction.execute(
            "UPDATE unfinished SET refusals = refusals - 1 WHERE client = ?1 AND key = ?2",
            [client, key],
        )?;
        let answer = close(&transaction, client, key, 422, "partial", None, &mut value)?;
        transaction.commit()?;
        return Ok(Resumed::Answered(answer));
    }
    let rest: Rest = serde_json::from_str(&rest).map_err(|_| rusqlite::Error::InvalidQuery)?;
    if let Some((household, booklet)) = &rest.booklet {
        transaction
            .execute("UPDATE household SET booklet = ?2 WHERE number = ?1", params![household, booklet])?;
    }
    transaction.execute(
        "UPDATE card_acceptance SET receipt = '' WHERE receipt = ?1",
        params![waiting(client, key)],
    )?;
    let change = Change {
        person: rest.person,
        household: rest.household,
        assigned: rest.assigned,
        notes: rest
            .notes
            .into_iter()
            .map(|(citizen, household, details)| Note { citizen, household, details })
            .collect(),
    };
    if let Some(parts) = value.as_object_mut() {
        parts.retain(|name, _| !matches!(name.as_str(), "done" | "pending" | "reason"));
    }
    let receipt = finish(&transaction, clock, &request, change, &mut value)?;
    let answer = close(&transaction, client, key, 200, "done", Some(&receipt), &mut value)?;
    transaction.commit()?;
    Ok(Resumed::Answered(answer))
}

/// Does the acts whose time has come.
///
/// # Errors
/// When the database fails.
pub fn do_due(register: &Register) -> rusqlite::Result<usize> {
    do_these(register, "due <= ?1", params![now()])
}

/// Does acts that were taken, whatever their time: that of one key, or all.
///
/// # Errors
/// When the database fails.
pub fn let_go(register: &Register, key: Option<&str>) -> rusqlite::Result<usize> {
    match key {
        Some(key) => do_these(register, "key = ?1", params![key]),
        None => do_these(register, "true", params![]),
    }
}

fn do_these(register: &Register, which: &str, with: impl rusqlite::Params) -> rusqlite::Result<usize> {
    let mut connection = register.connection();
    let waiting: Vec<(String, String)> = connection
        .prepare_cached(&format!("SELECT client, key FROM unfinished WHERE rest IS NULL AND {which}"))?
        .query_map(with, |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (client, key) in &waiting {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Some((request, answer)) = stored(&transaction, client, key)? else { continue };
        let Ok(request) = serde_json::from_str::<EffectRequest>(&request) else { continue };
        let mut value: Value = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
        value["query_id"] = json!(register.query_id());
        value["answered_at"] = json!(register.clock().stamp());
        if let Some(parts) = value.as_object_mut() {
            parts.remove("expected_in");
        }
        let (status, state, receipt) =
            match attempt(&transaction, register.clock(), client, key, &request, &mut value)? {
                Some(change) => {
                    let receipt = finish(&transaction, register.clock(), &request, change, &mut value)?;
                    (200, "done", Some(receipt))
                }
                None => (422, "refused", None),
            };
        close(&transaction, client, key, status, state, receipt.as_deref(), &mut value)?;
        transaction.commit()?;
    }
    Ok(waiting.len())
}

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

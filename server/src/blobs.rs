//! Stored files: ciphertext in pieces, named by the hash of the whole, their keys sealed with their cases.
//!
//! A piece's object carries the SM3 of the piece in its name, so that nothing that was verified is written over.

use crate::cases;
use crate::fault::{Fault, Result, told};
use crate::house::{House, Terminal, now, unit_code};
use crate::keys::hash;
use crate::notices;
use crate::push::in_sight;
use crate::storage::{Row, Work, one, values};
use bytes::Bytes;
use domain::ids::ContentHash;
use gm::{BlobKey, Sm3Hasher, VerifyingKey, envelope};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use protocol::blob::{BlobOffer, BlobState, KeyAnswer, KeyRequest, MOST_BYTES, PIECE};
use protocol::error::ErrorCode;

/// Takes an offer: tells which pieces are missing.
///
/// # Errors
/// [`ErrorCode::TooLarge`]; [`ErrorCode::NotYours`] for a case or blob of others; [`ErrorCode::Unreadable`] for a
/// key that does not open or another length than before.
pub async fn offer(
    house: &House,
    terminal: &Terminal,
    id: &ContentHash,
    offer: &BlobOffer,
) -> Result<BlobState> {
    if offer.length > MOST_BYTES {
        return Err(told(ErrorCode::TooLarge));
    }
    if offer.length == 0 {
        return Err(told(ErrorCode::Unreadable));
    }
    let key = house.keys.open_envelope(&offer.key).map_err(|_| told(ErrorCode::Unreadable))?;
    BlobKey::from_slice(&key).map_err(|_| told(ErrorCode::Unreadable))?;
    let name = id.to_hex();
    let case = offer.case.to_string();
    let mut work = house.write().await?;
    let file = cases::look(house, &mut *work, &offer.case).await?;
    let (unit, seal) = match file {
        Some(file) => (file.unit, file.seal),
        // The act that opens the case may still be on its way.
        None => {
            let keys = house.keys.unit(&mut *work, &terminal.unit).await?;
            (terminal.unit.clone(), keys.seal(&terminal.unit))
        }
    };
    if !in_sight(house, &mut *work, terminal, &unit).await? {
        return Err(told(ErrorCode::NotYours));
    }
    match blob_row(&mut *work, &name, true).await? {
        Some(row) => {
            if !blob_in_sight(house, &mut *work, terminal, &name).await? {
                return Err(told(ErrorCode::NotYours));
            }
            if row.count(0)? != offer.length {
                return Err(told(ErrorCode::Unreadable));
            }
        }
        None => {
            work.run(
                "INSERT INTO blob (id, length, complete, terminal, at) VALUES ($1, $2, $3, $4, $5)",
                values![name.clone(), offer.length, 0_i64, terminal.id.to_string(), now()],
            )
            .await?;
        }
    }
    let known = one(
        &mut *work,
        "SELECT lock FROM blob_key WHERE blob = $1 AND case_id = $2",
        values![name.clone(), case.clone()],
    )
    .await?;
    if known.is_none() {
        let sealed = seal.seal(&key_place(&name, &case), &key)?;
        work.run(
            "INSERT INTO blob_key (blob, case_id, unit, lock, sealed_key) VALUES ($1, $2, $3, $4, $5)",
            values![name.clone(), case, unit.as_str(), seal.name(), sealed],
        )
        .await?;
    }
    let state = state_of(&mut *work, &name).await?;
    work.commit().await?;
    Ok(state)
}

fn key_place(blob: &str, case: &str) -> String {
    format!("blob key|{blob}|{case}")
}

async fn blob_row(work: &mut dyn Work, name: &str, lock: bool) -> Result<Option<Row>> {
    let statement = if lock {
        "SELECT length, complete FROM blob WHERE id = $1 FOR UPDATE"
    } else {
        "SELECT length, complete FROM blob WHERE id = $1"
    };
    Ok(one(work, statement, values![name]).await?)
}

/// Whether any case that names a blob is for a terminal's eyes.
async fn blob_in_sight(house: &House, work: &mut dyn Work, terminal: &Terminal, name: &str) -> Result<bool> {
    let rows = work.rows("SELECT unit FROM blob_key WHERE blob = $1", values![name]).await?;
    for row in rows {
        if in_sight(house, work, terminal, &unit_code(row.text(0)?)?).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The row of a blob that this terminal may touch.
async fn own_row(
    house: &House,
    work: &mut dyn Work,
    terminal: &Terminal,
    name: &str,
    lock: bool,
) -> Result<Row> {
    let row = blob_row(work, name, lock).await?;
    // Whether a blob of others is there is not told either.
    let row = row.ok_or_else(|| told(ErrorCode::NotYours))?;
    if blob_in_sight(house, work, terminal, name).await? { Ok(row) } else { Err(told(ErrorCode::NotYours)) }
}

/// The row of a blob that this terminal may read.
async fn readable_row(house: &House, work: &mut dyn Work, terminal: &Terminal, name: &str) -> Result<Row> {
    let row = blob_row(work, name, false).await?;
    let row = row.ok_or_else(|| told(ErrorCode::NotYours))?;
    if notices::may_read_blob(house, work, terminal, name).await? {
        Ok(row)
    } else {
        Err(told(ErrorCode::NotYours))
    }
}

fn piece_count(length: u64) -> u64 {
    length.div_ceil(PIECE)
}

async fn state_of(work: &mut dyn Work, name: &str) -> Result<BlobState> {
    let row = blob_row(work, name, false).await?.ok_or(Fault::Stored("blob"))?;
    let complete = row.int(1)? == 1;
    let mut missing = Vec::new();
    if !complete {
        let rows =
            work.rows("SELECT piece FROM blob_piece WHERE blob = $1 ORDER BY piece", values![name]).await?;
        let here = rows.iter().map(|row| row.count(0)).collect::<std::result::Result<Vec<_>, _>>()?;
        let all = 0..piece_count(row.count(0)?);
        missing = all
            .filter(|piece| here.binary_search(piece).is_err())
            .map(|piece| u32::try_from(piece).unwrap_or(u32::MAX))
            .collect();
    }
    Ok(BlobState { complete, missing })
}

fn object(name: &str, piece: u64, digest: &str) -> Path {
    Path::from(format!("blobs/{}/{name}/{piece}-{digest}", name.get(..2).unwrap_or("xx")))
}

/// Takes a piece; durable when this has answered.
///
/// # Errors
/// [`ErrorCode::BlobDamaged`] for a wrong length or number, [`ErrorCode::NotYours`].
pub async fn put_piece(
    house: &House,
    terminal: &Terminal,
    id: &ContentHash,
    piece: u32,
    bytes: Bytes,
) -> Result<BlobState> {
    let name = id.to_hex();
    let mut work = house.read().await?;
    let row = own_row(house, &mut *work, terminal, &name, false).await?;
    let (length, complete) = (row.count(0)?, row.int(1)? == 1);
    drop(work);
    let piece = u64::from(piece);
    let wanted = (length.saturating_sub(piece * PIECE)).min(PIECE);
    if wanted == 0 || bytes.len() as u64 != wanted {
        return Err(told(ErrorCode::BlobDamaged));
    }
    if !complete {
        let digest = hash(&bytes).to_hex();
        house
            .objects
            .put(&object(&name, piece, &digest), PutPayload::from_bytes(bytes))
            .await
            .map_err(|_| Fault::Objects("put"))?;
        let mut work = house.write().await?;
        let still_open = own_row(house, &mut *work, terminal, &name, true).await?.int(1)? == 0;
        if still_open {
            work.run("DELETE FROM blob_piece WHERE blob = $1 AND piece = $2", values![name.clone(), piece])
                .await?;
            work.run(
                "INSERT INTO blob_piece (blob, piece, digest) VALUES ($1, $2, $3)",
                values![name.clone(), piece, digest],
            )
            .await?;
            work.commit().await?;
        }
    }
    let mut work = house.read().await?;
    state_of(&mut *work, &name).await
}

async fn pieces(work: &mut dyn Work, name: &str) -> Result<Vec<(u64, String)>> {
    let rows = work
        .rows("SELECT piece, digest FROM blob_piece WHERE blob = $1 ORDER BY piece", values![name])
        .await?;
    rows.iter().map(|row| Ok((row.count(0)?, row.text(1)?.to_owned()))).collect()
}

async fn get_object(house: &House, name: &str, piece: u64, digest: &str) -> Result<Bytes> {
    let found = house.objects.get(&object(name, piece, digest)).await.map_err(|_| Fault::Objects("get"))?;
    found.bytes().await.map_err(|_| Fault::Objects("get"))
}

/// Verifies the whole and makes it readable. A repeat is a success.
///
/// # Errors
/// [`ErrorCode::BlobDamaged`] when the whole is not what its name says: all pieces are then asked for again.
pub async fn complete(house: &House, terminal: &Terminal, id: &ContentHash) -> Result<BlobState> {
    let name = id.to_hex();
    let mut work = house.read().await?;
    let row = own_row(house, &mut *work, terminal, &name, false).await?;
    let state = state_of(&mut *work, &name).await?;
    if state.complete || !state.missing.is_empty() {
        return Ok(state);
    }
    let length = row.count(0)?;
    let found = pieces(&mut *work, &name).await?;
    drop(work);
    let mut hasher = Sm3Hasher::new();
    let mut total = 0;
    for (piece, digest) in &found {
        let bytes = get_object(house, &name, *piece, digest).await?;
        total += bytes.len() as u64;
        hasher.update(&bytes);
    }
    let whole = ContentHash(hasher.finish().0);
    let mut work = house.write().await?;
    own_row(house, &mut *work, terminal, &name, true).await?;
    // A piece may have been sent again meanwhile: then what was verified is not what stands here.
    if pieces(&mut *work, &name).await? != found {
        return state_of(&mut *work, &name).await;
    }
    if whole != *id || total != length {
        work.run("DELETE FROM blob_piece WHERE blob = $1", values![name]).await?;
        work.commit().await?;
        return Err(told(ErrorCode::BlobDamaged));
    }
    work.run("UPDATE blob SET complete = 1 WHERE id = $1", values![name.clone()]).await?;
    let state = state_of(&mut *work, &name).await?;
    work.commit().await?;
    metrics::counter!("window_blobs_total").increment(1);
    Ok(state)
}

/// Gives a piece of a whole blob.
///
/// # Errors
/// [`ErrorCode::NotYours`]; [`ErrorCode::NotFound`] while it is not whole; [`ErrorCode::BlobDamaged`] when the
/// stored piece is not what was verified.
pub async fn get_piece(house: &House, terminal: &Terminal, id: &ContentHash, piece: u32) -> Result<Bytes> {
    let name = id.to_hex();
    let mut work = house.read().await?;
    let row = readable_row(house, &mut *work, terminal, &name).await?;
    if row.int(1)? != 1 {
        return Err(told(ErrorCode::NotFound));
    }
    let found = one(
        &mut *work,
        "SELECT digest FROM blob_piece WHERE blob = $1 AND piece = $2",
        values![name.clone(), piece],
    )
    .await?
    .ok_or_else(|| told(ErrorCode::NotFound))?;
    let digest = found.text(0)?.to_owned();
    drop(work);
    let bytes = get_object(house, &name, u64::from(piece), &digest).await?;
    if hash(&bytes).to_hex() == digest { Ok(bytes) } else { Err(told(ErrorCode::BlobDamaged)) }
}

/// Wraps a blob's key for the asking terminal, and writes the access down first.
///
/// # Errors
/// [`ErrorCode::NotYours`]; [`ErrorCode::NotFound`] when the case is there for the terminal and its file is not (yet).
pub async fn key(
    house: &House,
    terminal: &Terminal,
    id: &ContentHash,
    request: &KeyRequest,
) -> Result<KeyAnswer> {
    if request.blob != *id {
        return Err(told(ErrorCode::Unreadable));
    }
    let (name, case) = (id.to_hex(), request.case.to_string());
    let mut work = house.write().await?;
    let key = one(
        &mut *work,
        "SELECT unit, lock, sealed_key FROM blob_key WHERE blob = $1 AND case_id = $2",
        values![name.clone(), case.clone()],
    )
    .await?;
    let Some(row) = key else {
        // Acts come before the files they name: who may read the case is told that the file is on its way.
        let readable = match cases::look(house, &mut *work, &request.case).await? {
            Some(file) => notices::may_read(house, &mut *work, terminal, &case, &file.unit).await?,
            None => false,
        };
        return Err(told(if readable { ErrorCode::NotFound } else { ErrorCode::NotYours }));
    };
    let length = readable_row(house, &mut *work, terminal, &name).await?.count(0)?;
    let unit = unit_code(row.text(0)?)?;
    if !notices::may_read(house, &mut *work, terminal, &case, &unit).await? {
        return Err(told(ErrorCode::NotYours));
    }
    let seal = cases::seal_named(house, &mut *work, row.text(1)?).await?;
    let key = seal.open(&key_place(&name, &case), row.bytes(2)?)?;
    let to = VerifyingKey::from_slice(&terminal.key)?;
    let key = envelope::seal_to(&to, &key)?;
    crate::access::log(&mut *work, terminal, "blob key", &case, &name).await?;
    work.commit().await?;
    Ok(KeyAnswer { key, length })
}

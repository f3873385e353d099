//! Stored files: sent in pieces, taken up where it stopped; fetched with their keys.

use crate::client::Channel;
use crate::core::Core;
use crate::lane::{Next, Work};
use crate::{Result, SyncError};
use bytes::Bytes;
use domain::event::BlobRef;
use domain::ids::{CaseId, ContentHash};
use futures::future::BoxFuture;
use gm::BlobKey;
use protocol::blob::{BlobOffer, BlobState, KeyAnswer, KeyRequest, MOST_BYTES, PIECE};
use std::sync::Arc;
use std::time::Duration;
use store::blob_file;
use store::table::blob::{self, BlobRow};

/// A piece of 1 MiB at 128 kbit/s.
const ANSWER: Duration = Duration::from_secs(90);
/// Files looked at in one round.
const ROUND: u32 = 50;
/// Without any wake the files are looked at this often.
const SWEEP: Duration = Duration::from_secs(60);
/// A round over fifty files may take long; every single request has its own end.
const LONGEST_ROUND: Duration = Duration::from_secs(2 * 3600);

pub(crate) struct Blobs {
    pub(crate) core: Arc<Core>,
}

impl Work for Blobs {
    fn round(&self) -> BoxFuture<'_, Result<Next>> {
        Box::pin(async {
            let rows = self
                .core
                .blocking(|core| Ok(core.store.read(|connection| blob::unsent(connection, ROUND))?))
                .await?;
            let full = rows.len() >= ROUND as usize;
            let (mut sent, mut refused) = (0, None);
            for row in rows {
                let id = row.id;
                match send(&self.core, row).await {
                    Ok(()) => sent += 1,
                    Err(fault) if fault.is_offline() || fault.stops() => return Err(fault),
                    // One file that the server cannot take yet must not hold up the others.
                    Err(fault) => {
                        let code = fault.code();
                        self.core
                            .blocking(move |core| core.write(move |tx| blob::note_fault(tx, id, code)))
                            .await?;
                        refused = Some(fault);
                    }
                }
            }
            match refused {
                Some(fault) if sent == 0 => Err(fault),
                _ if full => Ok(Next::Now),
                Some(_) => Ok(Next::Rest(Duration::from_secs(5))),
                None => Ok(Next::Rest(SWEEP)),
            }
        })
    }

    fn longest_round(&self) -> Duration {
        LONGEST_ROUND
    }
}

async fn send(core: &Arc<Core>, row: BlobRow) -> Result<()> {
    let Some(case) = row.case else { return Ok(()) };
    let id = row.id;
    let (bytes, offer) = core
        .blocking(move |core| {
            let bytes = Bytes::from(blob_file::read_sealed(core.store.folder(), id)?);
            let key = gm::envelope::seal_to(&core.server_key, &row.key)?;
            let offer = BlobOffer { length: bytes.len() as u64, case, key };
            Ok((bytes, offer))
        })
        .await?;
    let at = format!("/v1/blobs/{id}");
    let mut state: BlobState = core.client.post(Channel::File, &at, &offer, ANSWER).await?;
    if !state.complete {
        for piece in state.missing {
            let first = usize::try_from(u64::from(piece) * PIECE).unwrap_or(usize::MAX);
            let size = usize::try_from(PIECE).unwrap_or(usize::MAX);
            if first >= bytes.len() {
                return Err(SyncError::Unproven("piece"));
            }
            let part = bytes.slice(first..bytes.len().min(first + size));
            let _: BlobState = core.client.put(&format!("{at}/{piece}"), part, ANSWER).await?;
            store::failpoint::pass("piece-not-noted");
        }
        state = core.client.post_empty(&format!("{at}/complete"), ANSWER).await?;
    }
    if !state.complete {
        return Err(SyncError::Unproven("blob"));
    }
    store::failpoint::pass("complete-not-noted");
    core.blocking(move |core| core.write(move |transaction| blob::mark_sent(transaction, id))).await?;
    core.watcher.outbox_changed();
    Ok(())
}

/// Brings a file here: the key first, for which the server checks the right, then the pieces.
pub(crate) async fn fetch(core: &Arc<Core>, case: CaseId, reference: &BlobRef) -> Result<()> {
    let id = reference.id;
    let here = core
        .blocking(move |core| {
            let row = core.store.read(|connection| blob::get(connection, id))?;
            Ok(row.is_some_and(|row| row.here) && blob_file::path(core.store.folder(), id).exists())
        })
        .await?;
    if here {
        return Ok(());
    }
    let request = KeyRequest { case, blob: id };
    let at = format!("/v1/blobs/{id}");
    let answer: KeyAnswer = core.client.post(Channel::File, &format!("{at}/key"), &request, ANSWER).await?;
    if answer.length > MOST_BYTES || answer.length == 0 {
        return Err(SyncError::Unproven("blob"));
    }
    let mut sealed = Vec::with_capacity(usize::try_from(answer.length).unwrap_or(0));
    for piece in 0..answer.length.div_ceil(PIECE) {
        let part = core.client.raw(Channel::File, &format!("{at}/{piece}"), ANSWER).await?;
        let expected = (answer.length - piece * PIECE).min(PIECE);
        if part.len() as u64 != expected {
            return Err(SyncError::Unproven("piece"));
        }
        sealed.extend_from_slice(&part);
    }
    let reference = reference.clone();
    core.blocking(move |core| keep(core, case, &reference, &answer.key, &sealed)).await
}

fn keep(core: &Core, case: CaseId, reference: &BlobRef, envelope: &[u8], sealed: &[u8]) -> Result<()> {
    let opened = core.terminal_key.open_sealed(envelope)?;
    let key = BlobKey::from_slice(&opened)?;
    if crate::credential::hash(sealed) != reference.id {
        return Err(SyncError::Unproven("blob"));
    }
    // The key is proved too: a row with a wrong one would be a picture that nobody ever sees.
    let content = gm::blob::decrypt(&key, sealed).map_err(|_| SyncError::Unproven("blob key"))?;
    if ContentHash(gm::sm3(&content).0) != reference.content {
        return Err(SyncError::Unproven("blob content"));
    }
    blob_file::write_sealed(core.store.folder(), reference.id, sealed)?;
    let row = BlobRow {
        id: reference.id,
        case: Some(case),
        content: reference.content,
        length: content.len() as u64,
        media: reference.media.clone(),
        key: key.expose().to_vec(),
        here: true,
        sent: true,
    };
    core.write(move |transaction| blob::put(transaction, &row))
}

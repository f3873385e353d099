//! Fetches the package of standard addresses, piece by piece, and takes up where it stopped.
//!
//! The package comes into the part of the store that is not searched; only when it is whole does it take the place
//! of the one before. Every piece is proven by the hash that the signed package names, before a row of it is kept.

use crate::client::Channel;
use crate::core::Core;
use crate::credential::{hash, prove};
use crate::lane::{Next, Work};
use crate::{Result, SyncError};
use domain::ids::ContentHash;
use futures::future::BoxFuture;
use protocol::addresses::{AddressPackage, AddressPiece, AddressPieceBody, AddressSite, MOST_PIECE_BYTES};
use protocol::credential::Signed;
use protocol::error::ErrorCode;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::table::addresses::{self, Coming, SiteRow};

/// The package itself has some hundred bytes a piece: tens of kilobytes.
const ANSWER: Duration = Duration::from_secs(30);
/// A piece of 200 KB at 128 kbit/s, three times.
const PIECE_ANSWER: Duration = Duration::from_secs(45);
/// A new package is told with the edition; without a word it is asked for this often.
const SWEEP: Duration = Duration::from_secs(30 * 60);
/// Addresses written in one transaction: an officer's act waits at most about ten milliseconds for it.
const BATCH: usize = 250;
/// Sites have numbers of their piece, so that a piece begun anew gives the same ones.
const NUMBERS_OF_PIECE: i64 = 1_000_000;
/// A million addresses over a line of 128 kbit/s.
const LONGEST_ROUND: Duration = Duration::from_secs(4 * 3600);

pub(crate) struct Addresses {
    core: Arc<Core>,
    asked: Mutex<Option<Instant>>,
}

impl Work for Addresses {
    fn round(&self) -> BoxFuture<'_, Result<Next>> {
        Box::pin(async {
            let core = &self.core;
            // Woken with every lane after every act: most of the time nothing was published meanwhile.
            let due = core.addresses_due.swap(false, Ordering::AcqRel) || self.is_old();
            if !due {
                return Ok(Next::Rest(SWEEP));
            }
            let done = self.refresh().await;
            match &done {
                Ok(()) => *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now()),
                Err(_) => core.addresses_due.store(true, Ordering::Release),
            }
            done.map(|()| Next::Rest(SWEEP))
        })
    }

    fn longest_round(&self) -> Duration {
        LONGEST_ROUND
    }
}

impl Addresses {
    pub(crate) fn new(core: &Arc<Core>) -> Self {
        Self { core: Arc::clone(core), asked: Mutex::new(None) }
    }

    fn is_old(&self) -> bool {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).is_none_or(|at| at.elapsed() >= SWEEP)
    }

    async fn refresh(&self) -> Result<()> {
        let core = &self.core;
        let asked = core.client.get::<Signed>(Channel::Call, "/v1/addresses", ANSWER).await;
        let signed = match asked {
            Ok(signed) => signed,
            // No addresses were published: forms take them as text.
            Err(fault) if fault.refusal() == Some(ErrorCode::NotFound) => return Ok(()),
            Err(fault) => return Err(fault),
        };
        let package = read(core, &signed)?;
        let id = hash(&signed.bytes);
        let here = core.blocking(|core| Ok(core.store.read(addresses::present)?)).await?;
        if here.is_none_or(|one| one.id != id) {
            take(core, id, signed.bytes, &package).await?;
            core.watcher.edition_changed();
        }
        while core.blocking(|core| core.write(|tx| addresses::sweep(tx))).await? {}
        Ok(())
    }
}

fn read(core: &Core, signed: &Signed) -> Result<AddressPackage> {
    let unproven = SyncError::Unproven("addresses");
    prove(&core.server_key, signed, "addresses")?;
    let package: AddressPackage =
        domain::cbor::from_slice(&signed.bytes).map_err(|_| SyncError::Unproven("addresses"))?;
    let rows: u64 = package.pieces.iter().map(|piece| u64::from(piece.rows)).sum();
    let fits = rows == u64::from(package.rows)
        && package.pieces.iter().all(|piece| piece.bytes <= MOST_PIECE_BYTES && piece.rows > 0);
    if fits { Ok(package) } else { Err(unproven) }
}

async fn take(core: &Arc<Core>, id: ContentHash, head: Vec<u8>, package: &AddressPackage) -> Result<()> {
    let mut at = loop {
        let head = head.clone();
        if let Some(at) =
            core.blocking(move |core| core.write(move |tx| addresses::begin(tx, id, &head))).await?
        {
            break at;
        }
        while core.blocking(|core| core.write(|tx| addresses::sweep(tx))).await? {}
    };
    tracing::info!(pieces = package.pieces.len(), here = at.pieces, "standard addresses are fetched");
    while let Some(piece) = package.pieces.get(at.pieces as usize) {
        let piece = piece.clone();
        let path = format!("/v1/contents/{}", piece.hash);
        let bytes = core.client.raw(Channel::File, &path, PIECE_ANSWER).await?;
        at = core.blocking(move |core| put(core, at, &piece, &bytes)).await?;
    }
    let rows = package.rows;
    let done = core.blocking(move |core| core.write(move |tx| addresses::put_in_force(tx, at, rows))).await;
    if done.is_err() {
        core.blocking(move |core| core.write(move |tx| addresses::give_up(tx, at.slot))).await?;
    }
    done
}

/// Puts a piece in batches, from the one at which it stopped.
fn put(core: &Core, mut at: Coming, piece: &AddressPiece, bytes: &[u8]) -> Result<Coming> {
    let unproven = || SyncError::Unproven("addresses");
    if hash(bytes) != piece.hash {
        return Err(unproven());
    }
    let body: AddressPieceBody = domain::cbor::from_slice(bytes).map_err(|_| unproven())?;
    let rows: usize = body.sites.iter().map(|site| site.rooms.len()).sum();
    if rows != piece.rows as usize {
        return Err(unproven());
    }
    let first = i64::from(at.pieces) * NUMBERS_OF_PIECE;
    let batches = batches(first, body.sites);
    let count = batches.len();
    for (place, batch) in batches.into_iter().enumerate().skip(at.batches as usize) {
        let last = place + 1 == count;
        at = core.write(move |tx| addresses::put(tx, at, &batch, last))?;
    }
    Ok(at)
}

/// Cuts sites into batches; a large site falls into more than one.
fn batches(first: i64, sites: Vec<AddressSite>) -> Vec<Vec<SiteRow>> {
    let mut done = Vec::new();
    let mut batch: Vec<SiteRow> = Vec::new();
    let mut left = BATCH;
    for (id, site) in (first..).zip(sites) {
        let rooms: Vec<(u32, String, String)> =
            (0_u32..).zip(site.rooms).map(|(place, (code, rest))| (place, code, rest)).collect();
        let mut rooms = rooms.as_slice();
        loop {
            let taken = rooms.len().min(left);
            batch.push(SiteRow {
                id,
                division: site.division.clone(),
                station: site.station.clone(),
                text: site.text.clone(),
                initials: site.initials.clone(),
                rooms: rooms[..taken].to_vec(),
            });
            rooms = &rooms[taken..];
            left -= taken;
            if left == 0 {
                done.push(std::mem::take(&mut batch));
                left = BATCH;
            }
            if rooms.is_empty() {
                break;
            }
        }
    }
    if !batch.is_empty() {
        done.push(batch);
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_every_address_once_and_in_order() {
        let site = |rooms: usize| AddressSite {
            division: "999901".into(),
            station: String::new(),
            text: "槐荫路18号".into(),
            initials: Vec::new(),
            rooms: (0..rooms).map(|room| (room.to_string(), String::new())).collect(),
        };
        let cut = batches(7, vec![site(1), site(BATCH * 2), site(0), site(3)]);
        let sizes: Vec<usize> =
            cut.iter().map(|batch| batch.iter().map(|site| site.rooms.len()).sum()).collect();
        assert_eq!(sizes, [BATCH, BATCH, 4]);
        let second: Vec<u32> = cut
            .iter()
            .flatten()
            .filter(|site| site.id == 8)
            .flat_map(|site| site.rooms.iter().map(|room| room.0))
            .collect();
        assert_eq!(second, (0..u32::try_from(BATCH * 2).unwrap()).collect::<Vec<_>>());
    }
}

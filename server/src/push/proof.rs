//! Signatures of an act: delegation, certificate, server key; session key on each event, officer key on decisions.

use crate::fault::Result;
use crate::house::{House, Terminal, heavy};
use crate::keys::{hash, holds};
use crate::storage::{one, values};
use domain::act::Act;
use domain::event::{EventRecord, SCHEMA};
use domain::ids::ContentHash;
use protocol::credential::{DELEGATION_MILLISECONDS, Delegation, OfficerCertificate, Signed};
use protocol::push::RejectCode;
use std::collections::HashMap;

/// Clocks of a terminal and the server may differ by so much before a certificate counts as not yet valid.
const SKEW: i64 = 5 * 60 * 1000;

/// A delegation whose signatures hold.
#[derive(Debug, Clone)]
pub(super) struct Paper {
    pub(super) delegation: Delegation,
    pub(super) certificate: OfficerCertificate,
    pub(super) signed: Signed,
}

/// The delegations that came with a push, by hash, as far as they hold.
pub(super) struct Papers(HashMap<ContentHash, Paper>);

impl Papers {
    pub(super) async fn read(house: &House, delegations: &[Signed]) -> Result<Self> {
        let server = house.keys.public_bytes();
        let all: Vec<Signed> = delegations.to_vec();
        let found = heavy(move || {
            all.into_iter()
                .filter_map(|signed| Some((hash(&signed.bytes), check_paper(&server, signed)?)))
                .collect()
        })
        .await?;
        Ok(Self(found))
    }

    async fn find(&self, house: &House, name: &ContentHash) -> Result<Option<Paper>> {
        if let Some(paper) = self.0.get(name) {
            return Ok(Some(paper.clone()));
        }
        let mut work = house.read().await?;
        let row =
            one(&mut *work, "SELECT body, signature FROM delegation WHERE hash = $1", values![name.to_hex()])
                .await?;
        let Some(row) = row else { return Ok(None) };
        let signed = Signed { bytes: row.bytes(0)?.to_vec(), signature: row.bytes(1)?.to_vec() };
        let server = house.keys.public_bytes();
        heavy(move || check_paper(&server, signed)).await
    }
}

/// Reads a delegation and checks the chain up to the server's key. A delegation names the officer by the
/// certificate, lasts at most a shift, and begins while the certificate is valid.
fn check_paper(server: &[u8], signed: Signed) -> Option<Paper> {
    let delegation: Delegation = domain::cbor::from_slice(&signed.bytes).ok()?;
    if domain::cbor::to_vec(&delegation) != signed.bytes {
        return None;
    }
    let certificate: OfficerCertificate = domain::cbor::from_slice(&delegation.certificate.bytes).ok()?;
    let span = delegation.not_after.checked_sub(delegation.not_before)?;
    let fits = certificate.terminal == delegation.terminal
        && (0..=DELEGATION_MILLISECONDS).contains(&span)
        && delegation.not_before >= certificate.not_before - SKEW
        && delegation.not_before <= certificate.not_after;
    let good = fits
        && holds(server, &delegation.certificate.bytes, &delegation.certificate.signature)
        && holds(&certificate.key, &signed.bytes, &signed.signature);
    good.then_some(Paper { delegation, certificate, signed })
}

/// An act whose signatures hold.
pub(super) struct ProvedAct {
    pub(super) act: Act,
    pub(super) records: Vec<EventRecord>,
    pub(super) hashes: Vec<ContentHash>,
    pub(super) paper: Paper,
    /// Whether envelope and bytes are consistent; signed, but a lie.
    pub(super) consistent: bool,
}

/// What came of reading an act.
pub(super) enum ReadAct {
    /// Its signatures hold.
    Proved(Box<ProvedAct>),
    /// It does not read, or is signed by nobody who may.
    Refused(Option<Box<Act>>, RejectCode),
}

pub(super) async fn read(
    house: &House,
    terminal: &Terminal,
    epoch: u32,
    bytes: &[u8],
    papers: &Papers,
) -> Result<ReadAct> {
    let act = match Act::from_bytes(bytes) {
        Ok(act) if act.to_bytes() == bytes && !act.events.is_empty() => act,
        _ => return Ok(ReadAct::Refused(None, RejectCode::Unreadable)),
    };
    let refused = |act, code| Ok(ReadAct::Refused(Some(Box::new(act)), code));
    let Some(paper) = papers.find(house, &act.delegation).await? else {
        return refused(act, RejectCode::BadSignature);
    };
    if paper.delegation.terminal != terminal.id {
        return refused(act, RejectCode::BadSignature);
    }
    let mut records = Vec::with_capacity(act.events.len());
    let mut exact = true;
    for one in &act.events {
        let Ok(record) = EventRecord::from_bytes(&one.bytes) else {
            return refused(act, RejectCode::Unreadable);
        };
        exact &= record.to_bytes() == one.bytes;
        records.push(record);
    }
    let keys = (paper.delegation.session_key.clone(), paper.certificate.key.clone());
    let (act, records, good) = heavy(move || {
        let good = act.events.iter().zip(&records).all(|(one, record)| {
            let key = if record.event.wants_officer_key() { &keys.1 } else { &keys.0 };
            holds(key, &one.bytes, &one.signature)
        });
        (act, records, good)
    })
    .await?;
    if !good {
        return refused(act, RejectCode::BadSignature);
    }
    let hashes = act.events.iter().map(|one| hash(&one.bytes)).collect();
    let consistent = (exact && envelopes_fit(&act, &records, &paper, terminal, epoch))
        || crate::mutants::planted("context-not-compared");
    Ok(ReadAct::Proved(Box::new(ProvedAct { act, records, hashes, paper, consistent })))
}

/// Whether every event's envelope says what the act and the delegation say.
fn envelopes_fit(act: &Act, records: &[EventRecord], paper: &Paper, terminal: &Terminal, epoch: u32) -> bool {
    let context = &act.context;
    context.terminal == terminal.id
        && context.actor.officer == paper.certificate.officer
        && context.actor.post == paper.delegation.post
        && records.iter().enumerate().all(|(at, record)| {
            record.schema == SCHEMA
                && record.case == act.case
                && record.terminal == terminal.id
                && record.epoch == epoch
                && record.command == act.id
                && usize::from(record.index) == at
                && usize::from(record.count) == records.len()
                && record.actor == context.actor
                && record.time == context.time
        })
}

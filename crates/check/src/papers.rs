//! Who signed: certificate, delegation, keys, up to the server's key of the enrolment.

use crate::open::{Opened, sm3};
use domain::event::EventRecord;
use domain::ids::ContentHash;
use gm::{Signature, VerifyingKey};
use protocol::credential::{Delegation, OfficerCertificate, Signed};
use rusqlite::OptionalExtension;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Whether a signature holds.
pub(crate) fn holds(key: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
    match (VerifyingKey::from_slice(key), Signature::from_slice(signature)) {
        (Ok(key), Ok(signature)) => key.verify(bytes, &signature).is_ok(),
        _ => false,
    }
}

/// A delegation with its certificate, proved.
struct Paper {
    delegation: Delegation,
    certificate: OfficerCertificate,
}

/// Delegations by name; none for one that does not hold.
#[derive(Default)]
pub(crate) struct Papers(HashMap<ContentHash, Option<Paper>>);

impl Papers {
    /// Whether an event was signed by whom its delegation names.
    pub(crate) fn signed(
        &mut self,
        opened: &Opened,
        delegation: ContentHash,
        record: &EventRecord,
        bytes: &[u8],
        signature: &[u8],
    ) -> rusqlite::Result<bool> {
        let paper = match self.0.entry(delegation) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(prove(opened, delegation)?),
        };
        let Some(paper) = paper else { return Ok(false) };
        // Decisions are signed with the officer's own key, everything else with that of the session.
        let key = if record.event.wants_officer_key() {
            &paper.certificate.key
        } else {
            &paper.delegation.session_key
        };
        Ok(paper.delegation.terminal == record.terminal
            && paper.delegation.post == record.actor.post
            && paper.certificate.officer == record.actor.officer
            && holds(key, bytes, signature))
    }
}

fn prove(opened: &Opened, name: ContentHash) -> rusqlite::Result<Option<Paper>> {
    let bytes: Option<Vec<u8>> = opened
        .connection
        .query_row("SELECT bytes FROM content WHERE hash = ?1", [name.0.as_slice()], |row| row.get(0))
        .optional()?;
    Ok(bytes.and_then(|bytes| read(opened, name, &bytes)))
}

fn read(opened: &Opened, name: ContentHash, bytes: &[u8]) -> Option<Paper> {
    let signed: Signed = domain::cbor::from_slice(bytes).ok()?;
    let delegation: Delegation = domain::cbor::from_slice(&signed.bytes).ok()?;
    let said = &delegation.certificate;
    let certificate: OfficerCertificate = domain::cbor::from_slice(&said.bytes).ok()?;
    let good = sm3(&signed.bytes) == name
        && holds(opened.enrolment.server_key.as_bytes(), &said.bytes, &said.signature)
        && holds(&certificate.key, &signed.bytes, &signed.signature)
        && certificate.terminal == delegation.terminal;
    good.then_some(Paper { delegation, certificate })
}

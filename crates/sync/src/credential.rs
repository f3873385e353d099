//! Delegations in the store: kept under the SM3 of their signed bytes, as acts and events name them.

use crate::{Result, SyncError};
use domain::ids::ContentHash;
use gm::{Signature, VerifyingKey};
use protocol::credential::{DELEGATION_MILLISECONDS, Delegation, OfficerCertificate, Signed};
use store::{Connection, table};

/// Clocks of a terminal and the server may differ by so much before a certificate counts as not yet valid: five
/// minutes, as the server allows.
const SKEW: i64 = 5 * 60 * 1000;

/// Keeps a delegation where the push finds it. Gives the hash by which acts and events name it.
///
/// # Errors
/// When the database cannot be written.
pub fn keep_delegation(connection: &Connection, delegation: &Signed) -> store::Result<ContentHash> {
    let name = hash(&delegation.bytes);
    table::content::put(connection, name, &domain::cbor::to_vec(delegation))?;
    Ok(name)
}

/// A delegation that was kept.
///
/// # Errors
/// When the database cannot be read, or what lies under the name is none.
pub fn delegation(connection: &Connection, name: ContentHash) -> store::Result<Option<Signed>> {
    let Some(bytes) = table::content::get(connection, name)? else { return Ok(None) };
    domain::cbor::from_slice(&bytes).map(Some).map_err(|_| store::StoreError::Unreadable("content"))
}

/// A delegation with its certificate, both read.
#[derive(Debug, Clone)]
pub(crate) struct Paper {
    pub(crate) delegation: Delegation,
    pub(crate) certificate: OfficerCertificate,
}

impl Paper {
    pub(crate) fn read(signed: &Signed) -> Result<Self> {
        let delegation: Delegation =
            domain::cbor::from_slice(&signed.bytes).map_err(|_| SyncError::Unproven("delegation"))?;
        let certificate = domain::cbor::from_slice(&delegation.certificate.bytes)
            .map_err(|_| SyncError::Unproven("certificate"))?;
        Ok(Self { delegation, certificate })
    }

    /// Reads a delegation and checks it up to the server's key.
    pub(crate) fn prove(signed: &Signed, server: &VerifyingKey) -> Result<Self> {
        let paper = Self::read(signed)?;
        let (delegation, certificate) = (&paper.delegation, &paper.certificate);
        prove(server, &delegation.certificate, "certificate")?;
        let officer = VerifyingKey::from_slice(&certificate.key)?;
        prove(&officer, signed, "delegation")?;
        let span = delegation.not_after.saturating_sub(delegation.not_before);
        let fits = delegation.terminal == certificate.terminal
            && (0..=DELEGATION_MILLISECONDS).contains(&span)
            && delegation.not_before >= certificate.not_before - SKEW
            && delegation.not_before <= certificate.not_after;
        if fits { Ok(paper) } else { Err(SyncError::Unproven("delegation")) }
    }

    /// Whether an event was signed with the session's key, or, as decisions are, with the officer's own.
    pub(crate) fn signed(&self, bytes: &[u8], signature: &[u8]) -> bool {
        [&self.delegation.session_key, &self.certificate.key].into_iter().any(|key| {
            let (Ok(key), Ok(signature)) = (VerifyingKey::from_slice(key), Signature::from_slice(signature))
            else {
                return false;
            };
            key.verify(bytes, &signature).is_ok()
        })
    }
}

/// Checks a signature.
pub(crate) fn prove(key: &VerifyingKey, signed: &Signed, what: &'static str) -> Result<()> {
    let signature = Signature::from_slice(&signed.signature).map_err(|_| SyncError::Unproven(what))?;
    key.verify(&signed.bytes, &signature).map_err(|_| SyncError::Unproven(what))
}

/// SM3 as the domain carries it.
pub(crate) fn hash(bytes: &[u8]) -> ContentHash {
    ContentHash(gm::sm3(bytes).0)
}

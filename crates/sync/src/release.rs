//! Proves a release of definitions before it is put in force here.

use crate::credential::hash;
use crate::{ReleaseFault, Result, SyncError};
use domain::ids::ContentHash;
use domain::matter::MatterDefinition;
use gm::{Signature, VerifyingKey};
use protocol::credential::Signed;
use protocol::edition::{Edition, PublisherCertificate, Release, ReleasedMatter};
use serde::{Deserialize, Serialize};

/// The release in force here: what a later one has to go beyond.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InForce {
    pub(crate) number: u64,
    pub(crate) name: ContentHash,
}

fn holds(key: &VerifyingKey, signed: &Signed) -> bool {
    Signature::from_slice(&signed.signature).is_ok_and(|one| key.verify(&signed.bytes, &one).is_ok())
}

/// Proves what an edition wants to put in force: the server's key certified the publisher, the publisher signed the
/// release, the edition names exactly what the release names, and the release is not older than the one here. None
/// for a server that has no definitions at all.
pub(crate) fn prove(
    server: &VerifyingKey,
    edition: &Edition,
    here: Option<&InForce>,
) -> Result<Option<InForce>> {
    let Some(signed) = &edition.release else {
        let nothing = edition.definitions.is_empty()
            && [edition.codes, edition.calendar].iter().all(|name| *name == ContentHash::ZERO);
        return if nothing && here.is_none() { Ok(None) } else { Err(ReleaseFault::Unsigned.into()) };
    };
    let forged = || SyncError::from(ReleaseFault::Forged);
    if !holds(server, &signed.certificate) {
        return Err(forged());
    }
    let certificate: PublisherCertificate =
        domain::cbor::from_slice(&signed.certificate.bytes).map_err(|_| forged())?;
    let publisher = VerifyingKey::from_slice(&certificate.key).map_err(|_| forged())?;
    if certificate.purpose != PublisherCertificate::PURPOSE || !holds(&publisher, &signed.release) {
        return Err(forged());
    }
    let release: Release = domain::cbor::from_slice(&signed.release.bytes).map_err(|_| forged())?;
    let same = release.codes == edition.codes
        && release.calendar == edition.calendar
        && release.packages == edition.packages
        && release.matters.iter().map(|(id, one)| (id, &one.definition)).eq(&edition.definitions);
    if !same {
        return Err(forged());
    }
    let wanted = InForce { number: release.number, name: hash(&signed.release.bytes) };
    match here {
        Some(here) if wanted.number < here.number => Err(ReleaseFault::Older.into()),
        // One number is one release for ever.
        Some(here) if wanted.number == here.number && wanted.name != here.name => Err(forged()),
        _ => Ok(Some(wanted)),
    }
}

/// Whether a definition that came is the one that the release says, and can be read by this program.
pub(crate) fn readable(matter: &domain::ids::MatterId, named: &ReleasedMatter, bytes: &[u8]) -> Result<()> {
    let definition =
        MatterDefinition::from_bytes(bytes).map_err(|_| SyncError::from(ReleaseFault::Unreadable))?;
    if definition.id == *matter && definition.version == named.version {
        Ok(())
    } else {
        Err(ReleaseFault::Forged.into())
    }
}

#[cfg(test)]
mod tests;

//! Releases of definitions: one chain, each signed by a publisher whom this server certified, everything that one
//! names is kept, and the last one is in force.

use super::Report;
use crate::fault::{Fault, Result};
use crate::house::House;
use crate::keys::{hash, holds};
use crate::storage::{Work, one, values};
use domain::ids::ContentHash;
use protocol::edition::{Edition, PublisherCertificate, Release};

pub(super) async fn check(house: &House, work: &mut dyn Work, report: &mut Report) -> Result<()> {
    let server = house.keys.public_bytes();
    let rows = work
        .rows(
            "SELECT number, body, signature, certificate, certificate_signature FROM definition_release \
             ORDER BY number",
            values![],
        )
        .await?;
    let mut head = ContentHash::ZERO;
    let mut last = None;
    for (at, row) in rows.iter().enumerate() {
        report.releases += 1;
        let number = row.count(0)?;
        let (body, certificate) = (row.bytes(1)?, row.bytes(3)?);
        let certified: Option<PublisherCertificate> = domain::cbor::from_slice(certificate).ok();
        let publisher = certified.filter(|one| one.purpose == PublisherCertificate::PURPOSE);
        let signed = holds(&server, certificate, row.bytes(4)?)
            && publisher.is_some_and(|one| holds(&one.key, body, row.bytes(2).unwrap_or_default()));
        report.must(signed, || format!("release {number}: its signatures do not hold"));
        let Ok(release) = domain::cbor::from_slice::<Release>(body) else {
            report.must(false, || format!("release {number} does not read"));
            continue;
        };
        let fits = number == at as u64 + 1 && release.number == number && release.previous == head;
        report.must(fits, || format!("release {number} does not fit the one before"));
        let named = release.matters.values().map(|one| &one.definition);
        for name in named.chain([&release.codes, &release.calendar]).chain(&release.packages) {
            let kept = one(work, "SELECT kind FROM content WHERE hash = $1", values![name.to_hex()]).await?;
            report.must(kept.is_some(), || format!("release {number}: content {name} is not kept"));
        }
        head = hash(body);
        last = Some(body.to_vec());
    }
    let edition = one(work, "SELECT body FROM edition ORDER BY version DESC LIMIT 1", values![]).await?;
    if let (Some(edition), Some(last)) = (edition, last) {
        let edition: Edition =
            domain::cbor::from_slice(edition.bytes(0)?).map_err(|_| Fault::Stored("edition"))?;
        let in_force = edition.release.is_some_and(|one| one.release.bytes == last);
        report.must(in_force, || "the last release is not in force".to_owned());
    }
    Ok(())
}

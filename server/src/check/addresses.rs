//! Packages of standard addresses: signed by this server, and the pieces of the one in force and the one before it
//! are kept as the package names them.

use super::Report;
use crate::fault::Result;
use crate::house::House;
use crate::keys::holds;
use crate::storage::{Work, one, values};
use protocol::addresses::AddressPackage;
use protocol::credential::Signed;
use std::collections::BTreeSet;

/// Packages whose pieces are kept: a terminal may be in the middle of the one before.
const KEPT: usize = 2;

pub(super) async fn check(house: &House, work: &mut dyn Work, report: &mut Report) -> Result<()> {
    let server = house.keys.public_bytes();
    let rows =
        work.rows("SELECT version, body FROM address_package ORDER BY version DESC", values![]).await?;
    for (at, row) in rows.iter().enumerate() {
        let version = row.int(0)?;
        let signed = domain::cbor::from_slice::<Signed>(row.bytes(1)?).ok();
        let signed = signed.filter(|one| holds(&server, &one.bytes, &one.signature));
        let package = signed.and_then(|one| domain::cbor::from_slice::<AddressPackage>(&one.bytes).ok());
        let Some(package) = package else {
            report.must(false, || format!("addresses {version}: the package is not what this server signed"));
            continue;
        };
        if at < KEPT {
            check_pieces(work, report, version, &package).await?;
        }
    }
    Ok(())
}

async fn check_pieces(
    work: &mut dyn Work,
    report: &mut Report,
    version: i64,
    package: &AddressPackage,
) -> Result<()> {
    let rows = work.rows("SELECT hash FROM address_piece WHERE version = $1", values![version]).await?;
    let noted: BTreeSet<&str> = rows.iter().map(|row| row.text(0)).collect::<std::result::Result<_, _>>()?;
    let named: BTreeSet<String> = package.pieces.iter().map(|piece| piece.hash.to_hex()).collect();
    let fits = noted.len() == named.len() && named.iter().all(|name| noted.contains(name.as_str()));
    report.must(fits, || format!("addresses {version}: other pieces are kept than the package names"));
    for piece in &package.pieces {
        let name = piece.hash.to_hex();
        let kept = one(work, "SELECT body FROM content WHERE hash = $1", values![name.clone()]).await?;
        let length = kept.as_ref().map(|row| row.bytes(0).map(<[u8]>::len)).transpose()?;
        let whole = length == Some(piece.bytes as usize);
        report.must(whole, || format!("addresses {version}: piece {name} is not kept whole"));
    }
    Ok(())
}

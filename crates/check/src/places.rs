//! The server's places: signature, event, order.

use crate::chain::Found;
use crate::open::{Opened, sm3};
use crate::papers::holds;
use crate::report::{Part, Report};
use domain::ids::{CaseId, ContentHash};
use protocol::pull::Place;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn check(opened: &Opened, found: &Found, report: &mut Report) -> rusqlite::Result<()> {
    let rows =
        opened.rows("SELECT id, place, place_signature FROM event WHERE version IS NOT NULL", [], |row| {
            Ok((
                crate::open::name(row, 0)?,
                row.get::<_, Option<Vec<u8>>>(1)?,
                row.get::<_, Option<Vec<u8>>>(2)?,
            ))
        })?;
    let places: BTreeMap<_, _> =
        rows.into_iter().map(|(id, place, signature)| (id, (place, signature))).collect();
    // A case that this terminal had to forget keeps its own events only: its places have gaps then.
    let forgotten: BTreeSet<CaseId> =
        found.events.iter().filter(|one| one.dropped).map(|one| one.record.case).collect();
    let mut heads: BTreeMap<CaseId, (u64, ContentHash)> = BTreeMap::new();
    for event in &found.events {
        let Some(version) = event.version else { continue };
        report.places += 1;
        let (id, case) = (event.record.id, event.record.case);
        let Some((Some(bytes), Some(signature))) = places.get(&id.0) else {
            report.must(Part::Places, false, || format!("事件 {id} 有位次而没有服务器的凭据"));
            continue;
        };
        let signed = holds(opened.enrolment.server_key.as_bytes(), bytes, signature);
        report.must(Part::Places, signed, || format!("事件 {id} 的位次没有服务器的有效签名"));
        let Ok(place) = domain::cbor::from_slice::<Place>(bytes) else {
            report.must(Part::Places, false, || format!("事件 {id} 的位次读不出来"));
            continue;
        };
        let (before, head) = heads.get(&case).copied().unwrap_or((0, ContentHash::ZERO));
        let fits = place.case == case && place.version == version && place.event == sm3(&event.bytes);
        report.must(Part::Places, fits, || format!("事件 {id} 的位次说的是别的事件"));
        let follows = version == before + 1 && place.previous == head;
        report.must(Part::Places, follows || forgotten.contains(&case), || {
            format!("办件 {case} 的第 {version} 位接不上前一位")
        });
        heads.insert(case, (version, sm3(bytes)));
    }
    Ok(())
}

//! The place chain of every case, and the author's signature on every event.

use super::{Found, PlacedFacts, Report};
use crate::cases::StoredEvent;
use crate::fault::Result;
use crate::house::{House, unit_code};
use crate::keys::{Seal, hash, holds};
use crate::storage::{Row, Work, one, values};
use domain::event::{Event, EventRecord};
use domain::ids::ContentHash;
use protocol::credential::{Delegation, OfficerCertificate};
use protocol::pull::Place;
use std::collections::HashMap;

/// Session keys by delegation, as far as their signatures hold.
type Sessions = HashMap<ContentHash, Option<(Delegation, OfficerCertificate)>>;

pub(super) async fn check(house: &House, work: &mut dyn Work, report: &mut Report) -> Result<Found> {
    let mut found = Found::default();
    let mut sessions = Sessions::new();
    let rows =
        work.rows("SELECT id, unit, wrapped, version, head FROM case_file ORDER BY id", values![]).await?;
    for row in rows {
        report.cases += 1;
        let case = row.text(0)?.to_owned();
        let unit = unit_code(row.text(1)?)?;
        let seal = house.keys.unit(work, &unit).await?.case(&case, row.bytes(2)?);
        let Ok(seal) = seal else {
            report.must(false, || format!("case {case}: its key does not open"));
            continue;
        };
        check_case(house, work, report, &mut found, &mut sessions, &case, &seal, &row).await?;
    }
    Ok(found)
}

#[allow(clippy::too_many_arguments)]
async fn check_case(
    house: &House,
    work: &mut dyn Work,
    report: &mut Report,
    found: &mut Found,
    sessions: &mut Sessions,
    case: &str,
    seal: &Seal,
    row: &Row,
) -> Result<()> {
    let server = house.keys.public_bytes();
    let rows = work
        .rows(
            "SELECT version, id, sealed, delegation, terminal, epoch, author_seq FROM event \
             WHERE case_id = $1 ORDER BY version",
            values![case],
        )
        .await?;
    let mut head = ContentHash::ZERO;
    for (at, event) in rows.iter().enumerate() {
        let version = event.count(0)?;
        let fault = |what: &str| format!("case {case}, place {version}: {what}");
        report.events += 1;
        report.must(version == at as u64 + 1, || fault("a place is missing before it"));
        let opened = seal.open(&format!("event|{version}"), event.bytes(2)?);
        let stored: Option<StoredEvent> = opened.ok().and_then(|bytes| domain::cbor::from_slice(&bytes).ok());
        let Some(stored) = stored else {
            report.must(false, || fault("the event does not open"));
            continue;
        };
        let place: Option<Place> = domain::cbor::from_slice(&stored.place.bytes).ok();
        let (Some(place), Ok(record)) = (place, EventRecord::from_bytes(&stored.event)) else {
            report.must(false, || fault("place or event does not read"));
            continue;
        };
        let event_hash = hash(&stored.event);
        let place_fits = place.version == version
            && place.case.to_string() == case
            && place.event == event_hash
            && place.previous == head;
        report.must(place_fits, || fault("the chain of places is broken"));
        report.must(holds(&server, &stored.place.bytes, &stored.place.signature), || {
            fault("the server's signature does not hold")
        });
        head = hash(&stored.place.bytes);
        let row_fits = record.id.to_string() == event.text(1)?
            && record.case.to_string() == case
            && record.terminal.to_string() == event.text(4)?
            && record.epoch == event.small(5)?
            && record.seq == event.count(6)?;
        report.must(row_fits, || fault("row and event differ"));
        let delegation = session(house, work, sessions, event.hash(3)?).await?;
        let signed = delegation.is_some_and(|(delegation, certificate)| {
            let decision = record.event.wants_officer_key();
            let key = if decision { &certificate.key } else { &delegation.session_key };
            delegation.terminal == record.terminal
                && delegation.post == record.actor.post
                && holds(key, &stored.event, &stored.signature)
        });
        report.must(signed, || fault("the author's signature does not hold"));
        note_numbers(found, case, &record);
        let facts = PlacedFacts {
            case: case.to_owned(),
            version,
            hash: event_hash,
            previous: record.previous,
            author: (record.terminal.to_string(), record.epoch, record.seq),
        };
        let twice = found.placed.insert(record.id.to_string(), facts).is_some();
        report.must(!twice, || fault("the event has two places"));
    }
    let ends = row.count(3)? == rows.len() as u64 && row.hash(4)? == head;
    report.must(ends, || format!("case {case}: its row does not name its last place"));
    Ok(())
}

async fn session(
    house: &House,
    work: &mut dyn Work,
    sessions: &mut Sessions,
    name: ContentHash,
) -> Result<Option<(Delegation, OfficerCertificate)>> {
    if let Some(known) = sessions.get(&name) {
        return Ok(known.clone());
    }
    let row =
        one(work, "SELECT body, signature FROM delegation WHERE hash = $1", values![name.to_hex()]).await?;
    let delegation = row.and_then(|row| {
        let (body, signature) = (row.bytes(0).ok()?, row.bytes(1).ok()?);
        let delegation: Delegation = domain::cbor::from_slice(body).ok()?;
        let certificate: OfficerCertificate = domain::cbor::from_slice(&delegation.certificate.bytes).ok()?;
        let signed = &delegation.certificate;
        let good = hash(body) == name
            && holds(&house.keys.public_bytes(), &signed.bytes, &signed.signature)
            && holds(&certificate.key, body, signature);
        good.then_some((delegation, certificate))
    });
    sessions.insert(name, delegation.clone());
    Ok(delegation)
}

fn note_numbers(found: &mut Found, case: &str, record: &EventRecord) {
    let (Event::Submitted { number: Some(number), .. } | Event::AcceptanceConfirmed { number, .. }) =
        &record.event
    else {
        return;
    };
    found.numbers.push((case.to_owned(), number.clone(), record.terminal.to_string(), record.epoch));
}

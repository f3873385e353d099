//! Places in the case: the server's chain, the numbering of changes, the tokens for finding people.

use super::judge::Bench;
use crate::cases::{CaseFile, StoredEvent, event_place};
use crate::fault::Result;
use crate::keys::{Seal, hash};
use crate::rosters::tree;
use crate::storage::{next_number, one, values};
use domain::case::Case;
use domain::command::Command;
use domain::event::Event;
use domain::ids::{ContentHash, UnitCode};
use domain::matter::{FieldKind, MatterDefinition};
use protocol::pull::Place;
use protocol::push::PushOutcome;
use std::collections::BTreeSet;

/// Gives every event of an act its place.
pub(super) async fn place(
    bench: &mut Bench<'_>,
    definition: &MatterDefinition,
    mut case: Case,
    now: i64,
) -> Result<PushOutcome> {
    let proved = bench.proved;
    let act = &proved.act;
    let name = act.case.to_string();
    if bench.file.is_none() {
        bench.file = Some(open_file(bench, &definition.id.0, now).await?);
    }
    keep_delegation(bench).await?;
    let Some(file) = &mut bench.file else { return Err(crate::fault::Fault::Ended) };
    let first = file.version + 1;
    for ((record, hash_of_event), signed) in proved.records.iter().zip(&proved.hashes).zip(&act.events) {
        let version = file.version + 1;
        let place = Place { case: act.case, version, event: *hash_of_event, previous: file.head };
        let place = bench.house.keys.sign(&place)?;
        file.head = hash(&place.bytes);
        file.version = version;
        let stored = StoredEvent { event: signed.bytes.clone(), signature: signed.signature.clone(), place };
        let bytes = domain::cbor::to_vec(&stored);
        let sealed = if crate::mutants::planted("clear-events") {
            bytes
        } else {
            file.seal.seal(&event_place(version), &bytes)?
        };
        bench
            .work
            .run(
                "INSERT INTO event (case_id, version, id, sealed, delegation, terminal, epoch, author_seq) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                values![
                    name.clone(),
                    version,
                    record.id.to_string(),
                    sealed,
                    act.delegation.0.to_vec(),
                    bench.terminal.id.to_string(),
                    bench.epoch,
                    record.seq
                ],
            )
            .await?;
        case.apply(record);
    }
    let (version, head, unit, tree) = (file.version, file.head, file.unit.clone(), file.tree.clone());
    bench
        .work
        .run(
            "UPDATE case_file SET version = $1, head = $2, state = $3, changed = $4 WHERE id = $5",
            values![version, head.0.to_vec(), case.state_words(), now, name.clone()],
        )
        .await?;
    note_people(bench, definition, &case).await?;
    if let Command::SettleAct(settlement) = &act.command {
        bench
            .work
            .run(
                "INSERT INTO settled_act (act_id, case_id, by_act, at) VALUES ($1, $2, $3, $4)",
                values![settlement.act.to_string(), name.clone(), act.id.to_string(), now],
            )
            .await?;
    }
    // Last of all, as the counter is held until the commit.
    number_changes(bench, first, version, &unit, &tree).await?;
    let outbox = (bench.epoch, bench.seq);
    crate::notices::number(bench.house, bench.work, bench.terminal, &case, &unit, version, outbox).await?;
    Ok(PushOutcome::Placed { version })
}

async fn open_file(bench: &mut Bench<'_>, matter: &str, now: i64) -> Result<CaseFile> {
    let act = &bench.proved.act;
    let name = act.case.to_string();
    let unit: UnitCode = bench
        .proved
        .records
        .iter()
        .find_map(|record| match &record.event {
            Event::CaseOpened { unit, .. } => Some(unit.clone()),
            _ => None,
        })
        .unwrap_or_else(|| bench.terminal.unit.clone());
    let roster = bench.house.rosters.present(bench.house, bench.work).await?.roster;
    let tree = tree(&roster, &unit).to_string();
    let keys = bench.house.keys.unit(bench.work, &unit).await?;
    let (wrapped, seal): (Vec<u8>, Seal) = keys.new_case(&name)?;
    bench
        .work
        .run(
            "INSERT INTO case_file (id, unit, tree, matter, state, wrapped, version, head, changed) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            values![
                name,
                unit.as_str(),
                tree.clone(),
                matter,
                "",
                wrapped,
                0_i64,
                ContentHash::ZERO.0.to_vec(),
                now
            ],
        )
        .await?;
    Ok(CaseFile { unit, tree, seal, version: 0, head: ContentHash::ZERO })
}

async fn keep_delegation(bench: &mut Bench<'_>) -> Result<()> {
    let name = bench.proved.act.delegation.to_hex();
    let known = one(bench.work, "SELECT hash FROM delegation WHERE hash = $1", values![name.clone()]).await?;
    if known.is_none() {
        let signed = &bench.proved.paper.signed;
        bench
            .work
            .run(
                "INSERT INTO delegation (hash, body, signature) VALUES ($1, $2, $3)",
                values![name, signed.bytes.clone(), signed.signature.clone()],
            )
            .await?;
    }
    Ok(())
}

/// Keyed tokens of names, numbers and phones: a person is found again without any of them standing here.
async fn note_people(bench: &mut Bench<'_>, definition: &MatterDefinition, case: &Case) -> Result<()> {
    let touches_people = bench.proved.records.iter().any(|record| {
        matches!(
            record.event,
            Event::IdentityRead { .. }
                | Event::RowIdentityRead { .. }
                | Event::FieldsChanged { .. }
                | Event::Effected { .. }
        )
    });
    if !touches_people {
        return Ok(());
    }
    let keys = &bench.house.keys;
    let mut tokens = BTreeSet::new();
    for record in case.identities.values().chain(case.row_identities.values()) {
        tokens.insert(keys.token("number", &record.identity.number));
        tokens.insert(keys.token("name", &record.identity.name));
    }
    for (path, value) in &case.fields {
        let kind = match definition.field(path).map(|field| field.kind) {
            Some(FieldKind::Name) => "name",
            Some(FieldKind::IdNumber | FieldKind::Assigned) => "number",
            Some(FieldKind::Phone) => "phone",
            _ => continue,
        };
        if !value.value.is_empty() {
            tokens.insert(keys.token(kind, &value.value));
        }
    }
    let name = bench.proved.act.case.to_string();
    let known =
        bench.work.rows("SELECT token FROM case_token WHERE case_id = $1", values![name.clone()]).await?;
    for row in &known {
        tokens.remove(row.text(0)?);
    }
    for token in tokens {
        bench
            .work
            .run("INSERT INTO case_token (token, case_id) VALUES ($1, $2)", values![token, name.clone()])
            .await?;
    }
    Ok(())
}

/// Numbers the changes of a tree in the order of their commits: the counter's row is held until then, so that no
/// reader ever sees a number before a smaller one.
async fn number_changes(
    bench: &mut Bench<'_>,
    first: u64,
    last: u64,
    unit: &UnitCode,
    tree: &str,
) -> Result<()> {
    let count = u32::try_from(last - first + 1).unwrap_or(u32::MAX);
    let end = next_number(bench.work, &format!("change:{tree}"), count).await?;
    for (at, version) in (first..=last).enumerate() {
        let position = end - i64::from(count) + 1 + at as i64;
        bench
            .work
            .run(
                "INSERT INTO change (tree, position, unit, case_id, version, terminal, epoch, outbox_seq) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                values![
                    tree,
                    position,
                    unit.as_str(),
                    bench.proved.act.case.to_string(),
                    version,
                    bench.terminal.id.to_string(),
                    bench.epoch,
                    bench.seq
                ],
            )
            .await?;
    }
    Ok(())
}

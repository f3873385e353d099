//! Encrypted files: whole, deciphered with their keys, and everything that an event names.

use crate::chain::Found;
use crate::open::{Opened, hash, number, sm3};
use crate::report::{Part, Report};
use domain::event::{BlobRef, Event};
use domain::ids::ContentHash;
use gm::BlobKey;
use std::collections::BTreeMap;

struct Row {
    content: ContentHash,
    length: u64,
    media: String,
    key: Vec<u8>,
    here: bool,
    sent: bool,
}

pub(crate) fn check(opened: &Opened, found: &Found, report: &mut Report) -> rusqlite::Result<()> {
    let rows: BTreeMap<ContentHash, Row> = opened
        .rows("SELECT id, content, length, media, key, here, sent FROM blob", [], |row| {
            Ok((
                hash(row, 0)?,
                Row {
                    content: hash(row, 1)?,
                    length: number(row, 2)?,
                    media: row.get(3)?,
                    key: row.get(4)?,
                    here: row.get(5)?,
                    sent: row.get(6)?,
                },
            ))
        })?
        .into_iter()
        .collect();
    for (id, row) in &rows {
        if row.here {
            report.files += 1;
            report.must(Part::Files, whole(opened, *id, row), || format!("文件 {id} 不在，或者已经损坏"));
        } else {
            report.files_elsewhere += 1;
            report.must(Part::Files, row.sent, || format!("文件 {id} 本机没有，也没有上传"));
        }
    }
    for event in &found.events {
        for blob in named(&event.record.event) {
            let id = blob.id;
            match rows.get(&id) {
                Some(row) => {
                    let fits =
                        row.content == blob.content && row.length == blob.length && row.media == blob.media;
                    report.must(Part::Files, fits, || format!("文件 {id} 与事件里写的不一致"));
                }
                // Others' files are fetched when somebody opens them.
                None => report.must(Part::Files, !event.own, || format!("事件里写着的文件 {id} 没有登记")),
            }
        }
    }
    Ok(())
}

fn whole(opened: &Opened, id: ContentHash, row: &Row) -> bool {
    let hex = id.to_hex();
    let Ok(bytes) = std::fs::read(opened.store.join("blobs").join(&hex[..2]).join(&hex)) else {
        return false;
    };
    let Ok(key) = BlobKey::from_slice(&row.key) else { return false };
    sm3(&bytes) == id
        && gm::blob::decrypt(&key, &bytes)
            .is_ok_and(|content| content.len() as u64 == row.length && sm3(&content) == row.content)
}

/// The files that an event names.
fn named(event: &Event) -> Vec<&BlobRef> {
    match event {
        Event::IdentityRead { identity, .. } | Event::RowIdentityRead { identity, .. } => {
            identity.portrait.iter().collect()
        }
        Event::PageAdded { picture, .. } | Event::PageReplaced { picture, .. } => vec![picture],
        Event::Signed { strokes, .. } | Event::Collected { strokes, .. } => vec![strokes],
        Event::Printed(document) => vec![&document.pdf],
        Event::FingerprintsTaken { prints, .. } => prints.iter().map(|print| &print.picture).collect(),
        _ => Vec::new(),
    }
}

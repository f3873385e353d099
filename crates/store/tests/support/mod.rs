//! A small author of chains, and a seeded generator.

use domain::ids::{CaseId, CommandId, ContentHash, EventId};
use gm::SigningKey;
use store::table::event::{self, EventRow};
use store::table::outbox;
use store::{Connection, Result};
use uuid::Uuid;

/// xorshift64*: a seed gives the same run on every PC.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn uuid(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.next(), self.next())
    }
}

/// A link of the chain: number, hash of the one before, random content. The store never reads its bytes.
pub fn link(seq: u64, previous: ContentHash, case: CaseId, content: u64) -> Vec<u8> {
    format!("{seq}\n{previous}\n{case}\n{content}").into_bytes()
}

/// Adds a signed event to the own chain with its act in the outbox. Gives number and hash.
pub fn append(
    connection: &Connection,
    key: &SigningKey,
    case: CaseId,
    command: CommandId,
    content: u64,
) -> Result<(u64, ContentHash)> {
    let (last, previous) = event::chain_head(connection)?;
    let bytes = link(last + 1, previous, case, content);
    let hash = ContentHash(gm::sm3(&bytes).0);
    let row = EventRow {
        id: EventId(command.0),
        case,
        command,
        signature: key.sign(&bytes)?.as_bytes().to_vec(),
        bytes,
        delegation: ContentHash::ZERO,
        hash,
        own_seq: Some(last + 1),
        version: None,
        place: None,
    };
    event::append_own(connection, &row, &previous)?;
    outbox::append(connection, command, case, &row.bytes, "act", 0)?;
    Ok((last + 1, hash))
}

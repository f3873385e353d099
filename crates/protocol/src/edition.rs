//! Which definitions, code tables and calendar are in force.

use domain::ids::{ContentHash, MatterId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The data in force, by hash. The bytes come from `/v1/contents/{hash}` and are kept as long as an event names
/// them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// Current definition of each matter.
    pub definitions: BTreeMap<MatterId, ContentHash>,
    /// Code tables: CBOR of [`domain::code::CodeTables`].
    pub codes: ContentHash,
    /// Calendar: CBOR of [`domain::limit::Calendar`].
    pub calendar: ContentHash,
    /// Version of the roster.
    pub roster: u64,
}

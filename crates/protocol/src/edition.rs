//! Which definitions, code tables and calendar are in force, and the release (定义版本) that put them there.

use crate::credential::Signed;
use domain::ids::{ContentHash, MatterId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// At most so many contents are asked for at once: a release of every matter, with its tables, fits twice.
pub const MOST_CONTENTS: usize = 512;
/// Contents of one answer have at most so many bytes together; one that is larger comes alone.
pub const MOST_CONTENT_BYTES: usize = 4 << 20;
/// No single content is larger: the largest definition has some tens of kilobytes, all code tables together about a
/// megabyte, and a table of every division of the country some megabytes.
pub const LARGEST_CONTENT: usize = 32 << 20;

/// The data in force, by hash. The bytes come from `/v1/contents` and are kept as long as an event names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// Current definition of each matter.
    pub definitions: BTreeMap<MatterId, ContentHash>,
    /// Code tables: CBOR of [`domain::code::CodeTables`].
    pub codes: ContentHash,
    /// Calendar: CBOR of [`domain::limit::Calendar`].
    pub calendar: ContentHash,
    /// One-thing packages: CBOR of a list of [`domain::package::Package`]; none where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packages: Option<ContentHash>,
    /// Version of the roster.
    pub roster: u64,
    /// The release that named definitions, code tables and calendar; none before the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<SignedRelease>,
}

/// A release of definitions (定义版本): everything that was put in force at once. Signed by the publisher's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// 1, 2, 3 … without gaps; a roll-back is a new release too.
    pub number: u64,
    /// When it was published, milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// Who published it: an officer's log-in, or the account at the server's console.
    pub author: String,
    /// What for.
    pub remark: String,
    /// How it came about.
    pub origin: Origin,
    /// The definition of each matter.
    pub matters: BTreeMap<MatterId, ReleasedMatter>,
    /// Code tables: CBOR of [`domain::code::CodeTables`].
    pub codes: ContentHash,
    /// Calendar: CBOR of [`domain::limit::Calendar`].
    pub calendar: ContentHash,
    /// One-thing packages: CBOR of a list of [`domain::package::Package`]; none where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packages: Option<ContentHash>,
    /// SM3 of the bytes of the release before; zeros for the first.
    pub previous: ContentHash,
}

/// How a release came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// From the folder that the server was started with.
    Installed,
    /// Published by somebody.
    Published,
    /// The contents of an earlier one again.
    RolledBack {
        /// Its number.
        to: u64,
    },
}

/// One matter of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasedMatter {
    /// Version that the definition says of itself.
    pub version: u32,
    /// SM3 of its bytes.
    pub definition: ContentHash,
}

/// What the server's key says of the publisher's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublisherCertificate {
    /// [`PublisherCertificate::PURPOSE`]: nothing else that the server signs can be taken for this.
    pub purpose: String,
    /// Public key, 65 bytes, uncompressed.
    #[serde(with = "serde_bytes")]
    pub key: Vec<u8>,
    /// When it was given, milliseconds since 1970-01-01 UTC.
    pub at: i64,
}

impl PublisherCertificate {
    /// What a publisher's key is for.
    pub const PURPOSE: &str = "publish definitions";
}

/// A release with all that proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedRelease {
    /// A [`Signed`] [`PublisherCertificate`], signed by the server's key.
    pub certificate: Signed,
    /// A [`Signed`] [`Release`], signed by the publisher's key.
    pub release: Signed,
}

/// Asks for many contents at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentsRequest {
    /// Their hashes, at most [`MOST_CONTENTS`].
    pub names: Vec<ContentHash>,
}

/// As many of them as fit, in the order of the request; unknown ones are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentsAnswer {
    /// CBOR of a list of [`Content`], packed with zlib (RFC 1950): definitions say much alike.
    #[serde(with = "serde_bytes")]
    pub packed: Vec<u8>,
    /// Length before packing, at most [`ContentsAnswer::MOST_UNPACKED`].
    pub length: u64,
}

impl ContentsAnswer {
    /// What an answer may unpack to: what goes into one answer, or one content that is larger, and what stands
    /// around it.
    pub const MOST_UNPACKED: u64 = (LARGEST_CONTENT + MOST_CONTENT_BYTES) as u64;
}

/// Bytes with their name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// SM3 of the bytes.
    pub name: ContentHash,
    /// The bytes.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

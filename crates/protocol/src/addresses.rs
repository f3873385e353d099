//! The package of standard addresses: what the server publishes and a terminal fetches piece by piece.
//!
//! The package is named by the SM3 of its signed bytes. It says how its pieces are called (SM3 of their bytes), and
//! pieces come from `/v1/contents/{hash}` like everything that is named by hash, so a piece of an older package that
//! did not change is the same piece. Nothing of a package says anything about a person.

use domain::ids::ContentHash;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Addresses in a piece: about 200 KB, a second of a line of 2 Mbit/s. A broken line costs at most one piece.
pub const PIECE_ROWS: u32 = 4_000;
/// Longest piece in bytes that a terminal takes: ten times what [`PIECE_ROWS`] addresses of the longest kind need.
pub const MOST_PIECE_BYTES: u32 = 8 << 20;

/// A package of standard addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressPackage {
    /// In words: 江城市标准地址库 ….
    pub title: String,
    /// Who made the data.
    pub source: String,
    /// Day of the data, `YYYY-MM-DD`.
    pub day: String,
    /// Whether the addresses are invented.
    pub demo: bool,
    /// Number of addresses.
    pub rows: u32,
    /// Full names of the divisions by code.
    pub divisions: BTreeMap<String, String>,
    /// Names of the police stations by code of the unit.
    pub stations: BTreeMap<String, String>,
    /// The pieces in order.
    pub pieces: Vec<AddressPiece>,
}

/// A piece of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressPiece {
    /// SM3 of its bytes.
    pub hash: ContentHash,
    /// Addresses in it.
    pub rows: u32,
    /// Its length.
    pub bytes: u32,
}

/// What the bytes of a piece hold, in the order in which addresses are offered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressPieceBody {
    /// The sites.
    pub sites: Vec<AddressSite>,
}

/// A site (门牌、院落): what the addresses in it share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressSite {
    /// Code of the division, six digits.
    pub division: String,
    /// Code of the unit of the police station responsible.
    pub station: String,
    /// Road, number and estate: 槐荫路18号听雨花园. Without the name of the division.
    pub text: String,
    /// Initials of the pinyin of road and estate in small letters, each reading.
    pub initials: Vec<String>,
    /// Code and rest (building, unit, room) of each address; the rest is empty for the site itself.
    pub rooms: Vec<(String, String)>,
}

//! Log-in against the server: the first on a terminal, and any while it can be reached.

use crate::credential::Signed;
use domain::ids::OfficerId;
use domain::person::Officer;
use serde::{Deserialize, Serialize};

/// Asks for a certificate of an officer key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginRequest {
    /// Who.
    pub officer: OfficerId,
    /// The password, sealed to the server's key (SM2 envelope).
    #[serde(with = "serde_bytes")]
    pub sealed_password: Vec<u8>,
    /// The officer key born on this terminal: public, 65 bytes.
    #[serde(with = "serde_bytes")]
    pub officer_key: Vec<u8>,
    /// When the terminal's store is closed and the officer has no slot of his own: the escrow slot's envelope of
    /// the database key, sealed to [`crate::enrol::EnrolAnswer::escrow_key`]. Empty otherwise. After the password
    /// has been checked, the server opens it and seals the key to the officer key; it logs the release.
    #[serde(with = "serde_bytes", default)]
    pub escrow: Vec<u8>,
}

/// The server knows the officer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginAnswer {
    /// The officer with all posts.
    pub officer: Officer,
    /// Certificate of the officer key, a [`Signed`] [`crate::credential::OfficerCertificate`].
    pub certificate: Signed,
    /// The database key in an SM2 envelope to the officer key, when an escrow envelope was sent; empty otherwise.
    #[serde(with = "serde_bytes", default)]
    pub database_key: Vec<u8>,
    /// Server time.
    pub now: i64,
}

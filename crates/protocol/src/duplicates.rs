//! Whether somebody else has the same business of the same person (服务器查重).

use domain::ids::{CaseId, MatterId};
use serde::{Deserialize, Serialize};

/// Asks for cases of the same person and matter. The number travels sealed to the server's key, as a password does:
/// neither address nor body nor log shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateRequest {
    /// The case for which it is asked; never in the answer.
    pub case: CaseId,
    /// Its matter.
    pub matter: MatterId,
    /// The person's identity number, sealed to the server's key.
    #[serde(with = "serde_bytes")]
    pub sealed_number: Vec<u8>,
}

//! Chip cards other than identity cards, and UKeys.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Provenance;

/// What is known of a chip card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChipCardKind {
    /// 社会保障卡.
    SocialSecurity,
    /// A card that answers, but with no application that we know.
    Unknown,
}

/// What a chip card says without a PIN.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChipReading {
    /// Where, when and for which request.
    pub provenance: Provenance,
    /// Which card.
    pub kind: ChipCardKind,
    /// Number printed on the card's face, where it can be read.
    pub card_number: Option<String>,
    /// Answer to reset and the card's answers, one after the other: what the SM3 was taken of.
    #[serde(with = "crate::wire::hex_bytes")]
    #[ts(type = "string")]
    pub raw: Vec<u8>,
}

impl fmt::Debug for ChipReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChipReading")
            .field("device", &self.provenance.device)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// A PIN on its way to a UKey. Never shown, never recorded.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pin(pub String);

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin")
    }
}

/// What a UKey can be asked (GM/T 0016).
///
/// Its tag is not `type`: a [`crate::Task`] that holds it has one of that name already, beside its fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum UkeyCommand {
    /// Which key is it, how many tries has the PIN left, which containers are there.
    Describe,
    /// The signing certificate of a container.
    Certificate {
        /// Which container.
        container: String,
    },
    /// Signs an SM3 digest with SM2.
    Sign {
        /// Which container.
        container: String,
        /// The user's PIN.
        pin: Pin,
        /// The digest, 32 bytes (GB/T 32918.2 with Z already taken in).
        #[serde(with = "crate::wire::hex_bytes")]
        digest: Vec<u8>,
    },
    /// Checks a signature with the container's public key.
    Verify {
        /// Which container.
        container: String,
        /// The digest, 32 bytes.
        #[serde(with = "crate::wire::hex_bytes")]
        digest: Vec<u8>,
        /// r and s, 32 bytes each.
        #[serde(with = "crate::wire::hex_bytes")]
        signature: Vec<u8>,
    },
    /// Decrypts with the container's encryption key.
    Decrypt {
        /// Which container.
        container: String,
        /// The user's PIN.
        pin: Pin,
        /// C1 C3 C2 (GB/T 32918.4): 64 + 32 bytes and as many as the plain text has.
        #[serde(with = "crate::wire::hex_bytes")]
        cipher_text: Vec<u8>,
    },
}

/// What a UKey answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum UkeyAnswer {
    /// To [`UkeyCommand::Describe`].
    Description {
        /// The key's label.
        label: String,
        /// Its serial number.
        serial: String,
        /// How many tries the PIN has left.
        tries_left: u32,
        /// Its containers.
        containers: Vec<String>,
    },
    /// To [`UkeyCommand::Certificate`]: X.509, DER.
    Certificate {
        /// The bytes.
        #[serde(with = "crate::wire::hex_bytes")]
        der: Vec<u8>,
    },
    /// To [`UkeyCommand::Sign`]: r and s, 32 bytes each.
    Signature {
        /// The bytes.
        #[serde(with = "crate::wire::hex_bytes")]
        signature: Vec<u8>,
    },
    /// To [`UkeyCommand::Verify`].
    Verified {
        /// Whether it is the key's signature of that digest.
        good: bool,
    },
    /// To [`UkeyCommand::Decrypt`].
    Plain {
        /// The bytes.
        #[serde(with = "crate::wire::hex_bytes")]
        bytes: Vec<u8>,
    },
}

impl fmt::Debug for UkeyAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Description { .. } => "Description",
            Self::Certificate { .. } => "Certificate",
            Self::Signature { .. } => "Signature",
            Self::Verified { .. } => "Verified",
            Self::Plain { .. } => "Plain",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Task;

    #[test]
    fn every_request_to_a_ukey_survives_the_wire_and_no_pin_is_shown() {
        let (container, pin, digest) = ("c".to_owned(), Pin("24680135".into()), vec![7; 32]);
        let commands = [
            UkeyCommand::Describe,
            UkeyCommand::Certificate { container: container.clone() },
            UkeyCommand::Sign { container: container.clone(), pin: pin.clone(), digest: digest.clone() },
            UkeyCommand::Verify { container: container.clone(), digest, signature: vec![8; 64] },
            UkeyCommand::Decrypt { container, pin, cipher_text: vec![9; 120] },
        ];
        for command in commands {
            let task = Task::Ukey(command);
            let text = serde_json::to_string(&task).unwrap();
            assert_eq!(serde_json::from_str::<Task>(&text).unwrap(), task, "{text}");
            assert!(!format!("{task:?}").contains("2468"), "{task:?}");
        }
    }
}

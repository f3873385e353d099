//! What client and worker say to each other; CBOR (RFC 8949) inside frames.

use std::path::PathBuf;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{PaperError, PrintOrder, PrintSet, Rendered, TemplateId};

/// Version of these messages. Client and worker are installed together; the check catches a half upgrade.
pub const PROTOCOL_VERSION: u32 = 2;

/// From the client.
#[derive(Serialize, Deserialize)]
pub enum ToWorker {
    /// First message: where templates and fonts are.
    Open {
        /// The client's [`PROTOCOL_VERSION`].
        version: u32,
        /// The folder `assets/templates`.
        templates: PathBuf,
        /// Folders of fonts, the first find of a face wins.
        fonts: Vec<PathBuf>,
    },
    /// Name today's print set of a template.
    PrintSet {
        /// The template.
        template: TemplateId,
        /// Unix seconds to put into the set.
        timestamp: i64,
    },
    /// Make a paper.
    Print(Box<PrintOrder>),
    /// Make a picture of a flowing paper, for a printer that takes nothing else.
    Picture {
        /// What to make.
        order: Box<PrintOrder>,
        /// Dots of a millimetre.
        dots_per_millimetre: u16,
    },
}

/// From the worker, one answer to each message.
#[derive(Serialize, Deserialize)]
pub enum FromWorker {
    /// Fonts are found, orders may come.
    Ready {
        /// The worker's [`PROTOCOL_VERSION`].
        version: u32,
    },
    /// Today's print set.
    PrintSet(PrintSet),
    /// The paper.
    Printed(Rendered),
    /// The picture, as PNG: grey, its pages one under the other.
    Pictured(#[serde(with = "serde_bytes")] Vec<u8>),
    /// It was not done.
    Failed(PaperError),
}

/// Encodes a message.
///
/// # Errors
/// [`PaperError::WorkerGarbled`] when it cannot be written as CBOR.
pub(crate) fn encode(message: &impl Serialize) -> Result<Vec<u8>, PaperError> {
    let mut bytes = Vec::new();
    ciborium::into_writer(message, &mut bytes).map_err(|_| PaperError::WorkerGarbled)?;
    Ok(bytes)
}

/// Decodes a message.
///
/// # Errors
/// [`PaperError::WorkerGarbled`] when the bytes are no such message.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, PaperError> {
    ciborium::from_reader(bytes).map_err(|_| PaperError::WorkerGarbled)
}

impl ToWorker {
    /// The message as bytes of a frame.
    ///
    /// # Errors
    /// [`PaperError::WorkerGarbled`] when it cannot be written as CBOR.
    pub fn to_bytes(&self) -> Result<Vec<u8>, PaperError> {
        encode(self)
    }

    /// Reads a message from the bytes of a frame.
    ///
    /// # Errors
    /// [`PaperError::WorkerGarbled`] when the bytes are no such message.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PaperError> {
        decode(bytes)
    }
}

impl FromWorker {
    /// The message as bytes of a frame.
    ///
    /// # Errors
    /// [`PaperError::WorkerGarbled`] when it cannot be written as CBOR.
    pub fn to_bytes(&self) -> Result<Vec<u8>, PaperError> {
        encode(self)
    }

    /// Reads a message from the bytes of a frame.
    ///
    /// # Errors
    /// [`PaperError::WorkerGarbled`] when the bytes are no such message.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PaperError> {
        decode(bytes)
    }
}

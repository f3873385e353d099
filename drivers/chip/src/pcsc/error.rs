//! What can go wrong between this driver, the smart-card service, a reader and a card.

use driver_contract::{DeviceClass, DeviceId, Fault, FaultCode};

use crate::card::CardError;

/// A reading that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PcscError {
    /// The library is not installed.
    #[error("the PC/SC library cannot be loaded: {0}")]
    LibraryMissing(String),
    /// The file that was loaded is not pcsc-lite.
    #[error("the PC/SC library has no symbol {0}")]
    LibraryUnfit(&'static str),
    /// The library answered with an error of pcsclite.h.
    #[error("{during} answered {code:08X}")]
    Service {
        /// The number.
        code: u32,
        /// The call.
        during: &'static str,
    },
    /// The service is there, but this account may not talk to it.
    #[error("the service's socket may not be opened")]
    Denied,
    /// No reader of that name.
    #[error("no such reader")]
    NoReader,
    /// The reader has gone since it was opened.
    #[error("the reader has gone")]
    ReaderGone,
    /// No card until the deadline.
    #[error("no card until the deadline")]
    NoCard,
    /// The card does not answer to a reset.
    #[error("the card does not answer")]
    Mute,
    /// The card left before it was read.
    #[error("the card left before it was read")]
    Pulled,
    /// The card has no application that is known here.
    #[error("no known application: status {0:04X}")]
    UnknownCard(u16),
    /// What the card answered cannot be used.
    #[error("card: {0}")]
    Card(#[from] CardError),
    /// The task was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The card or the service did not answer until the deadline.
    #[error("no answer until the deadline")]
    Silent,
}

/// `SCARD_E_TIMEOUT`: a wait was over, nothing else.
pub(super) const WAIT_OVER: u32 = 0x8010_000a;
/// `SCARD_E_NO_READERS_AVAILABLE`.
pub(super) const NO_READERS: u32 = 0x8010_002e;
/// `SCARD_E_NO_SERVICE`.
pub(super) const NO_SERVICE: u32 = 0x8010_001d;

impl PcscError {
    /// The catalogue's entry.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::LibraryMissing(_) | Self::LibraryUnfit(_) => FaultCode::LibraryMissing,
            Self::Service { code, .. } => service(*code),
            Self::Denied => FaultCode::PermissionDenied,
            Self::NoReader => FaultCode::NotFound,
            Self::ReaderGone => FaultCode::Unplugged,
            Self::NoCard => FaultCode::NoChipCard,
            Self::Mute => FaultCode::ChipMute,
            Self::Pulled => FaultCode::ChipPulled,
            Self::UnknownCard(_) => FaultCode::ChipUnknown,
            Self::Card(CardError::Refused(_) | CardError::NotThere(_)) => FaultCode::ChipRefused,
            Self::Card(CardError::TooShort(_) | CardError::RecordLength(_)) => FaultCode::WrongLength,
            Self::Card(CardError::NoStatus(_) | CardError::NotANumber | CardError::Endless) => {
                FaultCode::ProtocolGarbage
            }
            Self::Cancelled => FaultCode::Cancelled,
            Self::Silent => FaultCode::Timeout,
        }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.fault_code().as_str()
    }

    /// The fault, at its device.
    #[must_use]
    pub fn at(&self, device: &DeviceId) -> Fault {
        Fault::new(self.fault_code(), DeviceClass::ChipCardReader).at(device).with_detail(self.to_string())
    }

    /// Whether the reader must be opened anew.
    #[must_use]
    pub const fn reader_is_lost(&self) -> bool {
        matches!(self, Self::ReaderGone | Self::NoReader | Self::Silent | Self::Denied)
            || matches!(self.fault_code(), FaultCode::ChipServiceMissing | FaultCode::Unplugged)
    }
}

/// The errors of pcsclite.h (pcsc-lite 1.9) in the catalogue's terms.
const fn service(code: u32) -> FaultCode {
    match code {
        // E_CANCELLED, E_SYSTEM_CANCELLED, W_CANCELLED_BY_USER
        0x8010_0002 | 0x8010_0012 | 0x8010_006e => FaultCode::Cancelled,
        // E_INVALID_HANDLE: what the library says of a context of a service that was restarted. F_COMM_ERROR: what it
        // says when the service dies. Then P_SHUTDOWN, E_NO_SERVICE, E_SERVICE_STOPPED.
        0x8010_0003 | 0x8010_0013 | 0x8010_0018 | 0x8010_001d | 0x8010_001e => FaultCode::ChipServiceMissing,
        // F_WAITED_TOO_LONG, E_TIMEOUT
        0x8010_0007 | WAIT_OVER => FaultCode::Timeout,
        // E_UNKNOWN_READER, E_READER_UNAVAILABLE
        0x8010_0009 | 0x8010_0017 => FaultCode::Unplugged,
        NO_READERS => FaultCode::NotFound,
        // E_SHARING_VIOLATION, E_SERVER_TOO_BUSY
        0x8010_000b | 0x8010_0031 => FaultCode::Busy,
        // E_NO_SMARTCARD, W_REMOVED_CARD, W_RESET_CARD: somebody touched it meanwhile.
        0x8010_000c | 0x8010_0069 | 0x8010_0068 => FaultCode::ChipPulled,
        // E_PROTO_MISMATCH, E_CARD_UNSUPPORTED, W_UNSUPPORTED_CARD
        0x8010_000f | 0x8010_001c | 0x8010_0065 => FaultCode::ChipUnknown,
        // E_NOT_READY
        0x8010_0010 => FaultCode::NotReadyYet,
        // E_NOT_TRANSACTED, E_COMM_DATA_LOST
        0x8010_0016 | 0x8010_002f => FaultCode::LineFailed,
        // E_READER_UNSUPPORTED, E_UNSUPPORTED_FEATURE
        0x8010_001a | 0x8010_001f | 0x8010_0022 => FaultCode::Unsupported,
        // E_NO_ACCESS, W_SECURITY_VIOLATION: how the service says that its rules refuse this account.
        0x8010_0027 | 0x8010_006a => FaultCode::PermissionDenied,
        // W_UNRESPONSIVE_CARD, W_UNPOWERED_CARD
        0x8010_0066 | 0x8010_0067 => FaultCode::ChipMute,
        // E_INSUFFICIENT_BUFFER, E_PCI_TOO_SMALL: an answer longer than any APDU.
        0x8010_0008 | 0x8010_0019 => FaultCode::WrongLength,
        _ => FaultCode::DriverFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_service_have_their_faults() {
        assert_eq!(service(NO_SERVICE), FaultCode::ChipServiceMissing);
        assert_eq!(service(0x8010_0069), FaultCode::ChipPulled);
        assert_eq!(service(0x8010_0066), FaultCode::ChipMute);
        assert_eq!(service(0x8010_000b), FaultCode::Busy);
        assert_eq!(service(0x8010_0017), FaultCode::Unplugged);
        assert_eq!(service(0x8010_006a), FaultCode::PermissionDenied);
        // No smart-card error ends without a name: what is left are misuses by this driver and certificate stores.
        for code in (0x8010_0001..=0x8010_0031_u32).chain(0x8010_0065..=0x8010_006f) {
            assert!(!service(code).sentence().is_empty());
        }
    }
}

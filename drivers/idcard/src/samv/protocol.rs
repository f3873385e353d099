//! Commands and status bytes of the SAM_V protocol.

use driver_contract::FaultCode;

/// What the module can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Starts the module anew.
    Reset,
    /// Asks whether the module works.
    SelfTest,
    /// Asks for the module's serial number.
    SamId,
    /// Looks for a card in the field.
    Find,
    /// Selects the card found.
    Select,
    /// Reads text and photo.
    Read,
    /// Reads text, photo and fingerprints.
    ReadWithFingerprint,
    /// Reads the newest address. Some sheets give 30 02 for it; 30 03 is what open programs use.
    ReadAddedAddress,
    /// Reads the management number of the card (卡体管理号: IIN, SN and DN; `SDT_ReadMngInfo` of the makers' libraries).
    /// Not every module knows it.
    ReadManagementNumber,
}

impl Command {
    /// Every command that this driver sends.
    pub const ALL: [Self; 9] = [
        Self::Reset,
        Self::SelfTest,
        Self::SamId,
        Self::Find,
        Self::Select,
        Self::Read,
        Self::ReadWithFingerprint,
        Self::ReadAddedAddress,
        Self::ReadManagementNumber,
    ];

    /// Command and parameter byte.
    #[must_use]
    pub const fn bytes(self) -> [u8; 2] {
        match self {
            Self::Reset => [0x10, 0xff],
            Self::SelfTest => [0x11, 0xff],
            Self::SamId => [0x12, 0xff],
            Self::Find => [0x20, 0x01],
            Self::Select => [0x20, 0x02],
            Self::Read => [0x30, 0x01],
            Self::ReadWithFingerprint => [0x30, 0x10],
            Self::ReadAddedAddress => [0x30, 0x03],
            Self::ReadManagementNumber => [0x30, 0x05],
        }
    }
}

/// The third status byte of an answer (SW3); the first two are always zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status(pub u8);

impl Status {
    /// Done.
    pub const OK: Self = Self(0x90);
    /// A card was found.
    pub const FOUND: Self = Self(0x9f);
    /// The item asked for is empty.
    pub const ITEM_EMPTY: Self = Self(0x91);
    /// Command or logic error.
    pub const COMMAND_ERROR: Self = Self(0x21);
    /// No privilege.
    pub const NO_PRIVILEGE: Self = Self(0x23);
    /// Reading failed.
    pub const READ_FAILED: Self = Self(0x41);
    /// No card was found.
    pub const NOT_FOUND: Self = Self(0x80);

    /// The statuses that the sheets list as failures.
    pub const FAILURES: [u8; 16] =
        [0x10, 0x11, 0x21, 0x23, 0x24, 0x31, 0x32, 0x33, 0x40, 0x41, 0x47, 0x60, 0x66, 0x80, 0x81, 0x91];

    /// What the status means to an officer; `None` for the two good ones.
    #[must_use]
    pub const fn fault(self) -> Option<FaultCode> {
        Some(match self.0 {
            0x90 | 0x9f => return None,
            0x10 => FaultCode::ReaderSawChecksum,
            0x11 => FaultCode::ReaderSawLength,
            0x21 => FaultCode::CommandRejected,
            0x23 => FaultCode::SamNoPrivilege,
            0x24 => FaultCode::ReaderUnknownError,
            // 31: the card did not accept the module; 32: the module did not accept the card.
            0x31 | 0x32 => FaultCode::CardAuthenticationFailed,
            0x33 => FaultCode::InformationVerificationFailed,
            0x40 => FaultCode::UnknownCardType,
            0x41 => FaultCode::ReadFailed,
            0x47 => FaultCode::SamRandomFailed,
            0x60 => FaultCode::SamSelfTestFailed,
            0x66 => FaultCode::SamNotAuthorised,
            0x80 => FaultCode::NoCard,
            0x81 => FaultCode::SelectFailed,
            0x91 => FaultCode::ItemEmpty,
            _ => FaultCode::ReaderUnknownStatus,
        })
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_status_has_its_fault_and_only_others_are_unknown() {
        for byte in 0..=u8::MAX {
            let fault = Status(byte).fault();
            if byte == 0x90 || byte == 0x9f {
                assert_eq!(fault, None);
            } else {
                let unknown = fault == Some(FaultCode::ReaderUnknownStatus);
                assert_eq!(unknown, !Status::FAILURES.contains(&byte), "{byte:02x}");
            }
        }
    }
}

//! Why data cannot be checked at all.

use gm::GmError;

/// Nothing could be checked. No personal data inside; nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// A file that every terminal has is not in the folder.
    #[error("这个文件夹里没有窗口终端的数据（缺少 {0}）。")]
    NotData(&'static str),
    /// A file that every terminal has does not read.
    #[error("文件 {0} 读不出来，可能已经损坏。")]
    Unreadable(&'static str),
    /// A window has the data open.
    #[error("这份数据正由一个窗口使用。请先关闭窗口再检查。")]
    InUse,
    /// No key slot for this officer on this machine.
    #[error("这名民警没有在这台机器上登录过，或者数据来自另一台机器，不能用他的口令打开。")]
    UnknownOfficer,
    /// The password does not open the officer's slot.
    #[error("口令不对。")]
    WrongPassword,
    /// The database is another one than the key slots'.
    #[error("数据库和密钥文件不是一套：这把密钥打不开它。")]
    WrongKey,
    /// The database is not one of ours.
    #[error("数据库文件不是窗口终端的数据库。")]
    Foreign,
    /// Ours, but the first page does not verify.
    #[error("数据库第一页已经损坏，打不开。")]
    Damaged,
    /// Something else in the way of the keys.
    #[error("打不开密钥：{}", .0.code())]
    Keys(#[source] GmError),
    /// The system does not let it be read or copied.
    #[error("读取或者复制数据失败：{0}")]
    System(#[from] std::io::Error),
}

impl CheckError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotData(_) => "CHECK_NOT_DATA",
            Self::Unreadable(_) => "CHECK_UNREADABLE",
            Self::InUse => "CHECK_IN_USE",
            Self::UnknownOfficer => "CHECK_UNKNOWN_OFFICER",
            Self::WrongPassword => "CHECK_WRONG_PASSWORD",
            Self::WrongKey => "CHECK_WRONG_KEY",
            Self::Foreign => "CHECK_FOREIGN",
            Self::Damaged => "CHECK_DAMAGED",
            Self::Keys(_) => "CHECK_KEYS",
            Self::System(_) => "CHECK_SYSTEM",
        }
    }
}

impl From<GmError> for CheckError {
    fn from(error: GmError) -> Self {
        match error {
            GmError::UnknownUser => Self::UnknownOfficer,
            GmError::WrongPassword => Self::WrongPassword,
            GmError::WrongKey => Self::WrongKey,
            GmError::PlainDatabase | GmError::NotADatabase => Self::Foreign,
            GmError::DatabaseDamaged => Self::Damaged,
            other => Self::Keys(other),
        }
    }
}

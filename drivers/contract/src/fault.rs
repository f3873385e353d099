//! A typed fault: what went wrong at a device.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{DeviceClass, DeviceId, FaultCode, Who};

/// What went wrong, where. Says nothing about any person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
pub struct Fault {
    /// Which fault.
    pub code: FaultCode,
    /// Class of the device.
    pub class: DeviceClass,
    /// The device, where one was chosen.
    pub device: Option<DeviceId>,
    /// For [`FaultCode::Busy`]: the profile (window) that holds the device, where it is one of ours.
    pub held_by: Option<String>,
    /// Technical detail for the administrator and the log: status bytes, library errors. Never a name,
    /// a number, or anything read from a card or a page.
    pub detail: String,
    /// Trying again without doing anything is useless.
    pub permanent: bool,
}

impl Fault {
    /// A fault with the catalogue's own view of whether it is permanent.
    #[must_use]
    pub fn new(code: FaultCode, class: DeviceClass) -> Self {
        Self { code, class, device: None, held_by: None, detail: String::new(), permanent: code.permanent() }
    }

    /// With the device it happened at.
    #[must_use]
    pub fn at(mut self, device: &DeviceId) -> Self {
        self.device = Some(device.clone());
        self
    }

    /// With technical detail; see [`Fault::detail`] for what must not stand in it.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// With the profile that holds the device.
    #[must_use]
    pub fn held_by(mut self, profile: impl Into<String>) -> Self {
        self.held_by = Some(profile.into());
        self
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code.as_str()
    }

    /// What the officer reads: what happened and what it means.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.fill(self.code.sentence())
    }

    /// What to do about it.
    #[must_use]
    pub fn cure(&self) -> String {
        self.fill(self.code.cure())
    }

    /// Who can do it.
    #[must_use]
    pub const fn who(&self) -> Who {
        self.code.who()
    }

    fn fill(&self, text: &str) -> String {
        let holder = match &self.held_by {
            Some(profile) => format!("“{profile}”"),
            None => "本机另一个程序".to_owned(),
        };
        text.replace("{设备}", self.class.chinese()).replace("{占用者}", &holder)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.code.as_str(), self.class.as_str())?;
        if let Some(device) = &self.device {
            write!(f, " ({device})")?;
        }
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_names_its_holder() {
        let fault = Fault::new(FaultCode::Busy, DeviceClass::IdCardReader).held_by("柜台一");
        assert_eq!(fault.sentence(), "读卡器正由“柜台一”使用，这里暂时不能用。");
        let stranger = Fault::new(FaultCode::Busy, DeviceClass::Scanner);
        assert!(stranger.sentence().starts_with("扫描仪正由本机另一个程序使用"));
    }

    #[test]
    fn survives_the_wire() {
        let fault = Fault::new(FaultCode::CardPulled, DeviceClass::IdCardReader)
            .at(&DeviceId::new("samv-serial", "/dev/ttyS0"))
            .with_detail("SW3 41");
        let text = serde_json::to_string(&fault).unwrap();
        assert!(text.contains("\"idcard.card_pulled\""), "{text}");
        assert_eq!(serde_json::from_str::<Fault>(&text).unwrap(), fault);
    }
}

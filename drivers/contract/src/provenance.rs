//! Where, when and for whom something was captured, and how the terminal knows that it is what was asked for.

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::mutants::planted;
use crate::{Attestation, DeviceClass, DeviceId, Fault, FaultCode};

/// What every capture carries.
///
/// It binds the device host's answer to one request of this terminal. It cannot vouch for the hardware: that is
/// what the enrolled device records are for (`docs/devices.md`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Provenance {
    /// The device.
    pub device: DeviceId,
    /// What is known of the device's origin.
    pub attestation: Attestation,
    /// The terminal's word for this request: 32 hexadecimal digits, never used twice.
    pub nonce: String,
    /// Number of the capture within its request, from 1.
    pub number: u32,
    /// When the device's answer was whole, in milliseconds since this PC was started (`CLOCK_BOOTTIME`): a clock
    /// that nobody sets.
    #[ts(type = "number")]
    pub boot_ms: u64,
    /// SM3 (GB/T 32905) of the device's raw answer, 64 hexadecimal digits.
    pub raw_sm3: String,
}

/// Milliseconds since this PC was started, sleep included.
#[must_use]
pub fn boot_ms() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    u64::try_from(now.tv_sec).unwrap_or_default() * 1000
        + u64::try_from(now.tv_nsec / 1_000_000).unwrap_or_default()
}

/// SM3 of bytes as 64 hexadecimal digits.
#[must_use]
pub fn sm3_hex(raw: &[u8]) -> String {
    hex::encode(gm::sm3(raw).0)
}

/// The host's side: gives each capture of one request its provenance.
#[derive(Debug, Clone)]
pub struct CaptureMark {
    device: DeviceId,
    attestation: Attestation,
    nonce: String,
    count: u32,
}

impl CaptureMark {
    /// For the captures of one request.
    #[must_use]
    pub const fn new(device: DeviceId, attestation: Attestation, nonce: String) -> Self {
        Self { device, attestation, nonce, count: 0 }
    }

    /// Says what is known of the device's origin, once it is open.
    pub const fn attest(&mut self, attestation: Attestation) {
        self.attestation = attestation;
    }

    /// For the next capture, whose raw answer these bytes are.
    pub fn next(&mut self, raw: &[u8]) -> Provenance {
        self.count = self.count.saturating_add(1);
        Provenance {
            device: self.device.clone(),
            attestation: self.attestation,
            nonce: self.nonce.clone(),
            number: self.count,
            boot_ms: boot_ms(),
            raw_sm3: sm3_hex(raw),
        }
    }
}

/// The terminal's side: admits the captures of one request, each once and in its order.
#[derive(Debug)]
pub(crate) struct CaptureGate {
    class: DeviceClass,
    device: DeviceId,
    nonce: String,
    begun: u64,
    last: Option<Provenance>,
}

impl CaptureGate {
    pub(crate) fn new(class: DeviceClass, device: DeviceId, nonce: String) -> Self {
        Self { class, device, nonce, begun: boot_ms(), last: None }
    }

    /// # Errors
    /// Made for another request or told a second time; older than the request; not the bytes that were hashed.
    pub(crate) fn admit(&mut self, provenance: &Provenance, raw: &[u8]) -> Result<(), Fault> {
        let refuse = |code: FaultCode, detail: &str| {
            Err(Fault::new(code, self.class).at(&self.device).with_detail(detail))
        };
        let foreign = provenance.nonce != self.nonce && !planted("nonce-not-checked");
        if provenance.device != self.device || foreign {
            return refuse(FaultCode::CaptureReplayed, "made for another request");
        }
        if provenance.number != self.last.as_ref().map_or(0, |last| last.number) + 1 {
            return refuse(FaultCode::CaptureReplayed, "out of its order");
        }
        if provenance.boot_ms < self.begun || provenance.boot_ms > boot_ms() {
            return refuse(FaultCode::CaptureLate, "not made while it was asked for");
        }
        if provenance.raw_sm3 != sm3_hex(raw) {
            return refuse(FaultCode::CaptureAltered, "SM3 of the raw answer differs");
        }
        self.last = Some(provenance.clone());
        Ok(())
    }

    /// # Errors
    /// What is said of a picture does not speak of the last one that was admitted.
    pub(crate) fn belongs(&self, provenance: &Provenance) -> Result<(), Fault> {
        if self.last.as_ref() == Some(provenance) {
            return Ok(());
        }
        let fault = Fault::new(FaultCode::CaptureReplayed, self.class).at(&self.device);
        Err(fault.with_detail("speaks of another picture"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (CaptureMark, CaptureGate) {
        let device = DeviceId::new("driver", "one");
        let gate = CaptureGate::new(DeviceClass::IdCardReader, device.clone(), "n".into());
        (CaptureMark::new(device, Attestation::Virtual, "n".into()), gate)
    }

    #[test]
    fn a_capture_is_admitted_once_in_its_order_and_whole() {
        let (mut mark, mut gate) = pair();
        let first = mark.next(b"raw");
        assert_eq!(gate.admit(&first, b"raw"), Ok(()));
        assert_eq!(gate.admit(&first, b"raw").unwrap_err().code, FaultCode::CaptureReplayed);
        let second = mark.next(b"raw");
        assert_eq!(gate.admit(&second, b"rav").unwrap_err().code, FaultCode::CaptureAltered);
        assert_eq!(gate.admit(&second, b"raw"), Ok(()));
    }

    #[test]
    fn what_belongs_to_another_request_device_or_time_is_refused() {
        let (mut mark, mut gate) = pair();
        let good = mark.next(b"raw");
        let codes = [
            Provenance { nonce: "m".into(), ..good.clone() },
            Provenance { device: DeviceId::new("driver", "two"), ..good.clone() },
            Provenance { boot_ms: gate.begun - 1, ..good.clone() },
            Provenance { boot_ms: boot_ms() + 60_000, ..good.clone() },
        ]
        .map(|wrong| gate.admit(&wrong, b"raw").unwrap_err().code);
        use FaultCode::{CaptureLate, CaptureReplayed};
        assert_eq!(codes, [CaptureReplayed, CaptureReplayed, CaptureLate, CaptureLate]);
        assert_eq!(gate.admit(&good, b"raw"), Ok(()));
    }
}

//! What a library says, read as a stranger's words.

use driver_contract::{
    Accessibility, DeviceClass, DeviceEvent, DeviceId, DeviceModel, Fault, FaultCode, JobStatus, Outcome,
    Provenance, TaskContext,
};
use serde::Deserialize;
use serde_json::Value;

use crate::error::LibraryError;

/// Longest detail of a fault that is kept, in characters.
const DETAIL: usize = 200;

/// A device as a library lists it.
#[derive(Debug, Deserialize)]
pub(crate) struct Listed {
    /// The library's own name for it.
    pub(crate) local: String,
    /// What the officer sees.
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) maker: String,
    #[serde(default)]
    model: String,
    #[serde(default)]
    serial: String,
    #[serde(default)]
    firmware: String,
    /// `accessible`, `denied`, `busy` or `absent`.
    #[serde(default = "accessible")]
    state: String,
}

fn accessible() -> String {
    "accessible".to_owned()
}

impl Listed {
    pub(crate) fn accessibility(&self) -> Accessibility {
        match self.state.as_str() {
            "denied" => Accessibility::PermissionDenied,
            "busy" => Accessibility::Busy { held_by: None },
            "absent" => Accessibility::Absent,
            _ => Accessibility::Accessible,
        }
    }

    pub(crate) fn model(&self) -> DeviceModel {
        DeviceModel {
            model: self.model.clone(),
            serial: self.serial.clone(),
            firmware: self.firmware.clone(),
        }
    }
}

/// The fault that a library tells.
pub(crate) fn fault_of(text: &str) -> LibraryError {
    #[derive(Deserialize)]
    struct Told {
        code: FaultCode,
        #[serde(default)]
        detail: String,
    }
    match serde_json::from_str::<Told>(text) {
        Ok(told) => LibraryError::Told { code: told.code, detail: blunted(&told.detail) },
        Err(_) => LibraryError::Garbage("a fault that is none"),
    }
}

/// A library's outcome as it may be passed on: the faults and reasons in it are the library's words too, about this device.
pub(crate) fn discreet(outcome: Outcome, class: DeviceClass, device: &DeviceId) -> Outcome {
    let fault = |told: Fault| Fault::new(told.code, class).at(device).with_detail(blunted(&told.detail));
    match outcome {
        Outcome::State(faults) => Outcome::State(faults.into_iter().map(fault).collect()),
        Outcome::Printed(status) => Outcome::Printed(JobStatus {
            reasons: status.reasons.iter().map(|reason| blunted(reason)).collect(),
            fault: status.fault.map(fault),
            ..status
        }),
        other => other,
    }
}

/// Shortened, and without runs of digits that could be somebody's number.
fn blunted(detail: &str) -> String {
    let mut blunt = String::new();
    let mut digits = 0;
    for character in detail.chars().take(DETAIL) {
        digits = if character.is_ascii_digit() { digits + 1 } else { 0 };
        // Status words and versions have up to four.
        blunt.push(if digits > 4 { '#' } else { character });
    }
    blunt
}

/// The outcome of a task. A capture gets its provenance here: the library's own would be worth nothing.
pub(crate) fn outcome_of(
    text: &str,
    picture: Option<&Provenance>,
    context: &mut dyn TaskContext,
) -> Result<Outcome, LibraryError> {
    let garbage = LibraryError::Garbage;
    let mut value: Value = serde_json::from_str(text).map_err(|_| garbage("an answer that is no JSON"))?;
    let kind = value["type"].as_str().unwrap_or_default().to_owned();
    let capture = ["card", "signature", "evaluated", "chip"].contains(&kind.as_str());
    if capture {
        let raw = raw_of(&value["value"]).ok_or(garbage("a capture without its raw bytes"))?;
        place(&mut value, &blank());
        // Its shape is looked at before the capture is counted.
        understood(&value)?;
        place(&mut value, &context.provenance(&raw));
    } else if ["finger", "photo"].contains(&kind.as_str()) {
        place(&mut value, picture.ok_or(garbage("a capture without its picture"))?);
    } else if ["yielded", "printed", "scanned", "stopped", "announced", "state"].contains(&kind.as_str()) {
        // Nothing to add.
    } else {
        return Err(garbage("an outcome that a library cannot have"));
    }
    understood(&value)
}

/// An event that a library may say.
pub(crate) fn event_of(text: &str, context: &mut dyn TaskContext) -> Option<DeviceEvent> {
    let mut value: Value = serde_json::from_str(text).ok()?;
    let kind = value["type"].as_str()?.to_owned();
    if ["card_read", "code_read"].contains(&kind.as_str()) {
        let raw = raw_of(&value["value"])?;
        place(&mut value, &blank());
        serde_json::from_value::<DeviceEvent>(value.clone()).ok()?;
        place(&mut value, &context.provenance(&raw));
    } else if !["present", "removed", "strokes", "cleared", "finger_present", "finger_removed", "unplugged"]
        .contains(&kind.as_str())
    {
        return None;
    }
    serde_json::from_value(value).ok()
}

fn understood(value: &Value) -> Result<Outcome, LibraryError> {
    serde_json::from_value(value.clone()).map_err(|_| LibraryError::Garbage("an outcome of another shape"))
}

fn raw_of(value: &Value) -> Option<Vec<u8>> {
    hex::decode(value["raw"].as_str()?).ok().filter(|raw| !raw.is_empty())
}

fn place(value: &mut Value, provenance: &Provenance) {
    if let (Some(object), Ok(provenance)) = (value["value"].as_object_mut(), serde_json::to_value(provenance))
    {
        object.insert("provenance".to_owned(), provenance);
    }
}

fn blank() -> Provenance {
    Provenance {
        device: driver_contract::DeviceId(String::new()),
        attestation: driver_contract::Attestation::Unattested,
        nonce: String::new(),
        number: 0,
        boot_ms: 0,
        raw_sm3: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use driver_contract::CollectingContext;
    use std::time::Duration;

    #[test]
    fn captures_are_counted_only_when_whole_and_never_with_the_library_s_provenance() {
        let mut context = CollectingContext::new(Duration::from_secs(60));
        let good = r#"{"type":"evaluated","value":{"score":5,"raw":"0105","provenance":{"nonce":"forged"}}}"#;
        for bad in [
            "",
            "{}",
            r#"{"type":"ukey","value":{}}"#,
            r#"{"type":"evaluated","value":{"score":5}}"#,
            r#"{"type":"evaluated","value":{"score":"5","raw":"01"}}"#,
            r#"{"type":"evaluated","value":{"score":5,"raw":"zz"}}"#,
            r#"{"type":"photo","value":{"size":{"width":1,"height":1},"settings":[]}}"#,
        ] {
            let error = outcome_of(bad, None, &mut context).unwrap_err();
            assert_eq!(error.fault_code(), FaultCode::LibraryGarbage, "{bad}");
        }
        let Outcome::Evaluated(reading) = outcome_of(good, None, &mut context).unwrap() else { panic!() };
        assert_eq!((reading.provenance.number, reading.provenance.nonce.as_str()), (1, "collected"));
        assert_eq!(reading.provenance.raw_sm3, driver_contract::sm3_hex(&[1, 5]));
    }

    #[test]
    fn only_a_library_s_own_events_pass() {
        let mut context = CollectingContext::new(Duration::from_secs(60));
        assert_eq!(event_of(r#"{"type":"present"}"#, &mut context), Some(DeviceEvent::Present));
        for foreign in [r#"{"type":"started"}"#, r#"{"type":"frame","value":{}}"#, "[]", "nonsense"] {
            assert_eq!(event_of(foreign, &mut context), None, "{foreign}");
        }
    }

    #[test]
    fn numbers_do_not_get_into_details() {
        let LibraryError::Told { code, detail } =
            fault_of(r#"{"code":"device.timeout","detail":"holder 999901199001010010 status 9012"}"#)
        else {
            panic!()
        };
        assert_eq!((code, detail.as_str()), (FaultCode::Timeout, "holder 9999############## status 9012"));
        assert_eq!(fault_of(r#"{"code":"made.up"}"#).fault_code(), FaultCode::LibraryGarbage);
        let own = Fault::new(FaultCode::Timeout, DeviceClass::Speaker).with_detail("999901199001010010");
        let status = JobStatus {
            job_id: 1,
            state: driver_contract::JobState::Aborted,
            pages_done: None,
            reasons: vec!["job-999901199001010010".to_owned()],
            fault: Some(own.clone()),
        };
        let device = DeviceId::new("acme", "0");
        for outcome in [Outcome::State(vec![own]), Outcome::Printed(status)] {
            let passed = format!("{:?}", discreet(outcome, DeviceClass::Printer, &device));
            assert!(
                !passed.contains("99990") && passed.contains("acme") && !passed.contains("Speaker"),
                "{passed}"
            );
        }
    }
}

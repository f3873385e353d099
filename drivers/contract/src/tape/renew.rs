//! What a replay makes anew: where, when and for which request something was captured.
//!
//! Every kind is named, so that a new one does not compile until somebody has said what a replay does with it.

use crate::{Attestation, DeviceEvent, DeviceId, Fault, Outcome, Provenance, TaskContext};

impl DeviceEvent {
    /// The event as `device` says it now.
    #[must_use]
    pub fn renewed(self, device: &DeviceId, context: &mut dyn TaskContext) -> Self {
        match self {
            Self::CardRead(mut reading) => {
                reading.provenance = context.provenance(&reading.raw);
                Self::CardRead(reading)
            }
            Self::CodeRead(mut reading) => {
                reading.provenance = context.provenance(&reading.raw);
                Self::CodeRead(reading)
            }
            Self::CardFailed(fault) => Self::CardFailed(fault.renewed(device)),
            Self::Warning(fault) => Self::Warning(fault.renewed(device)),
            Self::Plugged(mut info) => {
                info.id = device.clone();
                info.attestation = Attestation::Virtual;
                Self::Plugged(info)
            }
            Self::PrintJob(mut status) => {
                status.fault = status.fault.map(|fault| fault.renewed(device));
                Self::PrintJob(status)
            }
            same @ (Self::Started
            | Self::Unplugged
            | Self::Present
            | Self::Removed
            | Self::Page { .. }
            | Self::Picture { .. }
            | Self::Frame { .. }
            | Self::Strokes(_)
            | Self::Cleared
            | Self::FingerPresent
            | Self::FingerRemoved) => same,
        }
    }
}

impl Outcome {
    /// The outcome as `device` gives it now; `picture` is the provenance of the last page or picture that it handed
    /// over, of which a finger's or a shot's reading speaks.
    #[must_use]
    pub fn renewed(
        self,
        picture: Option<&Provenance>,
        device: &DeviceId,
        context: &mut dyn TaskContext,
    ) -> Self {
        match self {
            Self::Card(mut reading) => {
                reading.provenance = context.provenance(&reading.raw);
                Self::Card(reading)
            }
            Self::Signature(mut reading) => {
                reading.provenance = context.provenance(&reading.raw);
                Self::Signature(reading)
            }
            Self::Evaluated(mut reading) => {
                reading.provenance = context.provenance(&reading.raw);
                Self::Evaluated(reading)
            }
            Self::Chip(mut reading) => {
                reading.provenance = context.provenance(&reading.raw);
                Self::Chip(reading)
            }
            Self::Finger(mut reading) => {
                reading.provenance = picture.cloned().unwrap_or(reading.provenance);
                Self::Finger(reading)
            }
            Self::Photo(mut reading) => {
                reading.provenance = picture.cloned().unwrap_or(reading.provenance);
                Self::Photo(reading)
            }
            Self::Printed(mut status) => {
                status.fault = status.fault.map(|fault| fault.renewed(device));
                Self::Printed(status)
            }
            Self::State(faults) => {
                Self::State(faults.into_iter().map(|fault| fault.renewed(device)).collect())
            }
            same @ (Self::Stopped
            | Self::Yielded
            | Self::Scanned { .. }
            | Self::Announced
            | Self::Ukey(_)) => same,
        }
    }
}

impl Fault {
    /// The fault at the device that plays the tape.
    #[must_use]
    pub fn renewed(self, device: &DeviceId) -> Self {
        self.at(device)
    }
}

//! The devices' test at the start of the day: what can be tried without a hand at the device. Log-in waits for none of it.

use super::{HostKey, LIST_LIMIT};
use crate::Terminal;
use crate::rpc::ChangeSource;
use crate::rpc::view::{DeviceLine, DeviceState, SelfTest};
use domain::event::civil_day;
use driver_contract::{Fault, FaultCode};
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// All hosts have listed their devices by then, or are told as not answering: a scanner on the network takes the longest.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks whether they have.
const LOOK: Duration = Duration::from_millis(200);

impl Terminal {
    fn self_tested(&self) -> MutexGuard<'_, Option<SelfTest>> {
        self.devices.self_test.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the last test found.
    pub(super) fn last_self_test(&self) -> Option<SelfTest> {
        self.self_tested().clone()
    }

    /// Tests the devices if it has not been done today. Returns at once.
    pub(crate) fn begin_self_test(&self) {
        let now = self.clock.now().trusted;
        let today = civil_day(now).to_string();
        {
            let mut tested = self.self_tested();
            if tested.as_ref().is_some_and(|test| test.day == today) || self.devices.parts.is_empty() {
                return;
            }
            let at = crate::forms::moment(now);
            *tested = Some(SelfTest { day: today, at, running: true, good: 0, wrong: Vec::new() });
        }
        let me = self.me.clone();
        let begun = std::thread::Builder::new().name("self-test".to_owned()).spawn(move || {
            let end = Instant::now() + PATIENCE;
            while me.upgrade().is_some_and(|terminal| !terminal.all_hosts_looked()) && Instant::now() < end {
                std::thread::sleep(LOOK);
            }
            if let Some(terminal) = me.upgrade() {
                terminal.finish_self_test();
            }
        });
        if let Err(error) = begun {
            tracing::warn!(%error, "no self-test of the devices");
        }
    }

    fn all_hosts_looked(&self) -> bool {
        let known = self.devices.known.lock().unwrap_or_else(PoisonError::into_inner);
        let looked = |key: &HostKey| {
            known.get(key).is_some_and(|lines| lines.iter().all(|line| line.state != DeviceState::Starting))
        };
        self.devices.parts.keys().all(looked)
    }

    fn finish_self_test(&self) {
        let (mut good, mut wrong) = (0, Vec::new());
        for line in self.device_lines() {
            match self.trouble_of(&line) {
                None => good += 1,
                Some(sentence) => wrong.push(format!("{}：{sentence}", line.device.name)),
            }
        }
        if let Some(test) = self.self_tested().as_mut() {
            (test.running, test.good, test.wrong) = (false, good, wrong);
        }
        self.changed(ChangeSource::Device, ["shell", "devices"]);
    }

    /// What is wrong with a device, after it was asked for its state where its driver can be asked.
    fn trouble_of(&self, line: &DeviceLine) -> Option<String> {
        if let Some(fault) = &line.fault {
            return (line.state != DeviceState::Busy).then(|| fault.sentence.clone());
        }
        let host = self.host_of(&line.device)?;
        match host.check_state(&line.device.id, LIST_LIMIT) {
            Ok(faults) => faults.first().map(Fault::sentence),
            // Most devices have no question for their state: that they are there is all that can be known.
            Err(fault) if matches!(fault.code, FaultCode::Unsupported | FaultCode::Busy) => None,
            Err(fault) => Some(fault.sentence()),
        }
    }
}

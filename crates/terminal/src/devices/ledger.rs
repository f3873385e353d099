//! What is kept of each device: written down as it happens, told to the server by the synchronisation.

use super::HostKey;
use crate::Terminal;
use crate::rpc::view::{DeviceHistory, DeviceLine, DeviceState};
use domain::device::{DAYS_KEPT, DeviceRecord, DeviceStanding};
use domain::event::civil_day;
use driver_contract::{Attestation, DeviceId, DeviceInfo, Fault};
use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::Priority;
use store::table::terminal;

/// Records are written down so often while only their times go on. The server hears of it as often: five thousand
/// terminals then make some seventeen requests a second.
const CALM: Duration = Duration::from_secs(300);
/// What is new, a use or a fault, is written down after so long: a burst of readings is one write.
const SOON: Duration = Duration::from_secs(5);
/// Records of devices that nobody has seen for so long are forgotten: none of their days is left then.
const FORGOTTEN_MS: i64 = DAYS_KEPT as i64 * 24 * 3_600_000;

/// The records of this PC's devices, by device.
#[derive(Default)]
pub(super) struct Ledger {
    records: BTreeMap<String, DeviceRecord>,
    /// Whether the records of earlier runs were added: they are in the store, which is closed until a log-in.
    joined: bool,
    /// Something happened that the store does not know.
    news: bool,
    kept: Option<Instant>,
}

impl Ledger {
    fn record(&mut self, device: &DeviceInfo, now: i64) -> &mut DeviceRecord {
        let record = self.records.entry(device.id.to_string()).or_insert_with(|| DeviceRecord {
            id: device.id.to_string(),
            class: device.class.as_str().to_owned(),
            name: String::new(),
            maker: String::new(),
            model: String::new(),
            serial: String::new(),
            firmware: String::new(),
            vouched: false,
            standing: DeviceStanding::Usable,
            since: now,
            seen: now,
            last_fault: None,
            last_use: None,
            days: Vec::new(),
        });
        record.name.clone_from(&device.name);
        record.maker.clone_from(&device.maker);
        record.model.clone_from(&device.model.model);
        record.serial.clone_from(&device.model.serial);
        record.firmware.clone_from(&device.model.firmware);
        record.vouched = device.attestation != Attestation::Unattested;
        record
    }

    /// How the devices of one host stand.
    fn looked(&mut self, lines: &[DeviceLine], gone: &[DeviceLine], now: i64) {
        for line in lines {
            let standing = match line.state {
                DeviceState::Starting => continue,
                DeviceState::Ready | DeviceState::Busy => DeviceStanding::Usable,
                DeviceState::Absent => DeviceStanding::Absent,
                DeviceState::Denied => DeviceStanding::Denied,
                DeviceState::Faulty | DeviceState::Restarting => DeviceStanding::Faulty,
            };
            let fault = line.fault.as_ref().filter(|_| standing != DeviceStanding::Usable);
            let fault = fault.map(|fault| (fault.fault.code(), fault.sentence.as_str()));
            let record = self.record(&line.device, now);
            let before = (record.standing, record.last_fault.clone());
            record.looked(standing, fault, now);
            let changed = before != (record.standing, record.last_fault.clone());
            self.news |= changed;
        }
        for line in gone {
            if let Some(record) = self.records.get_mut(&line.device.id.to_string()) {
                record.looked(DeviceStanding::Absent, None, now);
                self.news = true;
            }
        }
    }

    /// Adds what earlier runs kept. Devices that are not there now were unplugged meanwhile.
    fn join(&mut self, earlier: Vec<DeviceRecord>, now: i64) {
        for mut old in earlier.into_iter().filter(|old| now - old.seen < FORGOTTEN_MS) {
            match self.records.get_mut(&old.id) {
                Some(record) => record.join(old),
                None => {
                    old.looked(DeviceStanding::Absent, None, now);
                    self.records.insert(old.id.clone(), old);
                }
            }
        }
        self.joined = true;
        self.news = true;
    }

    fn is_due(&self) -> bool {
        let pause = if self.news { SOON } else { CALM };
        self.kept.is_none_or(|at| at.elapsed() >= pause)
    }
}

impl Terminal {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.devices.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down how the devices of a host stand: `before` and now.
    pub(super) fn note_look(&self, before: &[DeviceLine], lines: &[DeviceLine]) {
        let now = self.clock.now().trusted;
        let there = |line: &DeviceLine| lines.iter().any(|one| one.device.id == line.device.id);
        let gone: Vec<DeviceLine> = before.iter().filter(|line| !there(line)).cloned().collect();
        self.ledger().looked(lines, &gone, now);
        self.keep_ledger(now);
    }

    /// Writes down that a device was used, or failed at it.
    pub(super) fn note_use(&self, key: &HostKey, device: &DeviceId, result: &Result<(), Fault>) {
        let now = self.clock.now().trusted;
        let known = self.devices.known.lock().unwrap_or_else(PoisonError::into_inner);
        let line = known.get(key).and_then(|lines| lines.iter().find(|line| line.device.id == *device));
        let Some(info) = line.map(|line| line.device.clone()) else { return };
        drop(known);
        let mut ledger = self.ledger();
        let record = ledger.record(&info, now);
        match result {
            Ok(()) => record.used(now),
            Err(fault) => record.failed(fault.code(), &fault.sentence(), now),
        }
        ledger.news = true;
    }

    /// Writes the records into the store, if it is open and it is time. What cannot be written now is written later.
    fn keep_ledger(&self, now: i64) {
        let Ok(store) = self.store() else { return };
        if !self.ledger().joined {
            let earlier = store.read(|connection| terminal::get(connection, terminal::DEVICE_RECORDS));
            let earlier = earlier.ok().flatten().and_then(|bytes| domain::cbor::from_slice(&bytes).ok());
            let mut ledger = self.ledger();
            if !ledger.joined {
                ledger.join(earlier.unwrap_or_default(), now);
            }
        }
        let (news, bytes) = {
            let mut ledger = self.ledger();
            if !ledger.is_due() {
                return;
            }
            ledger.kept = Some(Instant::now());
            let news = std::mem::take(&mut ledger.news);
            (news, domain::cbor::to_vec(&ledger.records.values().cloned().collect::<Vec<DeviceRecord>>()))
        };
        let kept =
            store.write(Priority::Background, move |tx| terminal::put(tx, terminal::DEVICE_RECORDS, &bytes));
        match kept {
            Ok(_) if news => drop(self.sync().map(|sync| sync.wake_upkeep())),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "the devices' records are not written down");
                self.ledger().news = true;
            }
        }
    }

    /// What the device page tells of each device's past.
    pub(super) fn device_histories(&self) -> Vec<DeviceHistory> {
        let today = civil_day(self.clock.now().trusted);
        let ledger = self.ledger();
        let history = |record: &DeviceRecord| DeviceHistory {
            device: DeviceId(record.id.clone()),
            uses_today: record.days.iter().find(|one| one.day == today).map_or(0, |one| one.uses),
            faults_today: record.faults_on(today),
            last_use: record.last_use.map(crate::forms::moment),
            last_fault: record
                .last_fault
                .as_ref()
                .map(|fault| format!("{}　{}", crate::forms::moment(fault.at), fault.sentence)),
        };
        ledger.records.values().map(history).collect()
    }
}

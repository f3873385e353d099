//! Reads what the terminal wants and hands it to the devices' threads.

use std::collections::HashMap;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use driver_contract::wire::{Answer, FromHost, PROTOCOL, Request, ToHost, read_frame};
use driver_contract::{
    Attestation, CaptureMark, DeviceClass, DeviceId, DriverFactory, Fault, FaultCode, Recording,
};

use crate::configuration::HostConfiguration;
use crate::context::Shown;
use crate::hotplug;
use crate::hub::{Hub, locked};
use crate::search::Search;
use crate::stdio::Line;
use crate::worker::{Controls, Job, Queue, Run, What, Worker};

/// Deadlines further away than this are cut: an `Instant` far in the future may not exist.
const FURTHEST: Duration = Duration::from_secs(365 * 24 * 3600);

type UnderWay = Arc<Mutex<HashMap<u64, Arc<Controls>>>>;

/// What a host serves, for whom.
pub struct Service {
    /// The class of its devices.
    pub class: DeviceClass,
    /// The drivers.
    pub factories: Vec<Box<dyn DriverFactory>>,
    /// Why there are none: answered to every request.
    pub unusable: Option<Fault>,
    /// The terminal's profile, told to other terminals as the holder of a device.
    pub profile: String,
    /// The folder of the device locks.
    pub lock_dir: PathBuf,
    /// How a device is recorded whose entry does not say.
    pub record: Option<Recording>,
}

/// Serves the terminal until it closes the line or says so.
///
/// # Errors
/// A line that cannot be read: the two sides have lost each other.
pub fn serve(line: Line, service: Service, configuration: &HostConfiguration) -> anyhow::Result<()> {
    let mut reader = line.control.try_clone()?;
    let class = service.class;
    let hub = Arc::new(Hub::new(class, line.control, line.area));
    let factories = service.factories.into_iter().map(Arc::from).collect();
    let search = Arc::new(Search::new(factories, configuration, service.lock_dir.clone()));
    hotplug::watch(&hub, &search);
    hub.send(&FromHost::Hello { protocol: PROTOCOL, class });
    let mut server = Server {
        hub: Arc::clone(&hub),
        search,
        unusable: service.unusable,
        profile: service.profile,
        lock_dir: service.lock_dir,
        record: service.record,
        queues: HashMap::new(),
        under_way: Arc::default(),
    };
    let result = server.listen(&mut reader);
    hub.close();
    result
}

struct Server {
    hub: Arc<Hub>,
    search: Arc<Search>,
    unusable: Option<Fault>,
    profile: String,
    lock_dir: PathBuf,
    record: Option<Recording>,
    queues: HashMap<DeviceId, Arc<Queue>>,
    /// What can be said to requests under way, and to those that have ended since the last sweep.
    under_way: UnderWay,
}

impl Server {
    fn listen(&mut self, reader: &mut UnixStream) -> anyhow::Result<()> {
        while let Some(message) = read_frame::<ToHost>(reader)? {
            match message {
                ToHost::Request { id, deadline_ms, request } => self.accept(id, deadline_ms, request),
                ToHost::Cancel { id } => {
                    if let Some(controls) = locked(&self.under_way).get(&id) {
                        controls.cancel.store(true, Ordering::SeqCst);
                    }
                }
                ToHost::Tell { id, word } => {
                    if let Some(controls) = locked(&self.under_way).get(&id) {
                        controls.tell(word);
                    }
                }
                ToHost::Release { region } => self.hub.release(region),
                ToHost::Ping { id } => {
                    let silent_ms = self.hub.longest_silence().as_millis();
                    let silent_ms = u64::try_from(silent_ms).unwrap_or(u64::MAX);
                    self.hub.send(&FromHost::Pong { id, silent_ms });
                }
                ToHost::Shutdown => break,
            }
            if self.hub.is_closing() {
                break;
            }
        }
        Ok(())
    }

    fn accept(&mut self, id: u64, deadline_ms: u64, request: Request) {
        if let Some(fault) = &self.unusable {
            return self.hub.send(&FromHost::Answer { id, result: Err(fault.clone()) });
        }
        let until = Instant::now() + Duration::from_millis(deadline_ms).min(FURTHEST);
        let (device, what) = match request {
            Request::List => return self.list_aside(id),
            Request::Open { device } => (device, What::Open),
            Request::Close { device } => (device, What::Close),
            Request::Run { device, task, nonce } => {
                let mark = CaptureMark::new(device.clone(), Attestation::Unattested, nonce);
                (device, What::Run(Box::new(Run { task, mark, shown: Shown::default() })))
            }
        };
        let result = self.queue_of(&device).and_then(|queue| {
            let watch = match &what {
                What::Run(run) if run.task.is_endless() => {
                    Some(queue.claim_watch().ok_or_else(|| self.watched_already(&device))?)
                }
                _ => None,
            };
            queue.add(Job { id, until, controls: self.controls_for(id), what, _watch: watch });
            Ok(())
        });
        if let Err(fault) = result {
            self.hub.send(&FromHost::Answer { id, result: Err(fault) });
        }
    }

    fn watched_already(&self, device: &DeviceId) -> Fault {
        Fault::new(FaultCode::Busy, self.hub.class).at(device).held_by(self.profile.as_str())
    }

    fn controls_for(&self, id: u64) -> Arc<Controls> {
        let controls = Arc::new(Controls::default());
        let mut under_way = locked(&self.under_way);
        // What only this table holds belongs to a request that has ended.
        under_way.retain(|_, one| Arc::strong_count(one) > 1);
        under_way.insert(id, Arc::clone(&controls));
        controls
    }

    /// Searching may take seconds (scanners on the network); it has a thread of its own.
    fn list_aside(&self, id: u64) {
        let search = Arc::clone(&self.search);
        let hub = Arc::clone(&self.hub);
        let spawned = std::thread::Builder::new().name("list".into()).spawn({
            let hub = Arc::clone(&hub);
            move || hub.send(&FromHost::Answer { id, result: search.run().map(Answer::Devices) })
        });
        if let Err(error) = spawned {
            hub.send(&FromHost::Answer { id, result: Err(no_thread(hub.class, &error)) });
        }
    }

    fn queue_of(&mut self, device: &DeviceId) -> Result<Arc<Queue>, Fault> {
        if let Some(queue) = self.queues.get(device) {
            return Ok(Arc::clone(queue));
        }
        let class = self.hub.class;
        let factory = self
            .search
            .factory(device.driver())
            .ok_or_else(|| Fault::new(FaultCode::NotFound, class).at(device).with_detail("no such driver"))?;
        let queue = Arc::new(Queue::default());
        let worker = Worker {
            hub: Arc::clone(&self.hub),
            queue: Arc::clone(&queue),
            factory: Arc::clone(factory),
            device: device.clone(),
            configured: self.search.entries_for(factory.as_ref(), device),
            search: Arc::clone(&self.search),
            record: self.record.clone(),
            lock_dir: self.lock_dir.clone(),
            profile: self.profile.clone(),
        };
        std::thread::Builder::new()
            .name("device".into())
            .spawn(move || worker.run())
            .map_err(|error| no_thread(class, &error))?;
        self.queues.insert(device.clone(), Arc::clone(&queue));
        Ok(queue)
    }
}

fn no_thread(class: DeviceClass, error: &std::io::Error) -> Fault {
    Fault::new(FaultCode::DriverFailed, class).with_detail(format!("no thread: {error}"))
}

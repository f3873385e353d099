//! A HID device of the kernel, made through `/dev/uhid`: it gets real nodes (`/dev/hidraw*`, `/dev/input/event*`), and the
//! kernel's own HID code stands between it and the driver.
//!
//! Messages and their numbers: Linux `include/uapi/linux/uhid.h`, `Documentation/hid/uhid.rst`. Needs root and the module
//! `uhid`, as in the virtual machine of `tests/full/vm.sh`.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::node::{Handler, VirtualNode};

/// How long the thread waits for the kernel before it looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(20);
/// Time between two reports, as of a pad that tells its pen 200 times a second.
const PACE: Duration = Duration::from_millis(5);
/// How much of it is made up for after a pause of the PC's: the kernel keeps 64 events of a node, 16 movements of a pen.
const MADE_UP: Duration = Duration::from_millis(40);
/// The kernel makes the nodes while it is told of the device, udev names them a little later.
const NODE_LIMIT: Duration = Duration::from_secs(10);

/// `struct uhid_event`: a number, and its largest member, `uhid_create2_req`.
const EVENT_LENGTH: usize = 4 + 4372;
/// Most bytes of a report (`UHID_DATA_MAX`) and of a descriptor (`HID_MAX_DESCRIPTOR_SIZE`).
const DATA_MOST: usize = 4096;

const DESTROY: u32 = 1;
const OPEN: u32 = 4;
const CLOSE: u32 = 5;
const OUTPUT: u32 = 6;
const GET_REPORT: u32 = 9;
const GET_REPORT_REPLY: u32 = 10;
const CREATE2: u32 = 11;
const INPUT2: u32 = 12;
const SET_REPORT: u32 = 13;
const SET_REPORT_REPLY: u32 = 14;

/// `BUS_USB` of `include/uapi/linux/input.h`.
const BUS_USB: u16 = 3;

/// What a device says of itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HidIdentity {
    pub(crate) name: &'static str,
    pub(crate) vendor: u16,
    pub(crate) product: u16,
    /// The report descriptor (USB Device Class Definition for HID 1.11, 6.2.2).
    pub(crate) descriptor: &'static [u8],
}

/// Tells devices of one process apart.
static NUMBER: AtomicU32 = AtomicU32::new(0);

struct Plugged {
    uhid: Arc<File>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// A device that is plugged in until it is dropped.
pub(crate) struct KernelHid {
    identity: HidIdentity,
    unique: String,
    handler: Arc<Mutex<Handler>>,
    open: Arc<AtomicBool>,
    /// When the next report is due.
    due: Mutex<Instant>,
    plugged: Mutex<Option<Plugged>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl KernelHid {
    /// Plugs a device in, and waits until the kernel has made its nodes.
    ///
    /// # Errors
    /// No `/dev/uhid`, or the kernel refuses the descriptor.
    pub(crate) fn start(identity: HidIdentity, handler: Handler) -> io::Result<Self> {
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let device = Self {
            identity,
            unique: format!("virtual-{}-{number}", std::process::id()),
            handler: Arc::new(Mutex::new(handler)),
            open: Arc::default(),
            due: Mutex::new(Instant::now()),
            plugged: Mutex::new(None),
        };
        device.plug()?;
        Ok(device)
    }

    pub(crate) fn plug(&self) -> io::Result<()> {
        let mut plugged = lock(&self.plugged);
        if plugged.is_some() {
            return Ok(());
        }
        let nonblocking = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
        let uhid = File::options().read(true).write(true).custom_flags(nonblocking).open("/dev/uhid")?;
        (&uhid).write_all(&self.create())?;
        let uhid = Arc::new(uhid);
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new().name("virtual-hid".into()).spawn({
            let (uhid, stop) = (Arc::clone(&uhid), Arc::clone(&stop));
            let (handler, open) = (Arc::clone(&self.handler), Arc::clone(&self.open));
            move || {
                while !stop.load(Ordering::SeqCst) {
                    if let Err(error) = converse(&uhid, &handler, &open) {
                        tracing::debug!(%error, "virtual HID device");
                        return;
                    }
                }
            }
        })?;
        *plugged = Some(Plugged { uhid, stop, thread: Some(thread) });
        drop(plugged);
        self.hidraw().map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Pulls the plug: the kernel takes the nodes away.
    pub(crate) fn unplug(&self) {
        let Some(mut plugged) = lock(&self.plugged).take() else { return };
        let _ = (&*plugged.uhid).write_all(&DESTROY.to_ne_bytes());
        plugged.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = plugged.thread.take() {
            let _ = thread.join();
        }
        self.open.store(false, Ordering::SeqCst);
    }

    /// Whether anybody has one of its nodes open.
    pub(crate) fn is_open(&self) -> bool {
        self.open.load(Ordering::SeqCst)
    }

    /// Sends one input report, as fast as a pad does.
    pub(crate) fn send(&self, report: &[u8]) {
        let uhid = lock(&self.plugged).as_ref().map(|plugged| Arc::clone(&plugged.uhid));
        let Some(uhid) = uhid else { return };
        let mut event = INPUT2.to_ne_bytes().to_vec();
        event.extend(u16::try_from(report.len().min(DATA_MOST)).unwrap_or_default().to_ne_bytes());
        event.extend_from_slice(report);
        let now = Instant::now();
        let mut due = lock(&self.due);
        *due = (*due).max(now.checked_sub(MADE_UP).unwrap_or(now));
        std::thread::sleep(due.saturating_duration_since(now));
        *due += PACE;
        let _ = (&*uhid).write_all(&event);
    }

    /// Its `/dev/hidraw*`.
    pub(crate) fn hidraw(&self) -> Option<PathBuf> {
        self.node("hidraw", "hidraw")
    }

    /// Its `/dev/input/event*`.
    pub(crate) fn event(&self) -> Option<PathBuf> {
        let input = self.node("input", "input")?;
        let entries = std::fs::read_dir(Path::new("/sys/class/input").join(input.file_name()?)).ok()?;
        let names = entries.flatten().map(|entry| entry.file_name());
        let name = names.into_iter().find(|name| name.to_string_lossy().starts_with("event"))?;
        Some(Path::new("/dev/input").join(name))
    }

    /// Waits for an entry of `/sys/class/CLASS` that hangs on this device.
    fn node(&self, class: &str, beginning: &str) -> Option<PathBuf> {
        let end = Instant::now() + NODE_LIMIT;
        let ours = |entry: &std::fs::DirEntry| {
            entry.file_name().to_string_lossy().starts_with(beginning)
                && ["device/uevent", "device/device/uevent"].iter().any(|file| {
                    std::fs::read_to_string(entry.path().join(file)).is_ok_and(|text| {
                        text.lines().any(|line| line == format!("HID_UNIQ={}", self.unique))
                    })
                })
        };
        while Instant::now() < end {
            let entries = std::fs::read_dir(Path::new("/sys/class").join(class)).ok();
            let found = entries.and_then(|entries| entries.flatten().find(ours));
            if let Some(entry) = found {
                return Some(Path::new("/dev").join(entry.file_name()));
            }
            std::thread::sleep(LOOK);
        }
        None
    }

    /// `struct uhid_create2_req`.
    fn create(&self) -> Vec<u8> {
        let text = |text: &str, length: usize| {
            let mut bytes = text.as_bytes().to_vec();
            bytes.resize(length, 0);
            bytes
        };
        let mut event = CREATE2.to_ne_bytes().to_vec();
        event.extend(text(self.identity.name, 128));
        event.extend(text("", 64));
        event.extend(text(&self.unique, 64));
        event.extend(u16::try_from(self.identity.descriptor.len()).unwrap_or_default().to_ne_bytes());
        event.extend(BUS_USB.to_ne_bytes());
        event.extend(u32::from(self.identity.vendor).to_ne_bytes());
        event.extend(u32::from(self.identity.product).to_ne_bytes());
        // Version and country.
        event.extend([0; 8]);
        event.extend(self.identity.descriptor);
        event.resize(EVENT_LENGTH, 0);
        event
    }
}

impl Drop for KernelHid {
    fn drop(&mut self) {
        self.unplug();
    }
}

/// One message of the kernel's, if there is one.
fn converse(uhid: &File, handler: &Mutex<Handler>, open: &AtomicBool) -> io::Result<()> {
    let limit = Timespec { tv_sec: 0, tv_nsec: i64::from(LOOK.subsec_nanos()) };
    if poll(&mut [PollFd::new(uhid, PollFlags::IN)], Some(&limit))? == 0 {
        return Ok(());
    }
    let mut event = vec![0; EVENT_LENGTH];
    let mut reader = uhid;
    let count = reader.read(&mut event)?;
    let number =
        |at: usize| event.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_ne_bytes);
    let short =
        |at: usize| event.get(at..at + 2).and_then(|two| two.try_into().ok()).map_or(0, u16::from_ne_bytes);
    if count < 4 {
        return Ok(());
    }
    match number(0) {
        OPEN => open.store(true, Ordering::SeqCst),
        CLOSE => open.store(false, Ordering::SeqCst),
        // `struct uhid_output_req`: data, size.
        OUTPUT => {
            let length = usize::from(short(4 + DATA_MOST)).min(DATA_MOST);
            let _ = (lock(handler))(b'O', &event[4..4 + length]);
        }
        // `struct uhid_get_report_req`: id, report number, kind. The answer: id, error, size, data.
        GET_REPORT => {
            let asked = [event[8], 0, 0];
            let Some(answer) = (lock(handler))(b'F', &asked) else { return Ok(()) };
            let mut reply = GET_REPORT_REPLY.to_ne_bytes().to_vec();
            reply.extend(number(4).to_ne_bytes());
            let (errno, bytes) = match answer {
                Ok(bytes) => (0, bytes),
                Err(errno) => (u16::from(errno), Vec::new()),
            };
            reply.extend(errno.to_ne_bytes());
            reply.extend(u16::try_from(bytes.len()).unwrap_or_default().to_ne_bytes());
            reply.extend(bytes);
            let mut writer = uhid;
            writer.write_all(&reply)?;
        }
        // `struct uhid_set_report_req`: id, report number, kind, size, data. The answer: id, error.
        SET_REPORT => {
            let length = usize::from(short(10)).min(DATA_MOST);
            let Some(answer) = (lock(handler))(b'S', &event[12..12 + length]) else { return Ok(()) };
            let mut reply = SET_REPORT_REPLY.to_ne_bytes().to_vec();
            reply.extend(number(4).to_ne_bytes());
            reply.extend(u16::from(answer.err().unwrap_or(0)).to_ne_bytes());
            let mut writer = uhid;
            writer.write_all(&reply)?;
        }
        _ => {}
    }
    Ok(())
}

/// Where a HID device of ours is plugged in.
pub(crate) enum HidPlug {
    /// A socket in a node's place.
    Socket(VirtualNode),
    /// The kernel.
    Kernel(KernelHid),
}

impl HidPlug {
    pub(crate) fn plug(&self) -> io::Result<()> {
        match self {
            Self::Socket(node) => node.plug(),
            Self::Kernel(device) => device.plug(),
        }
    }

    pub(crate) fn unplug(&self) {
        match self {
            Self::Socket(node) => node.unplug(),
            Self::Kernel(device) => device.unplug(),
        }
    }

    pub(crate) fn send(&self, report: &[u8]) {
        match self {
            Self::Socket(node) => node.send(report),
            Self::Kernel(device) => device.send(report),
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Socket(node) => node.is_open(),
            Self::Kernel(device) => device.is_open(),
        }
    }

    /// The kernel's node, as long as it is plugged in there.
    pub(crate) fn hidraw(&self) -> Option<PathBuf> {
        match self {
            Self::Socket(_) => None,
            Self::Kernel(device) => device.hidraw(),
        }
    }
}

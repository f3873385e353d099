//! Plugging and unplugging, as udev tells it (its netlink group, after its rules have set names and rights).
//!
//! An event says only *look again*: which of several device nodes of one plug a driver wants is the driver's business.
//! Without udev (a container, a system that runs no such service) devices are still found when the terminal lists them.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use driver_contract::wire::FromHost;
use driver_contract::{DeviceClass, DeviceEvent};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::hub::Hub;
use crate::search::Search;

/// One plug comes as a burst: the device, its interfaces, their nodes. After so long without another event it is over.
const SETTLED: Duration = Duration::from_millis(80);
/// A burst that does not end (a device that comes and goes all the time) is looked at after so long all the same: the
/// officer is promised an answer within a second.
const LONGEST: Duration = Duration::from_millis(400);
/// Readers of chip cards come through a service (pcscd), which hears of a plug when this host does and then has to start the
/// reader: some tenths of a second, seconds for one that tests itself. So long after a burst it is looked at again.
const SERVED_LATER: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];
/// How often the thread looks whether the host still serves.
const LOOK: Duration = Duration::from_millis(500);

/// Where the nodes of a class appear, in the kernel's names of subsystems.
fn subsystems(class: DeviceClass) -> &'static [&'static str] {
    match class {
        DeviceClass::IdCardReader => &["usb", "tty"],
        DeviceClass::Scanner | DeviceClass::Fingerprint | DeviceClass::ChipCardReader | DeviceClass::Ukey => {
            &["usb"]
        }
        DeviceClass::Printer => &["usb", "usbmisc", "tty"],
        DeviceClass::SignaturePad => &["hidraw", "input", "tty"],
        DeviceClass::Camera | DeviceClass::DocumentCamera => &["video4linux", "usb"],
        DeviceClass::EvaluationPad => &["hidraw", "tty"],
        DeviceClass::CodeScanner => &["input", "hidraw", "tty"],
        DeviceClass::QueueCaller => &["tty"],
        DeviceClass::Speaker => &["sound"],
        // A class that is named nowhere above most likely hangs on USB.
        _ => &["usb"],
    }
}

/// Begins to listen; what is plugged in after this call is told.
pub(crate) fn watch(hub: &Arc<Hub>, search: &Arc<Search>) {
    let (listening, ready) = channel();
    let (hub, search) = (Arc::downgrade(hub), Arc::clone(search));
    let spawned = std::thread::Builder::new().name("hotplug".into()).spawn(move || {
        if let Err(error) = listen(&hub, &search, &listening) {
            tracing::info!(%error, "plugging is not told; devices are found when they are listed");
        }
    });
    if spawned.is_ok() {
        // Comes at once, or the thread has ended and its sender with it.
        let _ = ready.recv();
    }
}

fn listen(hub: &Weak<Hub>, search: &Search, listening: &Sender<()>) -> std::io::Result<()> {
    let Some(class) = hub.upgrade().map(|hub| hub.class) else { return Ok(()) };
    let mut monitor = udev::MonitorBuilder::new()?;
    for subsystem in subsystems(class) {
        monitor = monitor.match_subsystem(subsystem)?;
    }
    let socket = monitor.listen()?;
    let _ = listening.send(());
    let mut later: VecDeque<Instant> = VecDeque::new();
    loop {
        let limit = later.front().map_or(LOOK, |at| at.saturating_duration_since(Instant::now()).min(LOOK));
        let waited = wait(socket.as_fd(), limit)?;
        let Some(hub) = hub.upgrade().filter(|hub| !hub.is_closing()) else { return Ok(()) };
        if waited {
            let begun = Instant::now();
            while begun.elapsed() < LONGEST {
                socket.iter().for_each(drop);
                if !wait(socket.as_fd(), SETTLED)? {
                    break;
                }
            }
            if class == DeviceClass::ChipCardReader {
                later = SERVED_LATER.iter().map(|after| Instant::now() + *after).collect();
            }
        } else if later.pop_front_if(|at| *at <= Instant::now()).is_none() {
            continue;
        }
        let difference = search.difference();
        for info in difference.plugged {
            let (device, event) = (info.id.clone(), DeviceEvent::Plugged(Box::new(info)));
            hub.send(&FromHost::Event { request: None, device, event });
        }
        for device in difference.unplugged {
            hub.send(&FromHost::Event { request: None, device, event: DeviceEvent::Unplugged });
        }
    }
}

/// Waits for something to read; `false` after the time.
fn wait(descriptor: BorrowedFd<'_>, limit: Duration) -> std::io::Result<bool> {
    let mut descriptors = [PollFd::new(&descriptor, PollFlags::IN)];
    let limit = Timespec::try_from(limit).map_err(std::io::Error::other)?;
    match poll(&mut descriptors, Some(&limit)) {
        Ok(count) => Ok(count > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

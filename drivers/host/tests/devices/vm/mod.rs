//! On a kernel's own nodes, in the virtual machine of `tests/full/vm.sh`: ignored everywhere else, because they plug devices
//! in. A name says at its end what is pulled, cut or refused, if anything is.

mod chips;
mod keys;
mod pads;
mod printers;
mod readers;
mod serial;

use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use driver_contract::{DeviceEvent, DeviceId, HostNotice};

use crate::post::LONG;

/// A name for a node that stays the same from plug to plug, as udev's links do.
struct NodeName(PathBuf);

impl NodeName {
    fn new(folder: &Path) -> Self {
        Self(folder.join("node"))
    }

    fn as_str(&self) -> &str {
        self.0.to_str().unwrap()
    }

    fn lead_to(&self, node: Option<PathBuf>) {
        let _ = std::fs::remove_file(&self.0);
        std::os::unix::fs::symlink(node.expect("the kernel made a node"), &self.0).unwrap();
    }
}

/// The next word about a device of this driver; nobody has asked for one.
fn next(news: &Receiver<HostNotice>, driver: &str) -> (DeviceId, DeviceEvent) {
    loop {
        if let HostNotice::Device { device, event } = news.recv_timeout(LONG).expect("plugging is told")
            && device.driver() == driver
        {
            return (device, event);
        }
    }
}

/// Waits until the kernel has come so far.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < end, "{what} never came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

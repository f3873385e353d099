//! The reader as a USB device ([`crate::gadget`]): endpoints of our own (FunctionFS), or the kernel's serial port.
//!
//! Forms: Linux `include/uapi/linux/usb/functionfs.h`; USB 2.0, 9.6. Modules: `usb_f_fs`, `usb_f_acm`.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use super::card::{CardError, VirtualCard};
use super::fault::ReaderFault;
use super::module::{Module, Reaction};
use super::reader::cut_command;
use crate::gadget::{UsbGadget, UsbIdentity};

/// Preamble and length of a frame: what goes through the first of two pairs of endpoints.
const HEAD: usize = 7;

/// `FUNCTIONFS_DESCRIPTORS_MAGIC_V2`, `FUNCTIONFS_STRINGS_MAGIC`; `FUNCTIONFS_HAS_FS_DESC | FUNCTIONFS_HAS_HS_DESC`.
const DESCRIPTORS_MAGIC: u32 = 3;
const STRINGS_MAGIC: u32 = 2;
const FULL_AND_HIGH_SPEED: u32 = 1 | 2;

/// What a reader shows on USB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsbLayout {
    /// One pair of bulk endpoints for whole frames: most readers in the field.
    OnePair,
    /// Two pairs: the national layout.
    TwoPairs,
    /// A serial port of the class CDC-ACM.
    Serial,
}

impl UsbLayout {
    /// Addresses in the descriptor's order.
    const fn endpoints(self) -> &'static [u8] {
        match self {
            Self::OnePair => &[0x02, 0x81],
            Self::TwoPairs => &[0x02, 0x81, 0x06, 0x85],
            // The kernel's function has its own.
            Self::Serial => &[],
        }
    }

    /// The kernel's function, and the vendor and product that go with it.
    const fn function(self) -> (&'static str, (u16, u16)) {
        match self {
            // eastcoms.com, SAM_V 通信协议
            Self::OnePair | Self::TwoPairs => ("ffs", (0x0400, 0xc35a)),
            // WCH CH9102: a bridge that is plain CDC-ACM.
            Self::Serial => ("acm", (0x1a86, 0x55d4)),
        }
    }
}

struct Plugged {
    gadget: UsbGadget,
    /// A function of ours lives as long as this file is open.
    control: Option<File>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// A reader on USB that is plugged in until it is dropped.
pub struct VirtualUsbReader {
    layout: UsbLayout,
    name: String,
    folder: PathBuf,
    module: Arc<Mutex<Module>>,
    plugged: Mutex<Option<Plugged>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl VirtualUsbReader {
    /// Plugs a reader in, with no card on it. `name` tells gadgets apart; `folder` is for its endpoints.
    ///
    /// # Errors
    /// Not root, or no bus for gadgets.
    pub fn start(name: &str, folder: &Path, layout: UsbLayout) -> io::Result<Self> {
        let reader = Self {
            layout,
            name: name.to_owned(),
            folder: folder.to_owned(),
            module: Arc::default(),
            plugged: Mutex::new(None),
        };
        reader.plug()?;
        Ok(reader)
    }

    /// Lays a card on the reader.
    ///
    /// # Errors
    /// A field that does not fit into the chip.
    pub fn lay(&self, card: &VirtualCard) -> Result<(), CardError> {
        lock(&self.module).lay(card)
    }

    /// Takes the card away.
    pub fn lift(&self) {
        lock(&self.module).lift();
    }

    /// Tells the reader to do something wrong, or nothing any more.
    pub fn set_fault(&self, fault: ReaderFault) {
        lock(&self.module).fault = fault;
    }

    /// Plugs it in.
    ///
    /// # Errors
    /// As for [`VirtualUsbReader::start`].
    pub fn plug(&self) -> io::Result<()> {
        let mut plugged = lock(&self.plugged);
        if plugged.is_none() {
            *plugged = Some(self.connect()?);
        }
        Ok(())
    }

    /// Pulls its plug.
    pub fn unplug(&self) {
        let Some(plugged) = lock(&self.plugged).take() else { return };
        plugged.stop.store(true, Ordering::SeqCst);
        plugged.gadget.pull();
        let _ = plugged.thread.join();
        // The function goes with it, and the gadget after it.
        drop(plugged.control);
        drop(plugged.gadget);
        lock(&self.module).power_off();
    }

    fn connect(&self) -> io::Result<Plugged> {
        let (kind, ids) = self.layout.function();
        let identity = UsbIdentity { ids, maker: "virtual-devices", model: "SAM_V", serial: "DEMO-0001" };
        let mut gadget = UsbGadget::new(&self.name, kind, &identity)?;
        let (control, outs, ins) = match self.layout {
            UsbLayout::Serial => {
                let number = fs::read_to_string(gadget.function().join("port_num"))?;
                let tty = open_without_waiting(Path::new(&format!("/dev/ttyGS{}", number.trim())))?;
                let mut settings = tcgetattr(&tty)?;
                settings.make_raw();
                tcsetattr(&tty, OptionalActions::Now, &settings)?;
                (None, vec![tty.try_clone()?], vec![tty])
            }
            layout => function_endpoints(&mut gadget, &self.folder.join("endpoints"), layout)?,
        };
        let stop = Arc::new(AtomicBool::new(false));
        let thread = {
            let (stop, module) = (Arc::clone(&stop), Arc::clone(&self.module));
            std::thread::Builder::new()
                .name("virtual-usb".into())
                .spawn(move || serve(&stop, &module, &outs, &ins))?
        };
        gadget.plug()?;
        Ok(Plugged { gadget, control, stop, thread })
    }
}

impl Drop for VirtualUsbReader {
    fn drop(&mut self) {
        self.unplug();
    }
}

/// Opens an endpoint or a serial port. Transfers are waited for all the same; what is not waited for is a host that chooses the configuration.
fn open_without_waiting(path: &Path) -> io::Result<File> {
    let nonblocking = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
    File::options().read(true).write(true).custom_flags(nonblocking).open(path)
}

/// The control endpoint of a function of ours, its endpoints out and in.
fn function_endpoints(
    gadget: &mut UsbGadget,
    mounted: &Path,
    layout: UsbLayout,
) -> io::Result<(Option<File>, Vec<File>, Vec<File>)> {
    gadget.mount(mounted)?;
    let mut control = File::options().read(true).write(true).open(mounted.join("ep0"))?;
    control.write_all(&descriptors(layout))?;
    control.write_all(&strings())?;

    let open = |number: usize| open_without_waiting(&mounted.join(format!("ep{number}")));
    let pairs = layout.endpoints().len() / 2;
    let outs = (0..pairs).map(|pair| open(pair * 2 + 1)).collect::<Result<Vec<File>, _>>()?;
    let ins = (0..pairs).map(|pair| open(pair * 2 + 2)).collect::<Result<Vec<File>, _>>()?;
    Ok((Some(control), outs, ins))
}

/// The interface and its bulk endpoints, for full and for high speed.
fn descriptors(layout: UsbLayout) -> Vec<u8> {
    let endpoints = layout.endpoints();
    let count = u8::try_from(endpoints.len()).unwrap_or_default();
    let at_speed = |packet: u16| {
        // Vendor's class, with the first string.
        let mut bytes = vec![9, 4, 0, 0, count, 0xff, 0, 0, 1];
        for address in endpoints {
            bytes.extend([7, 5, *address, 2]);
            bytes.extend(packet.to_le_bytes());
            bytes.push(0);
        }
        bytes
    };
    let number = u32::from(count) + 1;
    let mut body = Vec::new();
    body.extend(number.to_le_bytes());
    body.extend(number.to_le_bytes());
    body.extend(at_speed(64));
    body.extend(at_speed(512));
    let mut message = Vec::new();
    for word in [DESCRIPTORS_MAGIC, u32::try_from(body.len()).unwrap_or_default() + 12, FULL_AND_HIGH_SPEED] {
        message.extend(word.to_le_bytes());
    }
    message.extend(body);
    message
}

/// One string in one language (US English).
fn strings() -> Vec<u8> {
    let mut body = 0x0409_u16.to_le_bytes().to_vec();
    body.extend(b"SAM_V\0");
    let mut message = Vec::new();
    for word in [STRINGS_MAGIC, u32::try_from(body.len()).unwrap_or_default() + 16, 1, 1] {
        message.extend(word.to_le_bytes());
    }
    message.extend(body);
    message
}

/// Takes commands and answers them, until the plug is pulled. A command comes through the first endpoint, or its head there
/// and the rest through the second; answers go out in the same way.
fn serve(stop: &AtomicBool, module: &Mutex<Module>, outs: &[File], ins: &[File]) {
    let mut input = Vec::new();
    let mut head_came = false;
    while !stop.load(Ordering::SeqCst) {
        let from = if head_came { outs.last() } else { outs.first() };
        let Some(mut from) = from else { return };
        let mut buffer = [0; 512];
        match from.read(&mut buffer) {
            Ok(count) => input.extend_from_slice(&buffer[..count]),
            Err(error) => {
                // Before the host has chosen a configuration, and after the plug was pulled.
                tracing::trace!(%error, "virtual USB reader");
                std::thread::sleep(Duration::from_millis(5));
                continue;
            }
        }
        head_came = outs.len() > 1 && !head_came;
        let Some(command) = cut_command(&mut input) else { continue };
        head_came = false;
        let (reaction, fault) = {
            let mut module = lock(module);
            let fault = module.fault;
            (module.react(&command), fault)
        };
        if let ReaderFault::Slow { delay_ms } = fault {
            std::thread::sleep(Duration::from_millis(delay_ms));
        }
        let Reaction::Send(bytes) = reaction else { continue };
        let head = if ins.len() > 1 { bytes.len().min(HEAD) } else { bytes.len() };
        for (mut to, piece) in ins.iter().zip([&bytes[..head], &bytes[head..]]) {
            if let Err(error) = to.write_all(piece) {
                tracing::debug!(%error, "virtual USB reader");
            }
        }
    }
}

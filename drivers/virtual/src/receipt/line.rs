//! The lines that the printer hangs on.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;

use crate::gadget::{UsbGadget, UsbIdentity};
use crate::samv::line::PtyLine;

/// How long a read waits, so that the mechanics go on meanwhile.
const LOOK: Duration = Duration::from_millis(2);

/// How long a host may take to choose the configuration of what was plugged in; it takes a fraction of a second.
const CHOSEN_WITHIN: Duration = Duration::from_secs(20);

/// Where the printer is plugged in.
pub(super) enum Socket {
    Tcp(u16),
    Tty(PathBuf),
    /// The name of its gadget.
    Usb(String),
}

/// Transfers of 8 KiB that the kernel's function takes before the printer asks for them, and answers that it keeps
/// until the host fetches them (`q_len`). As few as the answers that wait for a driver at one time.
const TRANSFERS: &str = "4";
/// Its device id (IEEE 1284), as the models that understand ESC/POS tell it.
const DEVICE_ID: &str = "MFG:virtual-devices;CMD:ESC/POS;MDL:RECEIPT-80;CLS:PRINTER;";
/// The same on USB. 0x0525, 0xa4a8: Linux's own printer gadget (`drivers/usb/gadget/legacy/printer.c`).
const IDENTITY: UsbIdentity<'static> =
    UsbIdentity { ids: (0x0525, 0xa4a8), maker: "virtual-devices", model: "RECEIPT-80", serial: "DEMO-0001" };

/// A plugged-in line.
pub(super) enum Plug {
    /// One connection at a time, as the network cards of printers have it; others wait.
    Tcp {
        listener: TcpListener,
        connection: Option<TcpStream>,
    },
    Tty(PtyLine),
    /// The printer's side of the kernel's printer function. The gadget goes after its node was closed.
    Usb {
        node: File,
        _gadget: UsbGadget,
    },
}

impl Plug {
    pub(super) fn new(socket: &Socket) -> io::Result<Self> {
        Ok(match socket {
            Socket::Tcp(port) => {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, *port))?;
                listener.set_nonblocking(true)?;
                Self::Tcp { listener, connection: None }
            }
            Socket::Tty(link) => Self::Tty(PtyLine::plug_in(Some(link))?),
            Socket::Usb(name) => {
                let gadget = UsbGadget::new(name, "printer", &IDENTITY)?;
                fs::write(gadget.function().join("q_len"), TRANSFERS)?;
                fs::write(gadget.function().join("pnp_string"), DEVICE_ID)?;
                gadget.plug()?;
                Self::Usb { node: printer_node()?, _gadget: gadget }
            }
        })
    }

    pub(super) fn port(&self) -> Option<u16> {
        match self {
            Self::Tcp { listener, .. } => listener.local_addr().ok().map(|address| address.port()),
            Self::Tty(_) | Self::Usb { .. } => None,
        }
    }

    /// What came in, at most so many bytes; nothing if nothing did.
    pub(super) fn read(&mut self, room: usize) -> Vec<u8> {
        let mut buffer = vec![0; room.min(512)];
        let count = match self {
            _ if buffer.is_empty() => {
                std::thread::sleep(LOOK);
                0
            }
            Self::Tty(line) => match line.read(&mut buffer, LOOK) {
                Ok(count) => count.unwrap_or_default(),
                Err(_) => {
                    std::thread::sleep(LOOK);
                    0
                }
            },
            Self::Usb { node, .. } => match wait(node).and_then(|()| node.read(&mut buffer)) {
                Ok(count) => count,
                // Nothing came, or no host has chosen the configuration.
                Err(_) => {
                    std::thread::sleep(LOOK);
                    0
                }
            },
            Self::Tcp { listener, connection } => {
                if connection.is_none() {
                    *connection = accept(listener);
                }
                let read = connection.as_mut().map(|stream| stream.read(&mut buffer));
                match read {
                    None => {
                        std::thread::sleep(LOOK);
                        0
                    }
                    Some(Ok(count)) if count > 0 => count,
                    Some(Err(error))
                        if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                    {
                        0
                    }
                    Some(_) => {
                        *connection = None;
                        0
                    }
                }
            }
        };
        buffer.truncate(count);
        buffer
    }

    /// Sends an answer; nobody may hear it.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        let result = match self {
            Self::Tty(line) => line.write(bytes),
            Self::Usb { node, .. } => node.write_all(bytes),
            Self::Tcp { connection: Some(stream), .. } => stream.write_all(bytes),
            Self::Tcp { connection: None, .. } => Ok(()),
        };
        if let Err(error) = result {
            tracing::debug!(%error, "virtual receipt printer");
        }
    }
}

impl Drop for Plug {
    fn drop(&mut self) {
        if let Self::Tty(line) = self {
            line.remove_link();
        }
    }
}

/// The node of the printer's side (Linux `Documentation/usb/gadget_printer.rst`). There is one printer at a time. It can
/// be opened (ENODEV until then) as soon as the host has chosen the configuration.
fn printer_node() -> io::Result<File> {
    let mut nodes = fs::read_dir("/sys/class/usb_printer_gadget")?;
    let node = Path::new("/dev").join(nodes.next().ok_or(ErrorKind::NotFound)??.file_name());
    let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let end = Instant::now() + CHOSEN_WITHIN;
    loop {
        match File::options().read(true).write(true).custom_flags(nonblocking).open(&node) {
            Err(error) if Instant::now() < end => {
                tracing::trace!(%error, "virtual receipt printer");
                std::thread::sleep(LOOK);
            }
            other => return other,
        }
    }
}

/// Waits a moment for something to read.
fn wait(node: &File) -> io::Result<()> {
    let limit = Timespec { tv_sec: 0, tv_nsec: i64::from(LOOK.subsec_nanos()) };
    poll(&mut [PollFd::new(node, PollFlags::IN)], Some(&limit))?;
    Ok(())
}

fn accept(listener: &TcpListener) -> Option<TcpStream> {
    let (stream, _) = listener.accept().ok()?;
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(LOOK)).ok()?;
    stream.set_nodelay(true).ok()?;
    Some(stream)
}

//! The printer as tests and trainers have it.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::line::{Plug, Socket};
use super::machine::{Machine, ReceiptFault};
use super::paper::ReceiptSlip;

/// How long the thread sleeps while the plug is out.
const LOOK: Duration = Duration::from_millis(2);
/// How long a port of its own may be held by a connection that is about to end.
const PLUG_LIMIT: Duration = Duration::from_secs(5);

struct Shared {
    machine: Mutex<Machine>,
    plug: Mutex<Option<Plug>>,
    stop: AtomicBool,
}

/// A receipt printer that is plugged in until it is dropped.
pub struct VirtualReceiptPrinter {
    shared: Arc<Shared>,
    socket: Socket,
    thread: Option<JoinHandle<()>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl VirtualReceiptPrinter {
    /// A printer on the network of this PC, on a free port, with a head of so many dots.
    ///
    /// # Errors
    /// No port.
    pub fn on_tcp(dots: usize) -> io::Result<Self> {
        let plug = Plug::new(&Socket::Tcp(0))?;
        let port = plug.port().ok_or(io::ErrorKind::AddrNotAvailable)?;
        Self::start(plug, Socket::Tcp(port), dots)
    }

    /// A printer on a serial line whose device file appears at `link`.
    ///
    /// # Errors
    /// No pseudo terminal.
    pub fn on_tty(link: &Path, dots: usize) -> io::Result<Self> {
        let socket = Socket::Tty(link.to_owned());
        Self::start(Plug::new(&socket)?, socket, dots)
    }

    /// A printer on the kernel's virtual USB bus ([`crate::gadget`], with the module `usb_f_printer`); `name` tells
    /// gadgets apart, and there is one printer at a time.
    ///
    /// # Errors
    /// Not root, or no bus for gadgets.
    pub fn on_usb(name: &str, dots: usize) -> io::Result<Self> {
        let socket = Socket::Usb(name.to_owned());
        Self::start(Plug::new(&socket)?, socket, dots)
    }

    fn start(plug: Plug, socket: Socket, dots: usize) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            machine: Mutex::new(Machine::new(dots)),
            plug: Mutex::new(Some(plug)),
            stop: AtomicBool::new(false),
        });
        let thread = std::thread::Builder::new().name("virtual-receipt-printer".into()).spawn({
            let shared = Arc::clone(&shared);
            move || serve(&shared)
        })?;
        Ok(Self { shared, socket, thread: Some(thread) })
    }

    /// Where it listens, for a driver's configuration; on USB the name of its gadget, since its node is the kernel's.
    #[must_use]
    pub fn address(&self) -> String {
        match &self.socket {
            Socket::Tcp(port) => format!("127.0.0.1:{port}"),
            Socket::Tty(link) => link.display().to_string(),
            Socket::Usb(name) => name.clone(),
        }
    }

    /// Lets something be wrong with it from now on; `None` mends everything.
    pub fn set_fault(&self, fault: ReceiptFault) {
        lock(&self.shared.machine).set_fault(fault);
    }

    /// Lets something go wrong when so many more rows are printed.
    pub fn set_fault_after(&self, rows: usize, fault: ReceiptFault) {
        lock(&self.shared.machine).set_fault_after(rows, fault);
    }

    /// Lets it take so long for each row.
    pub fn set_row_time(&self, time: Duration) {
        lock(&self.shared.machine).row_time = time;
    }

    /// The slips that it has cut off, in their order.
    #[must_use]
    pub fn slips(&self) -> Vec<ReceiptSlip> {
        lock(&self.shared.machine).slips.clone()
    }

    /// What hangs out of it, printed and not cut.
    #[must_use]
    pub fn hanging(&self) -> ReceiptSlip {
        lock(&self.shared.machine).hanging()
    }

    /// How often the cash drawer was opened.
    #[must_use]
    pub fn drawer_pulses(&self) -> u32 {
        lock(&self.shared.machine).pulses
    }

    /// Characters and commands that a slip made of a picture has no use for.
    #[must_use]
    pub fn strange_commands(&self) -> u32 {
        lock(&self.shared.machine).strange
    }

    /// Bytes that it has taken.
    #[must_use]
    pub fn bytes_taken(&self) -> usize {
        lock(&self.shared.machine).bytes_taken
    }

    /// Pulls its plug, of line and power.
    pub fn unplug(&self) {
        self.set_fault(ReceiptFault::Pulled);
        while self.shared.plug.try_lock().map_or(true, |plug| plug.is_some()) {
            std::thread::sleep(LOOK);
        }
    }

    /// Plugs it in again, with everything mended.
    ///
    /// # Errors
    /// The port or the device file's place is taken.
    pub fn plug(&self) -> io::Result<()> {
        self.set_fault(ReceiptFault::None);
        let mut plug = lock(&self.shared.plug);
        let end = Instant::now() + PLUG_LIMIT;
        while plug.is_none() {
            match Plug::new(&self.socket) {
                Ok(fresh) => *plug = Some(fresh),
                Err(error) if Instant::now() > end => return Err(error),
                Err(_) => std::thread::sleep(LOOK),
            }
        }
        Ok(())
    }
}

impl Drop for VirtualReceiptPrinter {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(shared: &Shared) {
    while !shared.stop.load(Ordering::SeqCst) {
        let mut held = lock(&shared.plug);
        let Some(plug) = held.as_mut() else {
            drop(held);
            std::thread::sleep(LOOK);
            continue;
        };
        let room = lock(&shared.machine).room();
        let came = plug.read(room);
        let mut machine = lock(&shared.machine);
        let at_once = machine.receive(&came);
        let in_turn = machine.work();
        let pulled = machine.fault == ReceiptFault::Pulled;
        if pulled {
            machine.lose_power();
        }
        drop(machine);
        if pulled {
            *held = None;
            continue;
        }
        let answers = [at_once, in_turn].concat();
        if !answers.is_empty() {
            plug.write(&answers);
        }
    }
}

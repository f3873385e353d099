//! A virtual device in the place of a kernel's node: a Unix packet socket. Which packets go over it is written in
//! `docs/devices.md`.

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketFlags, SocketType, accept_with, bind, listen,
    recv, send, socket_with,
};

/// How long the thread waits for a packet before it looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(10);

/// What the driver asks of a device. The answer is an error number or bytes; `None` gives none at all.
pub(crate) type Handler = Box<dyn FnMut(u8, &[u8]) -> Option<Result<Vec<u8>, u8>> + Send>;

#[derive(Default)]
struct State {
    driver: Option<Arc<OwnedFd>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Plugged {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// A device that is plugged in until it is dropped.
pub(crate) struct VirtualNode {
    path: PathBuf,
    shared: Arc<Shared>,
    handler: Arc<Mutex<Handler>>,
    plugged: Mutex<Option<Plugged>>,
}

impl VirtualNode {
    /// Plugs a device in, whose node appears at `path`.
    pub(crate) fn start(path: &Path, handler: Handler) -> io::Result<Self> {
        let node = Self {
            path: path.to_owned(),
            shared: Arc::default(),
            handler: Arc::new(Mutex::new(handler)),
            plugged: Mutex::new(None),
        };
        node.plug()?;
        Ok(node)
    }

    pub(crate) fn plug(&self) -> io::Result<()> {
        let mut plugged = lock(&self.plugged);
        if plugged.is_some() {
            return Ok(());
        }
        let socket = socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        bind(&socket, &SocketAddrUnix::new(&self.path)?)?;
        listen(&socket, 4)?;
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new().name("virtual-node".into()).spawn({
            let (stop, shared, handler) =
                (Arc::clone(&stop), Arc::clone(&self.shared), Arc::clone(&self.handler));
            move || serve(&socket, &stop, &shared, &handler)
        })?;
        *plugged = Some(Plugged { stop, thread: Some(thread) });
        Ok(())
    }

    /// Pulls the plug: the driver's end is cut, the node goes.
    pub(crate) fn unplug(&self) {
        let Some(mut plugged) = lock(&self.plugged).take() else { return };
        let _ = std::fs::remove_file(&self.path);
        plugged.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = plugged.thread.take() {
            let _ = thread.join();
        }
        lock(&self.shared.state).driver = None;
    }

    /// Whether a driver has the node open.
    pub(crate) fn is_open(&self) -> bool {
        lock(&self.shared.state).driver.is_some()
    }

    /// Sends one input report, or one batch of events, to the driver that has the node open.
    pub(crate) fn send(&self, report: &[u8]) {
        let driver = lock(&self.shared.state).driver.clone();
        if let Some(driver) = driver {
            let mut packet = vec![b'I'];
            packet.extend_from_slice(report);
            let _ = send(&*driver, &packet, SendFlags::NOSIGNAL);
        }
    }
}

impl Drop for VirtualNode {
    fn drop(&mut self) {
        self.unplug();
    }
}

/// Whether a packet comes within [`LOOK`].
fn ready(socket: &OwnedFd) -> io::Result<bool> {
    let limit = Timespec { tv_sec: 0, tv_nsec: i64::from(LOOK.subsec_nanos()) };
    Ok(poll(&mut [PollFd::new(socket, PollFlags::IN)], Some(&limit))? > 0)
}

fn serve(socket: &OwnedFd, stop: &AtomicBool, shared: &Shared, handler: &Mutex<Handler>) {
    while !stop.load(Ordering::SeqCst) {
        if !matches!(ready(socket), Ok(true)) {
            continue;
        }
        let Ok(driver) = accept_with(socket, SocketFlags::CLOEXEC) else { continue };
        let driver = Arc::new(driver);
        lock(&shared.state).driver = Some(Arc::clone(&driver));
        while !stop.load(Ordering::SeqCst) {
            match ready(&driver).and_then(|ready| if ready { converse(&driver, handler) } else { Ok(true) }) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::debug!(%error, "virtual node");
                    break;
                }
            }
        }
        lock(&shared.state).driver = None;
    }
}

/// One packet; `false` when the driver has closed the node.
fn converse(driver: &OwnedFd, handler: &Mutex<Handler>) -> io::Result<bool> {
    let mut buffer = [0; 4096];
    let (count, _) = recv(driver, &mut buffer, RecvFlags::empty())?;
    let Some((letter, bytes)) = buffer[..count].split_first() else { return Ok(false) };
    let answer = (lock(handler))(*letter, bytes);
    if *letter == b'O' {
        return Ok(true);
    }
    let mut packet = vec![b'R'];
    match answer {
        Some(Ok(bytes)) => {
            packet.push(0);
            packet.extend(bytes);
        }
        Some(Err(errno)) => packet.push(errno),
        None => return Ok(true),
    }
    send(driver, &packet, SendFlags::NOSIGNAL)?;
    Ok(true)
}

/// What a node answers that does not know what it was asked.
pub(crate) fn unknown() -> Option<Result<Vec<u8>, u8>> {
    Some(Err(u8::try_from(Errno::INVAL.raw_os_error()).unwrap_or(22)))
}

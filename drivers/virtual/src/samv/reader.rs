//! The reader as a whole: a line, a module, and a thread that runs them.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use serde::Serialize;

use super::card::{CardError, VirtualCard};
use super::fault::ReaderFault;
use super::line::PtyLine;
use super::module::{Module, Reaction};

/// What every frame begins with.
const PREAMBLE: [u8; 5] = [0xaa, 0xaa, 0xaa, 0x96, 0x69];

/// Longest command a module takes; all known ones have a length of 3.
const LONGEST_COMMAND: usize = 64;

/// How long the thread waits for a command before it looks whether it is to stop or the plug was pulled.
const LOOK: Duration = Duration::from_millis(20);

/// How a virtual reader is set up.
#[derive(Debug, Clone, Default)]
pub struct ReaderOptions {
    /// A stable path for the device file: a link that follows the pseudo terminal through unplugging and
    /// plugging. `None`: the pseudo terminal's own path.
    pub link: Option<PathBuf>,
    /// Bytes go out as fast as at this rate (10 bits a byte); `None`: at once.
    pub baud: Option<u32>,
    /// Answers go out in pieces that end at these byte counts.
    pub split_at: Vec<usize>,
}

/// How a reader stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReaderStatus {
    /// The device file; `None` while unplugged.
    pub path: Option<PathBuf>,
    /// Whether a card lies on it.
    pub card: bool,
    /// How many readings it has given.
    pub cards_read: u64,
    /// How many commands it left without an answer because it was told to.
    pub unanswered: u64,
    /// The fault it has been told to show.
    pub fault: ReaderFault,
}

#[derive(Debug)]
struct State {
    module: Module,
    line: Option<Arc<PtyLine>>,
    split_at: Vec<usize>,
}

/// A virtual reader that runs until it is dropped.
#[derive(Debug)]
pub struct VirtualReader {
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    options: ReaderOptions,
}

impl VirtualReader {
    /// Plugs a reader in, with no card on it.
    ///
    /// # Errors
    /// No pseudo terminal, or a link that cannot be made.
    pub fn start(options: ReaderOptions) -> io::Result<Self> {
        let line = PtyLine::plug_in(options.link.as_deref())?;
        let state = Arc::new(Mutex::new(State {
            module: Module::default(),
            line: Some(Arc::new(line)),
            split_at: options.split_at.clone(),
        }));
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new().name("virtual-reader".into()).spawn({
            let (state, stop, baud) = (Arc::clone(&state), Arc::clone(&stop), options.baud);
            move || serve(&state, &stop, baud)
        })?;
        Ok(Self { state, stop, thread: Some(thread), options })
    }

    /// Lays a card on the reader; a card that lies there is replaced.
    ///
    /// # Errors
    /// A field that does not fit into the chip.
    pub fn lay(&self, card: &VirtualCard) -> Result<(), CardError> {
        lock(&self.state).module.lay(card)
    }

    /// Takes the card away.
    pub fn lift(&self) {
        lock(&self.state).module.lift();
    }

    /// Pulls the reader's plug: the driver's end is hung up, the device file goes.
    pub fn unplug(&self) {
        let mut state = lock(&self.state);
        if let Some(line) = state.line.take() {
            line.remove_link();
        }
        state.module.power_off();
    }

    /// Plugs the reader in again.
    ///
    /// # Errors
    /// As for [`VirtualReader::start`].
    pub fn plug(&self) -> io::Result<()> {
        let mut state = lock(&self.state);
        if state.line.is_none() {
            state.line = Some(Arc::new(PtyLine::plug_in(self.options.link.as_deref())?));
        }
        Ok(())
    }

    /// Tells the reader to do something wrong, or nothing any more.
    pub fn set_fault(&self, fault: ReaderFault) {
        lock(&self.state).module.fault = fault;
    }

    /// Sends the next answers in pieces that end at these byte counts.
    pub fn split_answers_at(&self, points: Vec<usize>) {
        lock(&self.state).split_at = points;
    }

    /// How the reader stands.
    #[must_use]
    pub fn status(&self) -> ReaderStatus {
        let state = lock(&self.state);
        ReaderStatus {
            path: state.line.as_ref().map(|line| line.path().to_owned()),
            card: state.module.card_lies(),
            cards_read: state.module.cards_read,
            unanswered: state.module.unanswered,
            fault: state.module.fault,
        }
    }
}

impl Drop for VirtualReader {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.unplug();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(state: &Mutex<State>, stop: &AtomicBool, baud: Option<u32>) {
    let mut input = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let line = lock(state).line.clone();
        let Some(body) = receive(line.as_deref(), &mut input) else { continue };
        let (reaction, fault, split_at) = {
            let mut state = lock(state);
            let fault = state.module.fault;
            (state.module.react(&body), fault, state.split_at.clone())
        };
        if let ReaderFault::Slow { delay_ms } = fault {
            std::thread::sleep(Duration::from_millis(delay_ms));
        }
        if let Reaction::Send(bytes) = reaction {
            send(state, &bytes, baud, &split_at);
        }
    }
}

/// Takes in what came and cuts a whole command out of it, if there is one.
fn receive(line: Option<&PtyLine>, input: &mut Vec<u8>) -> Option<Vec<u8>> {
    let Some(line) = line else {
        input.clear();
        std::thread::sleep(LOOK);
        return None;
    };
    let mut buffer = [0; 256];
    match line.read(&mut buffer, LOOK) {
        Ok(Some(count)) => input.extend_from_slice(&buffer[..count]),
        Ok(None) => {}
        Err(error) => {
            tracing::debug!(%error, "virtual reader's line");
            std::thread::sleep(LOOK);
        }
    }
    cut_command(input)
}

/// Cuts the first whole command out of what came: its length and the rest.
pub(super) fn cut_command(input: &mut Vec<u8>) -> Option<Vec<u8>> {
    let start = input.windows(PREAMBLE.len()).position(|window| window == PREAMBLE)?;
    let body = &input[start + PREAMBLE.len()..];
    let length = usize::from(u16::from_be_bytes([*body.first()?, *body.get(1)?]));
    if length > LONGEST_COMMAND {
        input.drain(..start + PREAMBLE.len());
        return None;
    }
    let body = body.get(..2 + length)?.to_vec();
    input.drain(..start + PREAMBLE.len() + 2 + length);
    Some(body)
}

/// Sends an answer, at the line's pace and in the pieces asked for. The plug may be pulled meanwhile.
fn send(state: &Mutex<State>, bytes: &[u8], baud: Option<u32>, split_at: &[usize]) {
    let mut start = 0;
    while start < bytes.len() {
        let next_split = split_at.iter().copied().filter(|point| *point > start).min().unwrap_or(bytes.len());
        // At a rate, pieces of 16 bytes: what a UART's buffer holds.
        let piece = if baud.is_some() { start + 16 } else { bytes.len() };
        let end = next_split.min(piece).min(bytes.len());
        {
            let Some(line) = lock(state).line.clone() else { return };
            if let Err(error) = line.write(&bytes[start..end]) {
                tracing::debug!(%error, "virtual reader's line");
                return;
            }
        }
        if let Some(baud) = baud {
            let bits = u64::try_from(end - start).unwrap_or(0) * 10;
            std::thread::sleep(Duration::from_micros(bits * 1_000_000 / u64::from(baud.max(1))));
        } else if end < bytes.len() {
            // Long enough for the driver to wake up and find half a frame.
            std::thread::sleep(Duration::from_millis(1));
        }
        start = end;
    }
}

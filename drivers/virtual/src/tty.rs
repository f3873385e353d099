//! A virtual device at the end of a serial line: what it says by itself, and how it reacts.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::samv::line::PtyLine;

/// How long the thread waits for a command before it looks whether it is to stop or the plug was pulled.
const LOOK: Duration = Duration::from_millis(10);

/// What a device does with the bytes that it was sent so far: it takes out what it understood, and answers.
pub(crate) type Reaction = Box<dyn FnMut(&mut Vec<u8>) -> Vec<Vec<u8>> + Send>;

type Shared = Arc<Mutex<Option<Arc<PtyLine>>>>;

/// A device that is plugged in until it is dropped.
pub(crate) struct VirtualTty {
    line: Shared,
    link: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl VirtualTty {
    /// Plugs a device in, whose device file appears at `link`.
    pub(crate) fn start(link: &Path, reaction: Reaction) -> io::Result<Self> {
        let line: Shared = Arc::new(Mutex::new(Some(Arc::new(PtyLine::plug_in(Some(link))?))));
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new().name("virtual-tty".into()).spawn({
            let (line, stop) = (Arc::clone(&line), Arc::clone(&stop));
            move || serve(&line, &stop, reaction)
        })?;
        Ok(Self { line, link: link.to_owned(), stop, thread: Some(thread) })
    }

    /// Sends bytes; nobody hears them while the plug is pulled.
    pub(crate) fn send(&self, bytes: &[u8]) {
        let line = lock(&self.line).clone();
        if let Some(line) = line
            && let Err(error) = line.write(bytes)
        {
            tracing::debug!(%error, "virtual device's line");
        }
    }

    pub(crate) fn unplug(&self) {
        let line = lock(&self.line).take();
        if let Some(line) = line {
            line.remove_link();
            // The thread may be listening on it still; the plug is out when nobody holds the line any more.
            while Arc::strong_count(&line) > 1 {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }

    pub(crate) fn plug(&self) -> io::Result<()> {
        let mut line = lock(&self.line);
        if line.is_none() {
            *line = Some(Arc::new(PtyLine::plug_in(Some(&self.link))?));
        }
        Ok(())
    }
}

impl Drop for VirtualTty {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.unplug();
    }
}

fn serve(shared: &Shared, stop: &AtomicBool, mut reaction: Reaction) {
    let mut input = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let line = lock(shared).clone();
        let Some(line) = line else {
            input.clear();
            std::thread::sleep(LOOK);
            continue;
        };
        let mut buffer = [0; 256];
        match line.read(&mut buffer, LOOK) {
            Ok(Some(count)) => input.extend_from_slice(&buffer[..count]),
            Ok(None) => continue,
            Err(error) => {
                tracing::debug!(%error, "virtual device's line");
                std::thread::sleep(LOOK);
                continue;
            }
        }
        for answer in reaction(&mut input) {
            // A write that fails met a pulled plug.
            let _ = line.write(&answer);
        }
    }
}

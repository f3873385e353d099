//! Reads one page from a device that is set up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use crate::error::ScanError;
use crate::ffi::{Handle, Parameters};
use crate::frame::{Page, PageBuilder};

/// Bytes asked for at once: large enough that a network back-end is not slowed, small enough that a
/// stop is noticed between two reads.
const READ_BYTES: usize = 64 << 10;
/// Parts in flight between the reading thread and the assembling one.
const PARTS_IN_FLIGHT: usize = 16;
/// How often the task is asked whether to stop (the contract wants at least every 100 ms).
const ASK_EVERY: Duration = Duration::from_millis(50);
/// How long a reading call may take to come back by itself after a stop, before `sane_cancel` is called
/// from outside. Many back-ends handle a cancel between two reads better than one in the middle.
const GRACE: Duration = Duration::from_millis(300);
/// Pause between a failed page and the `sane_cancel` that follows it. SANE's back-ends end their reading
/// threads by asynchronous cancellation; one that is struck down while it still sets itself up, inside
/// `malloc`, leaves the heap of this process locked for ever. After this time it waits for its device.
const SETTLE: Duration = Duration::from_millis(100);
/// Pause after a read that gave nothing (non-blocking back-ends).
const EMPTY_READ_PAUSE: Duration = Duration::from_millis(5);

enum Part {
    Frame(Parameters),
    Bytes(Vec<u8>),
}

/// Reads one page. `stop` is asked at least every 100 ms, also while the device is silent.
///
/// The library's blocking calls run on a thread of their own, so that a device that hangs in
/// `sane_start` or `sane_read` can be cancelled.
///
/// # Errors
/// The device's status, a layout that is not read, or [`ScanError::Stopped`]. After an error the scan
/// has to be ended with [`Handle::cancel`]; after a page the next one may be asked for.
pub(crate) fn read_page(handle: &Handle, stop: &dyn Fn() -> bool) -> Result<Page, ScanError> {
    let stopping = AtomicBool::new(false);
    let (parts, received) = sync_channel(PARTS_IN_FLIGHT);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| read_frame(handle, parts, &stopping));
        let assembled = assemble(&received, stop);
        // Lets a reader that waits for room see that nobody listens any more.
        drop(received);
        stopping.store(true, Ordering::SeqCst);
        if assembled.is_err() {
            let steps = GRACE.as_millis() / EMPTY_READ_PAUSE.as_millis();
            for _ in 0..steps {
                if reader.is_finished() {
                    break;
                }
                std::thread::sleep(EMPTY_READ_PAUSE);
            }
            if !reader.is_finished() {
                tracing::info!("the scanner does not return from a read; cancelling from outside");
                handle.cancel();
            }
        }
        let read = reader.join().unwrap_or(Err(ScanError::Stopped));
        let page = match (assembled, read) {
            // Whatever status a cancelled read ends with, it was stopped because it was asked to.
            (Err(error), _) => Err(error),
            (Ok(_), Err(error)) => Err(error),
            (Ok(Some(builder)), Ok(())) => builder.finish(),
            (Ok(None), Ok(())) => Err(ScanError::FrameInvalid { what: "no frame" }),
        };
        if page.is_err() {
            std::thread::sleep(SETTLE);
        }
        page
    })
}

fn read_frame(handle: &Handle, parts: SyncSender<Part>, stopping: &AtomicBool) -> Result<(), ScanError> {
    handle.start()?;
    // Asked after the start: only then are the numbers binding (SANE standard §4.3.8).
    if parts.send(Part::Frame(handle.parameters()?)).is_err() {
        return Ok(());
    }
    let mut buffer = vec![0; READ_BYTES];
    while !stopping.load(Ordering::SeqCst) {
        let Some(length) = handle.read(&mut buffer)? else { break };
        if length == 0 {
            std::thread::sleep(EMPTY_READ_PAUSE);
        } else if parts.send(Part::Bytes(buffer[..length].to_vec())).is_err() {
            break;
        }
    }
    drop(parts);
    Ok(())
}

/// Takes the parts until the reader ends; `None` if it ended before the first.
fn assemble(parts: &Receiver<Part>, stop: &dyn Fn() -> bool) -> Result<Option<PageBuilder>, ScanError> {
    let mut builder: Option<PageBuilder> = None;
    loop {
        if stop() {
            return Err(ScanError::Stopped);
        }
        match parts.recv_timeout(ASK_EVERY) {
            Ok(Part::Frame(parameters)) => builder = Some(PageBuilder::new(&parameters)?),
            Ok(Part::Bytes(bytes)) => {
                if let Some(builder) = &mut builder {
                    builder.push(&bytes)?;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(builder),
        }
    }
}

//! A printer on USB: the node of the kernel's printer class (`/dev/usb/lp0`), which carries raw bytes both ways.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use driver_line::{Line, LineError};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, FlockOperation, OFlags, flock, fstat};

/// How long one read or write waits. Short, so that a cancel gets through within a tenth of a second.
const SLICE: Duration = Duration::from_millis(40);
/// How long a node must say nothing until what an earlier talk left unread has come. A printer keeps its answers until it
/// is asked, which the kernel does from the opening on, once for each answer; a frame of USB lasts 1 ms (USB 2.0, 4.4).
const QUIET: Duration = Duration::from_millis(50);
/// What the kernel's driver keeps of earlier answers is at most some packets of 64 bytes; a node that has more to say is
/// none of a printer.
const LEFT_OVERS: usize = 64;

/// How long a node that is closed waits for the printer to take the last write. One that takes anything takes it in
/// milliseconds; one that hangs must not hold up who waits for the end of the slip.
const LAST_WRITE: Duration = Duration::from_secs(1);

/// An open node.
#[derive(Debug)]
pub(crate) struct NodeLine {
    node: File,
}

impl NodeLine {
    /// Opens a node, for this program alone.
    ///
    /// # Errors
    /// Not found, permission denied, busy, or a file that is no device.
    pub(crate) fn open(path: &str) -> Result<Self, LineError> {
        // Without waiting, and never as the program's own terminal.
        let flags = i32::try_from((OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC).bits());
        let flags = flags.map_err(|_| LineError::Failed(io::ErrorKind::InvalidInput))?;
        let node = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path)?;
        if FileType::from_raw_mode(fstat(&node)?.st_mode) != FileType::CharacterDevice {
            return Err(LineError::NoDevice);
        }
        match flock(&node, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { node }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(LineError::Busy),
            Err(error) => Err(error.into()),
        }
    }

    fn wait(&self, wanted: PollFlags, limit: Duration) -> io::Result<()> {
        let limit = Timespec::try_from(limit).map_err(io::Error::other)?;
        let mut fds = [PollFd::new(&self.node, wanted)];
        if poll(&mut fds, Some(&limit))? == 0 {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(())
    }
}

impl Read for NodeLine {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.wait(PollFlags::IN, SLICE)?;
        match self.node.read(buffer) {
            // The printer has nothing to say; what has gone is told by its error.
            Ok(0) if !buffer.is_empty() => Err(io::ErrorKind::TimedOut.into()),
            other => other,
        }
    }
}

impl Write for NodeLine {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wait(PollFlags::OUT, SLICE)?;
        self.node.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Line for NodeLine {
    fn clear_input(&mut self) -> io::Result<()> {
        let mut buffer = [0; 64];
        for _ in 0..LEFT_OVERS {
            match self.wait(PollFlags::IN, QUIET).and_then(|()| self.node.read(&mut buffer)) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Drop for NodeLine {
    fn drop(&mut self) {
        // usblp takes a write before the printer does, and throws away at closing what the printer has not taken: the
        // cut behind a slip that was given up, or the end of one that nobody asks about.
        if let Err(error) = self.wait(PollFlags::OUT, LAST_WRITE) {
            tracing::debug!(%error, "the printer does not take the last write");
        }
    }
}

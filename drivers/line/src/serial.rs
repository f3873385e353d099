//! The serial line, through the `serialport` crate.

use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use driver_contract::{Recorder, Replay};
use rustix::fs::{Access, access};
use serialport::{ClearBuffer, SerialPort, TTYPort};

use crate::LineError;

/// How long one read waits for a byte. Short, so that a cancel gets through within a tenth of a second.
pub(crate) const READ_SLICE: Duration = Duration::from_millis(40);

/// A line to a device. Reads give up with [`io::ErrorKind::TimedOut`] after a fraction of a second; a line that carries
/// reports gives one of them at each read.
pub trait Line: Read + Write + Send {
    /// Throws away what came and was not read.
    ///
    /// # Errors
    /// The device's.
    fn clear_input(&mut self) -> io::Result<()>;
}

impl Line for Replay {
    fn clear_input(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<L: Line> Line for Recorder<L> {
    fn clear_input(&mut self) -> io::Result<()> {
        self.stream_mut().clear_input()
    }
}

impl Line for Box<dyn Line> {
    fn clear_input(&mut self) -> io::Result<()> {
        self.as_mut().clear_input()
    }
}

/// Reads what is there; `None` if nothing came within the line's patience.
///
/// # Errors
/// The line's.
pub fn read_some(line: &mut dyn Line, buffer: &mut [u8]) -> Result<Option<usize>, LineError> {
    match line.read(buffer) {
        Ok(count) => Ok(Some(count)),
        Err(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => {
            // A replay gives up at once; a device has already been waited for.
            std::thread::sleep(Duration::from_millis(1));
            Ok(None)
        }
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether the device file is there and may be opened by this account.
///
/// # Errors
/// Not found or permission denied.
pub(crate) fn check_access(path: &str) -> Result<(), LineError> {
    access(Path::new(path), Access::READ_OK | Access::WRITE_OK).map_err(LineError::from)
}

/// A serial port that is open: 8 data bits, no parity, one stop bit.
#[derive(Debug)]
pub struct SerialLine {
    port: TTYPort,
}

impl SerialLine {
    /// Opens a device file at a rate.
    ///
    /// `exclusive` keeps other programs out for as long as the file is open.
    ///
    /// # Errors
    /// Not found, permission denied, busy, or the line's own error.
    pub fn open(path: &str, baud: u32, exclusive: bool) -> Result<Self, LineError> {
        check_access(path)?;
        let mut port =
            serialport::new(path, baud).timeout(READ_SLICE).exclusive(exclusive).open_native().map_err(
                |error| match error.kind() {
                    // The file is there and may be opened: what is left is somebody else's lock.
                    serialport::ErrorKind::NoDevice => LineError::Busy,
                    serialport::ErrorKind::Io(kind) => io::Error::from(kind).into(),
                    serialport::ErrorKind::InvalidInput | serialport::ErrorKind::Unknown => {
                        LineError::Failed(io::ErrorKind::Other)
                    }
                },
            )?;
        // Some devices are fed from these lines; a pty has none and says ENOTTY, which is no reason to do without.
        for result in [port.write_data_terminal_ready(true), port.write_request_to_send(true)] {
            if let Err(error) = result {
                tracing::debug!(%error, "modem control line not set");
            }
        }
        Ok(Self { port })
    }

    /// Changes the rate of the open port.
    ///
    /// # Errors
    /// A rate that the port does not know.
    pub fn set_baud(&mut self, baud: u32) -> Result<(), LineError> {
        self.port.set_baud_rate(baud).map_err(|_| LineError::Failed(io::ErrorKind::InvalidInput))
    }
}

/// `serialport` keeps few error numbers apart; on an open tty what it calls *other* is EIO: gone.
fn sharpen(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::Other { io::ErrorKind::BrokenPipe.into() } else { error }
}

impl Read for SerialLine {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.port.read(buffer) {
            // A tty at its end has been hung up.
            Ok(0) if !buffer.is_empty() => Err(io::ErrorKind::BrokenPipe.into()),
            other => other.map_err(sharpen),
        }
    }
}

impl Write for SerialLine {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.port.write(bytes).map_err(sharpen)
    }

    fn flush(&mut self) -> io::Result<()> {
        // Draining a tty may wait without end for a peer that does not read.
        Ok(())
    }
}

impl Line for SerialLine {
    fn clear_input(&mut self) -> io::Result<()> {
        self.port.clear(ClearBuffer::Input).map_err(|error| sharpen(error.into()))
    }
}

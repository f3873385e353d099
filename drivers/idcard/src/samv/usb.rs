//! Bulk pipes of a USB reader as a line.
//!
//! The national layout has two pairs of pipes: preamble and length go through the first, the rest of the frame
//! through the second (endpoints 02 and 06 out, 81 and 85 in; eastcoms.com "SAM_V 通信协议"). Most readers in the
//! field have one pair for whole frames. Which it is stands in the interface's descriptor.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::time::Duration;

use driver_line::Line;

/// Preamble and length of a frame: what goes through the first of two pairs.
const HEAD: usize = 7;

/// How long one read waits. Short, so that deadlines are kept to the tenth of a second.
const READ_SLICE: Duration = Duration::from_millis(50);

/// A command takes some ten bytes; a reader that does not take them within a second is stuck.
const WRITE_LIMIT: Duration = Duration::from_secs(1);

/// Room for one transfer: more than the longest answer (2,321 bytes), and a whole number of full-speed packets.
const TRANSFER: usize = 4096;

/// The bulk pipes of one interface.
pub trait Pipes: Send {
    /// Endpoints towards the reader, in the descriptor's order.
    fn outs(&self) -> &[u8];

    /// Endpoints from the reader, in the descriptor's order.
    fn ins(&self) -> &[u8];

    /// Sends bytes; gives their number.
    ///
    /// # Errors
    /// The transfer's; [`io::ErrorKind::BrokenPipe`] when the reader has gone.
    fn send(&mut self, endpoint: u8, bytes: &[u8], limit: Duration) -> io::Result<usize>;

    /// Receives what the reader has to say.
    ///
    /// # Errors
    /// The transfer's; [`io::ErrorKind::TimedOut`] if nothing came.
    fn receive(&mut self, endpoint: u8, buffer: &mut [u8], limit: Duration) -> io::Result<usize>;
}

/// A reader's pipes as one line of bytes.
#[derive(Debug)]
pub struct UsbLine<P> {
    pipes: P,
    inbox: VecDeque<u8>,
    /// Bytes of the present frame that are still to come through the second pipe.
    body: usize,
}

impl<P: Pipes> UsbLine<P> {
    /// Takes over the pipes.
    ///
    /// # Errors
    /// An interface without a pipe in each direction is no reader.
    pub fn new(pipes: P) -> io::Result<Self> {
        if pipes.outs().is_empty() || pipes.ins().is_empty() {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "no bulk pipes"));
        }
        Ok(Self { pipes, inbox: VecDeque::new(), body: 0 })
    }

    fn send_all(&mut self, endpoint: u8, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let count = self.pipes.send(endpoint, bytes, WRITE_LIMIT)?;
            if count == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            bytes = &bytes[count.min(bytes.len())..];
        }
        Ok(())
    }

    fn fetch(&mut self) -> io::Result<()> {
        let second = self.pipes.ins().get(1).copied().filter(|_| self.body > 0);
        let endpoint = second.unwrap_or(self.pipes.ins()[0]);
        let mut buffer = [0; TRANSFER];
        let count = self.pipes.receive(endpoint, &mut buffer, READ_SLICE)?;
        let came = &buffer[..count.min(TRANSFER)];
        if second.is_some() {
            self.body = self.body.saturating_sub(came.len());
        } else if self.pipes.ins().len() > 1
            && let [.., high, low] = came
            && came.len() == HEAD
        {
            self.body = usize::from(u16::from_be_bytes([*high, *low]));
        }
        self.inbox.extend(came);
        Ok(())
    }
}

impl<P: Pipes> Read for UsbLine<P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.inbox.is_empty() && !buffer.is_empty() {
            self.fetch()?;
        }
        self.inbox.read(buffer)
    }
}

impl<P: Pipes> Write for UsbLine<P> {
    /// One call, one frame: the driver writes each command whole.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (first, second) = (self.pipes.outs()[0], self.pipes.outs().get(1).copied());
        match second {
            Some(second) if bytes.len() > HEAD => {
                self.send_all(first, &bytes[..HEAD])?;
                self.send_all(second, &bytes[HEAD..])?;
            }
            _ => self.send_all(first, bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<P: Pipes> Line for UsbLine<P> {
    fn clear_input(&mut self) -> io::Result<()> {
        self.inbox.clear();
        self.body = 0;
        let mut buffer = [0; TRANSFER];
        for endpoint in self.pipes.ins().to_vec() {
            // What lies there comes at once; a pipe without end is a reader gone mad.
            for _ in 0..16 {
                match self.pipes.receive(endpoint, &mut buffer, Duration::from_millis(1)) {
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::TimedOut => break,
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}

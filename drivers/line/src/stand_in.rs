//! A Unix packet socket in the place of a kernel's node, for virtual devices.
//!
//! Each packet begins with a letter. To the device: `O` an output report; `S` a feature report; `F` a wish for the
//! feature report of this number and length (two bytes, high byte first); `A` a wish for the range of an axis (code,
//! two bytes); `G` the wish to be the only reader (1) or not (0). From the device: `I` an input report or input
//! events; to each `S`, `F`, `A` and `G` one `R`, followed by an error number (0: none) and the answer's bytes.

use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketFlags, SocketType, connect, recv, send,
    socket_with,
};

use crate::LineError;

/// Longest packet: a batch of 64 input events.
const LONGEST_PACKET: usize = 4096;

/// A device answers a request within so long, or it hangs.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);

/// What is on the other end.
#[derive(Debug)]
pub struct StandIn {
    socket: OwnedFd,
    /// Input that came while an answer was waited for.
    early: VecDeque<Vec<u8>>,
}

impl StandIn {
    /// Connects to a virtual device.
    ///
    /// # Errors
    /// Nobody there, no permission.
    pub fn connect(path: &Path) -> Result<Self, LineError> {
        let socket = socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        connect(&socket, &SocketAddrUnix::new(path)?)?;
        Ok(Self { socket, early: VecDeque::new() })
    }

    /// The next input; `TimedOut` if none came in time.
    pub(crate) fn input(&mut self, wait: Duration) -> io::Result<Vec<u8>> {
        if let Some(input) = self.early.pop_front() {
            return Ok(input);
        }
        let end = Instant::now() + wait;
        loop {
            let packet = self.packet(end)?;
            if let Some((b'I', input)) = packet.split_first() {
                return Ok(input.to_vec());
            }
        }
    }

    /// Throws away input that was not read.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        self.early.clear();
        loop {
            match self.packet(Instant::now()) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::TimedOut => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) fn tell(&mut self, letter: u8, bytes: &[u8]) -> io::Result<()> {
        let mut packet = vec![letter];
        packet.extend_from_slice(bytes);
        send(&self.socket, &packet, SendFlags::NOSIGNAL)?;
        Ok(())
    }

    /// Asks, and waits for the answer.
    pub(crate) fn ask(&mut self, letter: u8, bytes: &[u8]) -> io::Result<Vec<u8>> {
        self.tell(letter, bytes)?;
        let end = Instant::now() + ANSWER_LIMIT;
        loop {
            let packet = self.packet(end)?;
            match packet.as_slice() {
                [b'R', 0, answer @ ..] => return Ok(answer.to_vec()),
                [b'R', errno, ..] => return Err(io::Error::from_raw_os_error(i32::from(*errno))),
                [b'I', input @ ..] => self.early.push_back(input.to_vec()),
                _ => {}
            }
        }
    }

    fn packet(&self, end: Instant) -> io::Result<Vec<u8>> {
        let left = end.saturating_duration_since(Instant::now());
        let limit = Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(left.subsec_nanos()),
        };
        let mut fds = [PollFd::new(&self.socket, PollFlags::IN)];
        if poll(&mut fds, Some(&limit))? == 0 {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let mut buffer = vec![0; LONGEST_PACKET];
        let (count, _) = recv(&self.socket, &mut buffer, RecvFlags::empty())?;
        if count == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        buffer.truncate(count);
        Ok(buffer)
    }
}

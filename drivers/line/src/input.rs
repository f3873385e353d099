//! Keys and pens through evdev.
//!
//! Codes: Linux `include/uapi/linux/input-event-codes.h`.

use std::fs::File;
use std::io::{self, Read};

use crate::ioctl;
use crate::report::{copy_message, open_node, wait_for};
use crate::serial::READ_SLICE;
use crate::{LineError, StandIn};

/// Marks the end of a group of events.
pub const EV_SYN: u16 = 0;
/// A key or a button.
pub const EV_KEY: u16 = 1;
/// An absolute position.
pub const EV_ABS: u16 = 3;
/// The group is whole.
pub const SYN_REPORT: u16 = 0;
/// Events were lost, because nobody read them in time.
pub const SYN_DROPPED: u16 = 3;
/// From the left.
pub const ABS_X: u16 = 0;
/// From above.
pub const ABS_Y: u16 = 1;
/// How strongly the pen presses.
pub const ABS_PRESSURE: u16 = 24;
/// The pen or finger touches.
pub const BTN_TOUCH: u16 = 0x14a;

/// Length of a `struct input_event` on the 64-bit systems that we run on.
pub const INPUT_EVENT_LENGTH: usize = 24;

/// One `struct input_event`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputEvent {
    /// The kernel's time, in microseconds.
    pub time_us: i64,
    /// Kind.
    pub kind: u16,
    /// Which key or axis.
    pub code: u16,
    /// 1 pressed, 0 released, 2 repeated; or the position.
    pub value: i32,
}

impl InputEvent {
    /// Reads one event; `None` if the bytes are not as long as one.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (seconds, rest) = bytes.split_first_chunk::<8>()?;
        let (micros, rest) = rest.split_first_chunk::<8>()?;
        let (kind, rest) = rest.split_first_chunk::<2>()?;
        let (code, rest) = rest.split_first_chunk::<2>()?;
        let value = rest.try_into().ok().map(i32::from_ne_bytes)?;
        let seconds = i64::from_ne_bytes(*seconds).wrapping_mul(1_000_000);
        Some(Self {
            time_us: seconds.wrapping_add(i64::from_ne_bytes(*micros)),
            kind: u16::from_ne_bytes(*kind),
            code: u16::from_ne_bytes(*code),
            value,
        })
    }
}

/// The smallest and largest value of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AxisRange {
    /// Smallest.
    pub minimum: i32,
    /// Largest.
    pub maximum: i32,
}

/// An evdev node, or a virtual device in its place.
#[derive(Debug)]
pub struct InputNode(Node);

#[derive(Debug)]
enum Node {
    Kernel(File),
    StandIn(StandIn),
}

impl InputNode {
    /// Opens an evdev node; with `virtual_device` also the socket of a virtual one.
    ///
    /// # Errors
    /// Not found, permission denied, or the node's own error.
    pub fn open(path: &str, virtual_device: bool) -> Result<Self, LineError> {
        Ok(Self(match open_node(path, virtual_device)? {
            Ok(file) => {
                // What is no evdev node refuses here already.
                ioctl::count_monotonically(&file)?;
                Node::Kernel(file)
            }
            Err(stand_in) => Node::StandIn(stand_in),
        }))
    }

    /// Reads whole events; `TimedOut` if none came within a fraction of a second.
    ///
    /// # Errors
    /// The node's.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Node::Kernel(file) => {
                wait_for(file)?;
                match file.read(buffer)? {
                    0 => Err(io::ErrorKind::BrokenPipe.into()),
                    count => Ok(count),
                }
            }
            Node::StandIn(stand_in) => copy_message(&stand_in.input(READ_SLICE)?, buffer),
        }
    }

    /// The range of an axis.
    ///
    /// # Errors
    /// A device without this axis.
    pub fn axis(&mut self, code: u16) -> Result<AxisRange, LineError> {
        match &mut self.0 {
            Node::Kernel(file) => {
                let info = ioctl::axis(file, code)?;
                // A device without the axis answers with zeros.
                if info.minimum == info.maximum {
                    return Err(LineError::Refused);
                }
                Ok(AxisRange { minimum: info.minimum, maximum: info.maximum })
            }
            Node::StandIn(stand_in) => {
                let answer = stand_in.ask(b'A', &code.to_be_bytes())?;
                let number = |at: usize| answer.get(at..at + 4)?.try_into().ok().map(i32::from_be_bytes);
                match (number(0), number(4)) {
                    (Some(minimum), Some(maximum)) => Ok(AxisRange { minimum, maximum }),
                    _ => Err(LineError::Refused),
                }
            }
        }
    }

    /// Where an axis stands now; `None` where the device does not say. The kernel sends no event for a position that is the
    /// same as the one before, whoever saw that.
    ///
    /// # Errors
    /// The node's.
    pub fn position(&mut self, code: u16) -> Result<Option<i32>, LineError> {
        match &mut self.0 {
            Node::Kernel(file) => Ok(Some(ioctl::axis(file, code)?.value)),
            Node::StandIn(_) => Ok(None),
        }
    }

    /// Makes us the only reader, so that the pen does not move the mouse and a scanner does not type into forms; or
    /// lets everybody read again.
    ///
    /// # Errors
    /// [`LineError::Busy`] when another program is the only reader.
    pub fn grab(&mut self, on: bool) -> Result<(), LineError> {
        match &mut self.0 {
            Node::Kernel(file) => Ok(ioctl::grab(file, on)?),
            Node::StandIn(stand_in) => stand_in.ask(b'G', &[u8::from(on)]).map(drop).map_err(LineError::from),
        }
    }

    /// Throws away events that were not read.
    ///
    /// # Errors
    /// The node's.
    pub fn clear_input(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Node::Kernel(file) => {
                use rustix::event::{PollFd, PollFlags, Timespec, poll};
                loop {
                    let mut fds = [PollFd::new(file, PollFlags::IN)];
                    if poll(&mut fds, Some(&Timespec::default()))? == 0 {
                        return Ok(());
                    }
                    if file.read(&mut [0; INPUT_EVENT_LENGTH * 64])? == 0 {
                        return Err(io::ErrorKind::BrokenPipe.into());
                    }
                }
            }
            Node::StandIn(stand_in) => stand_in.clear(),
        }
    }
}

//! HID devices through hidraw.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::ioctl;
use crate::serial::{Line, READ_SLICE, check_access};
use crate::{LineError, StandIn};

/// A line that carries reports: one at each read, one at each write, and features to ask and set.
pub trait ReportLine: Line {
    /// Asks for the feature report of this number; `length` counts the number's own byte.
    ///
    /// # Errors
    /// A device that does not know it; the line's.
    fn get_feature(&mut self, number: u8, length: usize) -> io::Result<Vec<u8>>;

    /// Sends a feature report, its number first.
    ///
    /// # Errors
    /// As for asking.
    fn set_feature(&mut self, report: &[u8]) -> io::Result<()>;
}

/// A hidraw node, or a virtual device in its place.
#[derive(Debug)]
pub struct ReportNode(Node);

#[derive(Debug)]
enum Node {
    Kernel(File),
    StandIn(StandIn),
}

/// Opens a node of the kernel, or the socket of a virtual device where one is expected.
pub(crate) fn open_node(path: &str, virtual_device: bool) -> Result<Result<File, StandIn>, LineError> {
    check_access(path)?;
    if std::fs::metadata(path)?.file_type().is_socket() {
        if !virtual_device {
            return Err(LineError::NoDevice);
        }
        return StandIn::connect(Path::new(path)).map(Err);
    }
    Ok(Ok(File::options().read(true).write(true).open(path)?))
}

/// Waits until a node has something to read.
pub(crate) fn wait_for(file: &File) -> io::Result<()> {
    let limit = Timespec { tv_sec: 0, tv_nsec: i64::from(READ_SLICE.subsec_nanos()) };
    let mut fds = [PollFd::new(file, PollFlags::IN)];
    if poll(&mut fds, Some(&limit))? == 0 { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
}

/// Copies a whole message out; a longer one than the buffer is an error, not two messages.
pub(crate) fn copy_message(message: &[u8], buffer: &mut [u8]) -> io::Result<usize> {
    let place = buffer.get_mut(..message.len()).ok_or(io::ErrorKind::InvalidData)?;
    place.copy_from_slice(message);
    Ok(message.len())
}

impl ReportNode {
    /// Opens a hidraw node; with `virtual_device` also the socket of a virtual one.
    ///
    /// # Errors
    /// Not found, permission denied, or the node's own error.
    pub fn open(path: &str, virtual_device: bool) -> Result<Self, LineError> {
        Ok(Self(match open_node(path, virtual_device)? {
            Ok(file) => Node::Kernel(file),
            Err(stand_in) => Node::StandIn(stand_in),
        }))
    }
}

impl ReportNode {
    /// USB vendor and product of the device; `None` for a virtual one.
    ///
    /// # Errors
    /// A file that is no hidraw node.
    pub fn identity(&self) -> Result<Option<(u16, u16)>, LineError> {
        match &self.0 {
            Node::Kernel(file) => Ok(Some(ioctl::identity(file)?)),
            Node::StandIn(_) => Ok(None),
        }
    }
}

impl Read for ReportNode {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
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
}

impl Write for ReportNode {
    fn write(&mut self, report: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Node::Kernel(file) => file.write(report),
            Node::StandIn(stand_in) => stand_in.tell(b'O', report).map(|()| report.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Line for ReportNode {
    fn clear_input(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Node::Kernel(file) => loop {
                let mut fds = [PollFd::new(file, PollFlags::IN)];
                if poll(&mut fds, Some(&Timespec::default()))? == 0 {
                    return Ok(());
                }
                if file.read(&mut [0; 4096])? == 0 {
                    return Err(io::ErrorKind::BrokenPipe.into());
                }
            },
            Node::StandIn(stand_in) => stand_in.clear(),
        }
    }
}

impl ReportLine for ReportNode {
    fn get_feature(&mut self, number: u8, length: usize) -> io::Result<Vec<u8>> {
        match &mut self.0 {
            Node::Kernel(file) => {
                let mut report = vec![0; length];
                if let Some(first) = report.first_mut() {
                    *first = number;
                }
                let count = ioctl::get_feature(file, &mut report)?;
                report.truncate(count);
                Ok(report)
            }
            Node::StandIn(stand_in) => {
                let length = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
                stand_in.ask(b'F', &[number, length[0], length[1]])
            }
        }
    }

    fn set_feature(&mut self, report: &[u8]) -> io::Result<()> {
        match &mut self.0 {
            Node::Kernel(file) => Ok(ioctl::set_feature(file, report)?),
            Node::StandIn(stand_in) => stand_in.ask(b'S', report).map(drop),
        }
    }
}

//! The file, pipe or socket, without waiting for anybody.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FlockOperation, Mode, OFlags, SeekFrom, flock, open, seek};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with};

use crate::error::CameraError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Pipe,
    Socket,
}

/// What came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// So many bytes.
    Bytes(usize),
    /// Nothing within the time.
    Nothing,
    /// The end of a file.
    End,
}

/// A way to a camera's bytes.
#[derive(Debug)]
pub(super) struct Line {
    fd: OwnedFd,
    kind: Kind,
    /// Bytes have come: who writes is there, and its end is an end.
    spoken: bool,
}

impl Line {
    /// Opens the path, whatever of the three it is.
    pub(super) fn open(path: &Path) -> Result<Self, CameraError> {
        let found = std::fs::metadata(path)?.file_type();
        let kind = if found.is_fifo() {
            Kind::Pipe
        } else if found.is_socket() {
            Kind::Socket
        } else if found.is_file() {
            Kind::File
        } else {
            return Err(CameraError::Settings("path: neither file, pipe nor socket".to_owned()));
        };
        let fd = match kind {
            Kind::Socket => connected(path)?,
            Kind::File | Kind::Pipe => {
                open(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())
                    .map_err(io::Error::from)?
            }
        };
        if kind == Kind::Pipe {
            // Two readers of one pipe would tear each other's pictures apart.
            flock(&fd, FlockOperation::NonBlockingLockExclusive).map_err(io::Error::from)?;
        }
        Ok(Self { fd, kind, spoken: false })
    }

    /// Whether it is a file, which has no time of its own.
    pub(super) const fn is_file(&self) -> bool {
        matches!(self.kind, Kind::File)
    }

    /// Reads once; waits for bytes no longer than `wait`.
    pub(super) fn read(&mut self, buffer: &mut [u8], wait: Duration) -> Result<Came, CameraError> {
        if self.kind != Kind::File {
            let mut fds = [PollFd::new(&self.fd, PollFlags::IN)];
            let limit = Timespec { tv_sec: 0, tv_nsec: i64::from(wait.subsec_nanos()) };
            match poll(&mut fds, Some(&limit)) {
                Ok(0) | Err(Errno::INTR) => return Ok(Came::Nothing),
                Ok(_) => {}
                Err(errno) => return Err(io::Error::from(errno).into()),
            }
        }
        match rustix::io::read(&self.fd, buffer) {
            Ok(0) if self.kind == Kind::File => Ok(Came::End),
            // A pipe that nobody has opened for writing yet: not gone, but not there either.
            Ok(0) if self.kind == Kind::Pipe && !self.spoken => {
                std::thread::sleep(wait);
                Ok(Came::Nothing)
            }
            Ok(0) => Err(CameraError::Unplugged),
            Ok(count) => {
                self.spoken = true;
                Ok(Came::Bytes(count))
            }
            Err(Errno::AGAIN | Errno::INTR) => Ok(Came::Nothing),
            Err(errno) => Err(io::Error::from(errno).into()),
        }
    }

    /// Goes to the beginning of a file.
    pub(super) fn rewind(&self) -> Result<(), CameraError> {
        seek(&self.fd, SeekFrom::Start(0)).map_err(io::Error::from)?;
        Ok(())
    }
}

/// Never waits: a socket whose owner does not accept is busy.
fn connected(path: &Path) -> Result<OwnedFd, CameraError> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let connecting = || {
        let fd = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
        connect(&fd, &SocketAddrUnix::new(path)?)?;
        Ok::<_, Errno>(fd)
    };
    connecting().map_err(|errno| io::Error::from(errno).into())
}

//! Who watches the camera: one reader of a socket or a pipe.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;

/// Where readers find the camera.
#[derive(Debug)]
pub(super) enum Door {
    Socket(UnixListener, PathBuf),
    Pipe(PathBuf),
}

impl Door {
    pub(super) fn socket(path: &Path) -> io::Result<Self> {
        crate::control::clear_place(path)?;
        let listener = UnixListener::bind(path)?;
        listener.set_nonblocking(true)?;
        Ok(Self::Socket(listener, path.to_owned()))
    }

    pub(super) fn pipe(path: &Path) -> io::Result<Self> {
        rustix::fs::mkfifoat(rustix::fs::CWD, path, Mode::RUSR | Mode::WUSR)?;
        Ok(Self::Pipe(path.to_owned()))
    }

    /// A reader, if one is there.
    pub(super) fn reader(&self) -> io::Result<Option<Reader>> {
        match self {
            Self::Socket(listener, _) => match listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(true)?;
                    Ok(Some(Reader(stream.into())))
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
                Err(error) => Err(error),
            },
            Self::Pipe(path) => {
                match open(path, OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty()) {
                    Ok(fd) => Ok(Some(Reader(fd))),
                    Err(Errno::NXIO | Errno::NOENT) => Ok(None),
                    Err(errno) => Err(errno.into()),
                }
            }
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let (Self::Socket(_, path) | Self::Pipe(path)) = self;
        let _ = std::fs::remove_file(path);
    }
}

/// A reader that is there.
#[derive(Debug)]
pub(super) struct Reader(OwnedFd);

impl Reader {
    /// Whether it has gone.
    pub(super) fn has_gone(&self) -> bool {
        let mut fds = [PollFd::new(&self.0, PollFlags::RDHUP)];
        let _ = poll(&mut fds, Some(&Timespec::default()));
        fds[0].revents().intersects(PollFlags::ERR | PollFlags::HUP | PollFlags::RDHUP)
    }

    /// Writes what goes at once, and waits a little where nothing goes; gives the number of bytes.
    pub(super) fn write(&self, bytes: &[u8], wait: Duration) -> io::Result<usize> {
        match rustix::io::write(&self.0, bytes) {
            Ok(count) => Ok(count),
            Err(Errno::AGAIN | Errno::INTR) => {
                let limit = Timespec { tv_sec: 0, tv_nsec: i64::from(wait.subsec_nanos()) };
                let mut fds = [PollFd::new(&self.0, PollFlags::OUT)];
                let _ = poll(&mut fds, Some(&limit));
                Ok(0)
            }
            Err(errno) => Err(errno.into()),
        }
    }
}

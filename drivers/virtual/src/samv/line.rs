//! The pseudo terminal that stands for the serial line.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// One plugged-in line. Dropping it hangs the driver's end up, as pulling the plug does.
#[derive(Debug)]
pub(crate) struct PtyLine {
    master: File,
    /// Held open so that the master does not see an end whenever the driver closes its side.
    _slave: OwnedFd,
    path: PathBuf,
    link: Option<PathBuf>,
}

impl PtyLine {
    /// Opens a pseudo terminal in raw mode and points `link` at its driver side.
    pub(crate) fn plug_in(link: Option<&Path>) -> io::Result<Self> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let path = PathBuf::from(
            ptsname(&master, Vec::new())?.into_string().map_err(|_| io::ErrorKind::InvalidData)?,
        );
        let slave = open(&path, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
        let mut settings = tcgetattr(&slave)?;
        settings.make_raw();
        tcsetattr(&slave, OptionalActions::Now, &settings)?;
        if let Some(link) = link {
            replace_link(&path, link)?;
        }
        Ok(Self { master: File::from(master), _slave: slave, path, link: link.map(Path::to_owned) })
    }

    /// The device file that the driver opens.
    pub(crate) fn path(&self) -> &Path {
        self.link.as_deref().unwrap_or(&self.path)
    }

    /// Reads what the driver sent; `None` if nothing came in time.
    pub(crate) fn read(&self, buffer: &mut [u8], wait: Duration) -> io::Result<Option<usize>> {
        let limit = Timespec { tv_sec: 0, tv_nsec: i64::from(wait.subsec_nanos()) };
        let mut fds = [PollFd::new(&self.master, PollFlags::IN)];
        if poll(&mut fds, Some(&limit))? == 0 {
            return Ok(None);
        }
        Ok(Some((&self.master).read(buffer)?))
    }

    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        (&self.master).write_all(bytes)
    }

    /// Takes the device file's link away.
    pub(crate) fn remove_link(&self) {
        if let Some(link) = &self.link {
            // Only our own link: another reader may have taken the place meanwhile.
            if std::fs::read_link(link).is_ok_and(|target| target == self.path) {
                let _ = std::fs::remove_file(link);
            }
        }
    }
}

/// Puts the link in place in one step, so that nobody sees half of it; refuses to replace anything that is
/// not a link.
fn replace_link(target: &Path, link: &Path) -> io::Result<()> {
    if std::fs::symlink_metadata(link).is_ok_and(|found| !found.file_type().is_symlink()) {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the link's place holds a file"));
    }
    let mut fresh = link.as_os_str().to_owned();
    fresh.push(".new");
    let _ = std::fs::remove_file(&fresh);
    std::os::unix::fs::symlink(target, &fresh)?;
    std::fs::rename(&fresh, link)
}

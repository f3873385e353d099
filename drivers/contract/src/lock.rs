//! One device, one terminal: a lock file per device with the holder's name in it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::{DeviceClass, DeviceId, Fault, FaultCode};

/// A held device. The kernel lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct DeviceLock {
    file: File,
}

impl DeviceLock {
    /// Takes the device for `profile`, the name that another window will read as the holder.
    ///
    /// # Errors
    /// [`FaultCode::Busy`] with the holder's name; [`FaultCode::BadConfiguration`] if the folder cannot
    /// be used.
    pub fn acquire(
        folder: &Path,
        class: DeviceClass,
        device: &DeviceId,
        profile: &str,
    ) -> Result<Self, Fault> {
        let unusable = |error: &std::io::Error| {
            Fault::new(FaultCode::BadConfiguration, class)
                .at(device)
                .with_detail(format!("lock folder: {error}"))
        };
        std::fs::create_dir_all(folder).map_err(|error| unusable(&error))?;
        // Never truncated on opening: the name in it belongs to whoever holds the lock.
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(lock_path(folder, device))
            .map_err(|error| unusable(&error))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                let fault = Fault::new(FaultCode::Busy, class).at(device);
                let holder = read_holder(&mut file);
                return Err(match holder {
                    Some(name) => fault.held_by(name),
                    None => fault,
                });
            }
            Err(errno) => return Err(unusable(&errno.into())),
        }
        file.set_len(0).map_err(|error| unusable(&error))?;
        file.seek(SeekFrom::Start(0)).map_err(|error| unusable(&error))?;
        file.write_all(profile.as_bytes()).map_err(|error| unusable(&error))?;
        Ok(Self { file })
    }

    /// Who holds the device now; `None` if nobody does. `Some(None)`: somebody without a name.
    ///
    /// Asking never takes the exclusive lock, so it cannot make a real taker fail for more than a moment.
    #[must_use]
    pub fn holder(folder: &Path, device: &DeviceId) -> Option<Option<String>> {
        let mut file = File::open(lock_path(folder, device)).ok()?;
        match flock(&file, FlockOperation::NonBlockingLockShared) {
            Err(Errno::WOULDBLOCK) => Some(read_holder(&mut file)),
            _ => None,
        }
    }
}

impl Drop for DeviceLock {
    fn drop(&mut self) {
        // The name goes first: a file without a lock must not name anybody.
        let _ = self.file.set_len(0);
        let _ = flock(&self.file, FlockOperation::Unlock);
    }
}

fn read_holder(file: &mut File) -> Option<String> {
    // A profile name is short; a longer file is not one of ours.
    const LONGEST: u64 = 256;
    let mut name = String::new();
    file.take(LONGEST).read_to_string(&mut name).ok()?;
    (!name.is_empty()).then_some(name)
}

/// Ids hold slashes and colons; every byte outside a plain set is written as `%XX`, which keeps two ids
/// apart.
fn lock_path(folder: &Path, device: &DeviceId) -> PathBuf {
    use std::fmt::Write as _;
    let mut name = String::new();
    for byte in device.0.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            name.push(char::from(byte));
        } else {
            let _ = write!(name, "%{byte:02X}");
        }
    }
    name.push_str(".lock");
    folder.join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_taker_learns_who_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let id = DeviceId::new("samv-serial", "/dev/ttyUSB0");
        let class = DeviceClass::IdCardReader;
        assert_eq!(DeviceLock::holder(folder.path(), &id), None);
        let held = DeviceLock::acquire(folder.path(), class, &id, "柜台一").unwrap();
        let fault = DeviceLock::acquire(folder.path(), class, &id, "所长室").unwrap_err();
        assert_eq!(fault.code, FaultCode::Busy);
        assert_eq!(fault.held_by.as_deref(), Some("柜台一"));
        assert_eq!(DeviceLock::holder(folder.path(), &id), Some(Some("柜台一".to_owned())));
        drop(held);
        assert_eq!(DeviceLock::holder(folder.path(), &id), None);
        let held = DeviceLock::acquire(folder.path(), class, &id, "所长室").unwrap();
        assert_eq!(DeviceLock::holder(folder.path(), &id), Some(Some("所长室".to_owned())));
        drop(held);
    }

    #[test]
    fn ids_that_look_alike_have_their_own_files() {
        let folder = Path::new("locks");
        let one = lock_path(folder, &DeviceId("a:/b".into()));
        let other = lock_path(folder, &DeviceId("a::b".into()));
        assert_ne!(one, other);
        assert_eq!(one.parent(), Some(folder));
    }
}

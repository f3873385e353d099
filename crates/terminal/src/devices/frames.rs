//! What a camera sees, for the window that looks: the newest picture of each operation, none of them kept.
//!
//! A window asks for one picture at a time and gets one that it has not seen; pictures that come faster than it asks are
//! gone. Nobody has to say that he has stopped looking: what only shows ends by itself when nothing was asked for a while.

use crate::Terminal;
use crate::error::{Own, Result};
use crate::operation::Stop;
use crate::rpc::request::{AdjustLook, OneOperation, TryDevice};
use crate::rpc::view::OperationView;
use crate::rpc::{Resource, RpcError, WindowRole};
use driver_contract::{
    ControlSetting, DeviceClass, DeviceInfo, HostClient, Outcome, PictureSize, PreviewParameters,
    ReceivedPicture, Running, Task, TaskNews,
};
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longest that a request for a picture is held: a camera of one picture a second still answers each.
const HELD: Duration = Duration::from_secs(1);
/// A window that has asked for nothing for so long is not looking: two requests of [`HELD`] and a busy PC.
const UNSEEN: Duration = Duration::from_secs(5);
/// Wished size: what a third of a counter's screen can show.
const SIZE: PictureSize = PictureSize { width: 1280, height: 720 };
/// Wished pictures a second; a moving hand looks even from 25.
const RATE: u16 = 30;

/// A camera that is looked through.
pub(super) struct Look {
    device: DeviceInfo,
    /// Other settings that the officer wants to see.
    wished: Option<Vec<ControlSetting>>,
}

/// The newest picture of every operation that shows some.
#[derive(Default)]
pub(crate) struct Frames {
    newest: Mutex<BTreeMap<String, Newest>>,
    come: Condvar,
}

struct Newest {
    /// None once it was given: each is given once.
    jpeg: Option<Vec<u8>>,
    media: String,
    asked: Instant,
}

impl Frames {
    /// Lays a picture in the place of the one before; `true` for an operation's first.
    fn lay(&self, operation: &str, picture: ReceivedPicture) -> bool {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let first = match newest.get_mut(operation) {
            Some(place) => {
                place.jpeg = Some(picture.bytes);
                place.media = picture.header.format;
                false
            }
            None => {
                let (jpeg, media) = (Some(picture.bytes), picture.header.format);
                newest.insert(operation.to_owned(), Newest { jpeg, media, asked: Instant::now() });
                true
            }
        };
        drop(newest);
        self.come.notify_all();
        first
    }

    /// The operation has ended: its last picture goes, and whoever waits for the next learns it.
    pub(crate) fn end(&self, operation: &str) {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).remove(operation);
        self.come.notify_all();
    }

    /// Whether nobody has asked for a picture lately.
    fn unseen(&self, operation: &str) -> bool {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.get(operation).is_some_and(|place| place.asked.elapsed() > UNSEEN)
    }

    /// A picture that was not given yet; none when none came in `held`, or when the operation shows none.
    fn next(&self, operation: &str, held: Duration) -> Option<Resource> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.get_mut(operation)?.asked = Instant::now();
        let waits =
            |all: &mut BTreeMap<String, Newest>| all.get(operation).is_some_and(|place| place.jpeg.is_none());
        let (mut newest, _) =
            self.come.wait_timeout_while(newest, held, waits).unwrap_or_else(PoisonError::into_inner);
        let place = newest.get_mut(operation)?;
        place.asked = Instant::now();
        let media = place.media.clone();
        place.jpeg.take().map(|bytes| Resource { media, bytes })
    }
}

impl Terminal {
    /// Lays what the camera of an operation sees for the windows.
    pub(crate) fn show_frame(&self, operation: &str, picture: ReceivedPicture) {
        if self.frames.lay(operation, picture) {
            self.operation_shows(operation);
        }
    }

    /// The newest picture of an operation that the window has not had; waits a moment for it. No bytes when none came,
    /// or when the operation shows nothing (any more).
    ///
    /// # Errors
    /// There is no such operation; the applicant screen gets no picture.
    pub fn frame(&self, window: WindowRole, operation: &str) -> std::result::Result<Resource, RpcError> {
        self.next_frame(window, operation).map_err(|error| self.rpc_error(&error))
    }

    fn next_frame(&self, window: WindowRole, operation: &str) -> Result<Resource> {
        if window == WindowRole::Applicant {
            return Err(Own::BlobNotReleased.into());
        }
        self.actor()?;
        if let Some(picture) = self.frames.next(operation, HELD) {
            return Ok(picture);
        }
        self.operation(OneOperation { operation: operation.to_owned() })?;
        Ok(Resource { media: "image/jpeg".to_owned(), bytes: Vec::new() })
    }

    /// Shows what a camera sees until it is told to stop, or until nobody looks.
    pub(crate) fn look_through(&self, request: TryDevice) -> Result<OperationView> {
        self.actor()?;
        let device = self.known_device(&request.device)?;
        if !matches!(device.class, DeviceClass::Camera | DeviceClass::DocumentCamera) {
            return Err(Own::NoDevice.into());
        }
        let host = self.host_of(&device).ok_or(Own::NoDevice)?;
        self.begin(None, "正在看画面", move |terminal, id, stop| {
            terminal.show_until_unseen(&host, &device, id, stop)
        })
    }

    /// Tries other settings of the camera that an operation looks through: it shows at once what they do.
    pub(crate) fn adjust_look(&self, request: AdjustLook) -> Result<OperationView> {
        self.actor()?;
        let AdjustLook { operation, values } = request;
        {
            let mut looks = self.devices.looks.lock().unwrap_or_else(PoisonError::into_inner);
            let look = looks.get_mut(&operation).ok_or(Own::OperationUnknown)?;
            let settings = self.control_settings(&look.device, &values);
            if settings.len() != values.len() {
                return Err(Own::SettingUnusable.into());
            }
            look.wished = Some(settings);
        }
        self.operation(OneOperation { operation })
    }

    fn show_until_unseen(
        &self,
        host: &HostClient,
        device: &DeviceInfo,
        operation: &str,
        stop: &Stop,
    ) -> Result<String> {
        let looks = || self.devices.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks().insert(operation.to_owned(), Look { device: device.clone(), wished: None });
        let mut settings = Vec::new();
        let end = loop {
            let wished = PreviewParameters { size: SIZE, frames_per_second: RATE, settings };
            // It is endless; the limit counts for what comes before the first picture.
            let begun = host.begin(&device.id, Task::Preview(wished), Duration::from_secs(20));
            match begun.map_err(Into::into).and_then(|running| self.show(running, operation, stop)) {
                Ok(Some(other)) => settings = other,
                Ok(None) => break Ok("画面已停下。".to_owned()),
                Err(error) => break Err(error),
            }
        };
        looks().remove(operation);
        end
    }

    /// Shows one preview to its end; other settings, when it ended for these.
    fn show(
        &self,
        mut running: Running,
        operation: &str,
        stop: &Stop,
    ) -> Result<Option<Vec<ControlSetting>>> {
        let mut other = None;
        loop {
            let left = || stop.requested() || self.frames.unseen(operation) || self.actor().is_err();
            {
                let mut looks = self.devices.looks.lock().unwrap_or_else(PoisonError::into_inner);
                let wished = looks.get_mut(operation).and_then(|look| look.wished.take());
                other = wished.or(other);
            }
            // Whoever has left, by the door or by a crash, sees nothing any more.
            if other.is_some() || left() {
                running.cancel();
            }
            match running.next(Duration::from_millis(100)) {
                Some(TaskNews::Picture(picture)) => {
                    let size = picture.header.size;
                    if self.frames.lay(operation, picture) {
                        self.progress(operation, format!("{} × {} 点", size.width, size.height));
                        self.operation_shows(operation);
                    }
                }
                Some(TaskNews::Ended(Ok(Outcome::Stopped))) => return Ok(other.filter(|_| !left())),
                Some(TaskNews::Ended(Ok(_))) => return Err(Own::ProgramFault.into()),
                Some(TaskNews::Ended(Err(fault))) => return Err(fault.into()),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use driver_contract::PictureHeader;

    fn picture(number: u32) -> ReceivedPicture {
        let header = PictureHeader { format: "image/jpeg".to_owned(), size: SIZE, number };
        ReceivedPicture { header, provenance: None, bytes: number.to_be_bytes().to_vec() }
    }

    fn given(frames: &Frames) -> Option<Vec<u8>> {
        frames.next("one", Duration::from_millis(20)).map(|one| one.bytes)
    }

    #[test]
    fn the_newest_is_given_once() {
        let frames = Frames::default();
        assert_eq!(given(&frames), None, "nothing is shown yet");
        assert!(frames.lay("one", picture(1)));
        assert!(!frames.lay("one", picture(2)));
        assert_eq!(given(&frames), Some(2_u32.to_be_bytes().to_vec()));
        assert_eq!(given(&frames), None, "none came since");
        assert!(!frames.lay("one", picture(3)));
        assert!(frames.lay("other", picture(9)), "each operation has its own");
        assert_eq!(given(&frames), Some(3_u32.to_be_bytes().to_vec()));
        assert!(!frames.unseen("one"));
        frames.end("one");
        assert_eq!(given(&frames), None);
    }

    #[test]
    fn whoever_waits_is_woken_by_a_picture_and_by_the_end() {
        let frames = Frames::default();
        frames.lay("one", picture(1));
        given(&frames);
        let long = Duration::from_secs(600);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| frames.next("one", long).map(|one| one.bytes));
            frames.lay("one", picture(2));
            assert_eq!(waiting.join().unwrap(), Some(2_u32.to_be_bytes().to_vec()));
            let waiting = scope.spawn(|| frames.next("one", long).is_none());
            // Either order must end it.
            frames.end("one");
            assert!(waiting.join().unwrap());
        });
    }
}

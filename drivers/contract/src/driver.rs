//! How a driver looks to the host process.

use std::time::Duration;

use crate::{
    DeviceClass, DeviceConfig, DeviceEvent, DeviceId, DeviceInfo, Fault, Outcome, PageHeader, PictureHeader,
    Provenance, Region, Task, Word,
};

/// One driver: knows how to find and open the devices of one kind.
///
/// A driver crate offers its factories as `pub fn factories() -> Vec<Box<dyn DriverFactory>>`.
/// Factories are cheap to make and touch no hardware until asked.
pub trait DriverFactory: Send + Sync {
    /// Stable name, used in configuration files and in front of device ids.
    fn name(&self) -> &'static str;

    /// The class of its devices.
    fn class(&self) -> DeviceClass;

    /// Whether only one terminal may hold a device at a time. A print queue says `false`.
    fn exclusive(&self) -> bool {
        true
    }

    /// The devices that can be seen or are configured. `configured` holds only this driver's entries.
    ///
    /// # Errors
    /// A fault only where the search itself was impossible; a single bad device is listed with its
    /// [`crate::Accessibility`].
    fn list(&self, configured: &[DeviceConfig]) -> Result<Vec<DeviceInfo>, Fault>;

    /// Opens one device.
    ///
    /// # Errors
    /// Not found, permission denied, busy, or what the device itself answered.
    fn open(&self, device: &DeviceId, configured: &[DeviceConfig]) -> Result<Box<dyn OpenDevice>, Fault>;
}

/// A device that is open in this process. Dropping it closes it.
pub trait OpenDevice: Send {
    /// What it is.
    fn info(&self) -> &DeviceInfo;

    /// Does one task to its end. Blocks; asks `context` at least every 100 ms whether to stop, where the
    /// device's own library allows it (where it does not, the client's deadline kills the process).
    ///
    /// # Errors
    /// A typed fault. [`crate::FaultCode::Cancelled`] when the task was cancelled before it had a result.
    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault>;

    /// Whether the device answered lately. `false` makes the host drop it, so that the next task opens
    /// it anew (a reader that was unplugged and plugged in again).
    fn is_alive(&self) -> bool {
        true
    }
}

/// What a running task may ask of, and say to, the host.
pub trait TaskContext {
    /// The task was cancelled, its deadline has passed, or the host is closing.
    fn cancelled(&self) -> bool;

    /// Another task waits for the device; a watch then answers [`Outcome::Yielded`].
    fn should_yield(&self) -> bool;

    /// Time left until the deadline.
    fn remaining(&self) -> Duration;

    /// Says something to the terminal at once.
    fn emit(&mut self, event: DeviceEvent);

    /// What the officer says to the task, in its order; `None` if nothing new.
    fn told(&mut self) -> Option<Word>;

    /// Where, when and for which request a capture is made. To be called once for each capture that goes out, with
    /// the device's raw answer; not for one that fails afterwards.
    fn provenance(&mut self, raw: &[u8]) -> Provenance;

    /// Hands one page of pixels to the terminal (shared memory, then [`DeviceEvent::Page`]). Waits while
    /// the terminal has not yet taken earlier pages. Gives the page's provenance back.
    ///
    /// # Errors
    /// [`crate::FaultCode::PageTooLarge`], or cancelled while waiting.
    fn page(&mut self, header: &PageHeader, bytes: &[u8]) -> Result<Provenance, Fault>;

    /// Hands one encoded picture to the terminal, as it came from the device ([`DeviceEvent::Picture`]).
    ///
    /// # Errors
    /// As for a page.
    fn picture(&mut self, header: &PictureHeader, bytes: &[u8]) -> Result<Provenance, Fault>;

    /// Hands one picture of a preview to the terminal ([`DeviceEvent::Frame`]), if it has taken the earlier ones;
    /// else the picture is dropped and `false` comes back. Never waits.
    fn frame(&mut self, header: &PictureHeader, bytes: &[u8]) -> bool;

    /// The bytes of a document that the terminal laid into shared memory.
    ///
    /// # Errors
    /// [`crate::FaultCode::BadParameters`] if the region lies outside the document part.
    fn document(&mut self, region: Region) -> Result<Vec<u8>, Fault>;
}

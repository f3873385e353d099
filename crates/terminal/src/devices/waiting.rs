//! Waiting for a device, and for the moment when nobody wants its answer any more.

use driver_contract::{DeviceId, Fault, HostClient, Outcome, Running, Task, TaskNews};
use std::time::Duration;

/// How often it is looked whether the answer is still wanted: an officer who presses a key should not notice it.
pub(crate) const LOOK: Duration = Duration::from_millis(100);

/// Does a task to its end. As soon as its answer is not `wanted` any more it is called off, and `None` comes back once
/// the device has let go. `each` sees what the task tells on its way, and every look without news.
///
/// # Errors
/// The fault with which the task ended.
pub(crate) fn run_while(
    host: &HostClient,
    device: &DeviceId,
    (task, limit): (Task, Duration),
    wanted: impl Fn() -> bool,
    mut each: impl FnMut(&Running, Option<TaskNews>),
) -> Result<Option<Outcome>, Fault> {
    let mut running = host.begin(device, task, limit)?;
    let mut called_off = false;
    loop {
        if !called_off && !wanted() {
            called_off = true;
            running.cancel();
        }
        match running.next(LOOK) {
            Some(TaskNews::Ended(_)) if called_off => return Ok(None),
            Some(TaskNews::Ended(ended)) => return ended.map(Some),
            news => each(&running, news),
        }
    }
}

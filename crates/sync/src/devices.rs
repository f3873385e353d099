//! How the devices stand, told to the server when it is another story than the last one.

use crate::Result;
use crate::client::Channel;
use crate::core::Core;
use crate::credential::hash;
use domain::device::DeviceRecord;
use domain::ids::ContentHash;
use protocol::device::{DeviceReceipt, DeviceReport, MOST_DEVICES};
use protocol::error::ErrorCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::table::terminal;

/// A few kilobytes go there, a few bytes come back.
const ANSWER: Duration = Duration::from_secs(15);

/// What was told last.
#[derive(Default)]
pub(crate) struct Told(Mutex<Option<ContentHash>>);

/// Tells what the terminal wrote down of its devices. A server that does not want it is not asked again with the same.
pub(crate) async fn report(core: &Arc<Core>, told: &Told) -> Result<()> {
    let kept = core
        .blocking(|core| {
            Ok(core.store.read(|connection| terminal::get(connection, terminal::DEVICE_RECORDS))?)
        })
        .await?;
    let Some(bytes) = kept else { return Ok(()) };
    let this = hash(&bytes);
    if told.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref() == Some(&this) {
        return Ok(());
    }
    // Written by this program; one of another version that does not read tells nothing.
    let Ok(mut devices) = domain::cbor::from_slice::<Vec<DeviceRecord>>(&bytes) else { return Ok(()) };
    devices.truncate(MOST_DEVICES);
    let answer: Result<DeviceReceipt> =
        core.client.post(Channel::Call, "/v1/devices", &DeviceReport { devices }, ANSWER).await;
    match answer {
        Ok(_) => {}
        Err(fault) if fault.refusal().is_some_and(ErrorCode::is_permanent) => {
            tracing::warn!(code = fault.code(), "the server does not take the devices' report");
        }
        Err(fault) => return Err(fault),
    }
    *told.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(this);
    Ok(())
}

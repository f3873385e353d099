//! What a call does before its own work: the faults, the key, the handles.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::store::{Container, Control, KeyFault, Keystore, folder};
use crate::structure::{
    SAR_APPLICATION_NOT_EXISTS, SAR_DEVICE_REMOVED, SAR_FAIL, SAR_INVALIDHANDLEERR, SAR_KEYNOTFOUNTERR,
};

/// A handle's meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Opened {
    Key,
    Application { logged_in: bool },
    Container { application: usize, name: String },
}

/// All handles; the number of one is never given again.
#[derive(Default)]
pub(crate) struct Handles {
    next: usize,
    open: HashMap<usize, Opened>,
}

static HANDLES: Mutex<Option<Handles>> = Mutex::new(None);

pub(crate) struct HandlesGuard(MutexGuard<'static, Option<Handles>>);

/// The table of handles, for one call.
pub(crate) fn handles() -> HandlesGuard {
    HandlesGuard(HANDLES.lock().unwrap_or_else(PoisonError::into_inner))
}

impl HandlesGuard {
    fn table(&mut self) -> &mut Handles {
        self.0.get_or_insert_default()
    }

    pub(crate) fn add(&mut self, what: Opened) -> usize {
        let table = self.table();
        // Never 0, and looks like no small number by accident.
        table.next += 0x10;
        table.open.insert(table.next, what);
        table.next
    }

    pub(crate) fn close(&mut self, handle: usize) -> u32 {
        if self.table().open.remove(&handle).is_some() { 0 } else { SAR_INVALIDHANDLEERR }
    }

    pub(crate) fn get(&mut self, handle: usize) -> Result<Opened, u32> {
        self.table().open.get(&handle).cloned().ok_or(SAR_INVALIDHANDLEERR)
    }

    pub(crate) fn key(&mut self, handle: usize) -> Result<(), u32> {
        if self.get(handle)? == Opened::Key { Ok(()) } else { Err(SAR_INVALIDHANDLEERR) }
    }

    /// Whether the application is logged in.
    pub(crate) fn application(&mut self, handle: usize) -> Result<bool, u32> {
        match self.get(handle)? {
            Opened::Application { logged_in } => Ok(logged_in),
            _ => Err(SAR_INVALIDHANDLEERR),
        }
    }

    pub(crate) fn log_in(&mut self, handle: usize, logged_in: bool) {
        if let Some(Opened::Application { logged_in: state }) = self.table().open.get_mut(&handle) {
            *state = logged_in;
        }
    }
}

/// A call that may go on.
pub(crate) struct Call {
    pub(crate) folder: PathBuf,
    pub(crate) key: Keystore,
    pub(crate) fault: KeyFault,
}

impl Call {
    /// Shows the fault that is set for this function, or lets the call go on.
    pub(crate) fn begin(function: &str) -> Result<Self, u32> {
        let folder = folder().ok_or(SAR_FAIL)?;
        let control = Control::load(&folder);
        let here = control.function == function;
        match control.fault {
            KeyFault::Absent => return Err(SAR_DEVICE_REMOVED),
            KeyFault::Pulled if here => {
                let absent = Control { fault: KeyFault::Absent, function: String::new() };
                let _ = absent.set(&folder);
                return Err(SAR_DEVICE_REMOVED);
            }
            KeyFault::Status { code } if here => return Err(code),
            KeyFault::Hang if here => loop {
                std::thread::sleep(Duration::from_secs(1));
            },
            KeyFault::Crash if here => std::process::abort(),
            KeyFault::Slow { milliseconds } if here => {
                std::thread::sleep(Duration::from_millis(milliseconds));
            }
            _ => {}
        }
        let key = Keystore::load(&folder).map_err(|_| SAR_DEVICE_REMOVED)?;
        Ok(Self { folder, key, fault: control.fault })
    }

    pub(crate) fn application(&self, name: &str) -> Result<(), u32> {
        if self.key.application == name { Ok(()) } else { Err(SAR_APPLICATION_NOT_EXISTS) }
    }

    /// The container behind a handle, and whether its application is logged in.
    pub(crate) fn container(&self, handle: usize) -> Result<(&Container, bool), u32> {
        let mut handles = handles();
        let Opened::Container { application, name } = handles.get(handle)? else {
            return Err(SAR_INVALIDHANDLEERR);
        };
        let container = self.key.containers.iter().find(|container| container.name == name);
        Ok((container.ok_or(SAR_KEYNOTFOUNTERR)?, handles.application(application)?))
    }
}

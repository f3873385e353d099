//! The control socket: one JSON object a line in, one JSON object a line out.
//!
//! ```text
//! {"do":"lay","card":{…}}          {"do":"lift"}
//! {"do":"unplug"}                  {"do":"plug"}
//! {"do":"fault","fault":{"kind":"checksum","times":1}}
//! {"do":"status"}
//! {"do":"devices"}                 {"do":"perform","class":"camera","act":"frozen"}
//! ```
//!
//! Answers: `{"ok":true,"status":{…},"devices":[…]}` (the devices of a training counter, empty elsewhere) or `{"ok":false,"code":"…","message":"…"}`.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::rehearsal::{Refusal, Rehearsal, Rehearsed};
use crate::samv::{ReaderFault, ReaderStatus, VirtualCard, VirtualReader};

/// What a control socket can be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Order {
    /// Lays a card on the reader.
    Lay {
        /// The card.
        card: Box<VirtualCard>,
    },
    /// Takes it away.
    Lift,
    /// Pulls the reader's plug.
    Unplug,
    /// Plugs it in again.
    Plug,
    /// Tells the reader to do something wrong.
    Fault {
        /// What.
        fault: ReaderFault,
    },
    /// Asks how the reader stands.
    Status,
    /// Asks what the devices of a training counter can do.
    Devices,
    /// Lets a device of a training counter do something.
    Perform {
        /// Class of the device.
        class: String,
        /// What.
        act: String,
    },
}

#[derive(Debug, Serialize)]
struct Done {
    ok: bool,
    status: ReaderStatus,
    devices: Vec<Rehearsed>,
}

#[derive(Debug, Serialize)]
struct Failed {
    ok: bool,
    code: &'static str,
    message: String,
}

/// A control socket that serves until it is dropped.
#[derive(Debug)]
pub struct ControlSocket {
    path: PathBuf,
}

impl ControlSocket {
    /// Serves orders to `reader` on a Unix socket that only this account can open.
    ///
    /// # Errors
    /// The path holds something that is not a socket, another program answers there, or it cannot be made.
    pub fn serve(path: &Path, reader: Arc<VirtualReader>) -> io::Result<Self> {
        Self::serve_all(path, reader, None)
    }

    /// Serves orders to a training counter's devices too.
    ///
    /// # Errors
    /// As [`ControlSocket::serve`].
    pub fn serve_all(
        path: &Path,
        reader: Arc<VirtualReader>,
        rehearsal: Option<Arc<Rehearsal>>,
    ) -> io::Result<Self> {
        clear_place(path)?;
        let listener = UnixListener::bind(path)?;
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        std::thread::Builder::new().name("control-socket".into()).spawn(move || {
            for stream in listener.incoming().flatten() {
                let (reader, rehearsal) = (Arc::clone(&reader), rehearsal.clone());
                let talk = move || {
                    if let Err(error) = converse(&stream, &reader, rehearsal.as_deref()) {
                        tracing::debug!(%error, "control connection");
                    }
                };
                if let Err(error) = std::thread::Builder::new().name("control".into()).spawn(talk) {
                    tracing::warn!(%error, "no thread for a control connection");
                }
            }
        })?;
        Ok(Self { path: path.to_owned() })
    }
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Removes a socket that a program left behind when it died.
pub(crate) fn clear_place(path: &Path) -> io::Result<()> {
    let Ok(found) = std::fs::symlink_metadata(path) else { return Ok(()) };
    if !found.file_type().is_socket() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the socket's place holds another file"));
    }
    if UnixStream::connect(path).is_ok() {
        return Err(io::Error::new(io::ErrorKind::AddrInUse, "another program serves this socket"));
    }
    std::fs::remove_file(path)
}

fn converse(stream: &UnixStream, reader: &VirtualReader, rehearsal: Option<&Rehearsal>) -> io::Result<()> {
    // A card's JSON is below 2 KiB; a longer line is a mistake.
    const LONGEST_LINE: u64 = 64 * 1024;
    let mut lines = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if io::Read::take(&mut lines, LONGEST_LINE).read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut answer = answer(&line, reader, rehearsal);
        answer.push(b'\n');
        let mut out = stream;
        out.write_all(&answer)?;
    }
}

fn answer(line: &str, reader: &VirtualReader, rehearsal: Option<&Rehearsal>) -> Vec<u8> {
    let result = serde_json::from_str::<Order>(line)
        .map_err(|error| ("virtual.bad_order", error.to_string()))
        .and_then(|order| obey(order, reader, rehearsal));
    let answer = match result {
        Ok(devices) => serde_json::to_vec(&Done { ok: true, status: reader.status(), devices }),
        Err((code, message)) => serde_json::to_vec(&Failed { ok: false, code, message }),
    };
    answer.unwrap_or_else(|_| br#"{"ok":false,"code":"virtual.no_answer","message":""}"#.to_vec())
}

fn obey(
    order: Order,
    reader: &VirtualReader,
    rehearsal: Option<&Rehearsal>,
) -> Result<Vec<Rehearsed>, Refusal> {
    let devices = |rehearsal: Option<&Rehearsal>| rehearsal.map(Rehearsal::devices).unwrap_or_default();
    match order {
        Order::Devices => return Ok(devices(rehearsal)),
        Order::Perform { class, act } => {
            let none = || ("virtual.no_rehearsal", "this is no training counter".to_owned());
            rehearsal.ok_or_else(none)?.perform(&class, &act)?;
            return Ok(devices(rehearsal));
        }
        Order::Lay { card } => reader.lay(&card).map_err(|error| (error.code(), error.to_string()))?,
        Order::Lift => reader.lift(),
        Order::Unplug => reader.unplug(),
        Order::Plug => reader.plug().map_err(|error| ("virtual.plug_failed", error.to_string()))?,
        Order::Fault { fault } => reader.set_fault(fault),
        Order::Status => {}
    }
    Ok(Vec::new())
}

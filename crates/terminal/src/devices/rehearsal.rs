//! Training: what the virtual devices of this counter can be made to do, and do wrong. Never at a real counter.

use crate::Terminal;
use crate::error::{Own, Result};
use crate::rpc::ChangeSource;
use crate::rpc::request::{Empty, Rehearse};
use crate::rpc::view::{RehearsalView, RehearsedDevice};
use serde::Deserialize;
use serde_json::json;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// The virtual devices answer at once or not at all.
const ANSWER: Duration = Duration::from_secs(5);
/// An answer names some sixty acts.
const LONGEST_ANSWER: u64 = 256 * 1024;

#[derive(Deserialize)]
struct Answer {
    ok: bool,
    #[serde(default)]
    devices: Vec<RehearsedDevice>,
}

impl Terminal {
    /// What can be rehearsed here; nothing where people's business is done.
    pub(crate) fn rehearsal(&self, _: Empty) -> Result<RehearsalView> {
        self.actor()?;
        let Some(socket) = self.rehearsal_socket() else { return Ok(RehearsalView::default()) };
        Ok(RehearsalView { devices: ask(socket, &json!({ "do": "devices" }))? })
    }

    /// Lets a virtual device do something.
    pub(crate) fn rehearse(&self, request: Rehearse) -> Result<RehearsalView> {
        self.actor()?;
        let socket = self.rehearsal_socket().ok_or(Own::NoDevice)?;
        let order = json!({ "do": "perform", "class": request.class, "act": request.act });
        let devices = ask(socket, &order)?;
        self.changed(ChangeSource::Device, ["devices", "shell"]);
        Ok(RehearsalView { devices })
    }

    /// Only a demo or training station has one, whatever its device file says.
    fn rehearsal_socket(&self) -> Option<&Path> {
        self.devices.rehearsal.as_deref().filter(|_| self.settings.demo)
    }
}

fn ask(socket: &Path, order: &serde_json::Value) -> Result<Vec<RehearsedDevice>> {
    let talk = || -> std::io::Result<Answer> {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream.set_write_timeout(Some(ANSWER))?;
        writeln!(stream, "{order}")?;
        let mut line = String::new();
        BufReader::new(stream.take(LONGEST_ANSWER)).read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    };
    match talk() {
        Ok(answer) if answer.ok => Ok(answer.devices),
        Ok(_) => Err(Own::NoDevice.into()),
        Err(error) => {
            tracing::warn!(%error, "the virtual devices do not answer");
            Err(Own::NoDevice.into())
        }
    }
}

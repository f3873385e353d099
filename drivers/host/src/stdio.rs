//! Takes over what the terminal gave as standard input and output.

use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use anyhow::Context;
use driver_contract::SharedArea;

/// The line to the terminal.
#[derive(Debug)]
pub struct Line {
    /// Control.
    pub control: UnixStream,
    /// Pixels and documents.
    pub area: SharedArea,
}

/// Moves control and shared memory to descriptors of our own, and puts harmless files in their places:
/// makers' libraries print to standard output when they please, and must not print into a page.
///
/// # Errors
/// The program was not started by a terminal.
pub fn take_over() -> anyhow::Result<Line> {
    let control = rustix::stdio::stdin().try_clone_to_owned().context("standard input")?;
    let area = rustix::stdio::stdout().try_clone_to_owned().context("standard output")?;
    let area = SharedArea::inherited(area).context("standard output is not the shared memory")?;
    let control = UnixStream::from(control);
    control.peer_addr().context("standard input is not the terminal's socket")?;
    let nothing = File::open("/dev/null").context("/dev/null")?;
    rustix::stdio::dup2_stdin(nothing.as_fd()).context("standard input")?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr()).context("standard output")?;
    Ok(Line { control, area })
}

//! A window of the desktop program.

use crate::child::{Child, Program};
use crate::place::{Parts, Place};
use crate::window::profile;

/// Starts the desktop program for the window `name`.
///
/// # Errors
/// It does not start.
pub fn start(
    name: &str,
    place: &Place,
    parts: &Parts,
    server: &str,
    applicant: bool,
) -> anyhow::Result<Child> {
    let program = Program::new(name, &parts.programs.join("window-terminal"), &place.logs())?;
    let program = profile(program, name, place, parts, server).arg("--until-stdin-ends");
    let program = if applicant { program } else { program.arg("--without-applicant") };
    program.start_silent()
}

//! A window of the desktop program.

use crate::child::{Child, Program};
use crate::place::{Parts, Place};
use crate::window::profile;

/// The desktop program for the window `name`.
///
/// # Errors
/// It is not there.
pub fn program(
    name: &str,
    place: &Place,
    parts: &Parts,
    server: &str,
    applicant: bool,
) -> anyhow::Result<Program> {
    let program = Program::new(name, &parts.programs.join("window-terminal"), &place.logs())?;
    let program = profile(program, name, place, parts, server);
    Ok(if applicant { program } else { program.arg("--without-applicant") })
}

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
    program(name, place, parts, server, applicant)?.arg("--until-stdin-ends").start_silent()
}

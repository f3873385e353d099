//! `window-terminal check DATA`: proves a window's data without opening it.

use std::io::{BufRead as _, Write as _};
use std::path::Path;

use rustix::termios::{LocalModes, OptionalActions, isatty, tcgetattr, tcsetattr};

/// Everything is whole.
const WHOLE: i32 = 0;
/// Something is wrong; the report says what.
const WRONG: i32 = 1;
/// It could not be checked.
const UNCHECKED: i32 = 2;

/// Asks for the password, checks, prints the report. Gives the program's exit code.
///
/// # Errors
/// Standard input or output does not work.
pub(crate) fn run(data: &Path, officer: &str) -> anyhow::Result<i32> {
    let password = ask_password()?;
    let mut out = std::io::stdout().lock();
    match check::check(data, officer, &password) {
        Ok(report) => {
            write!(out, "{report}")?;
            Ok(if report.is_whole() { WHOLE } else { WRONG })
        }
        Err(error) => {
            writeln!(out, "没有检查：{error}（{}）", error.code())?;
            writeln!(out, "数据没有被改动。")?;
            Ok(UNCHECKED)
        }
    }
}

/// Reads a line: from a keyboard without showing it, else from whatever standard input is.
fn ask_password() -> anyhow::Result<String> {
    let input = std::io::stdin();
    let before = if isatty(&input) { Some(tcgetattr(&input)?) } else { None };
    if let Some(before) = &before {
        write!(std::io::stderr(), "口令：")?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&input, OptionalActions::Now, &silent)?;
    }
    let mut password = String::new();
    let read = input.lock().read_line(&mut password);
    if let Some(before) = &before {
        tcsetattr(&input, OptionalActions::Now, before)?;
        writeln!(std::io::stderr())?;
    }
    read?;
    Ok(password.trim_end_matches(['\r', '\n']).to_owned())
}

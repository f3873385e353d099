//! `paper-worker`: orders on standard input, papers on standard output. Takes no arguments.

use std::process::ExitCode;

fn main() -> ExitCode {
    paper_worker::harden();
    match paper_worker::serve(std::io::stdin(), std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

//! The loop of the worker process.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;

use paper::{FromWorker, PROTOCOL_VERSION, PaperError, ToWorker, read_frame, write_frame};

use crate::press::Press;

/// Answers messages until the other side closes.
///
/// When `input` ends, the process ends at once, also in the middle of a paper: whoever wanted it is gone.
///
/// # Errors
/// What the pipes say.
pub fn serve(input: impl Read + Send + 'static, output: impl Write) -> io::Result<()> {
    let (arrived, messages) = mpsc::channel();
    thread::spawn(move || {
        let mut input = BufReader::new(input);
        while let Ok(Some(body)) = read_frame(&mut input) {
            if arrived.send(body).is_err() {
                return;
            }
        }
        std::process::exit(0);
    });
    let mut output = BufWriter::new(output);
    let mut press = None;
    for body in messages {
        // A panic is the renderer's fault, not the order's; the process ends afterwards, since what it holds
        // may be half done, and the client starts a fresh one.
        let answer = catch_unwind(AssertUnwindSafe(|| answer(&mut press, &body)));
        let sound = answer.is_ok();
        let answer =
            answer.unwrap_or_else(|_| FromWorker::Failed(PaperError::WorkerFault { at: "a panic".into() }));
        let bytes = answer.to_bytes().map_err(|_| io::ErrorKind::InvalidData)?;
        write_frame(&mut output, &bytes)?;
        if !sound {
            break;
        }
    }
    Ok(())
}

fn answer(press: &mut Option<Press>, body: &[u8]) -> FromWorker {
    match reply(press, body) {
        Ok(answer) => answer,
        Err(error) => FromWorker::Failed(error),
    }
}

fn reply(press: &mut Option<Press>, body: &[u8]) -> Result<FromWorker, PaperError> {
    let unopened = || PaperError::WorkerFault { at: "an order before opening".into() };
    match ToWorker::from_bytes(body)? {
        ToWorker::Open { version: PROTOCOL_VERSION, templates, fonts } => {
            *press = Some(Press::open(&templates, &fonts)?);
            Ok(FromWorker::Ready { version: PROTOCOL_VERSION })
        }
        ToWorker::Open { version, .. } => {
            Err(PaperError::WorkerVersion { theirs: PROTOCOL_VERSION, ours: version })
        }
        ToWorker::PrintSet { template, timestamp } => {
            let press = press.as_ref().ok_or_else(unopened)?;
            Ok(FromWorker::PrintSet(press.print_set(&template, timestamp)?))
        }
        ToWorker::Print(order) => {
            let press = press.as_mut().ok_or_else(unopened)?;
            Ok(FromWorker::Printed(press.render(&order)?))
        }
        ToWorker::Picture { order, dots_per_millimetre } => {
            let press = press.as_mut().ok_or_else(unopened)?;
            Ok(FromWorker::Pictured(press.picture(&order, dots_per_millimetre)?))
        }
    }
}

//! One request a call, and the server as the host sees it.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use driver_contract::{
    CallParameters, DeviceClass, DeviceInfo, Fault, FaultCode, OpenDevice, Outcome, Task, TaskContext,
};
use ureq::Agent;

use super::shape::Shape;
use crate::{CallError, planted};

/// How often a waiting request asks whether to go on.
const ASK_EVERY: Duration = Duration::from_millis(50);

/// Longest answer: a queue's server has a line or two to say.
const LONGEST_ANSWER: u64 = 64 * 1024;

/// A queue's server.
pub(super) struct HttpDevice {
    pub(super) info: DeviceInfo,
    pub(super) url: String,
    pub(super) shape: Shape,
    pub(super) answer_limit: Duration,
}

impl HttpDevice {
    fn call(&self, call: &CallParameters, context: &dyn TaskContext) -> Result<(), CallError> {
        if call.ticket.trim().is_empty() || call.window.trim().is_empty() {
            return Err(CallError::Empty);
        }
        let body = self.shape.body(call);
        let (url, limit) = (self.url.clone(), self.answer_limit);
        let (answer, answered) = channel();
        // A thread of its own: a server that hangs must not keep the task from being cancelled. It ends at the request's
        // time limit at the latest.
        std::thread::Builder::new().name("call".into()).spawn(move || {
            let _ = answer.send(post(&url, &body, limit));
        })?;
        if planted("caller-not-confirmed") {
            return Ok(());
        }
        loop {
            match answered.recv_timeout(ASK_EVERY) {
                Ok(result) => {
                    let (status, body) = result?;
                    return self.shape.judge(status, &body);
                }
                Err(RecvTimeoutError::Timeout) if context.cancelled() => {
                    return Err(if context.remaining().is_zero() {
                        CallError::NotConfirmed("no answer before the deadline".to_owned())
                    } else {
                        CallError::Cancelled
                    });
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(CallError::NotConfirmed("the request ended without an answer".to_owned()));
                }
            }
        }
    }
}

fn post(url: &str, body: &[u8], limit: Duration) -> Result<(u16, Vec<u8>), CallError> {
    let agent: Agent = Agent::config_builder()
        // No proxy that the environment names, no other machine that an answer names.
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(limit))
        .user_agent("window-terminal")
        .build()
        .into();
    let sent = agent.post(url).header("content-type", "application/json").send(body);
    let mut response = sent.map_err(|error| match error {
        // Surely not called: nobody took the connection.
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => {
            CallError::Unreachable(error.to_string())
        }
        ureq::Error::Io(ref cause) if cause.kind() == std::io::ErrorKind::ConnectionRefused => {
            CallError::Unreachable(error.to_string())
        }
        ureq::Error::Protocol(_) | ureq::Error::Http(_) => CallError::Garbage("no HTTP"),
        _ => CallError::NotConfirmed(error.to_string()),
    })?;
    let status = response.status().as_u16();
    match response.body_mut().with_config().limit(LONGEST_ANSWER).read_to_vec() {
        Ok(body) => Ok((status, body)),
        Err(ureq::Error::BodyExceedsLimit(_)) => Err(CallError::TooLong),
        Err(error) => Err(CallError::NotConfirmed(error.to_string())),
    }
}

impl OpenDevice for HttpDevice {
    fn info(&self) -> &DeviceInfo {
        &self.info
    }

    fn run(&mut self, task: &Task, context: &mut dyn TaskContext) -> Result<Outcome, Fault> {
        match task {
            Task::Call(call) => {
                self.call(call, context).map(|()| Outcome::Announced).map_err(|error| error.at(&self.info.id))
            }
            // Whatever could be asked would be a call.
            Task::CheckState => Ok(Outcome::State(Vec::new())),
            _ => Err(Fault::new(FaultCode::Unsupported, DeviceClass::QueueCaller).at(&self.info.id)),
        }
    }
}

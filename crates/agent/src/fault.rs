//! Why the agent does not start, and what it answers when it refuses.

use std::io;
use std::path::PathBuf;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use terminal::rpc::{RpcError, shipped_error};

/// Why the agent does not start.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The folder has no page for a window.
    #[error("{page} is missing: build the user interface first")]
    NoPage {
        /// The page.
        page: PathBuf,
    },
    /// The loopback port cannot be used.
    #[error("port {port} of 127.0.0.1 cannot be used: {error}")]
    Port {
        /// The port; 0 stands for any free one.
        port: u16,
        /// Why.
        error: io::Error,
    },
    /// The system gives no random numbers.
    #[error("no random numbers for the one-time codes: {0}")]
    Random(getrandom::Error),
}

impl AgentError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoPage { .. } => "AGENT_NO_PAGE",
            Self::Port { .. } => "AGENT_PORT",
            Self::Random(_) => "AGENT_RANDOM",
        }
    }
}

/// What a door refuses on its own, before the terminal is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The request was sent to another host name: a foreign page points its own name at this machine.
    Host,
    /// The request comes from a page of another origin.
    Origin,
    /// No cookie, or not this door's.
    NotAdmitted,
    /// The code is wrong or used.
    Code,
    /// The command is not on the window's list.
    Command,
    /// The request cannot be understood.
    Request,
    /// The request is larger than any window sends.
    Large,
    /// There is no such thing here.
    Nothing,
    /// The program ends.
    Ending,
}

impl Refused {
    const fn status(self) -> StatusCode {
        match self {
            Self::Host | Self::Origin | Self::Code | Self::Command => StatusCode::FORBIDDEN,
            Self::NotAdmitted => StatusCode::UNAUTHORIZED,
            Self::Request => StatusCode::BAD_REQUEST,
            Self::Large => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Nothing => StatusCode::NOT_FOUND,
            Self::Ending => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Host => "AGENT_HOST",
            Self::Origin => "AGENT_ORIGIN",
            Self::NotAdmitted => "AGENT_NOT_ADMITTED",
            Self::Code => "AGENT_CODE",
            Self::Command => "AGENT_COMMAND",
            Self::Request => "AGENT_REQUEST",
            Self::Large => "AGENT_LARGE",
            Self::Nothing => "AGENT_NOTHING",
            Self::Ending => "AGENT_ENDING",
        }
    }

    pub(crate) fn error(self) -> RpcError {
        shipped_error(self.code())
    }

    /// The refusal as a page, for somebody who typed an address.
    pub(crate) fn page(self) -> Response {
        let RpcError { code, sentence, cure, .. } = self.error();
        let page = format!(
            "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>窗口终端</title>\
             <h1>{sentence}</h1><p>{cure}</p><p><small>{code}</small></p></html>"
        );
        (self.status(), axum::response::Html(page)).into_response()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.status(), axum::Json(self.error())).into_response()
    }
}

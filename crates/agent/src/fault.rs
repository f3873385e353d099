//! Why the agent does not start, and what it answers when it refuses.

use std::io;
use std::path::PathBuf;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use terminal::rpc::RpcError;

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

    /// What happened, and what to do.
    const fn words(self) -> (&'static str, &'static str) {
        const REOPEN: &str = "请重新启动窗口程序，用它给出的新地址打开。";
        match self {
            Self::Host => ("请求不是发给本机窗口程序的地址，已拒绝。", REOPEN),
            Self::Origin => ("请求来自别的网页，已拒绝。", "请关闭那个网页，只在本窗口操作。"),
            Self::NotAdmitted => ("这个浏览器没有打开本窗口的凭据。", REOPEN),
            Self::Code => ("打开窗口的一次性口令不对或已经用过。", REOPEN),
            Self::Command => ("本窗口没有这项操作。", "请在民警窗口操作。"),
            Self::Request => ("窗口程序看不懂这个请求。", "请刷新页面再试；仍不行请联系管理员。"),
            Self::Large => ("请求太大，窗口程序没有接收。", "请刷新页面再试；仍不行请联系管理员。"),
            Self::Nothing => ("没有这个页面或文件。", "请刷新页面再试。"),
            Self::Ending => ("窗口程序正在退出。", REOPEN),
        }
    }

    pub(crate) fn error(self) -> RpcError {
        let (sentence, cure) = self.words();
        let who = match self {
            Self::Request | Self::Large => "administrator",
            _ => "clerk",
        };
        RpcError {
            code: self.code().to_owned(),
            sentence: sentence.to_owned(),
            cure: cure.to_owned(),
            who: who.to_owned(),
            refusal: None,
            report: None,
        }
    }

    /// The refusal as a page, for somebody who typed an address.
    pub(crate) fn page(self) -> Response {
        let (sentence, cure) = self.words();
        let code = self.code();
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

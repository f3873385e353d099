//! Pictures, papers and signatures for the windows: `terminal://localhost/pictures/{blob}?side=N`,
//! `…/documents/{blob}`, `…/strokes/{blob}`, and what a camera sees, `…/frames/{operation}`: the same paths as on the
//! agent host.

use std::sync::Arc;

use serde_json::json;
use tauri::UriSchemeResponder;
use tauri::http::{Method, Request, Response, StatusCode, header};
use terminal::Terminal;
use terminal::rpc::{Resource, RpcError, WindowRole, shipped_error};

use crate::windows::{PAGE_ORIGIN, role_of};

/// Scheme of the addresses.
pub(crate) const SCHEME: &str = "terminal";
/// Sides that a window may ask for: from a stamp to a page at 200 % on the largest screen of a counter.
const SIDES: std::ops::RangeInclusive<u32> = 16..=4096;
/// A page on a 1920×1080 screen.
const USUAL_SIDE: u32 = 1600;

/// What an address asks for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Picture { blob: String, side: u32 },
    Document { blob: String },
    Strokes { blob: String },
    Frame { operation: String },
}

impl Wanted {
    fn read(method: &Method, path: &str, query: &str) -> Option<Self> {
        let (kind, blob) = path.strip_prefix('/')?.split_once('/')?;
        // Blobs have names of letters and digits; those of operations have hyphens between them.
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || (kind == "frames" && byte == b'-');
        if method != Method::GET || blob.is_empty() || !blob.bytes().all(fits) {
            return None;
        }
        let blob = blob.to_owned();
        match kind {
            "pictures" => {
                let side = query.split('&').find_map(|pair| pair.strip_prefix("side="));
                let side = match side {
                    Some(side) => side.parse().ok()?,
                    None => USUAL_SIDE,
                };
                Some(Self::Picture { blob, side: side.clamp(*SIDES.start(), *SIDES.end()) })
            }
            "documents" => Some(Self::Document { blob }),
            "strokes" => Some(Self::Strokes { blob }),
            "frames" => Some(Self::Frame { operation: blob }),
            _ => None,
        }
    }

    fn fetch(&self, terminal: &Terminal, window: WindowRole) -> Result<Resource, RpcError> {
        match self {
            Self::Picture { blob, side } => terminal.picture(window, blob, *side),
            Self::Document { blob } => terminal.document(window, blob),
            Self::Strokes { blob } => terminal.strokes(window, blob),
            Self::Frame { operation } => terminal.frame(window, operation),
        }
    }
}

/// Answers a request of the window `label`, away from the thread that paints.
pub(crate) fn answer(
    terminal: &Arc<Terminal>,
    label: &str,
    request: &Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let wanted =
        Wanted::read(request.method(), request.uri().path(), request.uri().query().unwrap_or_default());
    let (Some(window), Some(wanted)) = (role_of(label), wanted) else {
        let error = shipped_error("SHELL_NOTHING");
        responder.respond(refusal(StatusCode::NOT_FOUND, &error));
        return;
    };
    let terminal = Arc::clone(terminal);
    tauri::async_runtime::spawn_blocking(move || {
        responder.respond(match wanted.fetch(&terminal, window) {
            Ok(file) => response(StatusCode::OK, &file.media, file.bytes),
            Err(error) => refusal(StatusCode::UNPROCESSABLE_ENTITY, &error),
        });
    });
}

fn refusal(status: StatusCode, error: &RpcError) -> Response<Vec<u8>> {
    let body =
        serde_json::to_vec(error).unwrap_or_else(|_| json!({ "code": error.code }).to_string().into_bytes());
    response(status, "application/json", body)
}

fn response(status: StatusCode, media: &str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, media),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // The pages have another scheme, so theirs is a foreign origin; no other page ever runs in these windows.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, PAGE_ORIGIN),
    ] {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, query: &str) -> Option<Wanted> {
        Wanted::read(&Method::GET, path, query)
    }

    #[test]
    fn addresses_are_those_of_the_agent_host() {
        let blob = "ab12".to_owned();
        assert_eq!(read("/pictures/ab12", "side=64"), Some(Wanted::Picture { blob: blob.clone(), side: 64 }));
        assert_eq!(
            read("/pictures/ab12", ""),
            Some(Wanted::Picture { blob: blob.clone(), side: USUAL_SIDE })
        );
        assert_eq!(
            read("/pictures/ab12", "side=99999"),
            Some(Wanted::Picture { blob: blob.clone(), side: 4096 })
        );
        assert_eq!(read("/documents/ab12", ""), Some(Wanted::Document { blob: blob.clone() }));
        assert_eq!(read("/strokes/ab12", "side=1"), Some(Wanted::Strokes { blob }));
        assert_eq!(read("/frames/0a-1b", ""), Some(Wanted::Frame { operation: "0a-1b".to_owned() }));
    }

    #[test]
    fn anything_else_is_nothing() {
        for path in [
            "/",
            "",
            "/pictures",
            "/pictures/",
            "/pictures/a/b",
            "/pictures/..",
            "/pictures/%2e",
            "/keys/ab",
            "/pictures/a-b",
        ] {
            assert_eq!(read(path, ""), None, "{path}");
        }
        assert_eq!(read("/pictures/ab", "side=-1"), None);
        assert_eq!(Wanted::read(&Method::POST, "/documents/ab", ""), None);
    }
}

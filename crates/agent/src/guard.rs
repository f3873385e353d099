//! What every request is asked before anything else happens, and what every answer says to the browser.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use crate::door::Door;
use crate::fault::Refused;

/// Own files only: no inline script, no eval, no foreign address. Pictures also from memory, where the pages
/// of a material are drawn; styles of elements are set through the document model, which needs no exception.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
     font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// Headers of every answer, refusals too. Nothing may be kept: answers carry personal data.
const HEADERS: [(HeaderName, &str); 8] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), usb=(), serial=()",
    ),
];

/// Lets a request pass that was sent to this door, by this door's page, with this door's cookie.
pub(crate) async fn guard(State(door): State<Arc<Door>>, request: Request<Body>, next: Next) -> Response {
    let mut answer = match admit(&door, &request) {
        Ok(Admitted::In) => next.run(request).await,
        Ok(Admitted::Opened(cookie)) => {
            let mut answer = Redirect::to("/").into_response();
            match HeaderValue::from_str(&cookie) {
                Ok(cookie) => answer.headers_mut().insert(header::SET_COOKIE, cookie),
                Err(_) => None,
            };
            answer
        }
        Err(refused) if wants_page(&request) => refused.page(),
        Err(refused) => refused.into_response(),
    };
    for (name, value) in HEADERS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

enum Admitted {
    /// With a cookie.
    In,
    /// By the code; the cookie to set.
    Opened(String),
}

fn admit(door: &Door, request: &Request<Body>) -> Result<Admitted, Refused> {
    check_host(door, request)?;
    check_origin(door, request.method(), request.headers())?;
    if request.method() == Method::GET
        && request.uri().path() == "/"
        && let Some(code) = code_of(request.uri().query().unwrap_or_default())
    {
        return door.entry.redeem(code).map(Admitted::Opened).ok_or(Refused::Code);
    }
    let cookies = request.headers().get_all(header::COOKIE);
    if door.entry.admits(cookies.iter().filter_map(|value| value.to_str().ok())) {
        Ok(Admitted::In)
    } else {
        Err(Refused::NotAdmitted)
    }
}

/// A page of a foreign name that resolves to 127.0.0.1 would be the same origin as itself; only the `Host` that
/// the browser sends shows it.
fn check_host(door: &Door, request: &Request<Body>) -> Result<(), Refused> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let named = hosts.next().is_some_and(|host| host.as_bytes() == door.address.as_bytes());
    let authority = request.uri().authority().is_none_or(|authority| authority.as_str() == door.address);
    if named && authority && hosts.next().is_none() { Ok(()) } else { Err(Refused::Host) }
}

/// Browsers name the page's origin with everything that changes something, and say with every request how the
/// page stands to it. Reading by address line or bookmark has neither.
fn check_origin(door: &Door, method: &Method, headers: &HeaderMap) -> Result<(), Refused> {
    let own =
        |origin: &HeaderValue| origin.as_bytes().strip_prefix(b"http://") == Some(door.address.as_bytes());
    let mut origins = headers.get_all(header::ORIGIN).iter().peekable();
    if origins.peek().is_none() && method != Method::GET && method != Method::HEAD {
        return Err(Refused::Origin);
    }
    let site =
        headers.get("sec-fetch-site").is_none_or(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
    if site && origins.all(own) { Ok(()) } else { Err(Refused::Origin) }
}

fn code_of(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("code="))
}

fn wants_page(request: &Request<Body>) -> bool {
    request.method() == Method::GET && request.uri().path() == "/"
}

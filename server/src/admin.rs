//! The admin page: releases of definitions, and how the devices of all stations stand, for 系统管理员 alone, on the machine of the server alone.
//!
//! Log-in is that of the terminals. A form carries the token of its session, the cookie never leaves this page, and
//! both the asking machine and the address it asked for must be this one: no page of another site can speak here.

mod device_page;
mod page;
mod session;

pub use session::Sessions;

use crate::definitions::{self, Draft};
use crate::devices;
use crate::fault::{Fault, Result};
use crate::house::{House, now};
use crate::library::Library;
use crate::login;
use crate::storage::values;
use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Form, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use domain::catalogue::{Catalogue, FOLDERS, NamedText};
use domain::ids::OfficerId;
use domain::person::Role;
use protocol::error::ErrorCode;
use serde::{Deserialize, Serialize};
use session::{COOKIE, Session};
use std::net::SocketAddr;
use std::sync::Arc;

/// Log-in, rolling back, logging out.
const FORM_BODY: usize = 16 * 1024;
/// A folder of definitions: those of the product have a megabyte and a half; a table of all divisions some more.
const FOLDER_BODY: usize = 48 << 20;
/// Files of a folder; the product has some three hundred.
const MOST_FILES: usize = 4000;
/// Characters of a file's name.
const LONGEST_NAME: usize = 120;

type Shared = State<Arc<House>>;

/// The routes of the page.
pub fn router() -> Router<Arc<House>> {
    let folder = Router::new()
        .route("/admin/check", post(check))
        .route("/admin/publish", post(publish))
        .layer(DefaultBodyLimit::max(FOLDER_BODY));
    Router::new()
        .route("/admin", get(show))
        .route("/admin/login", post(log_in))
        .route("/admin/devices", get(show_devices))
        .route("/admin/logout", post(log_out))
        .route("/admin/rollback", post(roll_back))
        .route("/admin/page.css", get(async || typed("text/css", page::CSS)))
        .route("/admin/page.js", get(async || typed("text/javascript", page::SCRIPT)))
        .layer(DefaultBodyLimit::max(FORM_BODY))
        .merge(folder)
        .layer(middleware::from_fn(only_here))
}

fn typed(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, format!("{kind}; charset=utf-8"))], text).into_response()
}

/// Lets only this machine in, under a name of this machine, and no page of another site.
async fn only_here(request: Request, next: Next) -> Response {
    let here =
        request.extensions().get::<ConnectInfo<SocketAddr>>().is_some_and(|one| one.0.ip().is_loopback());
    let host = text(request.headers(), header::HOST.as_str());
    let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
    let named = ["127.0.0.1", "localhost", "[::1]"].contains(&name);
    let origin = text(request.headers(), header::ORIGIN.as_str());
    let own = origin.is_empty() || origin == format!("http://{host}");
    if !(here && named && own) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in page::HEADERS {
        headers.insert(*name, header::HeaderValue::from_static(value));
    }
    response
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// The session of a request, with a token that fits where something is to be changed.
fn session(house: &House, headers: &HeaderMap, token: Option<&str>) -> Option<Session> {
    let cookies = text(headers, header::COOKIE.as_str());
    let mut cookies = cookies.split(';').filter_map(|one| one.trim().split_once('='));
    let (_, name) = cookies.find(|(name, _)| *name == COOKIE)?;
    let found = house.admin.find(name, now())?;
    token.is_none_or(|token| found.fits(token)).then_some(found)
}

async fn show(State(house): Shared, headers: HeaderMap) -> Response {
    match session(&house, &headers, None) {
        Some(session) => releases(&house, &session, "").await,
        None => Html(page::log_in("")).into_response(),
    }
}

async fn show_devices(State(house): Shared, headers: HeaderMap) -> Response {
    let Some(session) = session(&house, &headers, None) else {
        return Redirect::to("/admin").into_response();
    };
    match devices::all(&house).await {
        Ok(stations) => Html(device_page::devices(&session, &stations, now())).into_response(),
        Err(fault) => fault.into_response(),
    }
}

async fn releases(house: &House, session: &Session, told: &str) -> Response {
    match lines(house).await {
        Ok(lines) => Html(page::releases(session, &lines, told)).into_response(),
        Err(fault) => fault.into_response(),
    }
}

/// Releases, newest first, each with what it changed.
async fn lines(house: &House) -> Result<Vec<(definitions::Kept, definitions::ReleaseDifference)>> {
    let mut work = house.read().await?;
    let mut found = Vec::new();
    for kept in definitions::all(&mut *work).await?.into_iter().rev() {
        let difference = definitions::difference(&house.library, &mut *work, &kept.release).await?;
        found.push((kept, difference));
    }
    Ok(found)
}

#[derive(Deserialize)]
struct LogIn {
    officer: String,
    password: String,
}

async fn log_in(State(house): Shared, Form(form): Form<LogIn>) -> Response {
    let officer = OfficerId::from(form.officer.trim());
    let admitted = admit(&house, &officer, form.password).await;
    match admitted {
        Ok(true) => match house.admin.begin(&officer, now()) {
            Ok(name) => {
                let cookie = format!("{COOKIE}={name}; Path=/admin; HttpOnly; SameSite=Strict");
                ([(header::SET_COOKIE, cookie)], Redirect::to("/admin")).into_response()
            }
            Err(fault) => fault.into_response(),
        },
        Ok(false) => refused("这个账号没有系统管理员岗位。"),
        Err(Fault::Told(told)) if told.code == ErrorCode::Locked => {
            refused("密码错误次数过多，账号已锁定，请稍后再试。")
        }
        Err(Fault::Told(_)) => refused("账号或密码不对。"),
        Err(fault) => fault.into_response(),
    }
}

fn refused(words: &str) -> Response {
    (StatusCode::FORBIDDEN, Html(page::log_in(words))).into_response()
}

/// Whether an officer whose password holds keeps the system.
async fn admit(house: &House, officer: &OfficerId, password: String) -> Result<bool> {
    login::prove(house, officer, password.into_bytes()).await?;
    let mut work = house.write().await?;
    work.run("UPDATE account SET failures = 0 WHERE officer = $1", values![officer.as_str()]).await?;
    let roster = house.rosters.present(house, &mut *work).await?.roster;
    work.commit().await?;
    let keeps =
        |one: &domain::person::Officer| one.active && one.posts.iter().any(|post| post.role == Role::Admin);
    Ok(roster.officer(officer).is_some_and(keeps))
}

#[derive(Deserialize)]
struct Leave {
    token: String,
}

async fn log_out(State(house): Shared, headers: HeaderMap, Form(form): Form<Leave>) -> Response {
    if let Some(session) = session(&house, &headers, Some(&form.token)) {
        house.admin.end(&session);
    }
    Redirect::to("/admin").into_response()
}

#[derive(Deserialize)]
struct RollBack {
    token: String,
    number: u64,
    remark: String,
}

async fn roll_back(State(house): Shared, headers: HeaderMap, Form(form): Form<RollBack>) -> Response {
    let Some(session) = session(&house, &headers, Some(&form.token)) else {
        return Redirect::to("/admin").into_response();
    };
    let done = async {
        let mut work = house.write().await?;
        let author = session.officer.as_str();
        let number =
            definitions::roll_back(&house, &mut *work, form.number, author, &form.remark, now()).await?;
        work.commit().await?;
        house.ring();
        Result::Ok(number)
    };
    match done.await {
        Ok(number) => releases(&house, &session, &format!("已回退，现行第 {number} 版。")).await,
        Err(Fault::Unpublished(why)) => releases(&house, &session, &why.to_string()).await,
        Err(fault) => fault.into_response(),
    }
}

/// A folder as the page read it.
#[derive(Deserialize)]
struct Folder {
    remark: String,
    files: Vec<(String, String)>,
}

/// What came of it: words, one line each.
#[derive(Serialize)]
struct Told {
    good: bool,
    lines: Vec<String>,
}

async fn check(State(house): Shared, headers: HeaderMap, body: Bytes) -> Response {
    take(&house, &headers, &body, false).await
}

async fn publish(State(house): Shared, headers: HeaderMap, body: Bytes) -> Response {
    take(&house, &headers, &body, true).await
}

async fn take(house: &House, headers: &HeaderMap, body: &[u8], publish: bool) -> Response {
    let Some(session) = session(house, headers, Some(&text(headers, "x-token"))) else {
        return told(StatusCode::FORBIDDEN, false, vec!["登录已过期，请重新登录。".to_owned()]);
    };
    let Ok(folder) = serde_json::from_slice::<Folder>(body) else {
        return told(StatusCode::BAD_REQUEST, false, vec!["读不出上传的内容。请重新选择文件夹。".to_owned()]);
    };
    let files = match named(folder.files) {
        Ok(files) => files,
        Err(words) => return told(StatusCode::BAD_REQUEST, false, vec![words]),
    };
    match weigh(house, &session, files, &folder.remark, publish).await {
        Ok(lines) => told(StatusCode::OK, true, lines),
        // To say what is wrong with a folder is what was asked for.
        Err(Fault::Definitions(faults)) => {
            told(StatusCode::OK, false, faults.0.iter().map(ToString::to_string).collect())
        }
        Err(fault @ (Fault::Unpublished(_) | Fault::SetUp { .. })) => {
            told(StatusCode::OK, false, vec![fault.to_string()])
        }
        Err(fault) => fault.into_response(),
    }
}

fn told(status: StatusCode, good: bool, lines: Vec<String>) -> Response {
    (status, axum::Json(Told { good, lines })).into_response()
}

/// Files by folder and name; whatever else lies in the chosen folder is left alone. Nothing is written anywhere, so
/// that no name can lead out of a folder.
fn named(files: Vec<(String, String)>) -> std::result::Result<Vec<NamedText>, String> {
    if files.len() > MOST_FILES {
        return Err(format!("文件太多，最多 {MOST_FILES} 个。请只选择定义文件夹。"));
    }
    let mut taken = Vec::new();
    for (name, text) in files {
        let mut parts = name.split('/').rev();
        let (Some(file), Some(folder)) = (parts.next(), parts.next()) else { continue };
        let plain = name.chars().count() <= LONGEST_NAME && !file.starts_with('.') && !file.contains('\\');
        if FOLDERS.contains(&folder) && file.ends_with(".toml") && plain {
            taken.push((format!("{folder}/{file}"), text));
        }
    }
    taken.sort();
    if let Some(twice) = taken.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(format!("{} 有两份。请只选择一个定义文件夹。", twice[0].0));
    }
    Ok(taken)
}

/// Publishes, or tells what publishing would do: then the whole unit of work is taken back.
async fn weigh(
    house: &House,
    session: &Session,
    files: Vec<NamedText>,
    remark: &str,
    publish: bool,
) -> Result<Vec<String>> {
    let catalogue = crate::house::heavy(move || Catalogue::from_files(&files)).await??;
    let remark = if publish { remark } else { "检查" };
    let mut work = house.write().await?;
    let draft = Draft { catalogue: &catalogue, author: session.officer.as_str(), remark };
    let number = definitions::publish(house, &mut *work, &draft, now()).await?;
    let kept = definitions::numbered(&mut *work, number).await?;
    // A library of its own: what is not published must not be known to those who judge acts.
    let difference = definitions::difference(&Library::default(), &mut *work, &kept.release).await?;
    let mut lines = vec![definitions::words::counts(&catalogue)];
    lines.extend(definitions::words::changes(&difference));
    if publish {
        work.commit().await?;
        house.ring();
        lines.insert(0, format!("已发布，现行第 {number} 版。"));
    }
    Ok(lines)
}
